"""Publishes a channel's views through a provider. State is in the store, and one process at a time holds a view's lease."""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence

import msgspec

from dagnet_realtime.core.batching import limit_size
from dagnet_realtime.core.filter import parse_filter
from dagnet_realtime.core.matching import MatchingTable
from dagnet_realtime.core.times import iso
from dagnet_realtime.core.view import ViewRenderer, match_all
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed import redaction_of
from dagnet_realtime.hub.guarantees import policy_version
from dagnet_realtime.hub.relay_messages import (
    backoff_seconds,
    new_channel_name,
    payload_budget,
    publish_interval,
    to_messages,
)
from dagnet_realtime.hub.relay_stations import (
    RelaySubscription,
    channel_name_key,
    no_relay,
    verify_webhook,
)
from dagnet_realtime.hub.sessions import presence_for
from dagnet_realtime.model.event import Position, tokens_to_forget
from dagnet_realtime.model.frame import Batch, Forget, Frame, Heartbeat, RelayCounts, ThinningState
from dagnet_realtime.model.graph import Catalogue, Graph
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import (
    RELAY_CONFIRMED_SECONDS,
    RELAY_GRACE_SECONDS,
    RELAY_HEARTBEAT_SECONDS,
    RELAY_LEASE_SECONDS,
)
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel, Policy
from dagnet_realtime.ports.relay import Message, Relay, RelayLimits
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import (
    LeasedState,
    LogSlice,
    ReadGap,
    RelayState,
    RelayStateStore,
    StateUpdate,
)

BOUND = 2.0  # seconds of one request for everything that it does for the provider


class RelayLease:
    """Held from `began` (monotonic seconds) for `BOUND` seconds. `post` is as it has become; `seats` are those that count."""

    def __init__(self, relay: Relay, held: LeasedState, began: float, clock: Clock) -> None:
        self.relay = relay
        self.state = held.state
        self.subscribers = held.seats
        self.dropped: dict[str, int] = {}
        self.total = RelayCounts()
        self._spent = RelayCounts()
        self._held = held
        self._began = began
        self._clock = clock

    @property
    def now(self) -> int:
        """Milliseconds since 1970 by the store's clock."""
        return self._held.now + round((self._clock.monotonic() - self._began) * 1000)

    @property
    def time_left(self) -> float:
        """Seconds."""
        return max(0.0, self._began + BOUND - self._clock.monotonic())

    @property
    def has_subscribers(self) -> bool:
        """Whether somebody who may is subscribed, or was let in a moment ago."""
        return bool(self.subscribers) and (
            self.state.subscribers != 0
            or self.now < max(self.state.expecting_until, self._held.expecting_until)
        )

    def prune(self, live: Mapping[str, WatchSession]) -> None:
        """Of the seats only those count whose session lives and has asked of late."""
        kept = {
            id: at
            for id, at in self.subscribers.items()
            if id in live and self.now - at <= RELAY_CONFIRMED_SECONDS * 1000
        }
        self.dropped |= {id: at for id, at in self.subscribers.items() if id not in kept}
        self.subscribers = kept

    def update(self, **fields: object) -> None:
        """Notes what has become of the post."""
        self.state = msgspec.structs.replace(self.state, **fields)

    def to_commit(self) -> StateUpdate:
        """What is to be kept of it, once."""
        given = StateUpdate(self.state, self._spent, self.dropped)
        self._spent, self.dropped = RelayCounts(), {}
        return given

    async def refresh_subscribers(self) -> None:
        """Asks who is subscribed."""
        self.update(last_queried_at=self.now)
        try:
            async with asyncio.timeout(self.time_left):
                subscribers = await self.relay.subscribers(self.state.channel)
        except (Problem, TimeoutError):
            self.update(subscribers=None)
        else:
            self.update(subscribers=subscribers, backoff_until=0)

    async def publish(self, frames: Sequence[Frame]) -> bool:
        """Whether the provider took them."""
        return await self.send(
            [
                letter
                for frame in frames
                for letter in to_messages(frame, self.state.channel, self.relay.limits)
            ]
        )

    async def send(self, messages: Sequence[Message]) -> bool:
        """Whether the provider took them; one that fails is left alone for a while, by everybody."""
        try:
            async with asyncio.timeout(self.time_left):
                billed = await self.relay.publish(messages)
        except (Problem, TimeoutError):
            self._count(failed=len(messages))
            self.update(
                failures=self.state.failures + 1,
                backoff_until=self.now + round(backoff_seconds(self.state.failures) * 1000),
            )
            return False
        self._count(
            published=billed, delivered=billed * (self.state.subscribers or len(self.subscribers))
        )
        self.update(
            failures=0,
            last_published_at=self.now,
            ready_at=self.now + round(publish_interval(self.relay.limits, billed) * 1000),
        )
        return True

    def _count(self, **more: int) -> None:
        for ledger in (self._spent, self.total):
            for name, count in more.items():
                setattr(ledger, name, getattr(ledger, name) + count)


class StatelessView:
    """`graph` through `filter` under `policy`; raw identifiers are never shown."""

    def __init__(self, graph: Graph, filter: str, policy: Policy, catalogue: Catalogue) -> None:
        self.graph = graph
        self._table = MatchingTable(graph.listens)
        self._view = ViewRenderer(
            graph, parse_filter(filter), policy, redaction_of(policy, catalogue)
        )
        self._made_of = (graph, policy, catalogue)

    def made_of(self, *given: object) -> bool:
        """Whether this is what would be made of a graph, a policy and a catalogue."""
        return all(one is other for one, other in zip(given, self._made_of, strict=True))

    def frames(
        self,
        found: LogSlice,
        fit: ThinningState,
        follows: frozenset[str],
        at: float,
        terms: RelayLimits,
    ) -> tuple[list[Batch | Forget], ThinningState]:
        """The frame of a stretch, made to fit, and who asked to be forgotten in it; `at` is in seconds of any clock that goes on."""
        matched = match_all(self._table, found.entries)
        batch = self._view.render_private(
            str(found.start), str(found.end), found.entries, matched, follows, at
        )
        batch, fit = limit_size(batch, fit, payload_budget(terms), follows, at)
        tokens = tokens_to_forget(found.entries)
        return [batch, Forget(tokens=tokens)] if tokens else [batch], fit


GRACE_MS = round(RELAY_GRACE_SECONDS * 1000)
LOOK_MS = 10_000  # between two questions who is subscribed
NOTICE_MS = 2_000  # the same, where the provider says that it has changed
LEAST = 0.3  # seconds that must be left to begin a publication
CHUNK = 5_000  # entries of one publication
MOST_VIEWS = 40  # of one channel, advanced by one request
AT_ONCE = 20  # views that are advanced at the same time
MOST_PANES = 500  # kept made


class RelayPublisher:
    """What `Relaying` is to a process that is alone. `relays` are by channel; `lease` is a session's, in seconds; `policy` is a channel's.

    `spent` counts what this process published; `ledgers` are those of all processes, as last heard.
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
        self._panes: dict[str, StatelessView] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self.ledgers: dict[Channel, RelayCounts] = {}
        self.spent = {channel: RelayCounts() for channel in relays}

    async def subscription(self, session: WatchSession) -> RelaySubscription:
        """The session's place, confirmed; raises `Problem("not_found")` where the channel has no relay."""
        relay, view, pane = self._view_of(session)
        held = await self._confirm_subscriber(session, relay, view)
        live: dict[str, WatchSession] = {}
        with contextlib.suppress(Problem):
            live = await self.live_sessions(session.channel)
            held = await self._advance_view(session.channel, view, pane, live, LOOK_MS) or held
        self.ledgers[session.channel] = held.ledger
        return RelaySubscription(
            public=relay.limits.public,
            channel=held.state.channel,
            publishing=held.state.backoff_until <= held.now,
            every=relay.limits.every,
            ledger=held.ledger,
            company=presence_for(session, live.values()),
        )

    async def authorise(
        self, session: WatchSession, channel: str, socket_id: str
    ) -> dict[str, str]:
        """The signature for the session's own channel; raises `Problem("forbidden")` for every other, whether it exists or not."""
        relay, view, _ = self._view_of(session)
        held = await self._confirm_subscriber(session, relay, view, GRACE_MS)
        if (
            not hmac.compare_digest(channel.encode("utf-8", "replace"), held.state.channel.encode())
            or session.id not in held.seats
        ):
            raise Problem(
                "forbidden",
                "That channel is not this session's",
                "",
                "Ask for the session's relay again",
            )
        return relay.authorise(channel, socket_id)

    async def confirm(self, session: WatchSession) -> None:
        """The session's person was just asked about, and may still watch."""
        _, view, _ = self._view_of(session)
        await self._confirm_subscriber(session, self._relays[session.channel], view)

    async def on_provider_webhook(
        self, channel: Channel, key: str, signature: str, body: bytes
    ) -> None:
        """Asks about the channel's views, where that was not done in the last two seconds."""
        verify_webhook(self._relays, channel, key, signature, body)
        await self.publish_pending(channel, NOTICE_MS)

    async def publish_pending(self, channel: Channel, looks: int | None = None) -> None:
        """Publishes what is new in a channel; raises nothing, and takes little more than two seconds. `looks` as `advance`."""
        if channel not in self._relays:
            return
        with contextlib.suppress(Problem, TimeoutError):
            async with asyncio.timeout(RELAY_LEASE_SECONDS):
                views = await self._relay_states.active_views(channel)
                live = await self.live_sessions(channel) if views else {}
                await self.publish_views(channel, views[:MOST_VIEWS], live, looks)

    async def publish_views(
        self,
        channel: Channel,
        views: Sequence[str],
        live: Mapping[str, WatchSession],
        looks: int | None,
    ) -> dict[str, LeasedState | None]:
        """Advances the views for the sessions that live, and tells how each stands then; None where another process is at it.

        `looks` is after how many milliseconds the provider is asked again who is subscribed; None: not now, and no beat is sent either.
        Raises `Problem("unavailable")`.
        """
        seen = {
            view: pane for view, pane in map(self._stateless_view, live.values()) if view in views
        }

        async def one(view: str) -> LeasedState | None:
            async with self._at_once:
                return await self._advance_view(channel, view, seen.get(view), live, looks)

        found = await asyncio.gather(*map(one, views), return_exceptions=True)
        if failed := [one for one in found if isinstance(one, BaseException)]:
            raise failed[0]
        return {
            view: held
            for view, held in zip(views, found, strict=True)
            if not isinstance(held, BaseException)
        }

    async def live_sessions(self, channel: Channel) -> dict[str, WatchSession]:
        """The channel's sessions that live, by id. Raises `Problem("unavailable")`."""
        return {
            session.id: session
            for session in await self._sessions.list_active()
            if session.channel == channel
        }

    def view_name(self, session: WatchSession) -> str:
        """The name of the session's view by the files and the policy as they are here."""
        return self._stateless_view(session)[0]

    async def announce_rotation(self, channel: Channel, view: str) -> None:
        """Tells who is subscribed to a view to ask for their seat again, since it has become another."""
        holder = secrets.token_hex(8)
        held = await self._relay_states.acquire(channel, view, holder, RELAY_LEASE_SECONDS)
        if held is None:
            return
        trip = RelayLease(self._relays[channel], held, self._clock.monotonic(), self._clock)
        if trip.has_subscribers and trip.state.backoff_until <= trip.now:
            await trip.send([Message(trip.state.channel, "turn", b"{}")])
        await self._relay_states.commit(channel, view, holder, trip.to_commit(), more=False)

    async def run(self) -> None:
        """Nothing: whoever has a request to answer looks after its views."""

    async def sweep(self) -> None:
        """Nothing, as `run`."""

    def close(self) -> None:
        """Nothing: others go on."""

    async def _advance_view(
        self,
        channel: Channel,
        view: str,
        pane: StatelessView | None,
        live: Mapping[str, WatchSession],
        looks: int | None,
    ) -> LeasedState | None:
        """Advances one view as far as it can be; None where another process is at it. Raises `Problem("unavailable")`."""
        holder = secrets.token_hex(8)
        held = await self._relay_states.acquire(channel, view, holder, RELAY_LEASE_SECONDS)
        if held is None:
            return None
        trip = RelayLease(self._relays[channel], held, self._clock.monotonic(), self._clock)
        more = True
        try:
            while more:
                await self._publish_step(channel, pane, live, trip, looks)
                more = await self._relay_states.commit(
                    channel,
                    view,
                    holder,
                    trip.to_commit(),
                    more=trip.time_left > 0 and trip.state.backoff_until <= trip.now,
                )
        except BaseException:
            with contextlib.suppress(
                Problem
            ):  # a process that stops leaves the view to others at once
                await self._relay_states.commit(channel, view, holder, trip.to_commit(), more=False)
            raise
        finally:
            self.spent[channel] = sum_counts(self.spent[channel], trip.total)
        return LeasedState(
            trip.state, trip.now, trip.subscribers, sum_counts(held.ledger, trip.total)
        )

    async def _publish_step(
        self,
        channel: Channel,
        pane: StatelessView | None,
        live: Mapping[str, WatchSession],
        trip: RelayLease,
        looks: int | None,
    ) -> None:
        trip.prune(live)
        if trip.dropped and trip.state.channel:
            await self._rotate_channel(channel, pane, trip)
        if looks is not None and trip.now - trip.state.last_queried_at >= looks:
            await trip.refresh_subscribers()
        if not trip.has_subscribers or pane is None:
            trip.update(idle=True)
            return
        if trip.state.backoff_until > trip.now:
            return
        if trip.state.idle:
            head = await self._log.acquire_lease(channel, next(iter(trip.subscribers)), self._lease)
            trip.update(idle=False, cursor=str(head), last_published_at=trip.now)
        wait = (trip.state.ready_at - trip.now) / 1000
        if wait > trip.time_left - LEAST:
            return  # whoever comes next goes on
        await self._clock.sleep(wait)
        await self._pending_frames(channel, pane, live, trip)
        if (
            looks is not None
            and trip.now - trip.state.last_published_at >= RELAY_HEARTBEAT_SECONDS * 1000
        ):
            await self._ingest_counters.refresh(channel)
            await trip.publish(
                [
                    Heartbeat(
                        now=iso(trip.now),
                        position=trip.state.cursor,
                        ledger=self._ingest_counters(channel),
                    )
                ]
            )

    async def _pending_frames(
        self,
        channel: Channel,
        pane: StatelessView,
        live: Mapping[str, WatchSession],
        trip: RelayLease,
    ) -> None:
        at = Position.parse(trip.state.cursor)
        found = await self._log.read(channel, at, CHUNK, 0) if at is not None else None
        if (
            isinstance(found, ReadGap) and found.reason != "gone"
        ):  # who stood there finds that the next frame does not join, and is told the gap
            trip.update(cursor=str(found.resume))
            found = await self._log.read(channel, found.resume, CHUNK, 0)
        if found is None or isinstance(found, ReadGap):
            trip.update(idle=True)
            return
        if found.entries:
            follows = frozenset(token for session in live.values() for token in session.follows)
            frames, fit = pane.frames(
                found, trip.state.fit, follows, trip.now / 1000, trip.relay.limits
            )
            if await trip.publish(frames):
                trip.update(cursor=str(found.end), fit=fit)

    async def _rotate_channel(
        self, channel: Channel, pane: StatelessView | None, trip: RelayLease
    ) -> None:
        """Goes on in a channel of another name, which only those who may still watch learn: they are told to ask for it."""
        old, name = trip.state.channel, self._channel_name(channel, trip.relay, pane)
        if trip.subscribers and trip.has_subscribers and trip.state.backoff_until <= trip.now:
            await trip.send([Message(old, "turn", b"{}")])
        trip.update(channel=name, subscribers=0, expecting_until=trip.now + GRACE_MS)

    async def _confirm_subscriber(
        self, session: WatchSession, relay: Relay, view: str, grace: int = 0
    ) -> LeasedState:
        first = RelayState(channel=self._channel_name(session.channel, relay, None))
        return await self._relay_states.touch_subscriber(
            session.channel, view, session.id, first, grace
        )

    def _view_of(self, session: WatchSession) -> tuple[Relay, str, StatelessView]:
        relay = self._relays.get(session.channel)
        if relay is None:
            raise no_relay()
        view, pane = self._stateless_view(session)
        if pane is None:
            raise Problem(
                "not_found",
                "No such graph",
                f"There is no graph “{session.graph[:80]}”",
                "Open one of those listed",
            )
        return relay, view, pane

    def _stateless_view(self, session: WatchSession) -> tuple[str, StatelessView | None]:
        """The session's view by the files and the policy as they are here; another deployment's are another view."""
        policy, catalogue = (
            self._policy(session.channel),
            self._graphs.catalogue(session.channel.workspace),
        )
        graph = catalogue.graphs.get(session.graph)
        said = (
            session.graph,
            graph.version if graph is not None else "",
            session.filter,
            policy_version(policy),
        )
        view = hashlib.sha256("\n".join(said).encode()).hexdigest()[:24]
        if graph is None:
            return view, None
        pane = self._panes.get(view)
        if pane is None or not pane.made_of(graph, policy, catalogue):
            if len(self._panes) >= MOST_PANES:
                self._panes.clear()
            pane = self._panes[view] = StatelessView(graph, session.filter, policy, catalogue)
        return view, pane

    def _channel_name(self, channel: Channel, relay: Relay, pane: StatelessView | None) -> str:
        graph = pane.graph.name if pane is not None else ""
        return new_channel_name(
            relay.limits, channel_name_key(self._policy(channel)), str(channel), graph
        )


def sum_counts(one: RelayCounts, other: RelayCounts) -> RelayCounts:
    """The sum of two ledgers."""
    return RelayCounts(
        one.published + other.published, one.delivered + other.delivered, one.failed + other.failed
    )
