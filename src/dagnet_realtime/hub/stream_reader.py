"""Reads a source's stream while its channel is watched, and only then.

    On      stores the ends of all partitions before it is answered: reading begins exactly there
    leases  once a second each process renews its partitions' leases, and stores its positions
    read    appends `MAX_RECORDS` at a time; a position moves after the append
    behind  a partition that is too far behind goes on at its end, and viewers get a gap
    Off     assigns no partition, so that nothing is fetched

The lag of a partition is measured by our own clock: the time since its end was first seen beyond
our position. Producers' clocks may be wrong by days. They count in one case only: after more than
`behind` seconds in which nothing could be read, a record that claims to be younger is believed.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from dagnet_realtime.model.event import Position
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.stream import Partition, Record, StreamSettings
from dagnet_realtime.model.workspace import Channel, Source
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import Log, ReadGap
from dagnet_realtime.ports.stream import (
    Checkpoint,
    Fetched,
    PartitionLeases,
    PartitionOwner,
    Stream,
)

_LOG = logging.getLogger("dagnet_realtime.hub")
MAX_RECORDS = 200  # of one append: some 4 ms of parsing between two turns of the loop
READ_SECONDS = 0.25  # for which a read waits for the first record
LOOK_SECONDS = 1.0  # between two looks at whether the channel is watched, and at who reads what
ANEW_SECONDS = 0.05  # after one life of the log, before the look at whether another has begun
LIST_SECONDS = 10.0  # between two looks at which partitions there are
ON_SECONDS = 2.0  # for which On waits for the ends of the partitions
MOVE_SECONDS = 15.0  # that a partition may lie still while it moves to another process
RETRY_SECONDS = 0.5  # between tries of an append that the log refuses
REST_SECONDS = 1.0  # before the second try to connect; twice as long before each further one
MOST_REST_SECONDS = 5.0  # at most, while the stream cannot be reached
REFUSED_SECONDS = (
    30.0  # while it refuses us, or cannot be read at all: nothing is better by asking often
)
SAMPLE_SECONDS = 0.25  # between two samples of a partition's end
SILENT_SECONDS = 30.0  # without an answer, after which operators see it
NOWHERE = Position("", 0)


class RecordCounts(msgspec.Struct):
    """What became of records beside their events: refusals by partition and code, and events of
    other sources.
    """

    refused: list[tuple[Partition, str]] = []
    others: list[Partition] = []


class RecordIntake(Protocol):
    """Ingests records: parses, sanitises and appends them, and counts the events."""

    async def records(self, source: Source, records: Sequence[Record]) -> RecordCounts:
        """Raises `Problem` if the log took none of some stretch; then all of them are to come
        again.
        """
        ...

    def missed(self, source: Source) -> None:
        """Counts records that are left unread; viewers get a gap."""
        ...


Connect = Callable[[StreamSettings], Awaitable[Stream]]


class StreamStatus(msgspec.Struct, frozen=True):
    """How a source's stream does, for operators: `trouble` is a sentence, "" if there is none."""

    source: str
    connected: bool
    watched: bool
    trouble: str
    partitions: Mapping[Partition, PartitionOwner]


class _PartitionState:
    """One partition that this process reads."""

    def __init__(self, offset: int, at: float, note: Checkpoint | None = None) -> None:
        self.offset = offset
        self.at = at  # when it was last known to be within its limits
        self.answered_at = at  # when the stream last answered
        self.read = note.read if note else 0
        self.refused = dict(note.refused) if note else {}
        self.others = note.others if note else 0
        self.jumps = note.jumps if note else 0
        self.trouble = ""
        self.end = offset
        self.fetched_at = note.fetched_at if note else 0
        self._samples: deque[tuple[float, int]] = deque()

    def saw(self, end: int, at: float) -> None:
        """The partition's end lay there at that moment."""
        self.end = end
        while self._samples and self._samples[0][1] <= self.offset:
            self._samples.popleft()
        if end > self.offset and (
            not self._samples
            or (end > self._samples[-1][1] and at - self._samples[-1][0] >= SAMPLE_SECONDS)
        ):
            self._samples.append((at, end))

    def lag(self, at: float) -> float:
        """Seconds since the end was first seen beyond where we stand."""
        while self._samples and self._samples[0][1] <= self.offset:
            self._samples.popleft()
        return at - self._samples[0][0] if self._samples else 0.0

    def jumped(self, end: int, at: float) -> None:
        """Goes on at the end."""
        self.offset = self.end = end
        self.at = at
        self.jumps += 1
        self._samples.clear()

    def note(self, epoch: str, at: float) -> Checkpoint:
        """What the other processes see."""
        return Checkpoint(
            epoch=epoch,
            offset=self.offset,
            lag=round(self.lag(at), 3),
            behind=max(0, self.end - self.offset),
            fetched_at=self.fetched_at,
            read=self.read,
            refused=self.refused,
            others=self.others,
            jumps=self.jumps,
            trouble=self.trouble,
        )


class StreamReader:
    """Reads one source of kind `kafka`. Run `run`; call `begin` when a watch session has opened,
    `look` when one has closed.
    """

    def __init__(
        self,
        source: Source,
        settings: StreamSettings,
        connect: Connect,
        intake: RecordIntake,
        log: Log,
        leases: PartitionLeases,
        clock: Clock,
    ) -> None:
        self.source = source
        self._settings = settings
        self._connect = connect
        self._intake = intake
        self._log = log
        self._leases = leases
        self._clock = clock
        self._stream: Stream | None = None
        self._epoch = ""
        self._trouble = ""
        self._look = asyncio.Event()
        self._tried = asyncio.Event()
        self._connected_at = 0.0
        self._begins: tuple[str, Mapping[str, int]] = ("", {})
        self._places: dict[Partition, _PartitionState] = {}

    async def run(self) -> None:
        """Reads until it is cancelled. What fails is logged once, and tried again."""
        rest = REST_SECONDS
        while True:
            try:
                self._stream = stream = await self._connect(self._settings)
                self._connected_at = self._clock.monotonic()
                self._tried.set()
                self._recovered()
                rest = REST_SECONDS
                try:
                    await self._serve(stream)
                finally:
                    self._stream = None
                    with contextlib.suppress(Problem):
                        await stream.close()
            except Problem as problem:
                self._tried.set()
                self._troubled(problem)
                if problem.code != "unavailable":
                    rest = REFUSED_SECONDS
            await self._clock.sleep(rest)
            rest = min(2 * rest, max(rest, MOST_REST_SECONDS))

    async def begin(self, channel: Channel) -> None:
        """On: keeps where the log's life begins in the stream, if no process has.

        Waits at most `ON_SECONDS`, also for a first connection that is about to stand; not for one
        that is known to fail.
        """
        if channel != self.source.channel:
            return
        self._look.set()
        if self._stream is None and self._trouble:
            return
        with contextlib.suppress(Problem, TimeoutError):
            async with asyncio.timeout(ON_SECONDS):
                await self._tried.wait()
                epoch = await self._living()
                if epoch and self._stream is not None:
                    await self._begun(self._stream, epoch)

    async def end(self, channel: Channel) -> None:
        """A session has closed: if it was the last one, nothing is fetched from here on."""
        if channel != self.source.channel:
            return
        self._look.set()
        if self._stream is not None and not self._log.watched(channel):
            with contextlib.suppress(Problem):
                await self._stream.assign({})

    @property
    def trouble(self) -> str:
        """What keeps the stream from being read, in a sentence; "" if nothing does."""
        return self._trouble

    @property
    def process(self) -> str:
        """The name of this process, as other processes' operators see it."""
        return self._leases.process

    def checkpoints(self) -> dict[Partition, Checkpoint]:
        """Where this process stands with each partition that it reads."""
        return self._checkpoints("", self._places)

    async def status(self) -> StreamStatus:
        """How it does. Raises `Problem` if the store cannot be reached."""
        partitions = await self._leases.owners(self.source)
        watched = self._log.watched(self.source.channel)
        return StreamStatus(
            self.source.id, self._stream is not None, watched, self._trouble, partitions
        )

    async def _serve(self, stream: Stream) -> None:
        """Reads whenever the channel is watched. Raises `Problem` if the stream fails; the store's
        failures are waited out.
        """
        while True:
            self._look.clear()
            try:
                epoch = await self._living()
            except Problem:
                epoch = ""
            if epoch:
                await self._watch(stream, epoch)
            await stream.assign({})
            await self._pause(ANEW_SECONDS if epoch else LOOK_SECONDS)

    async def _watch(self, stream: Stream, epoch: str) -> None:
        """Reads for one life of the log, until it is over."""
        places = self._places = {}
        listed = shared = float("-inf")
        partitions: Sequence[Partition] = ()
        try:
            while True:
                at = self._clock.monotonic()
                if at - listed >= LIST_SECONDS:
                    partitions, listed = sorted(await stream.partitions()), at
                    self._listed(partitions)
                if at - shared >= LOOK_SECONDS:
                    try:
                        owned = await self._exchanged(stream, epoch, places, partitions)
                    except Problem as problem:
                        if problem.code != "unavailable":
                            raise
                        # without leases no process may read
                        await self._clock.sleep(RETRY_SECONDS)
                        continue
                    if owned is None:
                        return
                    await self._settled(stream, epoch, places, owned)
                    shared = self._clock.monotonic()
                if not self._log.watched(self.source.channel):
                    return
                fetched = await stream.read(MAX_RECORDS, READ_SECONDS)
                if not self._log.watched(self.source.channel):
                    return
                await self._taken(stream, places, fetched)
        finally:
            self._places = {}
            await self._left(epoch, places)

    async def _living(self) -> str:
        """The epoch of the channel's log; "" if it is not watched. Raises `Problem` if the store
        cannot be reached.
        """
        found = await self._log.read(self.source.channel, NOWHERE, 1, 0)
        return found.resume.epoch if isinstance(found, ReadGap) and found.reason != "gone" else ""

    async def _begun(self, stream: Stream, epoch: str) -> Mapping[str, int]:
        """How many partitions each topic had when the log's epoch began.

        Stores that, and the partitions' ends, if no process has.
        """
        if self._begins[0] == epoch:
            return self._begins[1]
        known = await self._leases.began(self.source, epoch)
        if known is not None:
            self._begins = (epoch, known)
            return known
        partitions = await stream.partitions()
        counts = {
            topic: sum(part.topic == topic for part in partitions)
            for topic in self._settings.topics
        }
        await self._leases.begin(self.source, epoch, await stream.ends(partitions), counts)
        return await self._leases.began(self.source, epoch) or counts

    async def _exchanged(
        self,
        stream: Stream,
        epoch: str,
        places: Mapping[Partition, _PartitionState],
        partitions: Sequence[Partition],
    ) -> dict[Partition, Checkpoint | None] | None:
        if await self._living() != epoch:
            return None
        await self._begun(stream, epoch)
        return await self._leases.renew(
            self.source, epoch, self._checkpoints(epoch, places), partitions
        )

    async def _settled(
        self,
        stream: Stream,
        epoch: str,
        places: dict[Partition, _PartitionState],
        owned: Mapping[Partition, Checkpoint | None],
    ) -> None:
        """Reads what is this process's now, from where it was read to."""
        for partition in places.keys() - owned.keys():
            del places[partition]
        fresh = {partition: note for partition, note in owned.items() if partition not in places}
        if fresh:
            counts = await self._begun(stream, epoch)
            unknown = [
                part
                for part, note in fresh.items()
                if note is None and part.number < counts.get(part.topic, 0)
            ]
            ends = await stream.ends(unknown) if unknown else {}
            at, now = self._clock.monotonic(), self._clock.now()
            for partition, note in fresh.items():
                if note is not None:
                    lain = (
                        max(0.0, (now - note.fetched_at) / 1000 - MOVE_SECONDS)
                        if note.fetched_at
                        else 0.0
                    )
                    places[partition] = _PartitionState(note.offset, at - lain, note)
                    if note.fetched_at:
                        places[partition].answered_at = at - max(
                            0.0, (now - note.fetched_at) / 1000
                        )
                elif partition not in unknown:  # it was born after On, so all of it is new
                    places[partition] = _PartitionState(0, at)
                elif (
                    partition in ends
                ):  # it had no leader when On came, so what was written since then is not known
                    places[partition] = _PartitionState(ends[partition], at)
                    self._missed(
                        partition,
                        places[partition],
                        "it had no leader when Realtime was switched on",
                    )
        await stream.assign({partition: place.offset for partition, place in places.items()})

    async def _taken(
        self, stream: Stream, places: Mapping[Partition, _PartitionState], fetched: Fetched
    ) -> None:
        """What a read brought becomes entries, unless it lies too far behind."""
        at, now = self._clock.monotonic(), self._clock.now()
        for partition, end in fetched.ends.items():
            if partition in places:
                places[partition].saw(end, at)
        late = self._late(places, fetched)
        records = [
            record
            for record in fetched.records
            if record.partition in places and record.partition not in late
        ]
        brought = {record.partition for record in records}
        if records:
            try:
                counted = await self._intake.records(self.source, records)
            except Problem as problem:
                if problem.code != "unavailable":
                    raise
                for partition in brought:
                    await stream.seek(partition, places[partition].offset)
                await self._clock.sleep(RETRY_SECONDS)
                return
            self._count(places, records, counted)
        lost = late | self._lost(places, fetched)
        for partition, place in places.items():
            if partition in lost:
                continue
            if partition in fetched.positions:
                place.offset = max(place.offset, fetched.positions[partition])
            silent = fetched.silent.get(partition)
            answered = silent is not None and silent <= LOOK_SECONDS
            if answered:
                place.answered_at, place.fetched_at, place.trouble = at, now, ""
            elif at - place.answered_at > SILENT_SECONDS:
                place.trouble = f"Kafka has not answered for {round(at - place.answered_at)} s"
            if answered or partition in brought:
                place.at = self._clock.monotonic()
        if lost:
            await self._jump(stream, places, lost)
        if (
            places
            and at - max(self._connected_at, *(place.answered_at for place in places.values()))
            > SILENT_SECONDS
        ):
            raise Problem(
                "unavailable",
                "Kafka has not answered for a while",
                "",
                "The connection is made anew",
            )

    def _late(
        self, places: Mapping[Partition, _PartitionState], fetched: Fetched
    ) -> dict[Partition, str]:
        """The partitions of which no record is taken that was fetched, and why: they are too far
        behind.
        """
        at, now, most = self._clock.monotonic(), self._clock.now(), self._settings.behind
        first: dict[Partition, Record] = {}
        for record in fetched.records:
            first.setdefault(record.partition, record)
        late: dict[Partition, str] = {}
        for partition, place in places.items():
            oldest = first.get(partition)
            if place.lag(at) > most:
                late[partition] = f"Reading was more than {most:g} s behind"
            elif oldest is not None and at - place.at > most and not _young(oldest, now, most):
                late[partition] = f"Nothing could be read for {round(at - place.at)} s"
        return late

    def _lost(
        self, places: Mapping[Partition, _PartitionState], fetched: Fetched
    ) -> dict[Partition, str]:
        """The partitions that cannot be read on where they stand, and why."""
        lost: dict[Partition, str] = {}
        for partition, place in places.items():
            if (why := fetched.broken.get(partition)) is not None:
                lost[partition] = why.sentence()
            elif fetched.ends.get(partition, place.offset) < place.offset:
                lost[partition] = "The topic was made anew"
        return lost

    async def _jump(
        self,
        stream: Stream,
        places: Mapping[Partition, _PartitionState],
        lost: Mapping[Partition, str],
    ) -> None:
        """Goes on at the ends of partitions; viewers get a gap for each."""
        ends = await stream.ends(list(lost))
        for partition, end in ends.items():
            await stream.seek(partition, end)
            places[partition].jumped(end, self._clock.monotonic())
            self._missed(partition, places[partition], lost[partition])

    def _missed(self, partition: Partition, place: _PartitionState, reason: str) -> None:
        place.trouble = reason
        self._intake.missed(self.source)
        _LOG.warning(
            "stream_gap source=%s partition=%s reason=%s", self.source.id, partition, reason
        )

    def _count(
        self,
        places: Mapping[Partition, _PartitionState],
        records: Sequence[Record],
        counted: RecordCounts,
    ) -> None:
        for record in records:
            places[record.partition].read += 1
            places[record.partition].offset = record.offset + 1
        for partition, code in counted.refused:
            refused = places[partition].refused
            refused[code] = refused.get(code, 0) + 1
        for partition in counted.others:
            places[partition].others += 1

    def _checkpoints(
        self, epoch: str, places: Mapping[Partition, _PartitionState]
    ) -> dict[Partition, Checkpoint]:
        at = self._clock.monotonic()
        return {partition: place.note(epoch, at) for partition, place in places.items()}

    async def _left(self, epoch: str, places: Mapping[Partition, _PartitionState]) -> None:
        """Gives the partitions back, so that another process need not wait; it learns where we
        stood.
        """
        with contextlib.suppress(Problem):
            await self._leases.release(self.source, epoch, self._checkpoints(epoch, places))

    async def _pause(self, seconds: float) -> None:
        """Waits for a session to open or close, at most for so long."""
        looked = asyncio.ensure_future(self._look.wait())
        slept = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait((looked, slept), return_when=asyncio.FIRST_COMPLETED)
        finally:
            looked.cancel()
            slept.cancel()

    def _listed(self, partitions: Sequence[Partition]) -> None:
        """Says which topics are not there."""
        absent = sorted(set(self._settings.topics) - {part.topic for part in partitions})
        if absent:
            self._troubled(
                Problem(
                    "not_found",
                    f"Kafka has no topic {absent[0]}",
                    "",
                    "Correct `topics`, or have the topic made",
                )
            )
        else:
            self._recovered()

    def _troubled(self, problem: Problem) -> None:
        """Logs a problem once."""
        sentence = problem.sentence()
        if sentence != self._trouble:
            self._trouble = sentence
            _LOG.warning("stream_trouble source=%s problem=%s", self.source.id, sentence)

    def _recovered(self) -> None:
        if self._trouble:
            self._trouble = ""
            _LOG.info("stream_recovered source=%s", self.source.id)


class StreamReaders:
    """The readers of all streams of this process; of none, it does nothing."""

    def __init__(self, readers: Sequence[StreamReader]) -> None:
        self._readers = tuple(readers)

    async def run(self) -> None:
        """Runs all of them until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for reader in self._readers:
                tasks.create_task(reader.run())

    async def begin(self, channel: Channel) -> None:
        """On: keeps where the channel's streams begin."""
        await asyncio.gather(*(reader.begin(channel) for reader in self._readers))

    async def end(self, channel: Channel) -> None:
        """Off, perhaps."""
        for reader in self._readers:
            await reader.end(channel)

    def of(self, channel: Channel) -> list[StreamReader]:
        """The readers that read for a channel."""
        return [reader for reader in self._readers if reader.source.channel == channel]


NO_STREAMS = StreamReaders(())


def _young(record: Record, now: int, most: float) -> bool:
    """Whether a record says that it is younger than `most` seconds."""
    return record.timestamp is not None and now - record.timestamp <= most * 1000
