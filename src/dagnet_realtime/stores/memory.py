"""The memory store: logs, watch sessions and revoked sign-ins of one process.

Everything ends with the process. The Redis adapters keep the same promises
(tests/stores/contract.py).
"""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import msgspec

from dagnet_realtime.core.codec import ERASED, anonymize, checksum, decode_entry, encode_entry
from dagnet_realtime.core.window import DedupeWindow
from dagnet_realtime.model.event import Entry, Position
from dagnet_realtime.model.stream import Partition
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel, Policy, Source
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import LogSlice, Outcome, ReadGap
from dagnet_realtime.ports.stream import Checkpoint, PartitionOwner

MARK_SECONDS = 1.0  # by which retention may be late: arrivals are timed once a second


class _Anonymous(bytes):
    """The remains of a forgotten person's entry.

    Positions at it have no checksum: those that readers hold were made of the entry's own bytes.
    """


class LogEpoch:
    """One channel's log from its first lease to the end of the last, as a ring buffer.

    The entry of offset n (from 1) is in slot n modulo `capacity`; `_first` is the oldest offset
    kept. `retention` is in seconds, `at` when the epoch began (ms since 1970).
    """

    def __init__(self, epoch: str, capacity: int, retention: float, at: int) -> None:
        self.epoch = epoch
        self.leases: dict[str, float] = {}
        self._slots: list[bytes | None] = [None]  # slot 0 is the last to be filled
        self._capacity = max(1, capacity)
        self._retention = retention
        self._first = 1
        self._last = 0
        self._marks: deque[tuple[float, int]] = deque()  # arrived by (monotonic), offset
        self._window = DedupeWindow(at)
        self._arrival: asyncio.Future[None] | None = None
        self._due = 0.0  # nothing expires before this (monotonic); 0: not known

    def append(self, entries: Sequence[Entry], now: int, at: float) -> list[Outcome]:
        """Appends the entries that the dedupe window has not seen; one outcome per entry.

        An entry older than the window is flagged: it may be a repeat. `now` is in ms since 1970,
        `at` in monotonic seconds.
        """
        outcomes: list[Outcome] = []
        fresh: list[bytes] = []
        window = self._window
        for entry in entries:
            if not window.add_if_new(entry.once or entry.id, now):
                outcomes.append("duplicate")
                continue
            received = entry.segment_received_at
            if (
                received is not None
                and received < window.start(now)
                and "maybe_repeat" not in entry.flags
            ):
                entry = msgspec.structs.replace(entry, flags=(*entry.flags, "maybe_repeat"))
            fresh.append(encode_entry(entry))
            outcomes.append("taken")
        if fresh:
            self._store(fresh)
            self._mark(at)
            self.wake()
        return outcomes

    def read(self, after: Position, limit: int) -> LogSlice | ReadGap:
        """At most `limit` entries after `after`, or the gap that took their place."""
        if after.epoch != self.epoch:
            return ReadGap(self._position(self._first - 1), None, "epoch")
        if after.offset > self._last or not self._is_trusted(after):
            return ReadGap(self._position(min(after.offset, self._last)), None, "failover")
        if after.offset < self._first - 1:
            return ReadGap(
                self._position(self._first - 1), self._first - 1 - after.offset, "retention"
            )
        end = min(self._last, after.offset + limit)
        stored = [
            self._slots[offset % self._capacity] for offset in range(after.offset + 1, end + 1)
        ]
        return LogSlice(
            after,
            self._position(end),
            tuple(ERASED if one is None else decode_entry(one) for one in stored),
        )

    def at_head(self, position: Position) -> bool:
        """Whether there is no entry after `position`."""
        return (
            position.epoch == self.epoch
            and position.offset == self._last
            and self._is_trusted(position)
        )

    def head(self) -> Position:
        """The position after the last entry."""
        return self._position(self._last)

    def expire(self, at: float) -> bool:
        """Drops entries past retention and lapsed leases; returns False if no lease is left."""
        if at < self._due:
            return True
        while self._marks and self._marks[0][0] <= at - self._retention:
            _, offset = self._marks.popleft()
            while self._first <= offset:
                self._slots[self._first % self._capacity] = None
                self._first += 1
        if self.leases and min(self.leases.values()) <= at:
            self.leases = {lease: until for lease, until in self.leases.items() if until > at}
        if not self.leases:
            return False
        oldest = self._marks[0][0] + self._retention if self._marks else at + self._retention
        self._due = min(oldest, *self.leases.values())
        return True

    def lease(self, name: str, until: float) -> None:
        """Opens or renews a lease until `until` (monotonic seconds)."""
        self.leases[name] = until
        self._due = 0.0

    def end(self, name: str) -> None:
        """Ends a lease, if it is open."""
        self.leases.pop(name, None)
        self._due = 0.0

    def forget(self, tokens: frozenset[str], needed: frozenset[str]) -> int:
        """Makes the entries that carry any of `tokens` anonymous, and returns how many."""
        needles = [token.encode() for token in tokens]
        forgotten = 0
        for slot, stored in enumerate(self._slots):
            if stored is None or not any(needle in stored for needle in needles):
                continue
            entry = decode_entry(stored)
            if any(trace.token in tokens for trace in entry.traces):
                self._slots[slot] = _Anonymous(encode_entry(anonymize(entry, needed)))
                forgotten += 1
        return forgotten

    def next_arrival(self) -> asyncio.Future[None]:
        """A future, shared by all waiting readers, that is done at the next entry or the end."""
        if self._arrival is None:
            self._arrival = asyncio.get_running_loop().create_future()
        return self._arrival

    def wake(self) -> None:
        """Wakes the waiting readers."""
        if self._arrival is not None:
            self._arrival.set_result(None)
            self._arrival = None

    def _store(self, fresh: Sequence[bytes]) -> None:
        last, slots, capacity = self._last, self._slots, self._capacity
        for stored in fresh:
            last += 1
            slot = last % capacity
            if slot == len(slots):
                slots.append(stored)
            else:
                slots[slot] = stored
        self._last = last
        if last - self._first >= capacity:
            self._first = last - capacity + 1

    def _mark(self, at: float) -> None:
        """Notes when the entries up to `_last` had arrived, at most once a second."""
        if self._marks and at < self._marks[-1][0]:
            self._marks[-1] = (self._marks[-1][0], self._last)
        else:
            self._marks.append((at + MARK_SECONDS, self._last))

    def _position(self, offset: int) -> Position:
        stored = (
            self._slots[offset % self._capacity] if self._first <= offset <= self._last else None
        )
        return Position(
            self.epoch,
            offset,
            "" if stored is None or isinstance(stored, _Anonymous) else checksum(stored),
        )

    def _is_trusted(self, position: Position) -> bool:
        """False if the entry at `position` is another than the one it was made for."""
        if not position.check or not self._first <= position.offset <= self._last:
            return True
        stored = self._slots[position.offset % self._capacity]
        return (
            stored is None or isinstance(stored, _Anonymous) or checksum(stored) == position.check
        )


class MemoryLog:
    """Implements `Log`.

    `policies` holds each channel's retention and bound; `chance` makes ids of epochs. Calls are
    atomic because none awaits between reading and writing.
    """

    def __init__(
        self,
        policies: Mapping[Channel, Policy],
        clock: Clock,
        chance: Callable[[], str] = lambda: secrets.token_hex(6),
    ) -> None:
        self._policies = policies
        self._clock = clock
        self._chance = chance
        self._epochs: dict[Channel, LogEpoch] = {}

    async def append(self, channel: Channel, entries: Sequence[Entry]) -> list[Outcome]:
        """Appends what is new while the channel is watched; one outcome per entry, in order."""
        at = self._clock.monotonic()
        epoch = self._live_epoch(channel, at)
        if epoch is None:
            return ["unwatched"] * len(entries)
        return epoch.append(entries, self._clock.now(), at)

    async def read(
        self, channel: Channel, after: Position, limit: int, wait: float
    ) -> LogSlice | ReadGap:
        """At most `limit` entries after `after`, or the gap that took their place.

        If there are none it waits up to `wait` seconds for one.
        """
        epoch = self._live_epoch(channel)
        if epoch is not None and wait > 0 and epoch.at_head(after):
            await self._arrival(epoch, wait)
            epoch = self._live_epoch(channel)
        if epoch is None:
            return ReadGap(after, None, "gone")
        return epoch.read(after, limit)

    async def acquire_lease(self, channel: Channel, lease: str, ttl: float) -> Position:
        """Opens or renews a lease for `ttl` seconds; the first one begins an epoch.

        Returns the end of the log.
        """
        epoch = self._live_epoch(channel)
        if epoch is None:
            policy = self._policies.get(channel, Policy())
            epoch = LogEpoch(
                self._chance(), policy.log_entries, policy.retention, self._clock.now()
            )
            self._epochs[channel] = epoch
        epoch.lease(lease, self._clock.monotonic() + ttl)
        return epoch.head()

    async def release_lease(self, channel: Channel, lease: str) -> None:
        """Ends a lease; the last one ends the epoch and empties the log."""
        if (epoch := self._epochs.get(channel)) is not None:
            epoch.end(lease)
            self._live_epoch(channel)

    def watched(self, channel: Channel) -> bool:
        """Whether a lease is open."""
        return self._live_epoch(channel) is not None

    async def forget(
        self, channel: Channel, tokens: frozenset[str], needed: frozenset[str] = frozenset()
    ) -> int:
        """Makes the entries that carry any of `tokens` anonymous, and returns how many."""
        epoch = self._live_epoch(channel)
        return epoch.forget(tokens, needed) if epoch is not None else 0

    def _live_epoch(self, channel: Channel, at: float | None = None) -> LogEpoch | None:
        """The channel's current epoch, without lapsed leases and entries past retention."""
        epoch = self._epochs.get(channel)
        if epoch is None:
            return None
        if epoch.expire(self._clock.monotonic() if at is None else at):
            return epoch
        del self._epochs[channel]
        epoch.wake()
        return None

    async def _arrival(self, epoch: LogEpoch, wait: float) -> None:
        """Returns at the next entry, at the end of the epoch, or after `wait` seconds."""
        arrived = epoch.next_arrival()
        slept = asyncio.ensure_future(self._clock.sleep(wait))
        try:
            await asyncio.wait((arrived, slept), return_when=asyncio.FIRST_COMPLETED)
        finally:
            slept.cancel()


class MemorySessionStore:
    """Implements `SessionStore`: no other process changes a session, and none is ever lost."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[str, tuple[WatchSession, float]] = {}  # until (monotonic)

    async def open(
        self, session: WatchSession, ttl: float, max_per_person: int, max_per_channel: int
    ) -> tuple[int, int] | None:
        """Saves a new session and returns None, or how many its person and channel have already."""
        active = await self.list_active()
        of_person = sum(one.person == session.person for one in active)
        of_channel = sum(one.channel == session.channel for one in active)
        if of_person >= max_per_person or of_channel >= max_per_channel:
            return of_person, of_channel
        await self.save(session, ttl)
        return None

    async def save(self, session: WatchSession, ttl: float) -> None:
        """Stores or renews the session for `ttl` seconds."""
        self._sessions[session.id] = (session, self._clock.monotonic() + ttl)

    async def load(self, session_id: str) -> WatchSession | None:
        """The session, or None if it has ended or lapsed."""
        session, until = self._sessions.get(session_id, (None, 0.0))
        if session is not None and until <= self._clock.monotonic():
            del self._sessions[session_id]
            return None
        return session

    async def delete(self, session_id: str) -> None:
        """Ends the session."""
        self._sessions.pop(session_id, None)

    async def list_active(self) -> list[WatchSession]:
        """All sessions that have not lapsed; drops the others."""
        at = self._clock.monotonic()
        self._sessions = {id: one for id, one in self._sessions.items() if one[1] > at}
        return [session for session, _ in self._sessions.values()]

    async def changes(self) -> AsyncIterator[str]:
        """Nothing: this process makes every change itself."""
        none: tuple[str, ...] = ()
        for session_id in none:
            yield session_id

    async def were_ended(self, session_ids: Sequence[str]) -> frozenset[str]:
        """All of them: a session that is not here has ended or lapsed, and is not restored."""
        return frozenset(session_ids)

    def recently_failed(self) -> bool:
        """Never."""
        return False


MAX_REVOKED = 10_000  # of a kind; beyond it the first revoked is dropped


class MemoryRevocationList:
    """Implements `RevocationList`: each id is kept until its cookie would have lapsed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._revoked: dict[str, dict[str, int]] = {}  # by kind and id, until (ms since 1970)

    async def revoke(self, kind: str, id: str, until: int) -> bool:
        """Revokes `id` until `until` (ms since 1970); returns whether it was not revoked before."""
        revoked = self._revoked.setdefault(kind, {})
        is_new = id not in revoked
        revoked.setdefault(id, until)
        while len(revoked) > MAX_REVOKED or next(iter(revoked.values())) <= self._clock.now():
            del revoked[next(iter(revoked))]
            if not revoked:
                break
        return is_new

    async def is_revoked(self, kind: str, id: str) -> bool:
        """Whether `id` was revoked."""
        return id in self._revoked.get(kind, ())


class MemoryDeletionTimes:
    """Implements `DeletionTimes`: knows nothing from before it was made."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.now()
        self._last: dict[Channel, int] = {}

    async def record(self, channel: Channel) -> None:
        """As the port says."""
        self._last[channel] = self._clock.now()

    async def known_since(self, channel: Channel) -> int:
        """As the port says."""
        return self._last.get(channel, self._began)


class MemoryPartitionLeases:
    """Implements `PartitionLeases`. `process` names this process to operators."""

    def __init__(self, process: str = "this process") -> None:
        self.process = process
        self._counts: dict[str, tuple[str, Mapping[str, int]]] = {}
        self._notes: dict[str, dict[Partition, Checkpoint]] = {}
        self._owned: dict[str, frozenset[Partition]] = {}

    async def began(self, source: Source, epoch: str) -> Mapping[str, int] | None:
        """As the port says."""
        known = self._counts.get(source.id)
        return known[1] if known is not None and known[0] == epoch else None

    async def begin(
        self, source: Source, epoch: str, ends: Mapping[Partition, int], counts: Mapping[str, int]
    ) -> None:
        """As the port says. The caller has just seen that the epoch is not over."""
        if await self.began(source, epoch) is None:
            self._counts[source.id] = (epoch, dict(counts))
            self._notes[source.id] = {
                partition: Checkpoint(epoch, end) for partition, end in ends.items()
            }

    async def renew(
        self,
        source: Source,
        epoch: str,
        notes: Mapping[Partition, Checkpoint],
        partitions: Sequence[Partition],
    ) -> dict[Partition, Checkpoint | None] | None:
        """All of them, always."""
        if await self.began(source, epoch) is None:
            return {}
        kept = self._notes[source.id]
        kept.update(notes)
        self._owned[source.id] = frozenset(partitions)
        return {partition: kept.get(partition) for partition in partitions}

    async def release(
        self, source: Source, epoch: str, notes: Mapping[Partition, Checkpoint]
    ) -> None:
        """As the port says."""
        if await self.began(source, epoch) is not None:
            self._notes[source.id].update(notes)
        self._owned.pop(source.id, None)

    async def owners(self, source: Source) -> dict[Partition, PartitionOwner]:
        """As the port says."""
        owned, notes = self._owned.get(source.id, frozenset()), self._notes.get(source.id, {})
        return {
            partition: PartitionOwner(
                self.process if partition in owned else "", notes.get(partition)
            )
            for partition in sorted(owned | notes.keys())
        }
