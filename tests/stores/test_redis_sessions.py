"""Sessions in Redis keep every store's promises.

Sign-outs in a real Redis keep every store's promises.
"""

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
from dagnet_realtime.stores.redis_sessions import RedisRevocationList, RedisSessionStore
from tests.stores.sessions_contract import SessionsContract, SessionsStage, session
from tests.stores.sign_outs_contract import HOUR, SignOutsContract, SignOutsStage
from tests.support.clock import FakeClock
from tests.support.entries import entries
from tests.support.redis import RedisServer, redis_server


class TestRedisSessions(SessionsContract):
    @pytest.fixture
    def stage(self, calls: RedisConnection) -> SessionsStage:
        return SessionsStage(RedisSessionStore(calls), asyncio.sleep, unit=0.05)


async def test_what_another_process_does_to_a_session_is_heard(calls: RedisConnection) -> None:
    """LOG-62: a change and an end are told, a renewal is not; so is a channel that somebody begins to watch."""
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
    """LOG-63: a process that has not heard cannot bring it back; one that was lost without an end can be."""
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


async def test_an_outage_ends_no_listening() -> None:
    """LOG-62: what comes after it is heard."""
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


async def test_news_of_an_outage_is_told_after_it() -> None:
    """LOG-62: what another process said before this one was back."""
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


async def test_no_text_can_name_another_key_than_a_sessions_own(calls: RedisConnection) -> None:
    """LOG-69: the index, the news, the mark and the counts stand where no session can."""
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
    """LOG-69: whatever is done last, and whether a change or an announcement comes first."""
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
    """HUB-19: one atomic step, whichever process opens; a session that ended or lapsed counts no more, a renewed one does."""
    here, there = RedisSessionStore(calls), RedisSessionStore(calls)
    opened = await asyncio.gather(
        *((here, there)[number % 2].open(session(f"s{number}"), 60, 5, 100) for number in range(8))
    )
    assert [held for held in opened if held is not None] == [(5, 5)] * 3
    ann, bob = session("x"), msgspec.structs.replace(session("y"), person="bob")
    assert await there.open(ann, 60, 5, 100) == (5, 5)
    assert await there.open(bob, 60, 5, 5) == (0, 5)
    assert await there.load("x") is None
    await here.delete("s0")
    assert await there.open(bob, 60, 5, 5) is None
    assert await there.open(ann, 0.05, 5, 100) is None
    await asyncio.sleep(0.1)
    assert await here.open(session("z"), 60, 5, 100) is None
    await here.save(session("w"), 60)
    assert await here.open(session("v"), 60, 6, 100) == (6, 7)


async def test_a_store_that_lost_everything_while_connections_stood_is_known_to_have(
    redis: RedisServer,
) -> None:
    """LOG-67: by its mark, at every process that asks, for as long as whoever knows a session may bring it back."""
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


async def test_an_event_for_viewers_whom_the_store_has_lost_is_sent_again() -> None:
    """LOG-67: a process that holds a lease on a log knows that somebody watches; where the lease was ended, nobody does."""
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
    """Until a reader waits."""
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
            lambda number: monkeypatch.setattr(redis_sessions, "MOST_ENDED", number),
        )


async def test_redis_is_asked_once_a_second(calls: RedisConnection) -> None:
    """ACC-51: about one sign-in, whatever its browser asks; what this process was told itself it knows at once."""
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


async def test_nobody_is_let_in_while_nobody_can_know() -> None:
    """ACC-51: it fails closed; a sign-out that could not be told is no sign-out, and says so."""
    calls = RedisConnection(parse_redis_url("redis://127.0.0.1:1"))
    sign_outs = RedisRevocationList(calls, FakeClock())
    with pytest.raises(Problem, match="store"):
        await sign_outs.is_revoked("session", "ann")
    with pytest.raises(Problem, match="store"):
        await sign_outs.revoke("session", "ann", HOUR)
    await calls.aclose()
