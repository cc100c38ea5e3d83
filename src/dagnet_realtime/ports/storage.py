"""Protocols of what is stored: logs, watch sessions, counters, rate limits, revocations and relay state."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Literal, Protocol

import msgspec

from dagnet_realtime.model.event import Entry, Position
from dagnet_realtime.model.frame import IngestCounters, RelayCounts, ThinningState
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel

Outcome = Literal["taken", "duplicate", "unwatched"]


class LogSlice(msgspec.Struct, frozen=True):
    """The entries in `(start, end]`, oldest first. `offset` of an entry is `start.offset + its index + 1`."""

    start: Position
    end: Position
    entries: tuple[Entry, ...]


class ReadGap(msgspec.Struct, frozen=True):
    """`after` can no longer be served. Reading goes on at `resume`; `missed` entries lie between, None where nobody can know."""

    resume: Position
    missed: int | None
    reason: Literal["retention", "epoch", "gone", "failover", "stream"]


class Log(Protocol):
    """One bounded log per channel. Every method raises `Problem("unavailable")` where the store cannot be reached."""

    async def append(self, channel: Channel, entries: Sequence[Entry]) -> list[Outcome]:
        """In one atomic step: is anybody watching, which ids has the window not seen, write those. One outcome an entry, in order."""
        ...

    async def read(
        self, channel: Channel, after: Position, limit: int, wait: float
    ) -> LogSlice | ReadGap:
        """The entries after `after`, at most `limit`.

        Where there are none it waits up to `wait` seconds for the first, and may return an empty stretch.
        """
        ...

    async def acquire_lease(self, channel: Channel, lease: str, ttl: float) -> Position:
        """Opens or renews `lease` for `ttl` seconds and returns the log's head. The first lease begins a new epoch."""
        ...

    async def release_lease(self, channel: Channel, lease: str) -> None:
        """Ends `lease`; with the last one the log is emptied and its positions answer `gone`."""
        ...

    def watched(self, channel: Channel) -> bool:
        """A cheap hint before parsing: false only if no lease is open. `append` stays the judge."""
        ...

    async def forget(
        self, channel: Channel, tokens: frozenset[str], needed: frozenset[str] = frozenset()
    ) -> int:
        """Makes what carries any of `tokens` anonymous and returns how many entries.

        At their offsets stays what counts need: type, names, source, flags, and the properties and traits whose paths are `needed`.
        """
        ...


class SessionStore(Protocol):
    """Sessions by id; each lives `ttl` seconds from its last save.

    Other processes may change and end them too; a store of one process reports no changes.
    """

    async def open(
        self, session: WatchSession, ttl: float, most_of_person: int, most_of_channel: int
    ) -> tuple[int, int] | None:
        """Saves a new session in one atomic step and returns None.

        If its person or its channel has as many sessions as allowed, saves nothing and returns how
        many the person and the channel have, over all processes.
        """
        ...

    async def save(self, session: WatchSession, ttl: float) -> None:
        """Stores the session, or renews and replaces it; raises `Problem("gone")` where another process has ended it."""
        ...

    async def load(self, session_id: str) -> WatchSession | None:
        """The session, or None where there is none or it has lapsed."""
        ...

    async def delete(self, session_id: str) -> None:
        """Ends it; nothing where there is none."""
        ...

    async def list_active(self) -> list[WatchSession]:
        """All sessions that have not lapsed."""
        ...

    def changes(self) -> AsyncIterator[str]:
        """Ids of sessions that other processes changed or ended, as it happens.

        Some may be missed. Ends only if no other process can change any.
        """
        ...

    async def were_ended(self, session_ids: Sequence[str]) -> frozenset[str]:
        """Those of `session_ids` that must not be restored, because they were ended.

        Sessions that lapsed, or that the store lost, are not among them.
        """
        ...

    def recently_failed(self) -> bool:
        """Whether the store may have lost sessions a moment ago that are still to be restored."""
        ...


IngestCountersLookup = Callable[[Channel], dict[str, IngestCounters]]
"""The counters of a channel's sources, by source id."""


class IngestTotals(Protocol):
    """Ingest counters summed over all processes, as of a moment ago."""

    def __call__(self, channel: Channel) -> dict[str, IngestCounters]:
        """The sums as last read, by source id."""
        ...

    async def refresh(self, channel: Channel) -> None:
        """Reads the sums again, so that a viewer who moves between processes never sees less."""
        ...


class RateLimiter(Protocol):
    """Token buckets that several processes share."""

    async def try_consume(
        self, key: str, events: int, per_second: float, burst: float, size: int = 0
    ) -> float | None:
        """Takes `events` of `size` bytes from the buckets of `key` and returns None, or leaves them and returns the seconds until they fit.

        Bytes have a bucket of their own, as fast and as deep as if every event had `core.rate.EVENT_BYTES`.
        """
        ...


class RevocationList(Protocol):
    """Ended sign-ins by the `kind` of cookie and their own id. Methods raise `Problem("unavailable")` where nobody can know."""

    async def revoke(self, kind: str, id: str, until: int) -> bool:
        """Ends what would have lapsed at `until` (ms since 1970); whether it was the first to do so, over all processes."""
        ...

    async def is_revoked(self, kind: str, id: str) -> bool:
        """Whether it was ended, by any process, a second ago or earlier."""
        ...


class RelayState(msgspec.Struct, frozen=True, kw_only=True):
    """One view at its provider. Times are milliseconds since 1970 by the store's clock.

    `channel` is the provider's name for it, `cursor` the position up to which its frames were published; while it is `idle` nobody
    watches and nothing is published, and it begins anew at the log's head. `ready_at` is when the provider may be given more, `beaten_at`
    when something last went out, `looked_at` when it was last asked for its `subscribers`.
    """

    channel: str
    cursor: str = ""
    idle: bool = True
    fit: ThinningState = ThinningState()
    awaited_until: int = 0
    rests_until: int = 0
    failures: int = 0
    ready_at: int = 0
    beaten_at: int = 0
    looked_at: int = 0
    subscribers: int | None = 0


class LeasedState(msgspec.Struct, frozen=True):
    """A post as it was at `now`, and when each session that was let in has last been confirmed; `ledger` is its channel's.

    `awaited_until` is until when somebody who was let in may still be about to subscribe.
    """

    state: RelayState
    now: int
    seats: dict[str, int]
    ledger: RelayCounts
    awaited_until: int = 0


class StateUpdate(msgspec.Struct, frozen=True):
    """A post as it has become, what that has cost, and the seats (with the moment they were last confirmed) that are to be struck off."""

    state: RelayState
    spent: RelayCounts
    gone: dict[str, int]


class RelayStateStore(Protocol):
    """Every method raises `Problem("unavailable")` where the store cannot be reached."""

    async def active_views(self, channel: Channel) -> list[str]:
        """The views of a channel in which anybody has a seat."""
        ...

    async def touch_subscriber(
        self, channel: Channel, view: str, session: str, first: RelayState, grace: int
    ) -> LeasedState:
        """Confirms a session's seat at this moment; `first` is the post where there is none yet.

        For `grace` ms, and where the post is new for a while, somebody is about to subscribe.
        """
        ...

    async def acquire(
        self, channel: Channel, view: str, holder: str, seconds: float
    ) -> LeasedState | None:
        """The post, which nobody else may advance for so long; None where somebody does, who is told that there is more to do."""
        ...

    async def commit(
        self, channel: Channel, view: str, holder: str, given: StateUpdate, *, more: bool
    ) -> bool:
        """Keeps what has become of the post, if it is still the holder's.

        Answers True where there is more to do and `more` says that the holder will; else somebody else may take it.
        """
        ...
