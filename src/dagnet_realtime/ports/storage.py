"""Protocols of the stores: log, sessions, counters, rate limits, revocations, relay state."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Literal, Protocol

import msgspec

from dagnet_realtime.model.event import Entry, Position
from dagnet_realtime.model.frame import IngestCounters, RelayCounts, ThinningState
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel

Outcome = Literal["taken", "duplicate", "unwatched"]


class LogSlice(msgspec.Struct, frozen=True):
    """The entries in `(start, end]`, oldest first.

    Entry `i` has the offset `start.offset + i + 1`.
    """

    start: Position
    end: Position
    entries: tuple[Entry, ...]


class ReadGap(msgspec.Struct, frozen=True):
    """Entries that can no longer be read.

    Reading goes on at `resume`. `missed` is the number of entries between, None if it cannot be
    known.
    """

    resume: Position
    missed: int | None
    reason: Literal["retention", "epoch", "gone", "failover", "stream"]


class Log(Protocol):
    """One bounded log per channel.

    Every method raises `Problem("unavailable")` if the store cannot be reached.
    """

    async def append(self, channel: Channel, entries: Sequence[Entry]) -> list[Outcome]:
        """Writes the new entries in one atomic step, if the channel is watched; one outcome per
        entry.

        `duplicate` is an id within the dedupe window, `unwatched` an entry of a channel without
        viewers.
        """
        ...

    async def read(
        self, channel: Channel, after: Position, limit: int, wait: float
    ) -> LogSlice | ReadGap:
        """The entries after `after`, at most `limit`.

        If there are none, waits up to `wait` seconds for the first, and may return an empty slice.
        """
        ...

    async def acquire_lease(self, channel: Channel, lease: str, ttl: float) -> Position:
        """Opens or renews `lease` for `ttl` seconds; returns the log's head. The first lease starts
        an epoch.
        """
        ...

    async def release_lease(self, channel: Channel, lease: str) -> None:
        """Ends `lease`. With the last one the log is emptied, and reads of its positions answer
        `gone`.
        """
        ...

    def watched(self, channel: Channel) -> bool:
        """A cheap hint before parsing: False only if no lease is open. `append` still decides."""
        ...

    async def forget(
        self, channel: Channel, tokens: frozenset[str], needed: frozenset[str] = frozenset()
    ) -> int:
        """Anonymises the entries that carry any of `tokens`; returns how many.

        Their offsets keep what counting needs: type, names, source, flags, and those properties and
        traits whose paths are in `needed`.
        """
        ...


class SessionStore(Protocol):
    """Watch sessions by id; each lives `ttl` seconds from its last save."""

    async def open(
        self, session: WatchSession, ttl: float, max_per_person: int, max_per_channel: int
    ) -> tuple[int, int] | None:
        """Saves a new session in one atomic step and returns None.

        If its person or its channel has as many sessions as allowed, saves nothing and returns how
        many the person and the channel have, over all processes.
        """
        ...

    async def save(self, session: WatchSession, ttl: float) -> None:
        """Stores or renews the session.

        Raises `Problem("gone")` if another process has ended it.
        """
        ...

    async def load(self, session_id: str) -> WatchSession | None:
        """The session, or None if it is unknown or has expired."""
        ...

    async def delete(self, session_id: str) -> None:
        """Ends the session; does nothing if it is unknown."""
        ...

    async def list_active(self) -> list[WatchSession]:
        """All sessions that have not expired."""
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
    """Token buckets shared by several processes."""

    async def try_consume(
        self, key: str, events: int, per_second: float, burst: float, size: int = 0
    ) -> float | None:
        """Consumes `events` of `size` bytes and returns None, or returns the seconds until they
        fit.

        Bytes have a bucket of their own, sized as if every event had `core.rate.EVENT_BYTES`.
        """
        ...


class RevocationList(Protocol):
    """Ended sign-ins, by the `kind` of cookie and their id.

    Methods raise `Problem("unavailable")` if the store cannot be reached.
    """

    async def revoke(self, kind: str, id: str, until: int) -> bool:
        """Revokes a sign-in that would expire at `until` (ms since 1970).

        Returns whether this call was the first to do so, over all processes.
        """
        ...

    async def is_revoked(self, kind: str, id: str) -> bool:
        """Whether any process revoked it, at the latest a second ago."""
        ...


class DeletionTimes(Protocol):
    """When the people of a channel were last deleted: what browsers keep from before must go.

    Methods raise `Problem("unavailable")` if the store cannot be reached.
    """

    async def record(self, channel: Channel) -> None:
        """A person is deleted now."""
        ...

    async def known_since(self, channel: Channel) -> int:
        """Since when (ms since 1970) no person was deleted: the last deletion, or the moment from
        which on each one is known.
        """
        ...


class RelayState(msgspec.Struct, frozen=True, kw_only=True):
    """The publishing state of one view at its provider. Times are ms since 1970, by the store's
    clock.

    - `channel`: the provider's name for the channel
    - `cursor`: the position up to which frames were published
    - `idle`: no subscribers, nothing is published; the next start is at the log's head
    - `fit`: the thinning's state
    - `expecting_until`: a session that was just authorised may subscribe until then
    - `backoff_until`, `failures`: no publishing until then, after so many failures in a row
    - `next_publish_at`: the provider's rate limit allows the next message from then on
    - `last_published_at`, `last_queried_at`: the last message; the last query of `subscribers`
    """

    channel: str
    cursor: str = ""
    idle: bool = True
    fit: ThinningState = ThinningState()
    expecting_until: int = msgspec.field(default=0, name="awaited_until")
    backoff_until: int = msgspec.field(default=0, name="rests_until")
    failures: int = 0
    next_publish_at: int = msgspec.field(default=0, name="ready_at")
    last_published_at: int = msgspec.field(default=0, name="beaten_at")
    last_queried_at: int = msgspec.field(default=0, name="looked_at")
    subscribers: int | None = 0


class LeasedState(msgspec.Struct, frozen=True):
    """The state of a view at `now`, its authorised sessions, and its channel's counts.

    `seats` is when each session was last confirmed. Until `expecting_until`, sessions that were
    just authorised may still subscribe.
    """

    state: RelayState
    now: int
    seats: dict[str, int]
    ledger: RelayCounts
    expecting_until: int = 0


class StateUpdate(msgspec.Struct, frozen=True):
    """A view's new state, the counts to add, and the sessions to remove.

    `gone` gives each session's last confirmation: one that was confirmed again since then stays.
    """

    state: RelayState
    spent: RelayCounts
    gone: dict[str, int]


class RelayStateStore(Protocol):
    """The relay state of views, for deployments without a lasting process.

    Every method raises `Problem("unavailable")` if the store cannot be reached.
    """

    async def active_views(self, channel: Channel) -> list[str]:
        """The views of a channel that have authorised sessions."""
        ...

    async def touch_subscriber(
        self, channel: Channel, view: str, session: str, first: RelayState, grace: int
    ) -> LeasedState:
        """Confirms a session of a view now; `first` is the state of a new view.

        A subscription is expected for `grace` ms, and for a while longer if the view is new.
        """
        ...

    async def acquire(
        self, channel: Channel, view: str, holder: str, seconds: float
    ) -> LeasedState | None:
        """Leases the state to `holder` for `seconds`; None if another holder has it.

        That holder then learns, at its commit, that there is more to do.
        """
        ...

    async def commit(
        self, channel: Channel, view: str, holder: str, given: StateUpdate, *, more: bool
    ) -> bool:
        """Stores the update if `holder` still has the lease.

        Returns True if there is more to do and `more` says that the holder will do it; otherwise
        the lease ends.
        """
        ...
