"""Sessions, sign-outs and times of deletions in a real Redis keep what every store keeps."""

import asyncio
import contextlib

import msgspec
import pytest

from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import is_session_id
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.stores import redis_sessions
from dagnet_realtime.stores.redis_connection import RedisConnection, parse_redis_url
from dagnet_realtime.stores.redis_log import RedisLog
from dagnet_realtime.stores.redis_sessions import (
    RedisDeletionTimes,
    RedisRevocationList,
    RedisSessionStore,
)
from tests.stores.deletion_times_contract import a_deletion_is_known_everywhere
from tests.stores.sessions_contract import SessionsContract, SessionsStage, session
from tests.stores.sign_outs_contract import HOUR, SignOutsContract, SignOutsStage
from tests.support.clock import FakeClock
from tests.support.entries import entries
from tests.support.redis import RedisServer, redis_server


class TestRedisSessions(SessionsContract):
    @pytest.fixture
    def stage(self, calls: RedisConnection) -> SessionsStage:
        return SessionsStage(RedisSessionStore(calls), asyncio.sleep, unit=0.05)


async def test_changes_by_another_process_arrive(calls: RedisConnection) -> None:
    """HUB-50: a change, an end and a newly watched channel are announced, a renewal is not."""
    watched: list[Channel] = []
    here, there = RedisSessionStore(calls, watched.append), RedisSessionStore(calls)
    await here.save(session("a"), 10)
    changes = here.changes()
    first = asyncio.ensure_future(anext(changes))
    await blocked(calls)
    await there.save(session("a"), 10)
    await there.announce(Channel("shop", "prod"))
    await there.save(msgspec.structs.replace(session("a"), filter="type:track"), 10)
    async with asyncio.timeout(20):
        assert await first == "a"
        await there.delete("b")
        assert await anext(changes) == "b"
    assert watched == [Channel("shop", "prod")]
    await changes.aclose()


async def test_an_ended_session_stays_ended(calls: RedisConnection) -> None:
    """HUB-50: a process that missed the end cannot restore it; one lost without an end can be
    restored.
    """
    sessions = RedisSessionStore(calls)
    await sessions.save(session("a"), 10)
    await sessions.delete("a")
    with pytest.raises(Problem) as refused:
        await sessions.save(session("a"), 10)
    assert refused.value.code == "gone"
    assert await sessions.were_ended(["a", "lost"]) == {"a"}
    assert await sessions.were_ended([]) == frozenset()
    await sessions.save(session("lost"), 10)
    assert await sessions.list_active() == [session("lost")]


async def test_listening_survives_an_outage() -> None:
    """HUB-50: changes after an outage arrive."""
    with redis_server() as server:
        calls = RedisConnection(parse_redis_url(server.url), seconds=0.5)
        sessions = RedisSessionStore(calls)
        changes = sessions.changes()
        first = asyncio.ensure_future(anext(changes))
        await blocked(calls)
        server.kill()
        server.start()
        async with asyncio.timeout(20):
            while not first.done():
                await sessions.delete("a")
                await asyncio.sleep(0.1)
            assert await first == "a"
        await changes.aclose()
        await calls.aclose()


async def test_changes_during_an_outage_arrive_after_it() -> None:
    """HUB-50: changes made before this process reconnected arrive too."""
    with redis_server() as server:
        calls, other = (
            RedisConnection(parse_redis_url(server.url), seconds=0.5),
            RedisConnection(parse_redis_url(server.url), seconds=0.5),
        )
        changes = RedisSessionStore(calls).changes()
        first = asyncio.ensure_future(anext(changes))
        await blocked(calls)
        server.pause()
        while not calls.recently_failed():
            with contextlib.suppress(Problem):
                await calls.call("PING")
        server.kill()
        server.start()
        await RedisSessionStore(other).delete("a")
        async with asyncio.timeout(20):
            assert await first == "a"
        await changes.aclose()
        await calls.aclose()
        await other.aclose()


async def test_no_session_id_names_another_key(calls: RedisConnection) -> None:
    """LOG-50: no key of the index, news, mark and counts can be a session's."""
    sessions = RedisSessionStore(calls)
    await sessions.save(session("a"), 10)
    await sessions.announce(Channel("shop", "prod"))
    names = await calls.call("KEYS", f"{{{calls.target.prefix}:sessions}}*")
    for name in [key.decode().partition("}:")[2] for key in names]:
        assert not is_session_id(name)
        assert await sessions.load(name) is None
        await sessions.save(session(name), 10)
        assert await sessions.load(name) == session(name)
        await sessions.delete(name)
    assert await sessions.list_active() == [session("a")]


async def test_every_key_of_sessions_expires_by_itself(calls: RedisConnection) -> None:
    """LOG-50: each key has an expiry after any call."""
    sessions = RedisSessionStore(calls)
    await sessions.announce(Channel("shop", "prod"))
    await sessions.begin()
    await sessions.save(session("a"), 10)
    assert await sessions.open(session("b"), 10, 5, 5) is None
    await sessions.save(msgspec.structs.replace(session("a"), filter="type:track"), 10)
    await sessions.delete("b")
    await sessions.list_active()
    names = await calls.call("KEYS", f"{{{calls.target.prefix}:*")
    assert len(names) >= 6
    assert [name for name in names if await calls.call("PTTL", name) < 0] == []


async def test_sessions_are_counted_over_all_processes(calls: RedisConnection) -> None:
    """HUB-16: counting is one atomic step at any process; ended and lapsed sessions do not count,
    renewed ones do.
    """
    here, there = RedisSessionStore(calls), RedisSessionStore(calls)
    opened = await asyncio.gather(
        *((here, there)[number % 2].open(session(f"s{number}"), 60, 5, 100) for number in range(8))
    )
    assert [counts for counts in opened if counts is not None] == [(5, 5)] * 3
    first = next(f"s{number}" for number, counts in enumerate(opened) if counts is None)
    ann, bob = session("x"), msgspec.structs.replace(session("y"), person="bob")
    assert await there.open(ann, 60, 5, 100) == (5, 5)
    assert await there.open(bob, 60, 5, 5) == (0, 5)
    assert await there.load("x") is None
    await here.delete(first)
    assert await there.open(bob, 60, 5, 5) is None
    assert await there.open(ann, 0.05, 5, 100) is None
    await asyncio.sleep(0.1)
    assert await here.open(session("z"), 60, 5, 100) is None
    await here.save(session("w"), 60)
    assert await here.open(session("v"), 60, 6, 100) == (6, 7)


async def test_a_flush_is_noticed_though_no_connection_broke(
    redis: RedisServer,
) -> None:
    """LOG-55: every process notices by a mark in Redis, for as long as a process may restore a
    session.
    """
    with redis_server() as server:
        one, two = (
            RedisConnection(parse_redis_url(server.url)),
            RedisConnection(parse_redis_url(server.url)),
        )
        here, there = RedisSessionStore(one), RedisSessionStore(two)
        await here.begin()
        await here.save(session("a"), 10)
        assert await there.load("never") is None
        assert await there.were_ended(["never"]) == frozenset()
        assert [one.recently_failed(), two.recently_failed(), await there.lost()] == [False] * 3
        server.command("FLUSHALL")
        assert await there.load("a") is None
        assert await there.were_ended(["a"]) == frozenset()
        assert two.recently_failed()
        assert await here.list_active() == []
        assert one.recently_failed()
        await here.begin()
        assert await here.lost(), "a process that starts meanwhile makes nothing well"
        await one.aclose()
        await two.aclose()


async def test_an_event_is_refused_while_the_store_has_lost_its_viewers() -> None:
    """LOG-55: a process with a lease knows that the channel is watched; if the lease was ended it
    is not.
    """
    with redis_server() as server:
        calls = RedisConnection(parse_redis_url(server.url))
        sessions = RedisSessionStore(calls)
        await sessions.begin()
        log = RedisLog(calls, {}, SystemClock(), sessions)
        channel = Channel("shop", "prod")
        await log.acquire_lease(channel, "lease", 60)
        server.command("DEL", f"{{{calls.target.prefix}:{channel}}}:leases")
        assert await log.append(channel, entries(1, 1)) == ["unwatched"], (
            "as where another process ended the last session"
        )
        await log.acquire_lease(channel, "lease", 60)
        server.command("FLUSHALL")
        with pytest.raises(Problem) as refused:
            await log.append(channel, entries(1, 1))
        assert (refused.value.code, refused.value.retry_after) == ("unavailable", 2)
        await calls.aclose()


async def blocked(calls: RedisConnection) -> None:
    """Waits until a reader of Redis is blocked."""
    async with asyncio.timeout(20):
        while (await calls.call("INFO", "clients"))["blocked_clients"] == 0:
            await asyncio.sleep(0.01)


class TestRedisSignOuts(SignOutsContract):
    @pytest.fixture
    def stage(self, calls: RedisConnection, monkeypatch: pytest.MonkeyPatch) -> SignOutsStage:
        clock = FakeClock()
        one, other = RedisRevocationList(calls, clock), RedisRevocationList(calls, clock)
        return SignOutsStage(
            one,
            other,
            clock,
            lambda number: monkeypatch.setattr(redis_sessions, "MAX_REVOKED", number),
        )


async def test_redis_is_asked_once_a_second(calls: RedisConnection) -> None:
    """ACC-51: per sign-in, however often its browser asks; a process knows its own revocations at
    once.
    """
    clock = FakeClock()
    one, other = RedisRevocationList(calls, clock), RedisRevocationList(calls, clock)
    assert not await other.is_revoked("session", "ann")
    await one.revoke("session", "ann", clock.now() + HOUR)
    assert await one.is_revoked("session", "ann")
    assert not await other.is_revoked("session", "ann")
    clock.shift(1)
    assert await other.is_revoked("session", "ann")


async def test_redis_keeps_nothing_of_a_sign_in_that_has_lapsed(calls: RedisConnection) -> None:
    """ACC-51: the whole set goes with its last."""
    clock = FakeClock()
    sign_outs = RedisRevocationList(calls, clock)
    await sign_outs.revoke("session", "ann", clock.now() + HOUR)
    left = await calls.call("PTTL", f"{{{calls.target.prefix}:signed-out:session}}")
    assert HOUR - 10_000 < left <= HOUR


async def test_an_unreachable_store_signs_no_one_in() -> None:
    """ACC-51: it fails closed; a sign-out that could not be stored fails, and says so."""
    calls = RedisConnection(parse_redis_url("redis://127.0.0.1:1"))
    sign_outs = RedisRevocationList(calls, FakeClock())
    with pytest.raises(Problem, match="store"):
        await sign_outs.is_revoked("session", "ann")
    with pytest.raises(Problem, match="store"):
        await sign_outs.revoke("session", "ann", HOUR)
    await calls.aclose()


async def test_when_people_were_deleted(calls: RedisConnection) -> None:
    """PIC-97: each process knows them, for longer than a browser keeps a session, and
    not for ever.
    """
    clock = FakeClock()
    one, other = RedisDeletionTimes(calls, clock), RedisDeletionTimes(calls, clock)
    await a_deletion_is_known_everywhere(one, other, clock)
    left = await calls.call("PTTL", f"{{{calls.target.prefix}:deletions:shop/prod}}")
    assert 7 * 24 * HOUR < left <= 8 * 24 * HOUR
