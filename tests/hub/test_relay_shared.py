"""Frames through a provider from several processes over one store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from dagnet_realtime.hub.relay_shared import (
    IDLE_SECONDS,
    LIVE_SECONDS,
    WAIT_SECONDS,
    SharedRelayManager,
)
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import RELAY_CONFIRMED_SECONDS, RELAY_HEARTBEAT_SECONDS
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.ports.storage import LogSlice, ReadGap
from tests.hub.stage import SHOP, graph
from tests.hub.test_relay_publisher import Platform
from tests.support.clock import settle
from tests.support.entries import entries


class TimedLog:
    """The stage's log, whose waits are the test's clock's: a memory log's own would be real seconds."""

    def __init__(self, stage: Platform) -> None:
        self._stage = stage

    async def read(
        self, channel: object, after: object, limit: int, wait: float
    ) -> LogSlice | ReadGap:
        until = self._stage.clock.monotonic() + wait
        while True:
            found = await self._stage.log.read(SHOP, after, limit, 0)  # type: ignore[arg-type]
            if (
                isinstance(found, ReadGap)
                or found.entries
                or self._stage.clock.monotonic() >= until
            ):
                return found
            await self._stage.clock.sleep(0.05)


class Processes(Platform):
    """Several processes that live over one store, behind a proxy without stickiness: each call of `process` may be another's."""

    def __init__(self, **terms: object) -> None:
        super().__init__(**terms)
        self.running: dict[SharedRelayManager, asyncio.Task[None]] = {}

    def process(self) -> SharedRelayManager:
        context = msgspec.structs.replace(self.context, log=TimedLog(self))
        one = SharedRelayManager(context, self.request(), self.relay_states, {SHOP: self.provider})
        self.running[one] = asyncio.create_task(one.run())
        return one

    async def stop(self, one: SharedRelayManager) -> None:
        one.close()
        task = self.running.pop(one)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def subscribed(
        self, seating: SharedRelayManager, signing: SharedRelayManager, person: str = "ann"
    ) -> tuple[WatchSession, str]:
        """A session with the subscription of one process and the signature of another."""
        session = await self.open(person=person)
        channel = (await self.answered(seating.subscription(session))).channel
        await self.answered(signing.authorise(session, channel, "1.2"))
        return session, channel

    async def happens(self, first: int, last: int) -> None:
        await self.log.append(SHOP, entries(first, last, name="Home"))
        await self.clock.advance(1)

    def count(self, channel: str | None = None) -> int:
        return sum(batch["counts"].get("u-Home", 0) for batch in self.batches(channel))  # type: ignore[attr-defined]


@asynccontextmanager
async def processes_of(**terms: object) -> AsyncIterator[Processes]:
    async with Processes(**terms) as made:
        try:
            yield made
        finally:
            for one in list(made.running):
                await made.stop(one)


async def test_every_process_names_the_same_channel_and_signs_it() -> None:
    """REL-25: subscription and signature agree at all processes; any other channel is refused by
    all.
    """
    async with processes_of() as stage:
        processes = [stage.process() for _ in range(3)]
        session, channel = await stage.subscribed(processes[0], processes[1])
        for one in processes:
            assert (await stage.answered(one.subscription(session))).channel == channel
            assert await stage.answered(one.authorise(session, channel, "1.3"))
            with pytest.raises(Problem) as refused:
                await stage.answered(one.authorise(session, channel[:-1] + "x", "1.3"))
            assert refused.value.code == "forbidden"


async def test_what_happens_is_published_once_by_one_of_them() -> None:
    """REL-25, REL-6: positions join, counts are exact, the provider's pace is kept, and the processes' ledgers sum to what went out."""
    async with processes_of(every=0.25) as stage:
        processes = [stage.process() for _ in range(3)]
        session, channel = await stage.subscribed(processes[0], processes[2])
        for number in range(40):
            await stage.log.append(SHOP, entries(number * 5, number * 5 + 4, name="Home"))
            await stage.clock.advance(0.1)
        await stage.clock.advance(2)
        batches = stage.batches(channel)
        assert stage.count() == stage.count(channel) == 200
        assert [batch["from"] for batch in batches] == [
            session.position,
            *(batch["position"] for batch in batches[:-1]),
        ]
        assert len(batches) <= 4 / 0.25 + 2
        assert sum(one.ledgers[SHOP].published for one in processes) == len(stage.provider.sent)
        assert (await stage.answered(processes[1].subscription(session))).ledger.published == len(
            stage.provider.sent
        )


async def test_a_process_that_stops_leaves_its_views_to_the_others_at_once() -> None:
    """REL-25: they go on from the position up to which the process had published when
    it stopped.
    """
    async with processes_of() as stage:
        one, other = stage.process(), stage.process()
        session, channel = await stage.subscribed(one, one)
        for number in range(20):
            await stage.log.append(SHOP, entries(number, number, name="Home"))
            await stage.clock.advance(0.1)
            if number == 10:
                await stage.stop(one)
        await stage.clock.advance(1)
        assert stage.count(channel) == 20
        assert (await stage.answered(other.subscription(session))).channel == channel


async def test_a_process_that_was_killed_holds_a_view_up_for_seconds_alone() -> None:
    """REL-25: its lease was not released, so it must lapse."""
    async with processes_of() as stage:
        one = stage.process()
        await stage.subscribed(one, one)
        (view,) = await stage.relay_states.active_views(SHOP)
        await stage.relay_states.acquire(SHOP, view, "killed", 6)
        await stage.happens(0, 4)
        assert stage.count() == 0
        await stage.clock.advance(6 + IDLE_SECONDS)
        assert stage.count() == 5


async def test_a_session_that_ends_is_out_at_every_process_and_the_others_go_on() -> None:
    """REL-25, ACC-17: when a session ends at one process, its channel gets a new name, and no
    process signs the old one.
    """
    async with processes_of() as stage:
        processes = [stage.process() for _ in range(2)]
        staying, old = await stage.subscribed(processes[0], processes[1], "ann")
        leaving, _ = await stage.subscribed(processes[1], processes[0], "bob")
        await stage.hub.close(leaving.id)
        await stage.clock.advance(LIVE_SECONDS + WAIT_SECONDS + 1)
        assert [one.channel for one in stage.provider.sent if one.name == "turn"] == [old]
        seats = [(await stage.answered(one.subscription(staying))).channel for one in processes]
        assert seats[0] == seats[1] != old
        for one in processes:
            with pytest.raises(Problem):
                await stage.answered(one.authorise(staying, old, "1.5"))
        await stage.happens(0, 4)
        assert (stage.count(old), stage.count(seats[0])) == (0, 5)


async def test_a_session_that_no_process_confirms_any_more_is_dropped() -> None:
    """REL-25, ACC-17: the process that confirmed it is gone, and its page asks no other."""
    async with processes_of() as stage:
        one, other = stage.process(), stage.process()
        session, old = await stage.subscribed(one, one)
        for _ in range(5):
            await stage.clock.advance(RELAY_CONFIRMED_SECONDS / 2)
            await one.confirm(session)
            await other.confirm(session)  # has not seated it, so that it has no say
        await stage.happens(0, 4)
        assert stage.count(old) == 5
        await stage.stop(one)
        await other.confirm(session)
        await stage.clock.advance(RELAY_CONFIRMED_SECONDS + 5)
        await stage.happens(5, 9)
        assert stage.count(old) == 5


async def test_a_dismissed_session_is_confirmed_no_more() -> None:
    """ACC-64, REL-25: no process confirms it until it subscribes again; the session goes on."""
    async with processes_of() as stage:
        one = stage.process()
        session, old = await stage.subscribed(one, one)
        await one.dismiss(session.id)
        for _ in range(4):
            await stage.clock.advance(RELAY_CONFIRMED_SECONDS / 2)
            await one.confirm(session)
        await stage.happens(0, 4)
        assert stage.count(old) == 0
        again = (await stage.answered(one.subscription(session))).channel
        await stage.answered(one.authorise(session, again, "1.2"))
        await stage.happens(5, 9)
        assert stage.count(again) == 5


async def test_another_version_of_the_graph_moves_its_viewers_at_once() -> None:
    """REL-25: viewers are asked to take the new channel; processes with the same files give it one
    name.
    """
    async with processes_of() as stage:
        processes = [stage.process() for _ in range(2)]
        session, old = await stage.subscribed(processes[0], processes[1])
        await stage.clock.advance(1)
        stage.graphs.put(graph("Home", "Cart", version="v2"))
        await stage.clock.advance(WAIT_SECONDS + 1)
        assert [one.name for one in stage.provider.sent if one.channel == old][-1] == "turn"
        seats = {(await stage.answered(one.subscription(session))).channel for one in processes}
        assert len(seats) == 1
        assert old not in seats


async def test_a_policy_that_forbids_more_is_heeded_at_once() -> None:
    """REL-25, ACC-11: nothing more goes out by the old one."""
    async with processes_of() as stage:
        one = stage.process()
        session, old = await stage.subscribed(one, one)
        await stage.happens(0, 0)
        stage.policy = msgspec.structs.replace(stage.policy, properties=())
        await stage.happens(1, 1)
        assert stage.count(old) == 1
        assert (await stage.answered(one.subscription(session))).channel != old


async def test_nothing_is_published_without_subscribers_and_a_silence_has_heartbeats() -> None:
    """REL-25, REL-9: the first event after a subscription is published at once."""
    async with processes_of() as stage:
        one = stage.process()
        await stage.happens(0, 4)
        await stage.clock.advance(30)
        assert stage.provider.asked == 0
        _, channel = await stage.subscribed(one, one)
        await stage.clock.advance(RELAY_HEARTBEAT_SECONDS + WAIT_SECONDS + 1)
        assert "beat" in [frame["op"] for frame in stage.provider.frames(channel)]
        stage.provider.subscribed = 0
        await stage.clock.advance(30)
        asked = stage.provider.asked
        await stage.happens(5, 9)
        assert (stage.provider.asked, stage.count()) == (asked, 0)


async def test_publishing_goes_on_after_a_failure_of_the_provider() -> None:
    """REL-25, REL-6: all processes wait longer each time; events of the outage are published when
    it is over.
    """
    async with processes_of() as stage:
        processes = [stage.process() for _ in range(3)]
        session, _ = await stage.subscribed(processes[0], processes[1])
        stage.provider.down = True
        for number in range(10):
            await stage.happens(number, number)
        assert stage.provider.asked <= 5
        assert not (await stage.answered(processes[2].subscription(session))).publishing
        stage.provider.down = False
        await stage.clock.advance(16)
        assert stage.count() == 10


async def test_a_store_that_is_away_ends_nothing() -> None:
    """REL-25: publishing goes on when it is back."""
    async with processes_of() as stage:
        one = stage.process()
        session, _ = await stage.subscribed(one, one)
        views = stage.relay_states.active_views

        async def away(_: object) -> list[str]:
            raise Problem("unavailable", "The store cannot be reached")

        stage.relay_states.active_views = away  # type: ignore[method-assign]
        await stage.happens(0, 4)
        await stage.clock.advance(10)
        await one.sweep()
        stage.relay_states.active_views = views  # type: ignore[method-assign]
        await one.confirm(session)
        await stage.clock.advance(3)
        assert stage.count() == 5
        await settle()
        assert not stage.running[one].done()


async def test_a_webhook_makes_a_process_ask_the_provider_at_once() -> None:
    """REL-25, REL-24: what is not signed reaches nothing."""
    async with processes_of() as stage:
        one = stage.process()
        await stage.subscribed(one, one)
        await stage.clock.advance(3)
        before = stage.provider.looked
        with pytest.raises(Problem):
            await one.on_provider_webhook(SHOP, "key", "bad", b"")
        assert stage.provider.looked == before
        await stage.answered(one.on_provider_webhook(SHOP, "key", "good", b""))
        assert stage.provider.looked == before + 1
