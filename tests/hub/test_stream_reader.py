"""The reader of a stream: On, Off, faults of every kind, and where each record went."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
import pytest

from dagnet_realtime.hub.ingest import Intake
from dagnet_realtime.hub.stream_reader import (
    LIST_SECONDS,
    LOOK_SECONDS,
    MAX_RECORDS,
    MOVE_SECONDS,
    READ_SECONDS,
    SILENT_SECONDS,
    StreamReader,
)
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.event import Entry, Position
from dagnet_realtime.model.frame import IngestCounters
from dagnet_realtime.model.graph import Catalogue
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.stream import Only, Partition, StreamSettings
from dagnet_realtime.model.workspace import Channel, Policy, Source, Workspace
from dagnet_realtime.ports.storage import LogSlice, Outcome, ReadGap
from dagnet_realtime.ports.stream import LEASE_SECONDS, PartitionOwner, Stream
from dagnet_realtime.stores.memory import MemoryLog, MemoryPartitionLeases
from tests.support.clock import FakeClock, settle
from tests.support.streams import MemoryBroker, MemoryStream

ACME, TOPIC = Channel("acme", "prod"), "events"
STREAM = StreamSettings(servers=("memory",), topics=(TOPIC,))
DAY = 86_400_000


class Empty:
    """A `GraphSource` without a graph."""

    def catalogue(self, workspace: str) -> Catalogue:
        return Catalogue(version="1")

    async def changes(self) -> AsyncIterator[str]:
        return
        yield


class Unsteady(MemoryLog):
    """A log that refuses while `down`."""

    down = False

    async def append(self, channel: Channel, entries: Sequence[Entry]) -> list[Outcome]:
        self._ask()
        return await super().append(channel, entries)

    async def read(
        self, channel: Channel, after: Position, limit: int, wait: float
    ) -> LogSlice | ReadGap:
        self._ask()
        return await super().read(channel, after, limit, wait)

    def _ask(self) -> None:
        if self.down:
            raise Problem("unavailable", "The store cannot be reached")


class House:
    """A reader over a broker in memory, and a log that a lease keeps alive."""

    def __init__(
        self,
        settings: StreamSettings = STREAM,
        allow_delete: bool = False,
        partitions: int = 3,
        **policy: Any,
    ) -> None:
        self.clock = FakeClock()
        self.broker = MemoryBroker(self.clock)
        self.broker.create(TOPIC, partitions)
        self.source = Source(
            id="kafka", channel=ACME, kind="kafka", stream=settings, allow_delete=allow_delete
        )
        rules = Policy(**{"token_key": Secret("k" * 32), "retention": 86400.0, **policy})
        self.log = Unsteady({ACME: rules}, self.clock)
        self.intake = Intake(
            [Workspace(channel=ACME, path="", policy=rules, sources=(self.source,))],
            Empty(),
            self.log,
            self.clock,
        )
        self.leases = MemoryPartitionLeases()
        self.refusing: Problem | None = None
        self.reader = self.another()

    def another(self) -> StreamReader:
        """A reader of the same source."""

        async def connect(settings: StreamSettings) -> Stream:
            if self.refusing is not None:
                raise self.refusing
            return MemoryStream(self.broker, settings.topics)

        assert self.source.stream is not None
        return StreamReader(
            self.source, self.source.stream, connect, self.intake, self.log, self.leases, self.clock
        )

    async def on(self, lease: str = "lease") -> Position:
        """Switches Realtime on, as the hub does."""
        at = await self.log.acquire_lease(ACME, lease, 10**6)
        await self.reader.begin(ACME)
        return at

    async def off(self, lease: str = "lease") -> None:
        """They switch it off."""
        await self.log.release_lease(ACME, lease)
        await self.reader.end(ACME)

    def write(self, *names: str, number: int = 0, at: int | None = None, **more: object) -> None:
        """Tracks with these names, each an id of its own."""
        for name in names:
            event = {
                "type": "track",
                "event": name,
                "messageId": f"ajs-next-{name}",
                "anonymousId": "a",
                **more,
            }
            self.broker.write(TOPIC, number, json.dumps(event).encode(), at)

    async def names(self, start: Position) -> list[str]:
        """The names in the log since `start`."""
        found = await self.log.read(ACME, start, 10**5, 0)
        assert isinstance(found, LogSlice)
        return [entry.name for entry in found.entries]

    async def status(self) -> dict[Partition, PartitionOwner]:
        """What an operator sees of each partition."""
        return dict((await self.reader.status()).partitions)

    @property
    def door(self) -> IngestCounters:
        """The source's ledger, which must sum at every moment."""
        door = self.intake.ingest_counters(ACME)["kafka"]
        assert (
            door.received
            == sum(door.refused.values())
            + door.rate_limited
            + door.unwatched
            + door.duplicate
            + door.taken
        )
        return door


@contextlib.asynccontextmanager
async def reading(house: House, reader: StreamReader | None = None) -> AsyncIterator[House]:
    """The reader runs."""
    task = asyncio.create_task((reader or house.reader).run())
    await house.clock.advance(0)
    try:
        yield house
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def test_what_a_dead_owner_read_is_anothers_within_fifteen_seconds() -> None:
    """STR-18: its lease has ended by then, and another process has looked twice: once to learn that
    the owner is gone, and once more if its own share was full.
    """
    assert LEASE_SECONDS + 2 * (LOOK_SECONDS + READ_SECONDS) <= MOVE_SECONDS <= 15


async def test_nothing_is_read_before_on_and_nothing_after_off() -> None:
    """STR-10: On is the exact end, Off fetches nothing: an unwatched record is never read."""
    async with reading(House()) as house:
        house.write("before")
        await house.clock.advance(30)
        assert "read" not in house.broker.calls
        start = await house.on()
        house.write("watched", number=1)
        await house.clock.advance(1)
        assert await house.names(start) == ["watched"]
        await house.off()
        house.write("after")
        house.broker.calls.clear()
        await house.clock.advance(30)
        assert "read" not in house.broker.calls
        start = await house.on()
        house.write("again", number=2)
        await house.clock.advance(1)
        assert await house.names(start) == ["again"]
    assert {json.loads(record.value or b"")["event"] for record in house.broker.delivered} == {
        "watched",
        "again",
    }
    assert house.door == IngestCounters(received=2, taken=2)


async def test_what_is_written_while_on_is_answered_is_lit() -> None:
    """STR-10: the boundary is kept before On is answered, however long the reader then takes."""
    house = House()
    stream = MemoryStream(house.broker, [TOPIC])
    house.reader._stream = stream  # connected, and busy elsewhere
    house.reader._tried.set()
    house.write("before")
    start = await house.on()
    house.write("after")
    async with reading(house):
        await house.clock.advance(2)
        assert await house.names(start) == ["after"]


async def test_a_second_viewer_changes_nothing_and_the_last_one_ends_it() -> None:
    """STR-10: a lease more is no On, and one less no Off."""
    async with reading(House()) as house:
        start = await house.on()
        house.write("one")
        await house.on("second")
        await house.clock.advance(1)
        await house.off()
        house.write("two")
        await house.clock.advance(1)
        assert await house.names(start) == ["one", "two"]
        await house.off("second")
        house.broker.calls.clear()
        house.write("three")
        await house.clock.advance(5)
        assert "read" not in house.broker.calls


async def test_a_lease_that_lapses_is_an_off() -> None:
    """STR-10: reading also ends when the last lease lapses, without an Off."""
    async with reading(House()) as house:
        await house.log.acquire_lease(ACME, "short", 5)
        await house.reader.begin(ACME)
        await house.clock.advance(4)
        assert "read" in house.broker.calls
        await house.clock.advance(2)
        house.broker.calls.clear()
        house.write("late")
        await house.clock.advance(5)
        assert "read" not in house.broker.calls


async def test_poison_is_a_refusal_and_stops_no_partition() -> None:
    """STR-2: after any unreadable record the next one is read; both ledgers count it, the stream's
    by partition.
    """
    async with reading(House()) as house:
        start = await house.on()
        for value in (b"\x00\x00\x00\x00\x07avro", b"{", b"\xff" * 10, b"42", b"[7]", None, b""):
            house.broker.write(TOPIC, 1, value)
        house.write("after", number=1)
        await house.clock.advance(1)
        assert await house.names(start) == ["after"]
        assert house.door == IngestCounters(received=6, taken=1, refused={"invalid": 5})
        await house.clock.advance(1)
        note = (await house.status())[Partition(TOPIC, 1)].checkpoint
        assert note is not None
        assert (note.read, dict(note.refused), note.behind) == (8, {"invalid": 5}, 0)


async def test_a_batch_that_no_client_can_decode_is_left_behind() -> None:
    """STR-2: reading goes on at the end of that partition, and a gap is counted."""
    async with reading(House()) as house:
        start = await house.on()
        house.broker.corrupt.add((Partition(TOPIC, 0), 1))
        house.write("one", "corrupt", "behind it")
        house.write("beside", number=1)
        await house.clock.advance(1)
        house.write("two")
        await house.clock.advance(1)
        assert sorted(await house.names(start)) == ["beside", "one", "two"]
        assert house.door.gaps == 1


async def test_sources_that_share_a_topic_are_kept_apart() -> None:
    """STR-1: what is another's is no event of this source, and is counted beside."""
    only = msgspec.structs.replace(STREAM, only=Only(write_keys=frozenset({"ours"})))
    async with reading(House(only)) as house:
        start = await house.on()
        house.write("a", writeKey="ours")
        house.write("b", writeKey="theirs")
        await house.clock.advance(2)
        assert await house.names(start) == ["a"]
        assert house.door == IngestCounters(received=1, taken=1)
        note = (await house.status())[Partition(TOPIC, 0)].checkpoint
        assert note is not None
        assert note.others == 1


async def test_deletes_need_to_be_allowed() -> None:
    """DOOR-17: a record must not erase people unless the source allows it."""
    async with reading(House()) as house:
        start = await house.on()
        house.broker.write(TOPIC, 0, b'{"type":"delete","userId":"u","messageId":"d"}')
        house.write("kept")
        await house.clock.advance(1)
        assert await house.names(start) == ["kept"]
        assert house.door.refused == {"forbidden": 1}
    async with reading(House(allow_delete=True)) as house:
        await house.on()
        house.broker.write(TOPIC, 0, b'{"type":"delete","userId":"u","messageId":"d"}')
        await house.clock.advance(1)
        assert house.door == IngestCounters(received=1, taken=1)


async def test_what_is_beyond_the_rate_is_left_out_and_counted() -> None:
    """DOOR-5: a stream is never told to wait, so nothing queues up here."""
    async with reading(House(max_rate=1.0)) as house:
        start = await house.on()
        house.write(*(f"e{number}" for number in range(5000)))
        await house.clock.advance(5)
        door = house.door
        assert door.received == 5000
        assert door.rate_limited == 5000 - len(await house.names(start)) > 0


async def test_great_records_and_whole_batches_pass() -> None:
    """STR-10: a record with two megabytes of events is read."""
    async with reading(House()) as house:
        start = await house.on()
        events = [
            {
                "type": "track",
                "event": "E",
                "messageId": f"m-{n}",
                "properties": {"filler": "x" * 1000},
            }
            for n in range(1900)
        ]
        value = json.dumps({"batch": events}).encode()
        assert len(value) > 2_000_000
        house.broker.write(TOPIC, 0, value)
        await house.clock.advance(2)
        assert len(await house.names(start)) == 1900


async def test_a_broker_that_goes_and_comes_back_loses_nothing_young() -> None:
    """STR-16: what was written a moment ago is read, however long the broker was away. Nothing is
    counted as missed.
    """
    async with reading(House()) as house:
        start = await house.on()
        house.write("one")
        await house.clock.advance(2)
        house.broker.down = True
        await house.clock.advance(SILENT_SECONDS + 5)
        house.broker.down = False
        house.write("two")
        await house.clock.advance(10)
        assert await house.names(start) == ["one", "two"]
        assert not house.door.gaps


async def test_silence_is_reported_to_operators() -> None:
    """STR-24: a partition that Kafka has said nothing of for half a minute; and what keeps the
    whole from being read.
    """
    async with reading(House(partitions=1)) as house:
        await house.on()
        await house.clock.advance(2)
        house.broker.mute = True
        await house.clock.advance(SILENT_SECONDS + 2)
        note = (await house.status())[Partition(TOPIC, 0)].checkpoint
        assert note is not None
        assert note.trouble.startswith("Kafka has not answered for 3")
        house.broker.down = True
        await house.clock.advance(LIST_SECONDS + 2)
        assert (await house.reader.status()).trouble.startswith("Kafka at memory cannot be read")
        house.broker.down = house.broker.mute = False
        await house.clock.advance(10)
        status = await house.reader.status()
        assert status.trouble == ""
        note = status.partitions[Partition(TOPIC, 0)].checkpoint
        assert note is not None
        assert note.trouble == ""


async def test_a_reader_ten_minutes_behind_jumps_to_now_and_a_gap_is_reported() -> None:
    """STR-16: the store was away for ten minutes while records came; a live view shows now."""
    async with reading(House()) as house:
        start = await house.on()
        house.write("one")
        await house.clock.advance(2)
        house.log.down = True
        for number in range(60):
            house.write(f"old{number}")
            await house.clock.advance(10)
        house.log.down = False
        await house.clock.advance(2)
        house.write("now")
        await house.clock.advance(2)
        names = await house.names(start)
        assert names[0] == "one"
        assert names[-1] == "now"
        assert not {f"old{number}" for number in range(58)} & set(names)
        assert house.door.gaps == 1


async def test_a_short_outage_of_the_store_loses_nothing() -> None:
    """STR-16: reading pauses while the partitions' owners are unknown; then every record comes,
    once.
    """
    async with reading(House()) as house:
        start = await house.on()
        house.write("one")
        await house.clock.advance(1)
        house.log.down = True
        house.write("two", "three")
        await house.clock.advance(6)
        house.log.down = False
        await house.clock.advance(3)
        assert await house.names(start) == ["one", "two", "three"]
        assert not house.door.gaps
        assert house.door.taken == 3


async def test_reading_more_slowly_than_is_written_is_a_gap_in_the_end() -> None:
    """STR-16: the delay is measured by our own clock, not by the records' times."""
    settings = msgspec.structs.replace(STREAM, behind=3.0)
    house = House(settings)
    slow = house.intake.records

    async def records(*given: Any) -> Any:
        await house.clock.sleep(1.0)
        return await slow(*given)

    house.intake.records = records  # type: ignore[method-assign]
    async with reading(house):
        start = await house.on()
        for second in range(12):
            house.write(
                *(f"e{second}.{number}" for number in range(2 * MAX_RECORDS)),
                at=house.clock.now() + DAY,
            )
            await house.clock.advance(1)
        assert house.door.gaps
        await house.clock.advance(10)
        house.write("now")
        await house.clock.advance(5)
        assert (await house.names(start))[-1] == "now"


@pytest.mark.parametrize("wrong", [-400 * DAY, -2 * DAY, 2 * DAY])
async def test_clocks_of_producers_that_are_off_by_days_cost_nothing(wrong: int) -> None:
    """STR-16: how far behind we are is never told by them."""
    async with reading(House()) as house:
        start = await house.on()
        for number in range(40):
            house.write(f"e{number}", at=max(0, house.clock.now() + wrong))
            await house.clock.advance(1)
        assert await house.names(start) == [f"e{number}" for number in range(40)]
        assert not house.door.gaps


async def test_a_partition_that_is_added_is_read_from_its_first_record() -> None:
    """STR-16: it was born after On, so everything in it is new; one that was there is read from its
    end.
    """
    async with reading(House(partitions=1)) as house:
        house.write("before")
        start = await house.on()
        house.broker.create(TOPIC, 2)
        house.write("first of the new", number=1)
        await house.clock.advance(LIST_SECONDS + 2)
        assert await house.names(start) == ["first of the new"]
        house.write("more", number=1)
        house.write("old partition")
        await house.clock.advance(1)
        assert sorted(await house.names(start)) == ["first of the new", "more", "old partition"]


async def test_a_topic_that_is_made_anew_goes_on_at_its_end_and_a_gap_is_reported() -> None:
    """STR-16: the offset where reading stopped no longer exists, so reading goes on at the end."""
    async with reading(House(partitions=1)) as house:
        start = await house.on()
        house.write("one", "two", "three")
        await house.clock.advance(1)
        house.broker.delete(TOPIC)
        await house.clock.advance(LIST_SECONDS + 2)
        assert "Kafka has no topic events" in (await house.reader.status()).trouble
        house.broker.create(TOPIC, 1)
        house.write("while nobody looked")
        await house.clock.advance(LIST_SECONDS + 2)
        house.write("four")
        await house.clock.advance(2)
        assert await house.names(start) == ["one", "two", "three", "four"]
        assert house.door.gaps == 1
        assert (await house.reader.status()).trouble == ""


async def test_a_topic_that_comes_after_on_is_read_from_its_first_record() -> None:
    """STR-16: it had no partition when On came."""
    async with reading(House(partitions=0)) as house:
        start = await house.on()
        house.broker.create(TOPIC, 1)
        house.write("first")
        await house.clock.advance(LIST_SECONDS + 2)
        assert await house.names(start) == ["first"]


async def test_records_that_retention_took_are_a_gap() -> None:
    """STR-16: if retention dropped the offset of the reader, that is a gap."""
    house = House(partitions=1)
    house.write("one", "two")
    async with reading(house):
        await house.on()
        await house.clock.advance(1)
        house.log.down = True
        house.write("three", "four")
        await house.clock.advance(5)
        house.broker.trim(TOPIC, 0, 4)
        house.log.down = False
        await house.clock.advance(3)
        assert house.door.gaps == 1


async def test_offsets_with_holes_are_no_lag() -> None:
    """STR-10: compaction and transactions leave out offsets; a partition at its end is not behind."""
    async with reading(House(partitions=1)) as house:
        await house.on()
        for _ in range(5):
            house.broker.write(TOPIC, 0, b'{"type":"track","event":"E"}', skip=1000)
            await house.clock.advance(1)
        await house.clock.advance(2)
        note = (await house.status())[Partition(TOPIC, 0)].checkpoint
        assert note is not None
        assert (note.behind, note.lag, note.read) == (0, 0.0, 5)
        assert house.door.taken == 5


async def test_a_retry_of_the_producer_is_a_duplicate() -> None:
    """SEG-14: a batch that is repeated out of order in another partition is a duplicate."""
    async with reading(House()) as house:
        start = await house.on()
        house.write("one", "two")
        house.write("two", "one", number=2)
        await house.clock.advance(1)
        assert sorted(await house.names(start)) == ["one", "two"]
        assert house.door == IngestCounters(received=4, taken=2, duplicate=2)


async def test_keyless_producers_scatter_a_person_and_corrected_times_order_them() -> None:
    """TRC-9: entries of one trace carry the times by which its path is ordered, in any order of
    partitions.
    """
    async with reading(House()) as house:
        start = await house.on()
        stamp = "2026-01-02T03:03:{:02}.000Z"
        for second, number in ((3, 2), (1, 0), (2, 1)):
            house.write(
                f"step {second}",
                number=number,
                timestamp=stamp.format(second),
                receivedAt=stamp.format(30),
            )
        await house.clock.advance(1)
        found = await house.log.read(ACME, start, 100, 0)
        assert isinstance(found, LogSlice)
        assert len({entry.traces for entry in found.entries}) == 1
        ordered = sorted(found.entries, key=lambda entry: entry.occurred_at)
        assert [entry.name for entry in ordered] == ["step 1", "step 2", "step 3"]


async def test_a_connection_that_fails_is_said_once_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """STR-13: the server goes on without it."""
    house = House()
    house.refusing = Problem(
        "unauthorized",
        "Kafka at b1:9093 cannot be read",
        "It refuses the user or the password",
        "Correct `username`",
    )
    with caplog.at_level(logging.INFO, "dagnet_realtime.hub"):
        async with reading(house):
            await house.clock.advance(120)
            status = await house.reader.status()
            assert not status.connected
            assert status.trouble == house.refusing.sentence()
            start = await house.on()
            house.refusing = None
            await house.clock.advance(60)
            house.write("at last")
            await house.clock.advance(2)
            assert await house.names(start) == ["at last"]
    said = [
        record.getMessage() for record in caplog.records if "stream_trouble" in record.getMessage()
    ]
    assert len(said) == 1
    assert "refuses the user or the password" in said[0]


async def test_a_session_that_opens_elsewhere_is_heard_of_within_a_second() -> None:
    """STR-10: an On at another process is noticed within a second, though it was not announced."""
    async with reading(House()) as house:
        start = await house.log.acquire_lease(ACME, "elsewhere", 10**6)
        await house.clock.advance(1.5)
        house.write("seen")
        await house.clock.advance(1)
        assert await house.names(start) == ["seen"]


async def test_other_channels_concern_no_reader() -> None:
    """STR-10: On and Off of another channel ask nothing of the stream."""
    async with reading(House()) as house:
        calls = list(house.broker.calls)
        await house.reader.begin(Channel("acme", "staging"))
        await house.reader.end(Channel("acme", "staging"))
        await settle()
        assert house.broker.calls == calls


async def test_on_waits_for_a_first_connection_and_not_for_one_that_fails() -> None:
    """STR-10: On waits for the first connection of a server that has just started, and its boundary
    is exact all the same.
    """
    house = House()
    on = asyncio.create_task(house.on())
    await settle()
    assert not on.done()
    async with reading(house):
        start = await on
        house.write("after On")
        await house.clock.advance(2)
        assert await house.names(start) == ["after On"]
    house = House()
    house.refusing = Problem("unavailable", "Kafka at b1:9092 cannot be read")
    async with reading(house):
        await asyncio.wait_for(house.on(), 1)
