"""The log of each channel in a Redis stream, shared by any number of processes.

`RedisLog` runs one Lua script per call, so appending, deduplicating and trimming are atomic (see
`lua/_prelude.lua` for the keys). Concurrent appends of one process are sent together by an
`AppendBatcher`.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from dagnet_realtime.core.codec import ERASED, anonymize, checksum, decode_entry, encode_entry
from dagnet_realtime.core.identifiers import fingerprint
from dagnet_realtime.model.event import Entry, Position
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import DEDUPE_ENTRIES, DEDUPE_SECONDS
from dagnet_realtime.model.workspace import Channel, Policy
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import LogSlice, Outcome, ReadGap
from dagnet_realtime.stores.redis_connection import RedisConnection

Stored = tuple[int, bytes, bool]
"""An entry's offset and bytes, and whether it may repeat one that the window has forgotten."""


EncodedEntry = tuple[bytes, int | str, bytes]
"""An entry's fingerprint, when Segment received it (ms; "" if it needs no flag), and its bytes."""


def encode_entries(entries: Sequence[Entry]) -> list[EncodedEntry]:
    """The entries as `lua/append.lua` takes them."""
    encoded: list[EncodedEntry] = []
    for entry in entries:
        received = entry.segment_received_at
        flagged = received is None or "maybe_repeat" in entry.flags
        encoded.append(
            (
                entry.once or fingerprint(entry.id),
                "" if flagged or received is None else received,
                encode_entry(entry),
            )
        )
    return encoded


def parse_stream(raw: Sequence[Any], epoch: bytes) -> list[Stored]:
    """The entries of `epoch` in an answer of XRANGE."""
    return [
        (int(id.partition(b"-")[0]), fields[1], len(fields) > 2)
        for id, fields in raw
        if fields[0] == epoch
    ]


def decode_stored(bytes: bytes, repeat: bool) -> Entry:
    """Decodes an entry; `repeat` flags it as one that may repeat another."""
    entry = decode_entry(bytes)
    return msgspec.structs.replace(entry, flags=(*entry.flags, "maybe_repeat")) if repeat else entry


def forgettable(raw: Sequence[Any], tokens: frozenset[str], needed: frozenset[str]) -> list[bytes]:
    """Ids of the entries that carry any of `tokens`, each followed by its anonymous remains.

    `raw` is what `lua/search.lua` returned, which also matches a token inside other text.
    """
    arguments: list[bytes] = []
    for id, fields in raw:
        entry = decode_stored(fields[1], len(fields) > 2)
        if any(trace.token in tokens for trace in entry.traces):
            arguments += (id, encode_entry(anonymize(entry, needed)))
    return arguments


def anonymous_of(raw: Sequence[bytes], epoch: bytes) -> dict[int, bytes]:
    """The remains of forgotten people's entries of `epoch`, by offset."""
    parts = (one.split(b" ", 2) for one in raw)
    return {int(id.partition(b"-")[0]): bytes for id, made_in, bytes in parts if made_in == epoch}


def to_slice(
    stored: Sequence[Stored], after: int, end: int, forgotten: Mapping[int, bytes]
) -> tuple[Entry, ...]:
    """The entries of the offsets in `(after, end]`.

    A missing one was `forgotten` with its person: its remains, else an erased entry, take its
    place.
    """
    if len(stored) == end - after:
        return tuple([decode_stored(bytes, repeat) for _, bytes, repeat in stored])
    by_offset = {offset: decode_entry(bytes) for offset, bytes in forgotten.items()}
    by_offset |= {offset: decode_stored(bytes, repeat) for offset, bytes, repeat in stored}
    return tuple([by_offset.get(offset, ERASED) for offset in range(after + 1, end + 1)])


def position_at(epoch: str, offset: int, bytes: bytes | None) -> Position:
    """The position after the entry at `offset`, with a checksum of its `bytes` (None: not kept)."""
    return Position(epoch, offset, checksum(bytes) if bytes else "")


MAX_BATCH_ENTRIES = 1000  # about 5 ms of Redis's only thread
MAX_WAITING_ENTRIES = 20_000  # of one channel; more are refused, and sent again by their sender
GATHER_SECONDS = 0.001  # for which the first append of a batch waits for others
GATHER_ENTRIES = 100  # with so many it waits no longer: one more call would cost little

Item = TypeVar("Item")
Send = Callable[[Sequence[Item]], Awaitable[list[Outcome]]]


class PendingBatch(Generic[Item]):
    """Entries of several appends that are sent together, and who waits for their outcomes.

    `opened_at` is in monotonic seconds.
    """

    def __init__(self, opened_at: float) -> None:
        self.opened_at = opened_at
        self.items: list[Item] = []
        self._waiting: list[tuple[asyncio.Future[list[Outcome]], int]] = []

    def join(self, items: Sequence[Item]) -> "asyncio.Future[list[Outcome]]":
        """Adds the entries of one append, and returns its own outcomes-to-be."""
        outcomes: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()
        self._waiting.append((outcomes, len(self.items)))
        self.items += items
        return outcomes

    def resolve(self, outcomes: list[Outcome]) -> None:
        """Gives each append the outcomes of its entries; one that was cancelled wants none."""
        end = len(outcomes)
        for waiting, start in reversed(self._waiting):
            if not waiting.done():
                waiting.set_result(outcomes[start:end])
            end = start

    def fail(self, error: BaseException) -> None:
        """Fails every append of the batch, so that its entries are sent again."""
        for waiting, _ in self._waiting:
            if not waiting.done():
                waiting.set_exception(error)


class AppendBatcher(Generic[Item]):
    """Sends the appends of one channel in order, those of a millisecond together in one call.

        first append   opens a batch, which is sent after `GATHER_SECONDS`
        others         join it until then, and while the call before it is under way
        answer         each append gets the outcomes of its own entries; an error fails all of them

    `send` stores entries. `seconds` limits how long an append may take, its turn included. The
    batch belongs to no append: one that is cancelled leaves the others as they are, and its
    entries are stored like those of any sender that did not wait for the answer.
    """

    def __init__(self, send: Send[Item], seconds: float, clock: Clock) -> None:
        self._send = send
        self._seconds = seconds
        self._clock = clock
        self._batches: deque[PendingBatch[Item]] = deque()  # not sent yet; the last is forming
        self._sender: asyncio.Task[None] | None = None
        self._held = 0  # entries that are not answered

    async def append(self, items: Sequence[Item]) -> list[Outcome]:
        """One outcome per entry, in order. Raises `Problem("unavailable")`."""
        if self._held + len(items) > MAX_WAITING_ENTRIES:
            raise _overloaded("Too many events are waiting for the store")
        batches = self._batches
        if not batches or len(batches[-1].items) + len(items) > MAX_BATCH_ENTRIES:
            batches.append(PendingBatch(self._clock.monotonic()))
            if self._sender is None:
                self._sender = asyncio.create_task(self._send_all())
        self._held += len(items)
        return await batches[-1].join(items)

    async def _send_all(self) -> None:
        """Sends batch after batch until none is left."""
        batches = self._batches
        try:
            while batches:
                wait = batches[0].opened_at + GATHER_SECONDS - self._clock.monotonic()
                if wait > 0 and len(batches[0].items) < GATHER_ENTRIES:
                    await self._clock.sleep(wait)
                await self._send_batch(batches.popleft())
        finally:
            self._sender = None
            while batches:  # the event loop is closing
                self._held -= len(batches[0].items)
                batches.popleft().fail(_overloaded("The server is stopping"))

    async def _send_batch(self, batch: PendingBatch[Item]) -> None:
        try:
            left = batch.opened_at + self._seconds - self._clock.monotonic()
            async with asyncio.timeout(max(0.0, left)):
                outcomes = await self._send(batch.items)
        except TimeoutError:
            batch.fail(_overloaded("The store is too slow"))
        except Exception as error:  # noqa: BLE001  # its senders raise it
            batch.fail(error)
        except BaseException:
            batch.fail(_overloaded("The server is stopping"))
            raise
        else:
            batch.resolve(outcomes)
        finally:
            self._held -= len(batch.items)


def _overloaded(title: str) -> Problem:
    return Problem("unavailable", title, "", "Send it again", retry_after=2)


UNWATCHED_SECONDS = 1.0  # for which an unwatched channel is not asked about again
CHUNK = 2000  # entries of one read: about 4 ms of Redis's only thread
SEARCH_CHUNK = 1000  # entries searched in one call when a person is forgotten
MAX_SLACK_MS = 1000  # by which retention may be late; at most a tenth of it
MAX_ID_SUFFIX = 18_446_744_073_709_551_615  # the largest second half of a stream's id


class WatchNotifier(Protocol):
    """Announces watched channels to other processes, and knows whether the store has lost data."""

    async def announce(self, channel: Channel) -> None:
        """Announces that `channel` is watched; a process that misses it finds out within 1 s."""
        ...

    async def lost(self) -> bool:
        """Whether the store may have lost its data a moment ago."""
        ...


class RedisLog:
    """Implements `Log`.

    `policies` holds each channel's retention and bound, `chance` makes ids of epochs; `seconds` and
    `max_fingerprints` bound the dedupe window.
    """

    def __init__(
        self,
        connection: RedisConnection,
        policies: Mapping[Channel, Policy],
        clock: Clock,
        notifier: WatchNotifier | None = None,
        chance: Callable[[], str] = lambda: secrets.token_hex(6),
        seconds: float = DEDUPE_SECONDS,
        max_fingerprints: int = DEDUPE_ENTRIES,
    ) -> None:
        self._connection = connection
        self._policies = policies
        self._clock = clock
        self._notifier = notifier
        self._chance = chance
        self._span = round(seconds * 1000)
        self._max_fingerprints = max_fingerprints
        self._batchers: dict[Channel, AppendBatcher[EncodedEntry]] = {}
        self._unwatched_until: dict[Channel, float] = {}  # monotonic
        self._known_epochs: dict[Channel, str] = {}
        self._own_leases: dict[Channel, set[str]] = {}

    async def append(self, channel: Channel, entries: Sequence[Entry]) -> list[Outcome]:
        """Appends what is new while the channel is watched; one outcome per entry, in order."""
        batcher = self._batchers.get(channel)
        if batcher is None:
            batcher = self._batchers[channel] = AppendBatcher(
                partial(self._append, channel), self._connection.seconds, self._clock
            )
        encoded = encode_entries(entries)
        if len(encoded) <= MAX_BATCH_ENTRIES:
            return await batcher.append(encoded)
        outcomes: list[Outcome] = []
        for start in range(0, len(encoded), MAX_BATCH_ENTRIES):
            outcomes += await batcher.append(encoded[start : start + MAX_BATCH_ENTRIES])
        return outcomes

    async def read(
        self, channel: Channel, after: Position, limit: int, wait: float
    ) -> LogSlice | ReadGap:
        """At most `limit` entries after `after`, or the gap that took their place.

        If there are none it waits up to `wait` seconds for one.
        """
        answer = await self._read(channel, after, limit)
        if wait <= 0 or isinstance(answer, ReadGap) or answer.entries:
            return answer
        key, id = self._keys(channel)[2], f"{after.offset}-{MAX_ID_SUFFIX}"
        await self._connection.call(
            "XREAD", "COUNT", 1, "BLOCK", max(1, round(wait * 1000)), "STREAMS", key, id, wait=wait
        )
        return await self._read(channel, after, limit)

    async def acquire_lease(self, channel: Channel, lease: str, ttl: float) -> Position:
        """Opens or renews a lease for `ttl` seconds; the first one begins an epoch.

        Returns the end of the log.
        """
        retention, slack = self._retention(channel)
        arguments = (
            lease,
            round(ttl * 1000),
            self._chance(),
            self._span,
            retention,
            slack,
            self._known_epochs.get(channel, ""),
        )
        epoch, last, bytes, began = await self._script("acquire_lease", channel, arguments)
        self._unwatched_until.pop(channel, None)
        self._known_epochs[channel] = epoch.decode()
        self._own_leases.setdefault(channel, set()).add(lease)
        if began and self._notifier is not None:
            await self._notifier.announce(channel)
        return position_at(epoch.decode(), int(last), bytes)

    async def release_lease(self, channel: Channel, lease: str) -> None:
        """Ends a lease; the last one ends the epoch and empties the log."""
        self._own_leases.get(channel, set()).discard(lease)
        if await self._script("release_lease", channel, (lease,)):
            self._unwatched_until[channel] = self._clock.monotonic() + UNWATCHED_SECONDS
            self._known_epochs.pop(channel, None)

    def watched(self, channel: Channel) -> bool:
        """Whether the channel may be watched: False if the store denied it in the last second."""
        until = self._unwatched_until.get(channel)
        return until is None or until <= self._clock.monotonic()

    def on_watched(self, channel: Channel) -> None:
        """Called when the channel begins to be watched at another process."""
        self._unwatched_until.pop(channel, None)

    async def forget(
        self, channel: Channel, tokens: frozenset[str], needed: frozenset[str] = frozenset()
    ) -> int:
        """Makes the entries that carry any of `tokens` anonymous, and returns how many.

        Values in `needed` stay. Entries that arrive during the search are not searched.
        """
        forgotten, at, texts = 0, b"0", sorted(tokens)
        while at and texts:
            answer = await self._script("search", channel, (at, SEARCH_CHUNK, *texts))
            if answer is None:
                return forgotten
            epoch, at, raw = answer
            if erased := forgettable(raw, tokens, needed):
                forgotten += await self._script("erase", channel, (epoch, *erased))
            await asyncio.sleep(0)
        return forgotten

    async def _append(self, channel: Channel, encoded: Sequence[EncodedEntry]) -> list[Outcome]:
        retention, slack = self._retention(channel)
        arguments = (
            self._bound(channel),
            retention,
            slack,
            self._span,
            self._max_fingerprints,
            *chain.from_iterable(encoded),
        )
        answer: bytes | None = await self._script("append", channel, arguments)
        if answer is None:
            if await self._lost(channel):
                raise Problem(
                    "unavailable",
                    "The store has just restarted",
                    "Viewers are reconnecting",
                    "Send it again",
                    retry_after=2,
                )
            self._unwatched_until[channel] = self._clock.monotonic() + UNWATCHED_SECONDS
            return ["unwatched"] * len(encoded)
        self._unwatched_until.pop(channel, None)
        return ["taken" if digit == 49 else "duplicate" for digit in answer]

    async def _lost(self, channel: Channel) -> bool:
        """Whether a channel without a lease lost it with the store.

        The store is asked only if a lease of this process should be open.
        """
        held = self._own_leases.pop(channel, None)
        return self._connection.recently_failed() or (
            bool(held) and self._notifier is not None and await self._notifier.lost()
        )

    async def _read(self, channel: Channel, after: Position, limit: int) -> LogSlice | ReadGap:
        retention, slack = self._retention(channel)
        arguments = (
            after.epoch,
            after.offset,
            min(limit, CHUNK),
            self._bound(channel),
            retention,
            slack,
        )
        answer = await self._script("read", channel, arguments)
        if answer is None:
            return ReadGap(after, None, "gone")
        epoch, first, last, raw, remains = answer
        stored, forgotten = parse_stream(raw, epoch), anonymous_of(remains, epoch)
        return _classify_read(
            epoch.decode(), int(first), int(last), stored, forgotten, after, min(limit, CHUNK)
        )

    async def _script(
        self, name: str, channel: Channel, arguments: Sequence[str | bytes | int]
    ) -> Any:
        return await self._connection.script(name, self._keys(channel), arguments)

    def _keys(self, channel: Channel) -> tuple[str, ...]:
        tag = f"{{{self._connection.target.prefix}:{channel}}}"
        return (
            f"{tag}:state",
            f"{tag}:leases",
            f"{tag}:log",
            f"{tag}:seen:0",
            f"{tag}:seen:1",
            f"{tag}:forgotten",
        )

    def _bound(self, channel: Channel) -> int:
        return max(1, self._policies.get(channel, _DEFAULT_POLICY).log_entries)

    def _retention(self, channel: Channel) -> tuple[int, int]:
        retention = round(self._policies.get(channel, _DEFAULT_POLICY).retention * 1000)
        return retention, min(MAX_SLACK_MS, retention // 10)


_DEFAULT_POLICY = Policy()


def _classify_read(
    epoch: str,
    first: int,
    last: int,
    stored: list[Stored],
    forgotten: Mapping[int, bytes],
    after: Position,
    limit: int,
) -> LogSlice | ReadGap:
    """A slice for a reader at `after`, or why it cannot be served."""
    if after.epoch != epoch:
        return ReadGap(position_at(epoch, first - 1, None), None, "epoch")
    kept = {offset: bytes for offset, bytes, _ in stored}
    at = kept.get(after.offset)
    if after.offset > last:
        return ReadGap(position_at(epoch, last, kept.get(last)), None, "failover")
    actual = position_at(epoch, after.offset, at)
    if after.check and at is not None and actual.check != after.check:
        return ReadGap(actual, None, "failover")
    if after.offset < first - 1:
        return ReadGap(position_at(epoch, first - 1, None), first - 1 - after.offset, "retention")
    end = min(last, after.offset + limit)
    wanted = [one for one in stored if after.offset < one[0] <= end]
    return LogSlice(
        after,
        position_at(epoch, end, kept.get(end)),
        to_slice(wanted, after.offset, end, forgotten),
    )
