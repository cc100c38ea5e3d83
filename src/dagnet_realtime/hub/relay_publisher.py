"""Publishes views through providers, in steps of seconds, with all state in the store.

One process or request at a time holds a view's lease. It publishes the log's entries from the
position up to which the last one did; the others leave a note that there is more to publish.
"""

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence

from dagnet_realtime.core.batching import limit_size
from dagnet_realtime.core.filter import parse_filter
from dagnet_realtime.core.matching import MatchingTable
from dagnet_realtime.core.times import iso
from dagnet_realtime.core.view import ViewRenderer, match_all
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed import redaction_of
from dagnet_realtime.hub.guarantees import policy_version
from dagnet_realtime.hub.relay_channel import (
    GRACE_MS,
    REFRESH_MS,
    WEBHOOK_REFRESH_MS,
    RelayChannel,
    add_counts,
    channel_name_key,
    new_channel_name,
    payload_budget,
    require_own_channel,
)
from dagnet_realtime.hub.relay_manager import RelaySubscription, find_relay, verify_webhook
from dagnet_realtime.hub.sessions import presence_for
from dagnet_realtime.model.event import Position, tokens_to_forget
from dagnet_realtime.model.frame import Batch, Forget, Heartbeat, RelayCounts, ThinningState
from dagnet_realtime.model.graph import Catalogue, Graph
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import (
    RELAY_CONFIRMED_SECONDS,
    RELAY_HEARTBEAT_SECONDS,
    RELAY_LEASE_SECONDS,
)
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel, Policy
from dagnet_realtime.ports.relay import Relay, RelayLimits
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import (
    LeasedState,
    LogSlice,
    ReadGap,
    RelayState,
    RelayStateStore,
    StateUpdate,
)

BOUND = 2.0  # seconds that one request may spend on the provider


class RelayLease(RelayChannel):
    """A view's channel, leased for `BOUND` seconds; its state goes back to the store."""

    def __init__(self, relay: Relay, held: LeasedState, clock: Clock) -> None:
        super().__init__(relay, held, clock, within=BOUND)
        self.dropped: dict[str, int] = {}
        self._spent = RelayCounts()

    def prune(self, live: Mapping[str, WatchSession]) -> None:
        """Drops subscribers whose session has ended, or that were not confirmed of late."""
        kept = {
            id: at
            for id, at in self.subscribers.items()
            if id in live and self.now - at <= RELAY_CONFIRMED_SECONDS * 1000
        }
        self.dropped |= {id: at for id, at in self.subscribers.items() if id not in kept}
        self.subscribers = kept

    def to_commit(self) -> StateUpdate:
        """What the store is to keep of the work since the last call."""
        update = StateUpdate(self.state, self._spent, self.dropped)
        self._spent, self.dropped = RelayCounts(), {}
        return update

    def count(self, **counts: int) -> None:
        """Adds to `total`, and to what the store adds up over processes."""
        super().count(**counts)
        add_counts(self._spent, counts)


class StatelessView:
    """Renders frames of `graph` through `filter` under `policy`, without raw identifiers."""

    def __init__(self, graph: Graph, filter: str, policy: Policy, catalogue: Catalogue) -> None:
        self.graph = graph
        self._table = MatchingTable(graph.listens)
        self._view = ViewRenderer(
            graph, parse_filter(filter), policy, redaction_of(policy, catalogue)
        )
        self._parts = (graph, policy, catalogue)

    def is_current(self, *parts: object) -> bool:
        """Whether the view was made from the same graph, policy and catalogue."""
        return all(one is other for one, other in zip(parts, self._parts, strict=True))

    def frames(
        self,
        entries: LogSlice,
        thinning: ThinningState,
        follows: frozenset[str],
        at: float,
        limits: RelayLimits,
    ) -> tuple[list[Batch | Forget], ThinningState]:
        """The entries' batch, thinned to `limits`, and the people they ask to forget.

        Also returns the thinning state for the next call. `at` is in seconds of any steady clock.
        """
        matched = match_all(self._table, entries.entries)
        batch = self._view.render_private(
            str(entries.start), str(entries.end), entries.entries, matched, follows, at
        )
        batch, thinning = limit_size(batch, thinning, payload_budget(limits), follows, at)
        tokens = tokens_to_forget(entries.entries)
        return [batch, Forget(tokens=tokens)] if tokens else [batch], thinning


MIN_SECONDS = 0.3  # that must be left to begin a publication
CHUNK = 5_000  # entries of one publication
MAX_VIEWS = 40  # of one channel, published by one request
AT_ONCE = 20  # views that are published at the same time
MAX_CACHED_VIEWS = 500


class RelayPublisher:
    """Publishes views within requests; the `RelayManager` of serverless deployments.

    `policy` gives a channel's policy, `relays` are by channel. `spent` counts what this process
    published; `ledgers` are those of all processes, as last read.
    """

    def __init__(
        self,
        context: HubContext,
        policy: Callable[[Channel], Policy],
        relay_states: RelayStateStore,
        relays: Mapping[Channel, Relay],
    ) -> None:
        self._policy = policy
        self._graphs = context.graphs
        self._log = context.log
        self._sessions = context.sessions
        self._ingest_counters = context.counters
        self._relay_states = relay_states
        self._relays = relays
        self._clock = context.clock
        self._lease = context.limits.lease
        self._hidden_followers = context.hidden_followers
        self._views: dict[str, StatelessView] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self.ledgers: dict[Channel, RelayCounts] = {}
        self.spent = {channel: RelayCounts() for channel in relays}

    async def subscription(self, session: WatchSession) -> RelaySubscription:
        """The session's subscription, confirmed, and publishes what is pending in its view.

        Raises `Problem("not_found")` if its channel has no relay.
        """
        relay, view, renderer = self._view_of(session)
        held = await self._confirm_subscriber(session, relay, view)
        live: dict[str, WatchSession] = {}
        with contextlib.suppress(Problem):
            live = await self.live_sessions(session.channel)
            published = await self._advance_view(session.channel, view, renderer, live, REFRESH_MS)
            held = published or held
        self.ledgers[session.channel] = held.ledger
        return RelaySubscription(
            public=relay.limits.public,
            channel=held.state.channel,
            publishing=held.state.backoff_until <= held.now,
            every=relay.limits.every,
            ledger=held.ledger,
            company=presence_for(session, live.values(), self._hidden_followers),
        )

    async def authorise(
        self, session: WatchSession, channel: str, socket_id: str
    ) -> dict[str, str]:
        """The signature for the session's own channel; see `RelayManager.authorise`."""
        relay, view, _ = self._view_of(session)
        held = await self._confirm_subscriber(session, relay, view, GRACE_MS)
        own = held.state.channel if session.id in held.seats else None
        require_own_channel(channel, own)
        return relay.authorise(channel, socket_id)

    async def confirm(self, session: WatchSession) -> None:
        """The session's permission was checked just now, and it may still watch."""
        _, view, _ = self._view_of(session)
        await self._confirm_subscriber(session, self._relays[session.channel], view)

    async def dismiss(self, session_id: str) -> None:
        """Nothing: only the session's own requests confirm it."""

    async def on_provider_webhook(
        self, channel: Channel, key: str, signature: str, body: bytes
    ) -> None:
        """Asks about the channel's views, unless that was done in the last two seconds."""
        verify_webhook(self._relays, channel, key, signature, body)
        await self.publish_pending(channel, WEBHOOK_REFRESH_MS)

    async def publish_pending(self, channel: Channel, refresh_ms: int | None = None) -> None:
        """Publishes a channel's new entries, in little more than `BOUND` seconds. Raises nothing.

        `refresh_ms` as `publish_views`.
        """
        if channel not in self._relays:
            return
        with contextlib.suppress(Problem, TimeoutError):
            async with asyncio.timeout(RELAY_LEASE_SECONDS):
                views = await self._relay_states.active_views(channel)
                live = await self.live_sessions(channel) if views else {}
                await self.publish_views(channel, views[:MAX_VIEWS], live, refresh_ms)

    async def publish_views(
        self,
        channel: Channel,
        views: Sequence[str],
        live: Mapping[str, WatchSession],
        refresh_ms: int | None,
    ) -> dict[str, LeasedState | None]:
        """Publishes new entries in the views of the `live` sessions; returns each view's state.

        The state is None if another process is publishing the view. If the provider was not asked
        for `refresh_ms` milliseconds who is subscribed, it is asked again, and a silence gets a
        heartbeat; None: neither. Raises `Problem("unavailable")`.
        """
        known = dict(map(self._stateless_view, live.values()))

        async def one(view: str) -> LeasedState | None:
            async with self._at_once:
                return await self._advance_view(channel, view, known.get(view), live, refresh_ms)

        results = await asyncio.gather(*map(one, views), return_exceptions=True)
        if failed := [result for result in results if isinstance(result, BaseException)]:
            raise failed[0]
        return {
            view: held
            for view, held in zip(views, results, strict=True)
            if not isinstance(held, BaseException)
        }

    async def live_sessions(self, channel: Channel) -> dict[str, WatchSession]:
        """The channel's active sessions, by id. Raises `Problem("unavailable")`."""
        return {
            session.id: session
            for session in await self._sessions.list_active()
            if session.channel == channel
        }

    def view_name(self, session: WatchSession) -> str:
        """The name of the session's view, by the files and the policy that this process has."""
        return self._stateless_view(session)[0]

    async def announce_rotation(self, channel: Channel, view: str) -> None:
        """Tells the subscribers of a view that has changed to ask for their subscription again."""
        holder = secrets.token_hex(8)
        held = await self._relay_states.acquire(channel, view, holder, RELAY_LEASE_SECONDS)
        if held is None:
            return
        lease = RelayLease(self._relays[channel], held, self._clock)
        await lease.announce_rotation(lease.state.channel)
        await self._relay_states.commit(channel, view, holder, lease.to_commit(), more=False)

    async def run(self) -> None:
        """Nothing: each request publishes its own views."""

    async def sweep(self) -> None:
        """Nothing: each request checks its own views."""

    def close(self) -> None:
        """Nothing: other processes go on."""

    async def _advance_view(
        self,
        channel: Channel,
        view: str,
        renderer: StatelessView | None,
        live: Mapping[str, WatchSession],
        refresh_ms: int | None,
    ) -> LeasedState | None:
        """Publishes one view's new entries; None if another process does. Raises `Problem`."""
        holder = secrets.token_hex(8)
        held = await self._relay_states.acquire(channel, view, holder, RELAY_LEASE_SECONDS)
        if held is None:
            return None
        lease = RelayLease(self._relays[channel], held, self._clock)
        more = True
        try:
            while more:
                await self._publish_step(channel, renderer, live, lease, refresh_ms)
                more = await self._relay_states.commit(
                    channel,
                    view,
                    holder,
                    lease.to_commit(),
                    more=lease.time_left != 0 and not lease.backing_off,
                )
        except BaseException:
            with contextlib.suppress(Problem):  # a process that stops releases the view at once
                await self._relay_states.commit(
                    channel, view, holder, lease.to_commit(), more=False
                )
            raise
        finally:
            self.spent[channel] = sum_counts(self.spent[channel], lease.total)
        return LeasedState(
            lease.state, lease.now, lease.subscribers, sum_counts(held.ledger, lease.total)
        )

    async def _publish_step(
        self,
        channel: Channel,
        renderer: StatelessView | None,
        live: Mapping[str, WatchSession],
        lease: RelayLease,
        refresh_ms: int | None,
    ) -> None:
        lease.prune(live)
        if lease.dropped and lease.state.channel:
            await lease.rotate(self._new_channel_name(channel, lease.relay, renderer))
        if refresh_ms is not None and lease.now - lease.state.last_queried_at >= refresh_ms:
            await lease.refresh_subscribers()
        if not lease.has_subscribers or renderer is None:
            lease.update(idle=True)
            return
        if lease.backing_off:
            return
        if lease.state.idle:
            head = await self._log.acquire_lease(
                channel, next(iter(lease.subscribers)), self._lease
            )
            lease.update(idle=False, cursor=str(head), last_published_at=lease.now)
        wait = (lease.state.next_publish_at - lease.now) / 1000
        if lease.time_left is not None and wait > lease.time_left - MIN_SECONDS:
            return  # the next request goes on
        await self._clock.sleep(wait)
        await self._publish_entries(channel, renderer, live, lease)
        if (
            refresh_ms is not None
            and lease.now - lease.state.last_published_at >= RELAY_HEARTBEAT_SECONDS * 1000
        ):
            await self._ingest_counters.refresh(channel)
            await lease.publish(
                [
                    Heartbeat(
                        now=iso(lease.now),
                        position=lease.state.cursor,
                        ledger=self._ingest_counters(channel),
                    )
                ]
            )

    async def _publish_entries(
        self,
        channel: Channel,
        renderer: StatelessView,
        live: Mapping[str, WatchSession],
        lease: RelayLease,
    ) -> None:
        at = Position.parse(lease.state.cursor)
        entries = await self._log.read(channel, at, CHUNK, 0) if at is not None else None
        if isinstance(entries, ReadGap) and entries.reason != "gone":
            # pages find that the next frame does not join theirs, fetch, and are shown the gap
            lease.update(cursor=str(entries.resume))
            entries = await self._log.read(channel, entries.resume, CHUNK, 0)
        if entries is None or isinstance(entries, ReadGap):
            lease.update(idle=True)
            return
        if entries.entries:
            follows = frozenset(token for session in live.values() for token in session.follows)
            frames, thinning = renderer.frames(
                entries, lease.state.fit, follows, lease.now / 1000, lease.relay.limits
            )
            if await lease.publish(frames):
                lease.update(cursor=str(entries.end), fit=thinning)

    async def _confirm_subscriber(
        self, session: WatchSession, relay: Relay, view: str, grace: int = 0
    ) -> LeasedState:
        first = RelayState(channel=self._new_channel_name(session.channel, relay, None))
        return await self._relay_states.touch_subscriber(
            session.channel, view, session.id, first, grace
        )

    def _view_of(self, session: WatchSession) -> tuple[Relay, str, StatelessView]:
        relay = find_relay(self._relays, session.channel)
        view, renderer = self._stateless_view(session)
        if renderer is None:
            raise Problem(
                "not_found",
                "No such graph",
                f"There is no graph “{session.graph[:80]}”",
                "Open one of those listed",
            )
        return relay, view, renderer

    def _stateless_view(self, session: WatchSession) -> tuple[str, StatelessView | None]:
        """The session's view by the files and the policy that this process has, and its
        renderer.
        """
        policy, catalogue = (
            self._policy(session.channel),
            self._graphs.catalogue(session.channel.workspace),
        )
        graph = catalogue.graphs.get(session.graph)
        parts = (
            session.graph,
            graph.version if graph is not None else "",
            session.filter,
            policy_version(policy),
        )
        view = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
        if graph is None:
            return view, None
        renderer = self._views.get(view)
        if renderer is None or not renderer.is_current(graph, policy, catalogue):
            if len(self._views) >= MAX_CACHED_VIEWS:
                self._views.clear()
            renderer = self._views[view] = StatelessView(graph, session.filter, policy, catalogue)
        return view, renderer

    def _new_channel_name(
        self, channel: Channel, relay: Relay, renderer: StatelessView | None
    ) -> str:
        graph = renderer.graph.name if renderer is not None else ""
        return new_channel_name(
            relay.limits, channel_name_key(self._policy(channel)), str(channel), graph
        )


def sum_counts(one: RelayCounts, other: RelayCounts) -> RelayCounts:
    """The sum of two ledgers."""
    return RelayCounts(
        one.published + other.published, one.delivered + other.delivered, one.failed + other.failed
    )
