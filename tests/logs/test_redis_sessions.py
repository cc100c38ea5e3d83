"""Sessions in Redis keep every store's promises."""

import asyncio
import contextlib

import msgspec
import pytest

from dagnet_realtime.logs.redis_calls import Calls
from dagnet_realtime.logs.redis_sessions import RedisSessions
from dagnet_realtime.logs.redis_url import target
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.problem import Problem
from tests.logs.sessions_contract import SessionsContract, SessionsStage, session
from tests.support.redis import redis_server


class TestRedisSessions(SessionsContract):
    @pytest.fixture
    def stage(self, calls: Calls) -> SessionsStage:
        return SessionsStage(RedisSessions(calls), asyncio.sleep, unit=0.05)


async def test_what_another_process_does_to_a_session_is_heard(calls: Calls) -> None:
    """LOG-62: a change and an end are told, a renewal is not; so is a channel that somebody begins to watch."""
    watched: list[Channel] = []
    here, there = RedisSessions(calls, watched.append), RedisSessions(calls)
    await here.save(session("a"), 10)
    changes = here.changes()
    first = asyncio.ensure_future(anext(changes))
    await blocked(calls)
    await there.save(session("a"), 10)
    await there.announce(Channel("shop", "prod"))
    await there.save(msgspec.structs.replace(session("a"), filter="type:track"), 10)
    async with asyncio.timeout(20):
        assert await first == "a"
        await there.drop("b")
        assert await anext(changes) == "b"
    assert watched == [Channel("shop", "prod")]
    await changes.aclose()


async def test_an_ended_session_stays_ended(calls: Calls) -> None:
    """LOG-63: a process that has not heard cannot bring it back; one that was lost without an end can be."""
    sessions = RedisSessions(calls)
    await sessions.save(session("a"), 10)
    await sessions.drop("a")
    with pytest.raises(Problem) as refused:
        await sessions.save(session("a"), 10)
    assert refused.value.code == "gone"
    assert await sessions.ended(["a", "lost"]) == {"a"}
    assert await sessions.ended([]) == frozenset()
    await sessions.save(session("lost"), 10)
    assert await sessions.live() == [session("lost")]


async def test_an_outage_ends_no_listening() -> None:
    """LOG-62: what comes after it is heard."""
    with redis_server() as server:
        calls = Calls(target(server.url), seconds=0.5)
        sessions = RedisSessions(calls)
        changes = sessions.changes()
        first = asyncio.ensure_future(anext(changes))
        await blocked(calls)
        server.kill()
        server.start()
        async with asyncio.timeout(20):
            while not first.done():
                await sessions.drop("a")
                await asyncio.sleep(0.1)
            assert await first == "a"
        await changes.aclose()
        await calls.aclose()


async def test_news_of_an_outage_is_told_after_it() -> None:
    """LOG-62: what another process said before this one was back."""
    with redis_server() as server:
        calls, other = Calls(target(server.url), seconds=0.5), Calls(target(server.url), seconds=0.5)
        changes = RedisSessions(calls).changes()
        first = asyncio.ensure_future(anext(changes))
        await blocked(calls)
        server.pause()
        while not calls.shaken():
            with contextlib.suppress(Problem):
                await calls.call("PING")
        server.kill()
        server.start()
        await RedisSessions(other).drop("a")
        async with asyncio.timeout(20):
            assert await first == "a"
        await changes.aclose()
        await calls.aclose()
        await other.aclose()


async def blocked(calls: Calls) -> None:
    """Until a reader waits."""
    async with asyncio.timeout(20):
        while (await calls.call("INFO", "clients"))["blocked_clients"] == 0:
            await asyncio.sleep(0.01)
