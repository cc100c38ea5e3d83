"""A stream in memory: exact, and as broken as a test wants it."""

import asyncio
from collections.abc import Collection, Mapping

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.stream import Partition, Record
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.stream import Fetched


class MemoryBroker:
    """Topics with partitions.

    `down` is a broker that does not answer, `mute` one that answers all but fetches; `delivered` is
    everything that any reader was given.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.down = self.mute = False
        self.partitions: dict[Partition, list[Record]] = {}
        self.first: dict[Partition, int] = {}
        self.corrupt: set[tuple[Partition, int]] = set()
        self.delivered: list[Record] = []
        self.calls: list[str] = []
        self._written = asyncio.Event()

    def create(self, topic: str, partitions: int) -> None:
        """Makes a topic, or raises the number of its partitions."""
        for number in range(partitions):
            self.partitions.setdefault(Partition(topic, number), [])
            self.first.setdefault(Partition(topic, number), 0)

    def delete(self, topic: str) -> None:
        """Deletes a topic with its records."""
        self.partitions = {
            part: records for part, records in self.partitions.items() if part.topic != topic
        }
        self.first = {part: offset for part, offset in self.first.items() if part.topic != topic}

    def write(
        self,
        topic: str,
        number: int,
        value: bytes | None,
        timestamp: int | None = None,
        skip: int = 0,
    ) -> int:
        """Appends a record, `skip` offsets after the last (compaction and transactions leave
        holes); its offset.
        """
        part = Partition(topic, number)
        offset = self.end(part) + skip
        self.partitions[part].append(
            Record(part, offset, value, self.clock.now() if timestamp is None else timestamp)
        )
        self._written.set()
        self._written = asyncio.Event()
        return offset

    def trim(self, topic: str, number: int, first: int) -> None:
        """Deletes what lies before `first`, as retention does."""
        part = Partition(topic, number)
        self.partitions[part] = [
            record for record in self.partitions[part] if record.offset >= first
        ]
        self.first[part] = first

    def end(self, partition: Partition) -> int:
        records = self.partitions[partition]
        return records[-1].offset + 1 if records else self.first[partition]

    async def wait(self, seconds: float) -> None:
        """Waits until something is written, or the time is over."""
        written = asyncio.ensure_future(self._written.wait())
        slept = asyncio.ensure_future(self.clock.sleep(seconds))
        try:
            await asyncio.wait((written, slept), return_when=asyncio.FIRST_COMPLETED)
        finally:
            written.cancel()
            slept.cancel()


class MemoryStream:
    """Implements `Stream` over a broker."""

    def __init__(self, broker: MemoryBroker, topics: Collection[str]) -> None:
        self._broker = broker
        self._topics = set(topics)
        self._positions: dict[Partition, int] = {}
        self._broken: dict[Partition, Problem] = {}
        self._heard: dict[Partition, float] = {}

    async def partitions(self) -> frozenset[Partition]:
        self._ask("partitions")
        return frozenset(part for part in self._broker.partitions if part.topic in self._topics)

    async def ends(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        self._ask("ends")
        return {
            part: self._broker.end(part) for part in partitions if part in self._broker.partitions
        }

    async def assign(self, positions: Mapping[Partition, int]) -> None:
        self._positions = {
            part: self._positions.get(part, offset) for part, offset in positions.items()
        }
        self._broken = {part: why for part, why in self._broken.items() if part in positions}
        self._heard = {part: at for part, at in self._heard.items() if part in positions}

    async def read(self, limit: int, wait: float) -> Fetched:
        if self._positions and not self._gone:
            self._broker.calls.append("read")
        if not self._ready():
            await self._broker.wait(wait)
        records: list[Record] = []
        if not self._gone:
            for part, position in self._positions.items():
                if part in self._broken or part not in self._broker.partitions:
                    continue
                self._heard[part] = self._broker.clock.monotonic()
                if not self._broker.first[part] <= position <= self._broker.end(part):
                    self._broken[part] = Problem(
                        "gone", "The topic does not hold the place where reading stopped"
                    )
                    continue
                records += self._some(part, limit - len(records))
        self._broker.delivered += records
        now = self._broker.clock.monotonic()
        heard = {
            part: at
            for part, at in self._heard.items()
            if part in self._broker.partitions and part in self._positions
        }
        ends = {part: self._broker.end(part) for part in heard}
        return Fetched(
            tuple(records),
            dict(self._positions),
            ends,
            {part: now - at for part, at in heard.items()},
            dict(self._broken),
        )

    async def seek(self, partition: Partition, offset: int) -> None:
        if partition in self._positions:
            self._positions[partition] = offset
            self._broken.pop(partition, None)

    async def close(self) -> None:
        self._positions = {}

    @property
    def _gone(self) -> bool:
        return self._broker.down or self._broker.mute

    def _ready(self) -> bool:
        positions = (
            (part, at)
            for part, at in self._positions.items()
            if part in self._broker.partitions and part not in self._broken
        )
        return not self._gone and any(at != self._broker.end(part) for part, at in positions)

    def _some(self, part: Partition, limit: int) -> list[Record]:
        found = [
            record
            for record in self._broker.partitions[part]
            if record.offset >= self._positions[part]
        ][: max(0, limit)]
        for place, record in enumerate(found):
            if (part, record.offset) in self._broker.corrupt:
                self._broken[part] = Problem("invalid", "A batch of records cannot be decoded")
                found = found[:place]
        if found:
            self._positions[part] = found[-1].offset + 1
        return found

    def _ask(self, what: str) -> None:
        self._broker.calls.append(what)
        if self._broker.down:
            raise Problem(
                "unavailable",
                "Kafka at memory cannot be read",
                "It does not answer",
                "It is tried again",
            )
