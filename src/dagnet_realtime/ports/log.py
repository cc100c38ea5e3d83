"""The log of a channel: bounded, deduplicating, alive only while a lease is held."""

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

import msgspec

from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.entry import Entry
from dagnet_realtime.model.position import Position

Outcome = Literal["taken", "duplicate", "unwatched"]


class Stretch(msgspec.Struct, frozen=True):
    """The entries in `(start, end]`, oldest first. `offset` of an entry is `start.offset + its index + 1`."""

    start: Position
    end: Position
    entries: tuple[Entry, ...]


class Lost(msgspec.Struct, frozen=True):
    """`after` can no longer be served. Reading goes on at `resume`; `missed` entries lie between, None where nobody can know."""

    resume: Position
    missed: int | None
    reason: Literal["retention", "epoch", "gone", "failover"]


class Log(Protocol):
    """One bounded log per channel. Every method raises `Problem("unavailable")` where the store cannot be reached."""

    async def append(self, channel: Channel, entries: Sequence[Entry]) -> list[Outcome]:
        """In one atomic step: is anybody watching, which ids has the window not seen, write those. One outcome an entry, in order."""
        ...

    async def read(self, channel: Channel, after: Position, limit: int, wait: float) -> Stretch | Lost:
        """The entries after `after`, at most `limit`.

        Where there are none it waits up to `wait` seconds for the first, and may return an empty stretch.
        """
        ...

    async def hold(self, channel: Channel, lease: str, ttl: float) -> Position:
        """Opens or renews `lease` for `ttl` seconds and returns the log's head. The first lease begins a new epoch."""
        ...

    async def release(self, channel: Channel, lease: str) -> None:
        """Ends `lease`; with the last one the log is emptied and its positions answer `gone`."""
        ...


class Watched(Protocol):
    """A cheap hint for the door, asked before parsing; `append` stays the judge."""

    def watched(self, channel: Channel) -> bool:
        """False only where nobody is watching for sure."""
        ...


@runtime_checkable
class Erasable(Protocol):
    """A log that can forget a person."""

    async def forget(self, channel: Channel, tokens: frozenset[str], needed: frozenset[str] = frozenset()) -> int:
        """Makes what carries any of `tokens` anonymous and returns how many entries.

        At their offsets stays what counts need: type, names, source, flags, and the properties and traits whose paths are `needed`.
        """
        ...
