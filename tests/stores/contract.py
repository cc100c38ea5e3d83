"""What every log promises; each adapter's test inherits `LogContract` and gives it a stage."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from dagnet_realtime.model.event import Position, Token
from dagnet_realtime.model.workspace import Channel, Policy
from dagnet_realtime.ports.storage import Log, LogSlice, ReadGap
from tests.support.entries import entries, entry

SHOP = Channel("shop", "prod")
STAGING = Channel("shop", "staging")


class Stage:
    """A fresh log and its time.

    `unit` is what the contract calls a second: one of a fake clock, or a fraction of a real one.

    `now` is the log's wall clock, in milliseconds. `make` gives a log whose channels all have the
    policy.
    """

    def __init__(
        self,
        make: Callable[[Policy], Log],
        pass_time: Callable[[float], Awaitable[None]],
        now: Callable[[], int],
        unit: float = 1.0,
    ) -> None:
        self.make = make
        self.now = now
        self.unit = unit
        self._pass_time = pass_time

    def log(self, retention: float = 900.0, log_entries: int = 1000) -> Log:
        return self.make(Policy(retention=retention * self.unit, log_entries=log_entries))

    async def pass_time(self, units: float) -> None:
        await self._pass_time(units * self.unit)


async def ids(log: Log, after: Position, channel: Channel = SHOP) -> list[str]:
    found = await log.read(channel, after, 10_000, 0)
    assert isinstance(found, LogSlice)
    return [one.id for one in found.entries]


class LogContract:
    """Inherit, and give a fixture `stage`."""

    async def test_nothing_is_stored_without_a_lease(self, stage: Stage) -> None:
        """LOG-6: without an open lease the outcome is `unwatched`, and nothing is written."""
        log = stage.log()
        assert await log.append(SHOP, entries(1, 2)) == ["unwatched", "unwatched"]
        assert not log.watched(SHOP)
        start = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        assert await ids(log, start) == []

    async def test_entries_come_back_in_order_with_exact_positions(self, stage: Stage) -> None:
        """LOG-2: a slice holds the entries in (start, end], and its end is where the next one
        starts.
        """
        log = stage.log()
        start = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        assert await log.append(SHOP, entries(1, 5)) == ["taken"] * 5
        first = await log.read(SHOP, start, 2, 0)
        assert isinstance(first, LogSlice)
        assert [one.id for one in first.entries] == ["m1", "m2"]
        assert (first.start, first.end.offset) == (start, start.offset + 2)
        rest = await log.read(SHOP, first.end, 10, 0)
        assert isinstance(rest, LogSlice)
        assert [one.id for one in rest.entries] == ["m3", "m4", "m5"]
        assert rest.end == await log.acquire_lease(SHOP, "a", 60 * stage.unit)

    async def test_an_entry_comes_back_as_it_was(self, stage: Stage) -> None:
        """LOG-2: nothing of an entry is lost in the store."""
        log = stage.log()
        start = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        kept = entry(
            "m1",
            properties={"a": [1, "x", None, True], "price": 1.5},
            traits={"plan": "pro"},
            flags=("late",),
            revealed={"userId": "u"},
        )
        await log.append(SHOP, [kept])
        found = await log.read(SHOP, start, 10, 0)
        assert isinstance(found, LogSlice)
        assert found.entries == (kept,)

    async def test_a_message_id_is_taken_once(self, stage: Stage) -> None:
        """LOG-3: a repeat is a duplicate, within one append and across them."""
        log = stage.log()
        start = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        assert await log.append(SHOP, [entry("m1"), entry("m2"), entry("m1")]) == [
            "taken",
            "taken",
            "duplicate",
        ]
        assert await log.append(SHOP, [entry("m2"), entry("m3")]) == ["duplicate", "taken"]
        assert await ids(log, start) == ["m1", "m2", "m3"]

    async def test_a_repeat_that_comes_together_with_its_event_is_known(self, stage: Stage) -> None:
        """LOG-3, LOG-50: of simultaneous appends the first takes an event; each gets its own
        outcomes, in the log's order.
        """
        log = stage.log()
        start = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        answers = await asyncio.gather(
            *(log.append(SHOP, [entry(f"m{number % 20}")]) for number in range(60)),
            log.append(SHOP, entries(19, 22)),
        )
        assert answers[:60] == [["taken"]] * 20 + [["duplicate"]] * 40
        assert answers[60] == ["duplicate", "taken", "taken", "taken"]
        assert await ids(log, start) == [f"m{number}" for number in range(23)]

    async def test_an_event_older_than_the_window_is_flagged_as_a_possible_repeat(
        self, stage: Stage
    ) -> None:
        """LOG-3: an event that Segment received before the window's start may be a repeat, and says
        so.
        """
        log = stage.log()
        start = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        now = stage.now()
        old = entry("m1", segment_received_at=now - 5 * 3_600_000)
        await log.append(SHOP, [old, entry("m2", segment_received_at=now - 60_000)])
        found = await log.read(SHOP, start, 10, 0)
        assert isinstance(found, LogSlice)
        assert [one.flags for one in found.entries] == [("maybe_repeat",), ()]
        assert found.entries[0] == msgspec.structs.replace(old, flags=("maybe_repeat",))

    async def test_channels_are_independent(self, stage: Stage) -> None:
        """LOG-2: another channel has its own entries, window, leases and epoch."""
        log = stage.log()
        shop = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        assert await log.append(STAGING, [entry("m1")]) == ["unwatched"]
        staging = await log.acquire_lease(STAGING, "b", 60 * stage.unit)
        assert shop.epoch != staging.epoch
        await log.append(SHOP, [entry("m1")])
        assert await log.append(STAGING, [entry("m1")]) == ["taken"]
        assert await log.forget(STAGING, frozenset({"k1.m1"})) == 1
        assert await ids(log, shop) == ["m1"]
        crossed = await log.read(STAGING, shop, 10, 0)
        assert isinstance(crossed, ReadGap)
        assert crossed.reason == "epoch"

    async def test_the_last_release_empties_the_log(self, stage: Stage) -> None:
        """LOG-6: the last release deletes the log, its positions are gone, and another lease begins
        another epoch.
        """
        log = stage.log()
        start = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        await log.acquire_lease(SHOP, "b", 60 * stage.unit)
        await log.append(SHOP, entries(1, 3))
        await log.release_lease(SHOP, "a")
        assert await ids(log, start) == ["m1", "m2", "m3"]
        await log.release_lease(SHOP, "b")
        await log.release_lease(SHOP, "b")
        assert not log.watched(SHOP)
        assert await log.read(SHOP, start, 10, 0) == ReadGap(start, None, "gone")
        again = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        assert again.epoch != start.epoch
        assert await ids(log, again) == []
        stale = await log.read(SHOP, start, 10, 0)
        assert isinstance(stale, ReadGap)
        assert (stale.reason, stale.missed, stale.resume.epoch) == ("epoch", None, again.epoch)

    async def test_a_lease_lapses_unless_it_is_renewed(self, stage: Stage) -> None:
        """HUB-13: a lease lives for its ttl from its last renewal; then it is as if released."""
        log = stage.log()
        start = await log.acquire_lease(SHOP, "a", 10 * stage.unit)
        await stage.pass_time(6)
        assert (await log.acquire_lease(SHOP, "a", 10 * stage.unit)).epoch == start.epoch
        await stage.pass_time(6)
        assert await log.append(SHOP, [entry("m1")]) == ["taken"]
        await stage.pass_time(5)
        assert await log.append(SHOP, [entry("m2")]) == ["unwatched"]
        assert not log.watched(SHOP)
        assert isinstance(await log.read(SHOP, start, 10, 0), ReadGap)

    async def test_a_bounded_log_tells_exactly_what_was_missed(self, stage: Stage) -> None:
        """LOG-8: past the bound the oldest go, and a reader behind them learns how many."""
        log = stage.log(log_entries=100)
        start = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        await log.append(SHOP, entries(1, 60))
        await log.append(SHOP, entries(61, 130))
        lost = await log.read(SHOP, start, 1000, 0)
        assert isinstance(lost, ReadGap)
        assert lost.reason == "retention"
        rest = await ids(log, lost.resume)
        assert lost.missed == 130 - len(rest)
        assert rest[-1] == "m130"
        assert rest == [f"m{number}" for number in range(131 - len(rest), 131)]

    async def test_retention_ends_what_is_old(self, stage: Stage) -> None:
        """LOG-8: entries older than the retention are gone, watched or not read."""
        log = stage.log(retention=10)
        start = await log.acquire_lease(SHOP, "a", 600 * stage.unit)
        await log.append(SHOP, entries(1, 3))
        await stage.pass_time(8)
        await log.append(SHOP, entries(4, 5))
        await stage.pass_time(4)
        lost = await log.read(SHOP, start, 1000, 0)
        assert isinstance(lost, ReadGap)
        assert (lost.missed, lost.reason) == (3, "retention")
        assert await ids(log, lost.resume) == ["m4", "m5"]

    async def test_a_position_that_cannot_be_trusted_is_a_gap(self, stage: Stage) -> None:
        """LOG-8: a position beyond the end, or after another entry than it was taken from, is lost
        for an unknown number.
        """
        log = stage.log()
        start = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        await log.append(SHOP, entries(1, 3))
        head = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        assert head.check
        ahead = await log.read(SHOP, Position(start.epoch, start.offset + 9), 10, 0)
        other = await log.read(
            SHOP, Position(head.epoch, head.offset, "0" * len(head.check)), 10, 0
        )
        for lost in (ahead, other):
            assert isinstance(lost, ReadGap)
            assert (lost.missed, lost.reason, lost.resume) == (None, "failover", head)

    async def test_reading_waits_for_the_first_entry(self, stage: Stage) -> None:
        """HUB-15: a read at the head returns with the next entry, at once."""
        log = stage.log()
        start = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        reading = [asyncio.create_task(log.read(SHOP, start, 10, 5 * stage.unit)) for _ in range(2)]
        await stage.pass_time(0.01)
        await log.append(SHOP, [entry("m1")])
        for found in await asyncio.wait_for(asyncio.gather(*reading), 20):
            assert isinstance(found, LogSlice)
            assert [one.id for one in found.entries] == ["m1"]

    async def test_reading_waits_no_longer_than_its_limit(self, stage: Stage) -> None:
        """HUB-15: a read that nothing arrives for returns an empty slice."""
        log = stage.log()
        start = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        reading = asyncio.create_task(log.read(SHOP, start, 10, 2 * stage.unit))
        await stage.pass_time(2.5)
        found = await asyncio.wait_for(reading, 20)
        assert found == LogSlice(start, start, ())

    async def test_release_wakes_waiting_readers(self, stage: Stage) -> None:
        """LOG-6: a waiting reader learns that the log is gone."""
        log = stage.log()
        start = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        reading = asyncio.create_task(log.read(SHOP, start, 10, 5 * stage.unit))
        await stage.pass_time(0.01)
        await log.release_lease(SHOP, "a")
        await stage.pass_time(6)
        assert await asyncio.wait_for(reading, 20) == ReadGap(start, None, "gone")

    async def test_a_person_can_be_forgotten(self, stage: Stage) -> None:
        """RED-12: what carries a token is made anonymous at its offset; of properties and traits
        what is needed stays.
        """
        log = stage.log()
        start = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        theirs = entry(
            "canary-id",
            traces=(Token("userId", "k1.person"),),
            properties={"plan": "pro", "secret": "canary"},
            traits={"tier": 1, "x": "canary"},
            flags=("late",),
            revealed={"userId": "canary"},
        )
        await log.append(SHOP, [entry("m1"), theirs, entry("m3")])
        assert (
            await log.forget(
                SHOP, frozenset({"k1.person", "k1.stranger"}), frozenset({"plan", "tier"})
            )
            == 1
        )
        assert await log.forget(SHOP, frozenset({"k1.person"}), frozenset({"plan"})) == 0
        found = await log.read(SHOP, start, 10, 0)
        assert isinstance(found, LogSlice)
        stays = entry(
            "",
            occurred_at=0,
            arrived_at=0,
            traces=(),
            properties={"plan": "pro"},
            traits={"tier": 1},
            flags=("late",),
        )
        assert found.entries == (entry("m1"), stays, entry("m3"))
        assert "canary" not in repr(found.entries)
        assert await log.append(SHOP, [entry("canary-id")]) == ["duplicate"]

    async def test_positions_survive_the_forgetting_of_their_entry(self, stage: Stage) -> None:
        """RED-12, LOG-8: a reader behind it goes on, from any position and in any steps."""
        log = stage.log()
        at = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        places = [at]
        for one in entries(1, 4):
            await log.append(SHOP, [one])
            places.append(await log.acquire_lease(SHOP, "a", 60 * stage.unit))
        assert await log.forget(SHOP, frozenset({"k1.m1", "k1.m2", "k1.m4"})) == 3
        for place in places:
            assert await ids(log, place) == ["", "", "m3", ""][place.offset :]
            some = await log.read(SHOP, place, 1, 0)
            assert isinstance(some, LogSlice)
            assert len(some.entries) == (place.offset < 4)

    async def test_anonymous_remains_expire_with_the_log(self, stage: Stage) -> None:
        """RED-12, LOG-8: anonymous entries expire by retention, by the log's bound and with the
        epoch.
        """
        log = stage.log(retention=10, log_entries=3)
        start = await log.acquire_lease(SHOP, "a", 100 * stage.unit)
        await log.append(SHOP, entries(1, 2))
        await log.forget(SHOP, frozenset({"k1.m1", "k1.m2"}))
        await log.append(SHOP, entries(3, 4))
        lost = await log.read(SHOP, start, 10, 0)
        assert isinstance(lost, ReadGap)
        assert (lost.missed, await ids(log, lost.resume)) == (1, ["", "m3", "m4"])
        await log.forget(SHOP, frozenset({"k1.m3"}))
        await stage.pass_time(13)
        await log.append(SHOP, entries(5, 5))
        lost = await log.read(SHOP, start, 10, 0)
        assert isinstance(lost, ReadGap)
        assert (lost.missed, await ids(log, lost.resume)) == (4, ["m5"])
        await log.forget(SHOP, frozenset({"k1.m5"}))
        await log.release_lease(SHOP, "a")
        again = await log.acquire_lease(SHOP, "b", 100 * stage.unit)
        await log.append(SHOP, entries(6, 7))
        assert await ids(log, again) == ["m6", "m7"]

    @pytest.mark.parametrize("size", [1, 7, 50])
    async def test_reading_in_any_steps_gives_everything_once(
        self, stage: Stage, size: int
    ) -> None:
        """LOG-2: a reader sees every entry once, in order, with steps of any size."""
        log = stage.log()
        at = await log.acquire_lease(SHOP, "a", 60 * stage.unit)
        await log.append(SHOP, entries(1, 50))
        seen: list[str] = []
        while len(seen) < 50:
            found = await log.read(SHOP, at, size, 0)
            assert isinstance(found, LogSlice)
            seen += [one.id for one in found.entries]
            at = found.end
        assert seen == [f"m{number}" for number in range(1, 51)]
