"""What every stream keeps, on any broker."""

from collections.abc import Callable
from typing import Protocol

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.stream import Partition, Record
from dagnet_realtime.ports.stream import Fetched, Stream

Until = Callable[[Fetched], bool]
TOPIC = "events"
FIRST, SECOND, THIRD = (Partition(TOPIC, number) for number in range(3))


class Broker(Protocol):
    """What a test does to the stream from outside."""

    partitions: int
    trims: bool

    async def write(self, number: int, *values: bytes | None) -> None: ...

    async def connect(self, *topics: str) -> Stream: ...

    async def topics(self) -> set[str]: ...


async def reading(stream: Stream, until: Until, tries: int = 200) -> list[Record]:
    """Everything that is read until a read satisfies `until`."""
    found: list[Record] = []
    for _ in range(tries):
        fetched = await stream.read(100, 0.1)
        found += fetched.records
        if until(fetched):
            return found
    raise AssertionError(f"after {tries} reads there were {found}")


async def records(stream: Stream, number: int) -> list[Record]:
    """The next records, at least so many."""
    found: list[Record] = []
    while len(found) < number:
        found += await reading(stream, lambda fetched: bool(fetched.records))
    return found


def caught_up(fetched: Fetched) -> bool:
    """Whether every assigned partition has been heard of and is at its end."""
    return fetched.positions.keys() == fetched.ends.keys() and fetched.positions == fetched.ends


class StreamContract:
    """Cases for a stream whose topic `events` has at least three partitions."""

    async def test_what_was_there_before_on_is_never_read(self, broker: Broker) -> None:
        """STR-10: reading begins at the exact end, and after Off nothing comes."""
        for number in range(3):
            await broker.write(number, b"before")
        stream = await broker.connect(TOPIC)
        await stream.assign(await stream.ends(await stream.partitions()))
        await broker.write(1, b"watched", b"watched too")
        found = await records(stream, 2)
        assert [(record.partition, record.value) for record in found] == [
            (SECOND, b"watched"),
            (SECOND, b"watched too"),
        ]
        await stream.assign({})
        await broker.write(1, b"after Off")
        assert await stream.read(100, 0.2) == Fetched()
        await stream.assign(await stream.ends([SECOND]))
        await broker.write(1, b"on again")
        assert [record.value for record in await records(stream, 1)] == [b"on again"]

    async def test_a_partition_is_read_in_its_order_from_the_given_offset(
        self, broker: Broker
    ) -> None:
        """STR-10: positions are the next offsets; a partition that is already assigned goes on from
        its own.
        """
        stream = await broker.connect(TOPIC)
        start = (await stream.ends([FIRST, SECOND]))[FIRST]
        await broker.write(0, *(str(number).encode() for number in range(20)))
        await stream.assign({FIRST: start})
        found = await records(stream, 20)
        assert [record.value for record in found] == [str(number).encode() for number in range(20)]
        assert [record.offset for record in found] == list(range(start, start + 20))
        await stream.assign({FIRST: start, SECOND: (await stream.ends([SECOND]))[SECOND]})
        await broker.write(0, b"next")
        found = await reading(stream, caught_up)
        assert [(record.offset, record.value) for record in found] == [(start + 20, b"next")]
        await stream.seek(FIRST, start + 18)
        assert [record.value for record in await records(stream, 3)] == [b"18", b"19", b"next"]

    async def test_no_more_is_given_than_was_asked_for(self, broker: Broker) -> None:
        """STR-10: a read returns at most the given number, and the next ones the rest."""
        stream = await broker.connect(TOPIC)
        await stream.assign(await stream.ends([FIRST]))
        await broker.write(0, *(b"%d" % number for number in range(12)))
        found: list[bytes | None] = []
        while len(found) < 12:
            fetched = await stream.read(5, 0.1)
            assert len(fetched.records) <= 5
            found += [record.value for record in fetched.records]
        assert found == [b"%d" % number for number in range(12)]

    async def test_tombstones_headers_and_great_records_come_as_they_are(
        self, broker: Broker
    ) -> None:
        """STR-10: an empty record, one of any bytes and one of two megabytes arrive unchanged."""
        stream = await broker.connect(TOPIC)
        await stream.assign(await stream.ends([FIRST]))
        great = bytes(range(256)) * 8 * 1024
        await broker.write(0, None, b"\xff\x00", great)
        assert [record.value for record in await records(stream, 3)] == [None, b"\xff\x00", great]

    async def test_ends_and_silence_are_reported(self, broker: Broker) -> None:
        """STR-10: how far a partition has been written, and when that was last heard."""
        stream = await broker.connect(TOPIC)
        ends = await stream.ends([FIRST, SECOND])
        await stream.assign(ends)
        await broker.write(0, b"one", b"two")
        fetched: Fetched = Fetched()

        def there(one: Fetched) -> bool:
            nonlocal fetched
            fetched = one
            return caught_up(one) and one.ends[FIRST] == ends[FIRST] + 2

        await reading(stream, there)
        assert fetched.ends == {FIRST: ends[FIRST] + 2, SECOND: ends[SECOND]}
        assert all(0 <= seconds < 5 for seconds in fetched.silent.values())
        assert fetched.silent.keys() == {FIRST, SECOND}

    async def test_a_place_that_is_gone_is_reported_and_costs_the_others_nothing(
        self, broker: Broker
    ) -> None:
        """STR-13: the partition is reported as broken and not read before it is sought; the others
        are read on.
        """
        if not broker.trims:
            return
        stream = await broker.connect(TOPIC)
        ends = await stream.ends([FIRST, SECOND])
        await stream.assign({FIRST: ends[FIRST] + 1000, SECOND: ends[SECOND]})
        await reading(stream, lambda fetched: FIRST in fetched.broken)
        await broker.write(1, b"beside")
        await broker.write(0, b"at the end")
        assert [record.value for record in await records(stream, 1)] == [b"beside"]
        await stream.seek(FIRST, ends[FIRST])
        assert [record.value for record in await records(stream, 1)] == [b"at the end"]

    async def test_a_topic_that_is_not_there_is_not_made(self, broker: Broker) -> None:
        """STR-14: nothing is ever written to a cluster, by any call."""
        before = await broker.topics()
        stream = await broker.connect(TOPIC, "absent")
        parts = await stream.partitions()
        assert {part.topic for part in parts} == {TOPIC}
        assert len(parts) == broker.partitions
        absent = Partition("absent", 0)
        assert await stream.ends([absent, FIRST]) == await stream.ends([FIRST])
        await stream.assign({absent: 0} | await stream.ends([FIRST]))
        await broker.write(0, b"beside")
        assert [record.value for record in await records(stream, 1)] == [b"beside"]
        assert await broker.topics() == before

    async def test_closing_twice_does_no_harm(self, broker: Broker) -> None:
        """STR-10: a stream that reads nothing can be closed, and closed again."""
        stream = await broker.connect(TOPIC)
        await stream.close()
        await stream.close()


def refusal(problem: Problem) -> str:
    """What an operator reads."""
    return problem.sentence()
