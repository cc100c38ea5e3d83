"""Calls to Redis, whatever becomes of it."""

import asyncio
import shutil
import time
from pathlib import Path

import pytest

from dagnet_realtime.logs.redis_calls import Calls
from dagnet_realtime.logs.redis_sessions import RedisSessions
from dagnet_realtime.logs.redis_url import target
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.problem import Problem
from tests.logs.sessions_contract import session
from tests.support.redis import RedisServer, redis_server
from tests.support.sockets import free_port


async def test_a_redis_that_is_not_there_is_a_problem() -> None:
    """LOG-51: unavailable, with what to do, and nothing of the URL."""
    calls = Calls(target(f"redis://:hidden@127.0.0.1:{free_port()}"))
    with pytest.raises(Problem) as refused:
        await calls.call("PING")
    assert refused.value.code == "unavailable"
    assert refused.value.retry_after
    assert "hidden" not in refused.value.sentence()
    await calls.aclose()


async def test_a_call_takes_no_longer_than_its_limit() -> None:
    """LOG-51: a Redis that has stopped is given up on, and answers again when it goes on."""
    with redis_server() as server:
        calls = Calls(target(server.url), seconds=0.2)
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


async def test_a_wrong_password_is_said_to_be_one() -> None:
    """LOG-51: without showing it."""
    with redis_server("--requirepass", "right") as server:
        calls = Calls(target(f"redis://:wrong@127.0.0.1:{server.port}"))
        with pytest.raises(Problem, match="refuses us"):
            await calls.call("PING")
        await calls.aclose()


async def test_a_redis_that_forgot_the_scripts_gets_them_again(redis: RedisServer, calls: Calls) -> None:
    """LOG-58: after a restart the first call brings the text."""
    keys = [f"{{{calls.target.prefix}:t}}:{number}" for number in range(5)]
    for _ in range(2):
        redis.command("SCRIPT", "FLUSH")
        assert await calls.script("release", keys, ("a",)) == 1
        assert await calls.script("release", keys, ("a",)) == 1


async def test_an_outage_is_logged_once(calls: Calls, caplog: pytest.LogCaptureFixture) -> None:
    """LOG-51: when it begins and when it is over, not for each call."""
    with redis_server() as server:
        port = server.port
        shaky = Calls(target(server.url))
        server.kill()
        for _ in range(3):
            with pytest.raises(Problem):
                await shaky.call("PING")
        server.start()
        assert server.port == port
        assert await shaky.call("PING") is True
        await shaky.aclose()
    assert [record.message.split()[0] for record in caplog.records if record.name == "dagnet_realtime.logs"] == [
        "store_unavailable",
        "store_back",
    ]


async def test_a_call_that_is_cancelled_leaves_the_next_its_own_answer(calls: Calls) -> None:
    """LOG-11: an answer never reaches another question."""
    waiting = asyncio.create_task(calls.call("BLPOP", f"{calls.target.prefix}:nothing", 5, wait=5))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert await calls.call("ECHO", "mine") == b"mine"


@pytest.mark.parametrize("word", ["READONLY", "MASTERDOWN", "OOM", "NOREPLICAS", "NOPERM", "MISCONF", "WRONGTYPE"])
async def test_a_redis_that_refuses_is_said_to(word: str, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """LOG-68: by a real one in that state; its store is not lost, and it is well again when it takes what it refused. LOG-51: said once."""
    folder = tmp_path / "gone"
    folder.mkdir()
    server = RedisServer(folder=str(folder))
    calls = Calls(target(server.url))
    try:
        sessions = RedisSessions(calls)
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
            for call in (lambda: calls.call("SET", "a", 1), lambda: sessions.announce(Channel("shop", "prod")), lambda: sessions.load("a")):
                try:
                    await call()
                except Problem as problem:
                    if problem.detail == word:
                        refused = problem
        assert refused is not None
        assert (refused.code, refused.retry_after) == ("unavailable", 2.0)
        assert not calls.shaken()
        for command in WELL[word]:
            server.command(*command)
        assert (await sessions.load("a")) is not None
        told = [record.message for record in caplog.records if record.name == "dagnet_realtime.logs"]
        assert told.count(f"store_unavailable error={word}") == 1
    finally:
        await calls.aclose()
        server.kill()


REFUSING: dict[str, list[tuple[str, ...]]] = {
    "READONLY": [("REPLICAOF", "127.0.0.1", "1")],
    "MASTERDOWN": [("REPLICAOF", "127.0.0.1", "1"), ("CONFIG", "SET", "replica-serve-stale-data", "no")],
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
