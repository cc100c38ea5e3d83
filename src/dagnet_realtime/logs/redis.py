"""The log of every channel in Redis, shared by any number of processes.

Every step is one script over the keys of one channel, which share a hash tag; `lua/life.lua` says what they hold. Whoever waits for news
is woken by a blocking `XREAD` on a connection of its own and then reads by the script, so that nothing is believed unchecked.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from dagnet_realtime.core.window import WINDOW_ENTRIES, WINDOW_SECONDS
from dagnet_realtime.logs.redis_batches import MOST_ENTRIES, Batches
from dagnet_realtime.logs.redis_calls import Calls
from dagnet_realtime.logs.redis_entries import Stored, anonymous_of, arguments, forgettable, position, stored, stretch
from dagnet_realtime.logs.redis_scripts import Name
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.entry import Entry
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.position import Position
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.log import Lost, Outcome, Stretch

HINT_SECONDS = 1.0  # for which the door believes that nobody watches; an On elsewhere is told sooner
CHUNK = 2000  # entries of one read: some 4 ms of Redis's only thread
SEARCHED = 1000  # entries looked through in one step when somebody is forgotten
SLACK = 1000  # ms that retention may be late, a tenth of it where that is less
OLDEST = 18_446_744_073_709_551_615  # the second half of a stream's id; all entries of an offset come before it


class Announcing(Protocol):
    """Tells other processes that somebody watches a channel, and whether the store still holds what it held."""

    async def announce(self, channel: Channel) -> None:
        """Tells them; one that misses it learns it by itself within a second."""
        ...

    async def lost(self) -> bool:
        """Whether the store may have lost a moment ago what it held."""
        ...


class RedisLog:
    """Implements `Log`, `Watched` and `Erasable`.

    `policies` gives each channel's retention and bound, `chance` makes epochs, `seconds` and `most` are the window of fingerprints.
    """

    def __init__(
        self,
        calls: Calls,
        policies: Mapping[Channel, Policy],
        clock: Clock,
        news: Announcing | None = None,
        chance: Callable[[], str] = lambda: secrets.token_hex(6),
        seconds: float = WINDOW_SECONDS,
        most: int = WINDOW_ENTRIES,
    ) -> None:
        self._calls = calls
        self._policies = policies
        self._clock = clock
        self._news = news
        self._chance = chance
        self._span = round(seconds * 1000)
        self._most = most
        self._batches: dict[Channel, Batches] = {}
        self._unwatched: dict[Channel, float] = {}
        self._known: dict[Channel, str] = {}
        self._held: dict[Channel, set[str]] = {}

    async def append(self, channel: Channel, entries: Sequence[Entry]) -> list[Outcome]:
        """Writes what is new while somebody watches; one outcome an entry."""
        batches = self._batches.get(channel)
        if batches is None:
            batches = self._batches[channel] = Batches(lambda some: self._append(channel, some), self._calls.seconds)
        outcomes: list[Outcome] = []
        for start in range(0, len(entries), MOST_ENTRIES):
            outcomes += await batches.append(entries[start : start + MOST_ENTRIES])
        return outcomes

    async def read(self, channel: Channel, after: Position, limit: int, wait: float) -> Stretch | Lost:
        """The entries after `after`, or what became of them; waits up to `wait` seconds where there are none."""
        found = await self._read(channel, after, limit)
        if wait <= 0 or isinstance(found, Lost) or found.entries:
            return found
        key, id = self._keys(channel)[2], f"{after.offset}-{OLDEST}"
        await self._calls.call("XREAD", "COUNT", 1, "BLOCK", max(1, round(wait * 1000)), "STREAMS", key, id, wait=wait)
        return await self._read(channel, after, limit)

    async def hold(self, channel: Channel, lease: str, ttl: float) -> Position:
        """Opens or renews a lease; the first one begins a new life of the log."""
        retention, slack = self._retention(channel)
        given = (lease, round(ttl * 1000), self._chance(), self._span, retention, slack, self._known.get(channel, ""))
        epoch, last, bytes, began = await self._script("hold", channel, given)
        self._unwatched.pop(channel, None)
        self._known[channel] = epoch.decode()
        self._held.setdefault(channel, set()).add(lease)
        if began and self._news is not None:
            await self._news.announce(channel)
        return position(epoch.decode(), int(last), bytes)

    async def release(self, channel: Channel, lease: str) -> None:
        """Ends a lease, and with the last one the log's life."""
        self._held.get(channel, set()).discard(lease)
        if await self._script("release", channel, (lease,)):
            self._unwatched[channel] = self._clock.monotonic() + HINT_SECONDS
            self._known.pop(channel, None)

    def watched(self, channel: Channel) -> bool:
        """False where this process was told less than a second ago that nobody watches."""
        until = self._unwatched.get(channel)
        return until is None or until <= self._clock.monotonic()

    def heard(self, channel: Channel) -> None:
        """Somebody has begun to watch, in another process."""
        self._unwatched.pop(channel, None)

    async def forget(self, channel: Channel, tokens: frozenset[str], needed: frozenset[str] = frozenset()) -> int:
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
        given = (self._bound(channel), retention, slack, self._span, self._most, *arguments(entries))
        answer: bytes | None = await self._script("append", channel, given)
        if answer is None:
            if await self._lost(channel):
                raise Problem("unavailable", "The store has just come back", "Viewers are not back yet", "Send it again", retry_after=2)
            self._unwatched[channel] = self._clock.monotonic() + HINT_SECONDS
            return ["unwatched"] * len(entries)
        self._unwatched.pop(channel, None)
        return ["taken" if digit == 49 else "duplicate" for digit in answer]

    async def _lost(self, channel: Channel) -> bool:
        """Whether a log without a lease is one that the store lost: it is asked where a lease of this process should be open."""
        held = self._held.pop(channel, None)
        return self._calls.shaken() or (bool(held) and self._news is not None and await self._news.lost())

    async def _read(self, channel: Channel, after: Position, limit: int) -> Stretch | Lost:
        retention, slack = self._retention(channel)
        given = (after.epoch, after.offset, min(limit, CHUNK), self._bound(channel), retention, slack)
        answer = await self._script("read", channel, given)
        if answer is None:
            return Lost(after, None, "gone")
        epoch, first, last, raw, nobodys = answer
        found, forgotten = stored(raw, epoch), anonymous_of(nobodys, epoch)
        return _judged(epoch.decode(), int(first), int(last), found, forgotten, after, min(limit, CHUNK))

    async def _script(self, name: Name, channel: Channel, given: Sequence[str | bytes | int]) -> Any:
        return await self._calls.script(name, self._keys(channel), given)

    def _keys(self, channel: Channel) -> tuple[str, ...]:
        tag = f"{{{self._calls.target.prefix}:{channel}}}"
        return (f"{tag}:state", f"{tag}:leases", f"{tag}:log", f"{tag}:seen:0", f"{tag}:seen:1", f"{tag}:forgotten")

    def _bound(self, channel: Channel) -> int:
        return max(1, self._policies.get(channel, _USUAL).log_entries)

    def _retention(self, channel: Channel) -> tuple[int, int]:
        retention = round(self._policies.get(channel, _USUAL).retention * 1000)
        return retention, min(SLACK, retention // 10)


_USUAL = Policy()


def _judged(
    epoch: str, first: int, last: int, found: list[Stored], forgotten: Mapping[int, bytes], after: Position, limit: int
) -> Stretch | Lost:
    """What the log's answer means for a reader at `after`."""
    if after.epoch != epoch:
        return Lost(position(epoch, first - 1, None), None, "epoch")
    kept = {offset: bytes for offset, bytes, _ in found}
    at = kept.get(after.offset)
    if after.offset > last:
        return Lost(position(epoch, last, kept.get(last)), None, "failover")
    here = position(epoch, after.offset, at)
    if after.check and at is not None and here.check != after.check:
        return Lost(here, None, "failover")
    if after.offset < first - 1:
        return Lost(position(epoch, first - 1, None), first - 1 - after.offset, "retention")
    end = min(last, after.offset + limit)
    fresh = [one for one in found if after.offset < one[0] <= end]
    return Stretch(after, position(epoch, end, kept.get(end)), stretch(fresh, after.offset, end, forgotten))
