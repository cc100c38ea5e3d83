"""The log of every channel in Redis streams, shared by any number of processes."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from dagnet_realtime.core.codec import ERASED, anonymous, checksum, decode_entry, encode_entry
from dagnet_realtime.core.identifiers import fingerprint
from dagnet_realtime.model.event import Entry, Position
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import DEDUPE_ENTRIES, DEDUPE_SECONDS
from dagnet_realtime.model.workspace import Channel, Policy
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import LogSlice, Outcome, ReadGap
from dagnet_realtime.stores.redis_connection import Name, RedisConnection

Stored = tuple[int, bytes, bool]
"""Offset, bytes, and whether the entry may repeat one that the window has forgotten."""


def append_arguments(entries: Sequence[Entry]) -> list[str | bytes | int]:
    """What the script `append` takes of each entry."""
    made: list[str | bytes | int] = []
    for entry in entries:
        received = entry.segment_received_at
        flagged = received is None or "maybe_repeat" in entry.flags
        made += (
            entry.once or fingerprint(entry.id),
            "" if flagged or received is None else received,
            encode_entry(entry),
        )
    return made


def parse_stream(raw: Sequence[Any], epoch: bytes) -> list[Stored]:
    """What a stream's answer holds of the life `epoch`."""
    return [
        (int(id.partition(b"-")[0]), fields[1], len(fields) > 2)
        for id, fields in raw
        if fields[0] == epoch
    ]


def decode_stored(bytes: bytes, repeat: bool) -> Entry:
    """The entry, flagged where the window could not know a repeat."""
    entry = decode_entry(bytes)
    return msgspec.structs.replace(entry, flags=(*entry.flags, "maybe_repeat")) if repeat else entry


def forgettable(raw: Sequence[Any], tokens: frozenset[str], needed: frozenset[str]) -> list[bytes]:
    """Of the entries that a search found, the ids of those that carry any of `tokens`, each followed by what may stay of it."""
    made: list[bytes] = []
    for id, fields in raw:
        entry = decode_stored(fields[1], len(fields) > 2)
        if any(trace.token in tokens for trace in entry.traces):
            made += (id, encode_entry(anonymous(entry, needed)))
    return made


def anonymous_of(raw: Sequence[bytes], epoch: bytes) -> dict[int, bytes]:
    """What stayed of forgotten people's entries of the life `epoch`, by offset."""
    kept = (one.split(b" ", 2) for one in raw)
    return {int(id.partition(b"-")[0]): bytes for id, life, bytes in kept if life == epoch}


def to_slice(
    found: Sequence[Stored], after: int, end: int, forgotten: Mapping[int, bytes]
) -> tuple[Entry, ...]:
    """The entries of the offsets in `(after, end]`; where one is missing it is what stayed of it when its person was `forgotten`."""
    if len(found) == end - after:
        return tuple([decode_stored(bytes, repeat) for _, bytes, repeat in found])
    there = {offset: decode_entry(bytes) for offset, bytes in forgotten.items()}
    there |= {offset: decode_stored(bytes, repeat) for offset, bytes, repeat in found}
    return tuple([there.get(offset, ERASED) for offset in range(after + 1, end + 1)])


def position_at(epoch: str, offset: int, bytes: bytes | None) -> Position:
    """The place after the entry of those bytes, which vouch for it; None where they are not kept."""
    return Position(epoch, offset, checksum(bytes) if bytes else "")


MOST_ENTRIES = 1000  # of one call: some 5 ms of Redis's only thread
MOST_WAITING = 20_000  # entries of one channel that may wait; more are refused, to be sent again

Send = Callable[[Sequence[Entry]], Awaitable[list[Outcome]]]


class PendingBatch:
    """Entries of several appends, and the answer that all of them wait for."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.answer: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()


class AppendBatcher:
    """The appends of one channel in the order in which they came. `seconds` bound how long any of them may take.

    Whoever begins a batch sends it, for everybody who joined while it waited for its turn.
    """

    def __init__(self, send: Send, seconds: float) -> None:
        self._send = send
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._forming: PendingBatch | None = None
        self._waiting = 0

    async def append(self, entries: Sequence[Entry]) -> list[Outcome]:
        """One outcome an entry; raises `Problem("unavailable")`."""
        if self._waiting + len(entries) > MOST_WAITING:
            raise _late("Too many events wait for the store")
        batch = self._forming
        begun = batch is None or len(batch.entries) + len(entries) > MOST_ENTRIES
        if begun or batch is None:
            batch = self._forming = PendingBatch()
        start = len(batch.entries)
        batch.entries += entries
        self._waiting += len(entries)
        try:
            if begun:
                await self._lead(batch)
            answer = await batch.answer
        finally:
            self._waiting -= len(entries)
        return answer[start : start + len(entries)]

    async def _lead(self, batch: PendingBatch) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await asyncio.sleep(0)  # others of this turn of the loop
                async with self._turn:
                    if self._forming is batch:
                        self._forming = None
                    batch.answer.set_result(await self._send(batch.entries))
        except (Problem, TimeoutError) as error:
            problem = error if isinstance(error, Problem) else _late("The store takes too long")
            batch.answer.set_exception(problem)
        finally:
            if self._forming is batch:
                self._forming = None
            if not batch.answer.done():
                batch.answer.set_exception(_late("The server is stopping"))
                batch.answer.exception()


def _late(title: str) -> Problem:
    return Problem("unavailable", title, "", "Send it again", retry_after=2)


UNWATCHED_SECONDS = (
    1.0  # for which the door believes that nobody watches; an On elsewhere is told sooner
)
CHUNK = 2000  # entries of one read: some 4 ms of Redis's only thread
SEARCHED = 1000  # entries looked through in one step when somebody is forgotten
SLACK = 1000  # ms that retention may be late, a tenth of it where that is less
OLDEST = 18_446_744_073_709_551_615  # the second half of a stream's id; all entries of an offset come before it


class WatchNotifier(Protocol):
    """Tells other processes that somebody watches a channel, and whether the store still holds what it held."""

    async def announce(self, channel: Channel) -> None:
        """Tells them; one that misses it learns it by itself within a second."""
        ...

    async def lost(self) -> bool:
        """Whether the store may have lost a moment ago what it held."""
        ...


class RedisLog:
    """Implements `Log`.

    `policies` gives each channel's retention and bound, `chance` makes epochs, `seconds` and `most` are the window of fingerprints.
    """

    def __init__(
        self,
        calls: RedisConnection,
        policies: Mapping[Channel, Policy],
        clock: Clock,
        news: WatchNotifier | None = None,
        chance: Callable[[], str] = lambda: secrets.token_hex(6),
        seconds: float = DEDUPE_SECONDS,
        most: int = DEDUPE_ENTRIES,
    ) -> None:
        self._calls = calls
        self._policies = policies
        self._clock = clock
        self._news = news
        self._chance = chance
        self._span = round(seconds * 1000)
        self._most = most
        self._batches: dict[Channel, AppendBatcher] = {}
        self._unwatched: dict[Channel, float] = {}
        self._known: dict[Channel, str] = {}
        self._held: dict[Channel, set[str]] = {}

    async def append(self, channel: Channel, entries: Sequence[Entry]) -> list[Outcome]:
        """Writes what is new while somebody watches; one outcome an entry."""
        batches = self._batches.get(channel)
        if batches is None:
            batches = self._batches[channel] = AppendBatcher(
                lambda some: self._append(channel, some), self._calls.seconds
            )
        outcomes: list[Outcome] = []
        for start in range(0, len(entries), MOST_ENTRIES):
            outcomes += await batches.append(entries[start : start + MOST_ENTRIES])
        return outcomes

    async def read(
        self, channel: Channel, after: Position, limit: int, wait: float
    ) -> LogSlice | ReadGap:
        """The entries after `after`, or what became of them; waits up to `wait` seconds where there are none."""
        found = await self._read(channel, after, limit)
        if wait <= 0 or isinstance(found, ReadGap) or found.entries:
            return found
        key, id = self._keys(channel)[2], f"{after.offset}-{OLDEST}"
        await self._calls.call(
            "XREAD", "COUNT", 1, "BLOCK", max(1, round(wait * 1000)), "STREAMS", key, id, wait=wait
        )
        return await self._read(channel, after, limit)

    async def acquire_lease(self, channel: Channel, lease: str, ttl: float) -> Position:
        """Opens or renews a lease; the first one begins a new life of the log."""
        retention, slack = self._retention(channel)
        given = (
            lease,
            round(ttl * 1000),
            self._chance(),
            self._span,
            retention,
            slack,
            self._known.get(channel, ""),
        )
        epoch, last, bytes, began = await self._script("hold", channel, given)
        self._unwatched.pop(channel, None)
        self._known[channel] = epoch.decode()
        self._held.setdefault(channel, set()).add(lease)
        if began and self._news is not None:
            await self._news.announce(channel)
        return position_at(epoch.decode(), int(last), bytes)

    async def release_lease(self, channel: Channel, lease: str) -> None:
        """Ends a lease, and with the last one the log's life."""
        self._held.get(channel, set()).discard(lease)
        if await self._script("release", channel, (lease,)):
            self._unwatched[channel] = self._clock.monotonic() + UNWATCHED_SECONDS
            self._known.pop(channel, None)

    def watched(self, channel: Channel) -> bool:
        """False where this process was told less than a second ago that nobody watches."""
        until = self._unwatched.get(channel)
        return until is None or until <= self._clock.monotonic()

    def on_watched(self, channel: Channel) -> None:
        """Somebody has begun to watch, in another process."""
        self._unwatched.pop(channel, None)

    async def forget(
        self, channel: Channel, tokens: frozenset[str], needed: frozenset[str] = frozenset()
    ) -> int:
        """Makes the entries that carry any of `tokens` anonymous. Who comes while it looks is not looked at."""
        forgotten, at, texts = 0, b"0", sorted(tokens)
        while at and texts:
            answer = await self._script("search", channel, (at, SEARCHED, *texts))
            if answer is None:
                return forgotten
            epoch, at, raw = answer
            if theirs := forgettable(raw, tokens, needed):
                forgotten += await self._script("blank", channel, (epoch, *theirs))
            await asyncio.sleep(0)
        return forgotten

    async def _append(self, channel: Channel, entries: Sequence[Entry]) -> list[Outcome]:
        retention, slack = self._retention(channel)
        given = (
            self._bound(channel),
            retention,
            slack,
            self._span,
            self._most,
            *append_arguments(entries),
        )
        answer: bytes | None = await self._script("append", channel, given)
        if answer is None:
            if await self._lost(channel):
                raise Problem(
                    "unavailable",
                    "The store has just come back",
                    "Viewers are not back yet",
                    "Send it again",
                    retry_after=2,
                )
            self._unwatched[channel] = self._clock.monotonic() + UNWATCHED_SECONDS
            return ["unwatched"] * len(entries)
        self._unwatched.pop(channel, None)
        return ["taken" if digit == 49 else "duplicate" for digit in answer]

    async def _lost(self, channel: Channel) -> bool:
        """Whether a log without a lease is one that the store lost: it is asked where a lease of this process should be open."""
        held = self._held.pop(channel, None)
        return self._calls.recently_failed() or (
            bool(held) and self._news is not None and await self._news.lost()
        )

    async def _read(self, channel: Channel, after: Position, limit: int) -> LogSlice | ReadGap:
        retention, slack = self._retention(channel)
        given = (
            after.epoch,
            after.offset,
            min(limit, CHUNK),
            self._bound(channel),
            retention,
            slack,
        )
        answer = await self._script("read", channel, given)
        if answer is None:
            return ReadGap(after, None, "gone")
        epoch, first, last, raw, nobodys = answer
        found, forgotten = parse_stream(raw, epoch), anonymous_of(nobodys, epoch)
        return _classify_read(
            epoch.decode(), int(first), int(last), found, forgotten, after, min(limit, CHUNK)
        )

    async def _script(
        self, name: Name, channel: Channel, given: Sequence[str | bytes | int]
    ) -> Any:
        return await self._calls.script(name, self._keys(channel), given)

    def _keys(self, channel: Channel) -> tuple[str, ...]:
        tag = f"{{{self._calls.target.prefix}:{channel}}}"
        return (
            f"{tag}:state",
            f"{tag}:leases",
            f"{tag}:log",
            f"{tag}:seen:0",
            f"{tag}:seen:1",
            f"{tag}:forgotten",
        )

    def _bound(self, channel: Channel) -> int:
        return max(1, self._policies.get(channel, _USUAL).log_entries)

    def _retention(self, channel: Channel) -> tuple[int, int]:
        retention = round(self._policies.get(channel, _USUAL).retention * 1000)
        return retention, min(SLACK, retention // 10)


_USUAL = Policy()


def _classify_read(
    epoch: str,
    first: int,
    last: int,
    found: list[Stored],
    forgotten: Mapping[int, bytes],
    after: Position,
    limit: int,
) -> LogSlice | ReadGap:
    """What the log's answer means for a reader at `after`."""
    if after.epoch != epoch:
        return ReadGap(position_at(epoch, first - 1, None), None, "epoch")
    kept = {offset: bytes for offset, bytes, _ in found}
    at = kept.get(after.offset)
    if after.offset > last:
        return ReadGap(position_at(epoch, last, kept.get(last)), None, "failover")
    here = position_at(epoch, after.offset, at)
    if after.check and at is not None and here.check != after.check:
        return ReadGap(here, None, "failover")
    if after.offset < first - 1:
        return ReadGap(position_at(epoch, first - 1, None), first - 1 - after.offset, "retention")
    end = min(last, after.offset + limit)
    fresh = [one for one in found if after.offset < one[0] <= end]
    return LogSlice(
        after, position_at(epoch, end, kept.get(end)), to_slice(fresh, after.offset, end, forgotten)
    )
