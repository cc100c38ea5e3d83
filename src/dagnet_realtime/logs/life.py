"""One life of one channel's log in memory: from the first lease to the end of the last."""

import asyncio
from collections import deque
from collections.abc import Sequence

import msgspec

from dagnet_realtime.core.codec import ERASED, anonymous, check_of, decode_entry, encode_entry
from dagnet_realtime.core.window import Window
from dagnet_realtime.model.entry import Entry
from dagnet_realtime.model.position import Position
from dagnet_realtime.ports.log import Lost, Outcome, Stretch

MARK_SECONDS = 1.0  # how late retention may be: arrival times are kept per second, not per entry


class _Anonymous(bytes):
    """What is kept of a forgotten person's entry. It vouches for no position, since positions after it were taken of other bytes."""


class Life:
    """A ring of encoded entries. The entry of offset n (from 1) lies in slot n modulo capacity; `_first` is the oldest offset kept."""

    def __init__(self, epoch: str, capacity: int, retention: float, at: int) -> None:
        self.epoch = epoch
        self.leases: dict[str, float] = {}
        self._slots: list[bytes | None] = [None]  # slot 0 is the last to be filled
        self._capacity = max(1, capacity)
        self._retention = retention
        self._first = 1
        self._last = 0
        self._marks: deque[tuple[float, int]] = deque()
        self._window = Window(at)
        self._arrival: asyncio.Future[None] | None = None
        self._due = 0.0  # nothing expires before; 0 where that is not known

    def append(self, entries: Sequence[Entry], now: int, at: float) -> list[Outcome]:
        """Writes the unseen ones, flagged where the window could not know a repeat."""
        outcomes: list[Outcome] = []
        fresh: list[bytes] = []
        window = self._window
        for entry in entries:
            if not window.new(entry.once or entry.id, now):
                outcomes.append("duplicate")
                continue
            received = entry.segment_received_at
            if received is not None and received < window.start(now) and "maybe_repeat" not in entry.flags:
                entry = msgspec.structs.replace(entry, flags=(*entry.flags, "maybe_repeat"))
            fresh.append(encode_entry(entry))
            outcomes.append("taken")
        if fresh:
            self._put(fresh)
            self._mark(at)
            self.wake()
        return outcomes

    def read(self, after: Position, limit: int) -> Stretch | Lost:
        """At most `limit` entries after `after`, exact about what is lost."""
        if after.epoch != self.epoch:
            return Lost(self._position(self._first - 1), None, "epoch")
        if after.offset > self._last or not self._trusted(after):
            return Lost(self._position(min(after.offset, self._last)), None, "failover")
        if after.offset < self._first - 1:
            return Lost(self._position(self._first - 1), self._first - 1 - after.offset, "retention")
        end = min(self._last, after.offset + limit)
        stored = [self._slots[offset % self._capacity] for offset in range(after.offset + 1, end + 1)]
        return Stretch(after, self._position(end), tuple(ERASED if one is None else decode_entry(one) for one in stored))

    def at_head(self, position: Position) -> bool:
        """Whether nothing lies after `position`."""
        return position.epoch == self.epoch and position.offset == self._last and self._trusted(position)

    def head(self) -> Position:
        """The end of the log."""
        return self._position(self._last)

    def expire(self, at: float) -> bool:
        """Drops what is past retention and the lapsed leases; False where no lease is left."""
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
        """Opens or renews a lease until a moment of the monotonic clock."""
        self.leases[name] = until
        self._due = 0.0

    def end(self, name: str) -> None:
        """Ends a lease; nothing where there is none."""
        self.leases.pop(name, None)
        self._due = 0.0

    def forget(self, tokens: frozenset[str], needed: frozenset[str]) -> int:
        """Makes what carries any of `tokens` anonymous; returns how many entries."""
        needles = [token.encode() for token in tokens]
        forgotten = 0
        for slot, stored in enumerate(self._slots):
            if stored is None or not any(needle in stored for needle in needles):
                continue
            entry = decode_entry(stored)
            if any(trace.token in tokens for trace in entry.traces):
                self._slots[slot] = _Anonymous(encode_entry(anonymous(entry, needed)))
                forgotten += 1
        return forgotten

    def next_arrival(self) -> asyncio.Future[None]:
        """Done at the next entry, or when the life ends; shared by all who wait."""
        if self._arrival is None:
            self._arrival = asyncio.get_running_loop().create_future()
        return self._arrival

    def wake(self) -> None:
        """Wakes who waits for an arrival."""
        if self._arrival is not None:
            self._arrival.set_result(None)
            self._arrival = None

    def _put(self, fresh: Sequence[bytes]) -> None:
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
        """Notes when the entries up to `_last` had come, at most once a second."""
        if self._marks and at < self._marks[-1][0]:
            self._marks[-1] = (self._marks[-1][0], self._last)
        else:
            self._marks.append((at + MARK_SECONDS, self._last))

    def _position(self, offset: int) -> Position:
        stored = self._slots[offset % self._capacity] if self._first <= offset <= self._last else None
        return Position(self.epoch, offset, "" if stored is None or isinstance(stored, _Anonymous) else check_of(stored))

    def _trusted(self, position: Position) -> bool:
        """False where another entry stands at the position than the one it was taken after."""
        if not position.check or not self._first <= position.offset <= self._last:
            return True
        stored = self._slots[position.offset % self._capacity]
        return stored is None or isinstance(stored, _Anonymous) or check_of(stored) == position.check
