"""Views that a provider carries for several processes: their state is in the shared store, and one process at a time publishes each.

Serverless, every request that has news, or asks for its seat, advances them before it answers; a process that lives does so whenever
there is news (`RelayPublisher`). Of those that come together one advances a view and publishes; the others tell it that there is more,
and go. Each publishes for two seconds at most, and never fails because the provider does. What is lost on the way, viewers fetch by
position.
"""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence

from dagnet_realtime.core.times import iso
from dagnet_realtime.hub.company import company
from dagnet_realtime.hub.mailing import named
from dagnet_realtime.hub.pane import Pane
from dagnet_realtime.hub.posture import version_of
from dagnet_realtime.hub.relaying import Seat, name_key, noticed
from dagnet_realtime.hub.trip import Trip
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.frame import Beat
from dagnet_realtime.model.ledger import RelayLedger
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.position import Position
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.doors import SharedDoors
from dagnet_realtime.ports.graphs import GraphSource
from dagnet_realtime.ports.log import Log, Lost
from dagnet_realtime.ports.posts import Held, Post, Posts
from dagnet_realtime.ports.relay import Message, Relay
from dagnet_realtime.ports.sessions import Sessions

LEASE = 6.0  # seconds after which a request that vanished no longer holds a view up
GRACE_MS = 15_000  # between a signature and the subscription that the provider can tell of
LOOK_MS = 10_000  # between two questions who is subscribed
NOTICE_MS = 2_000  # the same, where the provider says that it has changed
BEAT_MS = 7_500  # of silence, after which whoever asks sends a sign of life
LEAST = 0.3  # seconds that must be left to begin a publication
CHUNK = 5_000  # entries of one publication
MOST_VIEWS = 40  # of one channel, advanced by one request
AT_ONCE = 20  # views that are advanced at the same time
MOST_PANES = 500  # kept made


class Courier:
    """What `Relaying` is to a process that is alone. `relays` are by channel; `lease` is a session's, in seconds; `policy` is a channel's.

    `spent` counts what this process published; `ledgers` are those of all processes, as last heard.
    """

    def __init__(
        self,
        policy: Callable[[Channel], Policy],
        graphs: GraphSource,
        log: Log,
        sessions: Sessions,
        doors: SharedDoors,
        posts: Posts,
        relays: Mapping[Channel, Relay],
        clock: Clock,
        lease: float,
    ) -> None:
        self._policy = policy
        self._graphs = graphs
        self._log = log
        self._sessions = sessions
        self._doors = doors
        self._posts = posts
        self._relays = relays
        self._clock = clock
        self._lease = lease
        self._panes: dict[str, Pane] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self.ledgers: dict[Channel, RelayLedger] = {}
        self.spent = {channel: RelayLedger() for channel in relays}

    async def seat(self, session: WatchSession) -> Seat:
        """The session's place, confirmed; raises `Problem("not_found")` where the channel has no relay."""
        relay, view, pane = self._view(session)
        held = await self._confirmed(session, relay, view)
        live: dict[str, WatchSession] = {}
        with contextlib.suppress(Problem):
            live = await self.live(session.channel)
            held = await self._advance(session.channel, view, pane, live, LOOK_MS) or held
        self.ledgers[session.channel] = held.ledger
        return Seat(
            public=relay.terms.public,
            channel=held.post.channel,
            publishing=held.post.rests_until <= held.now,
            every=relay.terms.every,
            ledger=held.ledger,
            company=company(session, live.values()),
        )

    async def authorise(self, session: WatchSession, channel: str, socket_id: str) -> dict[str, str]:
        """The signature for the session's own channel; raises `Problem("forbidden")` for every other, whether it exists or not."""
        relay, view, _ = self._view(session)
        held = await self._confirmed(session, relay, view, GRACE_MS)
        if not hmac.compare_digest(channel.encode("utf-8", "replace"), held.post.channel.encode()) or session.id not in held.seats:
            raise Problem("forbidden", "That channel is not this session's", "", "Ask for the session's relay again")
        return relay.authorise(channel, socket_id)

    async def confirm(self, session: WatchSession) -> None:
        """The session's person was just asked about, and may still watch."""
        _, view, _ = self._view(session)
        await self._confirmed(session, self._relays[session.channel], view)

    async def notice(self, channel: Channel, key: str, signature: str, body: bytes) -> None:
        """Asks about the channel's views, where that was not done in the last two seconds."""
        noticed(self._relays, channel, key, signature, body)
        await self.carry(channel, NOTICE_MS)

    async def carry(self, channel: Channel, looks: int | None = None) -> None:
        """Publishes what is new in a channel; raises nothing, and takes little more than two seconds. `looks` as `advance`."""
        if channel not in self._relays:
            return
        with contextlib.suppress(Problem, TimeoutError):
            async with asyncio.timeout(LEASE):
                views = await self._posts.views(channel)
                live = await self.live(channel) if views else {}
                await self.advance(channel, views[:MOST_VIEWS], live, looks)

    async def advance(
        self, channel: Channel, views: Sequence[str], live: Mapping[str, WatchSession], looks: int | None
    ) -> dict[str, Held | None]:
        """Advances the views for the sessions that live, and tells how each stands then; None where another process is at it.

        `looks` is after how many milliseconds the provider is asked again who is subscribed; None: not now, and no beat is sent either.
        Raises `Problem("unavailable")`.
        """
        seen = {view: pane for view, pane in map(self._pane, live.values()) if view in views}

        async def one(view: str) -> Held | None:
            async with self._at_once:
                return await self._advance(channel, view, seen.get(view), live, looks)

        found = await asyncio.gather(*map(one, views), return_exceptions=True)
        if failed := [one for one in found if isinstance(one, BaseException)]:
            raise failed[0]
        return {view: held for view, held in zip(views, found, strict=True) if not isinstance(held, BaseException)}

    async def live(self, channel: Channel) -> dict[str, WatchSession]:
        """The channel's sessions that live, by id. Raises `Problem("unavailable")`."""
        return {session.id: session for session in await self._sessions.live() if session.channel == channel}

    def view(self, session: WatchSession) -> str:
        """The name of the session's view by the files and the policy as they are here."""
        return self._pane(session)[0]

    async def turn(self, channel: Channel, view: str) -> None:
        """Tells who is subscribed to a view to ask for their seat again, since it has become another."""
        holder = secrets.token_hex(8)
        held = await self._posts.take(channel, view, holder, LEASE)
        if held is None:
            return
        trip = Trip(self._relays[channel], held, self._clock.monotonic(), self._clock)
        if trip.watched and trip.post.rests_until <= trip.now:
            await trip.send([Message(trip.post.channel, "turn", b"{}")])
        await self._posts.give(channel, view, holder, trip.given(), more=False)

    async def run(self) -> None:
        """Nothing: whoever has a request to answer looks after its views."""

    async def look(self) -> None:
        """Nothing, as `run`."""

    def close(self) -> None:
        """Nothing: others go on."""

    async def _advance(
        self, channel: Channel, view: str, pane: Pane | None, live: Mapping[str, WatchSession], looks: int | None
    ) -> Held | None:
        """Advances one view as far as it can be; None where another process is at it. Raises `Problem("unavailable")`."""
        holder = secrets.token_hex(8)
        held = await self._posts.take(channel, view, holder, LEASE)
        if held is None:
            return None
        trip = Trip(self._relays[channel], held, self._clock.monotonic(), self._clock)
        more = True
        try:
            while more:
                await self._step(channel, pane, live, trip, looks)
                more = await self._posts.give(channel, view, holder, trip.given(), more=trip.left > 0 and trip.post.rests_until <= trip.now)
        except BaseException:
            with contextlib.suppress(Problem):  # a process that stops leaves the view to others at once
                await self._posts.give(channel, view, holder, trip.given(), more=False)
            raise
        finally:
            self.spent[channel] = added(self.spent[channel], trip.total)
        return Held(trip.post, trip.now, trip.seats, added(held.ledger, trip.total))

    async def _step(self, channel: Channel, pane: Pane | None, live: Mapping[str, WatchSession], trip: Trip, looks: int | None) -> None:
        trip.confirm(live)
        if trip.gone and trip.post.channel:
            await self._turn(channel, pane, trip)
        if looks is not None and trip.now - trip.post.looked_at >= looks:
            await trip.look()
        if not trip.watched or pane is None:
            trip.change(idle=True)
            return
        if trip.post.rests_until > trip.now:
            return
        if trip.post.idle:
            head = await self._log.hold(channel, next(iter(trip.seats)), self._lease)
            trip.change(idle=False, cursor=str(head), beaten_at=trip.now)
        wait = (trip.post.ready_at - trip.now) / 1000
        if wait > trip.left - LEAST:
            return  # whoever comes next goes on
        await self._clock.sleep(wait)
        await self._news(channel, pane, live, trip)
        if looks is not None and trip.now - trip.post.beaten_at >= BEAT_MS:
            await self._doors.fresh(channel)
            await trip.publish([Beat(now=iso(trip.now), position=trip.post.cursor, ledger=self._doors(channel))])

    async def _news(self, channel: Channel, pane: Pane, live: Mapping[str, WatchSession], trip: Trip) -> None:
        at = Position.parse(trip.post.cursor)
        found = await self._log.read(channel, at, CHUNK, 0) if at is not None else None
        if (
            isinstance(found, Lost) and found.reason != "gone"
        ):  # who stood there finds that the next frame does not join, and is told the gap
            trip.change(cursor=str(found.resume))
            found = await self._log.read(channel, found.resume, CHUNK, 0)
        if found is None or isinstance(found, Lost):
            trip.change(idle=True)
            return
        if found.entries:
            follows = frozenset(token for session in live.values() for token in session.follows)
            frames, fit = pane.frames(found, trip.post.fit, follows, trip.now / 1000, trip.relay.terms)
            if await trip.publish(frames):
                trip.change(cursor=str(found.end), fit=fit)

    async def _turn(self, channel: Channel, pane: Pane | None, trip: Trip) -> None:
        """Goes on in a channel of another name, which only those who may still watch learn: they are told to ask for it."""
        old, name = trip.post.channel, self._named(channel, trip.relay, pane)
        if trip.seats and trip.watched and trip.post.rests_until <= trip.now:
            await trip.send([Message(old, "turn", b"{}")])
        trip.change(channel=name, subscribers=0, awaited_until=trip.now + GRACE_MS)

    async def _confirmed(self, session: WatchSession, relay: Relay, view: str, grace: int = 0) -> Held:
        first = Post(channel=self._named(session.channel, relay, None))
        return await self._posts.seat(session.channel, view, session.id, first, grace)

    def _view(self, session: WatchSession) -> tuple[Relay, str, Pane]:
        relay = self._relays.get(session.channel)
        if relay is None:
            raise Problem("not_found", "This workspace has no relay", "", "Frames come by stream or poll")
        view, pane = self._pane(session)
        if pane is None:
            raise Problem("not_found", "No such graph", f"There is no graph “{session.graph[:80]}”", "Open one of those listed")
        return relay, view, pane

    def _pane(self, session: WatchSession) -> tuple[str, Pane | None]:
        """The session's view by the files and the policy as they are here; another deployment's are another view."""
        policy, catalogue = self._policy(session.channel), self._graphs.catalogue(session.channel.workspace)
        graph = catalogue.graphs.get(session.graph)
        said = (session.graph, graph.version if graph is not None else "", session.filter, version_of(policy))
        view = hashlib.sha256("\n".join(said).encode()).hexdigest()[:24]
        if graph is None:
            return view, None
        pane = self._panes.get(view)
        if pane is None or not pane.made_of(graph, policy, catalogue):
            if len(self._panes) >= MOST_PANES:
                self._panes.clear()
            pane = self._panes[view] = Pane(graph, session.filter, policy, catalogue)
        return view, pane

    def _named(self, channel: Channel, relay: Relay, pane: Pane | None) -> str:
        graph = pane.graph.name if pane is not None else ""
        return named(relay.terms, name_key(self._policy(channel)), str(channel), graph)


def added(one: RelayLedger, other: RelayLedger) -> RelayLedger:
    """The sum of two ledgers."""
    return RelayLedger(one.published + other.published, one.delivered + other.delivered, one.failed + other.failed)
