"""Faults: nothing that was accepted is lost unreported, nothing lights twice, and the service
recovers soon.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from tests.faults.people import Sender, Watcher
from tests.faults.town import House
from tests.faults.wire import Wire
from tests.support.redis import RedisServer

RECOVERY = 5.0  # seconds after the end of a fault within which everybody is live again


class Scene:
    """A sender, and two viewers at the viewer processes."""

    def __init__(self, sender: Sender, watchers: Sequence[Watcher]) -> None:
        self.sender = sender
        self.watchers = watchers

    async def recovered(self) -> None:
        """Within `RECOVERY` seconds events that are sent from here on are taken and shown to everybody."""
        before = set(self.sender.accepted)
        async with asyncio.timeout(RECOVERY):
            for watcher in self.watchers:
                await watcher.until(lambda: bool(set(watcher.ids) - before), RECOVERY)  # noqa: B023  # awaited at once

    async def finished(self) -> list[str]:
        """Everything is taken and told."""
        accepted = await self.sender.finish()
        last = accepted[-1]
        for watcher in self.watchers:
            await watcher.until(lambda: watcher.ids[last] > 0)  # noqa: B023  # awaited at once
        await asyncio.sleep(0.2)
        return accepted


@asynccontextmanager
async def scene(
    intakes: Sequence[House], viewers: Sequence[House], watching: Sequence[int] = (0, 1)
) -> AsyncIterator[Scene]:
    watchers = [await Watcher.open(viewers, number) for number in watching]
    sender = Sender(intakes, rate=60)
    await watchers[0].until(lambda: watchers[0].offered > 10)
    try:
        yield Scene(sender, watchers)
    finally:
        sender._task.cancel()
        for watcher in watchers:
            await watcher.leave()


async def test_an_intake_process_is_killed(intakes: list[House], viewers: list[House]) -> None:
    """LOG-84: what it had not answered is sent again to another; nothing is lost and nothing lights twice."""
    async with scene(intakes, viewers) as running:
        await asyncio.to_thread(intakes[0].kill)
        await running.recovered()
        await asyncio.to_thread(intakes[0].start)
        accepted = await running.finished()
        for watcher in running.watchers:
            watcher.accounts_for(accepted)
            assert not watcher.unknown + watcher.missed
        assert running.sender.again


async def test_a_viewer_process_is_killed(intakes: list[House], viewers: list[House]) -> None:
    """LOG-84: its viewers go on at another process from their position, without a gap."""
    async with scene(intakes, viewers) as running:
        victim = next(house for house in viewers if running.watchers[0].served[house.name])
        await asyncio.to_thread(victim.kill)
        await running.recovered()
        accepted = await running.finished()
        await asyncio.to_thread(victim.start)
        for watcher in running.watchers:
            watcher.accounts_for(accepted)
            assert not watcher.unknown + watcher.missed


async def test_redis_is_killed(
    intakes: list[House], viewers: list[House], redis: RedisServer
) -> None:
    """LOG-55: Redis forgets everything; viewers get a gap of unknown size and go on, senders are
    asked to retry.
    """
    async with scene(intakes, viewers) as running:
        await asyncio.to_thread(redis.kill)
        await asyncio.sleep(0.7)
        await asyncio.to_thread(redis.start)
        await running.recovered()
        accepted = await running.finished()
        for watcher in running.watchers:
            watcher.accounts_for(accepted, repeatable=running.sender.again)
            assert watcher.unknown == 1
            assert not watcher.gone
        assert running.sender.refused[503]


async def test_redis_is_stopped_for_some_seconds(
    intakes: list[House], viewers: list[House], redis: RedisServer
) -> None:
    """LOG-84: deliveries are answered 503 within two seconds and a half rather than lost; viewers hear nothing, then everything."""
    async with scene(intakes, viewers) as running:
        redis.pause()
        try:
            async with asyncio.timeout(20):
                while running.sender.refused[503] < 5:
                    await asyncio.sleep(0.05)
            await asyncio.sleep(1.0)  # what was on its way has come
            silent = max(watcher.last for watcher in running.watchers)
            await asyncio.sleep(1.0)
            last = max(watcher.last for watcher in running.watchers)
            # A round that cannot confirm who watches ends their streams; it shows nothing, and they come back.
            assert last == silent or last[1] == "Close", (
                "something moved while nothing could be known"
            )
        finally:
            redis.resume()
        await running.recovered()
        accepted = await running.finished()
        for watcher in running.watchers:
            watcher.accounts_for(accepted)
            assert not watcher.unknown + watcher.missed
        assert not running.sender.refused["ReadTimeout"]


@pytest.mark.parametrize("told", [False, True])
async def test_the_network_to_redis_is_cut(
    intakes: list[House], viewers: list[House], cable: Wire, told: bool
) -> None:
    """LOG-84: a process behind a silent or reset connection shows nothing, and everything once it
    is back.
    """
    async with scene(intakes, viewers[2:], watching=(0,)) as running:
        cable.cut()
        if told:
            cable.reset()
        await asyncio.sleep(2.5)
        cable.mend()
        await running.recovered()
        accepted = await running.finished()
        running.watchers[0].accounts_for(accepted)
        assert not running.watchers[0].unknown + running.watchers[0].missed


async def test_redis_is_full(
    intakes: list[House], viewers: list[House], redis: RedisServer
) -> None:
    """LOG-84: deliveries are answered 503 and taken once there is room; viewers stay."""
    async with scene(intakes, viewers) as running:
        redis.command("CONFIG", "SET", "maxmemory", "1mb")
        async with asyncio.timeout(20):
            while running.sender.refused[503] < 10:
                await asyncio.sleep(0.05)
        hellos = [watcher.hellos for watcher in running.watchers]
        redis.command("CONFIG", "SET", "maxmemory", "0")
        await running.recovered()
        accepted = await running.finished()
        for watcher, before in zip(running.watchers, hellos, strict=True):
            watcher.accounts_for(accepted)
            assert not watcher.unknown + watcher.missed
            assert watcher.hellos == before


@pytest.mark.proof
async def test_a_rolling_restart_with_two_hundred_streams_open_leaves_no_gap(
    intakes: list[House], viewers: list[House]
) -> None:
    """LOG-84: processes restart in turn under load, and each stream goes on at another one from its
    position.
    """
    first = await Watcher.open(viewers)
    watchers = [
        first,
        *(Watcher(viewers, first.session, first.at, number) for number in range(199)),
    ]
    sender = Sender(intakes, rate=20)
    try:
        for watcher in watchers:
            await watcher.until(lambda: watcher.hellos > 0, 30)  # noqa: B023  # awaited at once
        for house in (*viewers, *intakes):
            assert await asyncio.to_thread(house.stop) == 0
            await asyncio.to_thread(house.start)
        accepted = await sender.finish()
        for watcher in watchers:
            await watcher.until(lambda: watcher.offered >= len(accepted), 20)  # noqa: B023  # awaited at once
            watcher.accounts_for(accepted)
            assert not watcher.unknown + watcher.missed
            assert all(bye.retry_after is not None for bye in watcher.byes)
        assert sum(watcher.hellos for watcher in watchers) >= 400
    finally:
        sender._task.cancel()
        await asyncio.gather(*(watcher.leave() for watcher in watchers))


async def test_a_process_that_is_frozen_comes_back_without_a_repeat(
    intakes: list[House], viewers: list[House]
) -> None:
    """LOG-84: deliveries that a process held when it froze are taken once, though they were sent
    again meanwhile.
    """
    async with scene(intakes, viewers) as running:
        intakes[0].program.signal(signal.SIGSTOP)
        await asyncio.sleep(1.0)
        intakes[0].program.signal(signal.SIGCONT)
        await running.recovered()
        accepted = await running.finished()
        for watcher in running.watchers:
            watcher.accounts_for(accepted)
            assert not watcher.unknown + watcher.missed
