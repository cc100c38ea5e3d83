"""The URL, scripts, failures and connection of the Redis store."""

import asyncio
import builtins
import hashlib
import shutil
import time
from pathlib import Path

import pytest
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    ConnectionError,
    MasterDownError,
    MaxConnectionsError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TimeoutError,
)

from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.stores.redis_connection import (
    OUTAGE_QUIET_SECONDS,
    OutageLog,
    RedisConnection,
    RedisUrl,
    check_redis,
    classify_failure,
    parse_redis_url,
    scripts,
)
from dagnet_realtime.stores.redis_sessions import RedisSessionStore
from tests.stores.sessions_contract import session
from tests.support.clock import FakeClock
from tests.support.redis import RedisServer, redis_server
from tests.support.sockets import free_port


def test_one_server() -> None:
    """LOG-60: `redis:

    ` and `rediss:

    ` are read with user, password, database and prefix.
    """
    assert parse_redis_url("redis://cache") == RedisUrl(kind="single", hosts=(("cache", 6379),))
    assert parse_redis_url(
        "rediss://ann:p%40ss@cache:7000/3?prefix=live&ssl_ca_certs=/ca.pem"
    ) == RedisUrl(
        kind="single",
        hosts=(("cache", 7000),),
        prefix="live",
        database=3,
        username="ann",
        password="p@ss",
        tls=True,
        options={"ssl_ca_certs": "/ca.pem"},
    )
    assert parse_redis_url("redis://[::1]:7000").hosts == (("::1", 7000),)


def test_sentinels_and_clusters() -> None:
    """LOG-60: URLs are `redis+sentinel:

    hosts/service/database` and `redis+cluster:

    hosts`.
    """
    watched = parse_redis_url("redis+sentinel://:secret@one:26379,two/events/1?prefix=x")
    assert (watched.hosts, watched.service, watched.database) == (
        (("one", 26379), ("two", 26379)),
        "events",
        1,
    )
    assert parse_redis_url("rediss+cluster://one:7000,two:7001").hosts == (
        ("one", 7000),
        ("two", 7001),
    )


@pytest.mark.parametrize(
    "url",
    [
        "kafka://user:hidden@host",
        "redis+nothing://:hidden@host",
        "redis://:hidden@one,two",
        "redis://:hidden@host/name",
        "redis://:hidden@host:port",
        "redis://:hidden@host?prefix={a}",
        "redis://:hidden@host?prefix=",
        "redis://:hidden@host?socket_timeout=3",
        "redis+sentinel://:hidden@host",
        "redis+cluster://:hidden@host/3",
    ],
)
def test_a_wrong_url_is_refused_without_showing_it(url: str) -> None:
    """LOG-60: the problem does not show the URL, since it may hold a password."""
    with pytest.raises(Problem) as refused:
        parse_redis_url(url)
    assert "hidden" not in refused.value.sentence()


def test_a_parsed_url_prints_no_password() -> None:
    """LOG-60: neither the password nor the user is printed."""
    assert "hidden" not in repr(parse_redis_url("redis://ann:hidden@host"))


def test_each_script_declares_whether_it_runs_when_memory_is_full() -> None:
    """LOG-84: only what adds entries is refused then."""
    found = scripts()
    refused = {
        name
        for name, script in found.items()
        if not script.text.startswith("#!lua flags=allow-oom\n")
    }
    assert refused == {"append", "search"}
    assert all(
        hashlib.sha1(script.text.encode()).hexdigest() == script.digest for script in found.values()
    )


def test_a_script_touches_declared_keys_alone() -> None:
    """LOG-50: no script makes up a key."""
    assert not [
        name
        for name, script in scripts().items()
        if "call('KEYS'" in script.text or "call('SCAN'" in script.text
    ]


REFUSALS = [
    (OutOfMemoryError("command not allowed when used memory > 'maxmemory'."), "OOM"),
    (ReadOnlyError("You can't write against a read only replica."), "READONLY"),
    (
        ResponseError(
            "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk."
        ),
        "MISCONF",
    ),
    (NoPermissionError("User default has no permissions to run the 'get' command"), "NOPERM"),
    (
        ResponseError(
            "ERR ACL failure in script: User x has no permissions to run the 'set' command"
        ),
        "NOPERM",
    ),
    (
        ResponseError("ERR The user executing the script can't run this command or subcommand"),
        "NOPERM",
    ),
    (BusyLoadingError("Redis is loading the dataset in memory"), "LOADING"),
    (
        MasterDownError("Link with MASTER is down and replica-serve-stale-data is set to 'no'."),
        "MASTERDOWN",
    ),
    (AuthenticationError("invalid username-password pair or user is disabled."), "NOAUTH"),
    (ResponseError("NOREPLICAS Not enough good replicas to write."), "NOREPLICAS"),
    (ResponseError("BUSY Redis is busy running a script."), "BUSY"),
    (
        ResponseError("WRONGTYPE Operation against a key holding the wrong kind of value"),
        "WRONGTYPE",
    ),
    (ConnectionError("max number of clients reached"), "MAXCLIENTS"),
    (MaxConnectionsError("Too many connections"), "MAXCLIENTS"),
    (ResponseError("ERR something about {shop}:secret"), "ERR"),
    (ResponseError("a text without a word"), "ResponseError"),
]
LOST = [
    ConnectionError("Error 111 connecting to 127.0.0.1:6379."),
    TimeoutError("slow"),
    OSError("reset"),
    builtins.TimeoutError(),
]


@pytest.mark.parametrize(("error", "word"), REFUSALS, ids=lambda one: str(one)[:30])
def test_a_refusal_is_named_by_its_own_word_and_proves_the_connection(
    error: Exception, word: str
) -> None:
    """LOG-51: the problem has a title and a remedy, and none of the text that Redis wrote."""
    for code in (None, word):
        error.status_code = code  # type: ignore[attr-defined]  # as the client sets it for the words that it knows
        cause = classify_failure(error)
        problem = cause.problem()
        assert (cause.word, cause.lost, problem.code, problem.detail) == (
            word,
            False,
            "unavailable",
            word,
        )
        assert problem.title != "The store cannot be reached"
        assert problem.remedy
        assert problem.retry_after
        assert "secret" not in problem.sentence()


@pytest.mark.parametrize("error", LOST, ids=lambda one: type(one).__name__)
def test_only_a_connection_or_an_answer_that_is_lost_is_a_lost_store(error: Exception) -> None:
    """LOG-51: a lost connection is recognised under each error of the client."""
    assert classify_failure(error).lost
    assert classify_failure(error).problem().title == "The store cannot be reached"


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records]


def test_a_store_that_reads_and_does_not_write_has_one_outage(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """LOG-51: reads that go through end nothing; the write that goes through does."""
    clock = FakeClock()
    outage = OutageLog(clock.monotonic)
    readonly = classify_failure(ReadOnlyError("You can't write against a read only replica."))
    for _ in range(50):
        outage.record_failure("append {a", readonly)
        outage.record_failure("save {s", readonly)
        outage.record_success("read {a")
        clock.shift(1)
    outage.record_success("save {s")
    assert told(caplog) == ["store_unavailable error=READONLY"]
    outage.record_success("append {a")
    outage.record_success("append {a")
    assert told(caplog) == ["store_unavailable error=READONLY", "store_back"]


def test_each_cause_of_an_outage_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    """LOG-51: a restart is seen as a lost connection, then as a store that loads its data."""
    outage = OutageLog(FakeClock().monotonic)
    for error in (
        ConnectionError("gone"),
        TimeoutError("late"),
        BusyLoadingError("loading"),
        ConnectionError("gone"),
        BusyLoadingError("loading"),
    ):
        outage.record_failure("read {a", classify_failure(error))
    outage.record_success("read {a")
    assert told(caplog) == [
        "store_unavailable error=ConnectionError",
        "store_unavailable error=LOADING",
        "store_back",
    ]


def test_a_call_that_is_never_made_again_keeps_no_outage_open(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """LOG-51: an outage without a failure for a while is over, and the next one is logged."""
    clock = FakeClock()
    outage = OutageLog(clock.monotonic)
    lost = classify_failure(ConnectionError("gone"))
    for number in range(2000):
        outage.record_failure(f"seat {number}", lost)
    outage.record_success("read {a")
    assert told(caplog) == ["store_unavailable error=ConnectionError"]
    clock.shift(OUTAGE_QUIET_SECONDS)
    outage.record_success("read {a")
    outage.record_failure("read {a", lost)
    assert told(caplog) == [
        "store_unavailable error=ConnectionError",
        "store_back",
        "store_unavailable error=ConnectionError",
    ]


def test_a_call_that_fails_every_other_time_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """LOG-51: within the quiet time it is the same outage."""
    outage = OutageLog(FakeClock().monotonic)
    for _ in range(100):
        outage.record_failure("read {a", classify_failure(TimeoutError("late")))
        outage.record_success("read {a")
    assert told(caplog) == ["store_unavailable error=TimeoutError", "store_back"]


async def test_an_unreachable_redis_is_a_problem() -> None:
    """LOG-51: unavailable, with what to do, and nothing of the URL."""
    calls = RedisConnection(parse_redis_url(f"redis://:hidden@127.0.0.1:{free_port()}"))
    with pytest.raises(Problem) as refused:
        await calls.call("PING")
    assert refused.value.code == "unavailable"
    assert refused.value.retry_after
    assert "hidden" not in refused.value.sentence()
    await calls.aclose()


async def test_a_call_takes_no_longer_than_its_limit() -> None:
    """LOG-51: a Redis that has stopped is given up on, and answers again when it goes on."""
    with redis_server() as server:
        calls = RedisConnection(parse_redis_url(server.url), seconds=0.2)
        assert await calls.call("PING") is True
        server.pause()
        began = time.monotonic()
        for _ in range(2):
            with pytest.raises(Problem, match="cannot be reached"):
                await calls.call("PING")
        assert time.monotonic() - began < 20.0  # and not the half minute for which it stays silent
        server.resume()
        assert await calls.call("PING") is True
        await calls.aclose()


async def test_a_wrong_password_is_reported() -> None:
    """LOG-51: the problem does not show the password."""
    with redis_server("--requirepass", "right") as server:
        calls = RedisConnection(parse_redis_url(f"redis://:wrong@127.0.0.1:{server.port}"))
        with pytest.raises(Problem, match="denies access"):
            await calls.call("PING")
        await calls.aclose()


async def test_a_redis_that_forgot_the_scripts_gets_them_again(
    redis: RedisServer, calls: RedisConnection
) -> None:
    """LOG-50: after a restart of Redis the first call sends the script again."""
    keys = [f"{{{calls.target.prefix}:t}}:{number}" for number in range(5)]
    for _ in range(2):
        redis.command("SCRIPT", "FLUSH")
        assert await calls.script("release_lease", keys, ("a",)) == 1
        assert await calls.script("release_lease", keys, ("a",)) == 1


async def test_an_outage_is_logged_once(
    calls: RedisConnection, caplog: pytest.LogCaptureFixture
) -> None:
    """LOG-51: its begin and end are logged, not each call."""
    with redis_server() as server:
        port = server.port
        shaky = RedisConnection(parse_redis_url(server.url))
        server.kill()
        for _ in range(3):
            with pytest.raises(Problem):
                await shaky.call("PING")
        server.start()
        assert server.port == port
        assert await shaky.call("PING") is True
        await shaky.aclose()
    assert [
        record.message.split()[0]
        for record in caplog.records
        if record.name == "dagnet_realtime.stores"
    ] == [
        "store_unavailable",
        "store_back",
    ]


async def test_a_call_that_is_cancelled_leaves_the_next_its_own_answer(
    calls: RedisConnection,
) -> None:
    """HUB-15: an answer never reaches another question."""
    waiting = asyncio.create_task(calls.call("BLPOP", f"{calls.target.prefix}:nothing", 5, wait=5))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert await calls.call("ECHO", "mine") == b"mine"


@pytest.mark.parametrize(
    "word", ["READONLY", "MASTERDOWN", "OOM", "NOREPLICAS", "NOPERM", "MISCONF", "WRONGTYPE"]
)
async def test_the_cause_of_a_refusal_is_reported(
    word: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """LOG-51: a real Redis in that state is reported once and not as lost, and recovers when it
    takes calls again.
    """
    folder = tmp_path / "gone"
    folder.mkdir()
    server = RedisServer(folder=str(folder))
    calls = RedisConnection(parse_redis_url(server.url))
    try:
        sessions = RedisSessionStore(calls)
        await sessions.begin()
        await sessions.save(session("a"), 60)
        for command in REFUSING[word]:
            if command == ("rmdir",):
                shutil.rmtree(folder)
            else:
                server.command(*command)
        if word == "MISCONF":
            async with asyncio.timeout(20):
                while b"rdb_last_bgsave_status:err" not in server.command("INFO", "persistence"):
                    await asyncio.sleep(0.01)
        refused = None
        for _ in range(3):
            for call in (
                lambda: calls.call("SET", "a", 1),
                lambda: sessions.announce(Channel("shop", "prod")),
                lambda: sessions.load("a"),
            ):
                try:
                    await call()
                except Problem as problem:
                    if problem.detail == word:
                        refused = problem
        assert refused is not None
        assert (refused.code, refused.retry_after) == ("unavailable", 2.0)
        assert not calls.recently_failed()
        for command in WELL[word]:
            server.command(*command)
        assert (await sessions.load("a")) is not None
        told = [
            record.message for record in caplog.records if record.name == "dagnet_realtime.stores"
        ]
        assert told.count(f"store_unavailable error={word}") == 1
    finally:
        await calls.aclose()
        server.kill()


REFUSING: dict[str, list[tuple[str, ...]]] = {
    "READONLY": [("REPLICAOF", "127.0.0.1", "1")],
    "MASTERDOWN": [
        ("REPLICAOF", "127.0.0.1", "1"),
        ("CONFIG", "SET", "replica-serve-stale-data", "no"),
    ],
    "OOM": [("CONFIG", "SET", "maxmemory", "1")],
    "NOREPLICAS": [("CONFIG", "SET", "min-replicas-to-write", "1")],
    "NOPERM": [("ACL", "SETUSER", "default", "-set", "-xadd")],
    "MISCONF": [("CONFIG", "SET", "save", "1 1"), ("rmdir",), ("SET", "x", "y"), ("BGSAVE",)],
    "WRONGTYPE": [("SET", "{dagnet-realtime:sessions}:news", "x")],
}
WELL: dict[str, list[tuple[str, ...]]] = {
    "READONLY": [("REPLICAOF", "NO", "ONE")],
    "MASTERDOWN": [("REPLICAOF", "NO", "ONE")],
    "OOM": [("CONFIG", "SET", "maxmemory", "0")],
    "NOREPLICAS": [("CONFIG", "SET", "min-replicas-to-write", "0")],
    "NOPERM": [("ACL", "SETUSER", "default", "+@all")],
    "MISCONF": [("CONFIG", "SET", "save", "")],
    "WRONGTYPE": [],
}


async def test_a_redis_that_evicts_keys_is_refused(
    redis: RedisServer, calls: RedisConnection
) -> None:
    """LOG-60: an evicted fingerprint would light an event twice; without a limit of memory nothing
    is evicted.
    """
    await check_redis(calls)
    redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    try:
        await check_redis(calls)
        redis.command("CONFIG", "SET", "maxmemory", "100mb")
        with pytest.raises(Problem, match="evicts keys") as refused:
            await check_redis(calls)
        assert "noeviction" in refused.value.remedy
    finally:
        redis.command("CONFIG", "SET", "maxmemory", "0")
        redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction")


@pytest.mark.parametrize(("seconds", "said"), [(90.0, True), (-90.0, True), (4.0, False)])
async def test_a_clock_skew_to_the_store_is_logged(
    calls: RedisConnection, caplog: pytest.LogCaptureFixture, seconds: float, said: bool
) -> None:
    """LOG-60: the skew is logged once, at the start; any node of a cluster will do."""

    class Ahead(SystemClock):
        def now(self) -> int:
            return super().now() + round(seconds * 1000)

    await check_redis(calls, Ahead())
    assert ("clocks_differ store_ahead_seconds=" in caplog.text) == said


async def test_an_old_redis_is_refused(
    calls: RedisConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-60: a version before 7.0, which has no flags of scripts, is refused, on any node of a
    cluster.
    """
    answer: dict[str, object] = {
        "a:1": {"redis_version": "7.2.4"},
        "b:1": {"redis_version": "6.2.14"},
    }

    async def told(*_: object) -> object:
        return answer

    monkeypatch.setattr(calls, "call", told)
    with pytest.raises(Problem, match=r"6\.2\.14"):
        await check_redis(calls)
