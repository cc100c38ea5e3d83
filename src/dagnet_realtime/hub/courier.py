"""Views that a provider carries where no process lives: every request that has news, or asks for its seat, advances them before it answers.

Of the requests that come together one advances a view and publishes; the others tell it that there is more, and go. A request publishes
for two seconds at most, and never fails because the provider does. What is lost on the way, viewers fetch by position.
"""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

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
from dagnet_realtime.model.workspace import Workspace
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
BEAT_MS = 7_500  # of silence, after which whoever asks sends a sign of life
LEAST = 0.3  # seconds that must be left to begin a publication
CHUNK = 5_000  # entries of one publication
MOST_VIEWS = 40  # of one channel, advanced by one request


class Courier:
    """What `Relaying` is to a process that lives. `relays` are by channel; `lease` is a session's, in seconds."""

    def __init__(
        self,
        workspaces: Sequence[Workspace],
        graphs: GraphSource,
        log: Log,
        sessions: Sessions,
        doors: SharedDoors,
        posts: Posts,
        relays: Mapping[Channel, Relay],
        clock: Clock,
        lease: float,
    ) -> None:
        self._policies: dict[Channel, Policy] = {one.channel: one.policy for one in workspaces}
        self._graphs = graphs
        self._log = log
        self._sessions = sessions
        self._doors = doors
        self._posts = posts
        self._relays = relays
        self._clock = clock
        self._lease = lease
        self.ledgers: dict[Channel, RelayLedger] = {}

    async def seat(self, session: WatchSession) -> Seat:
        """The session's place, confirmed; raises `Problem("not_found")` where the channel has no relay."""
        relay, view, pane = self._view(session)
        held = await self._confirmed(session, relay, view)
        live: dict[str, WatchSession] = {}
        with contextlib.suppress(Problem):
            live = await self._live(session.channel)
            held = await self._advance(session.channel, view, pane, live, asked=True) or held
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

    async def notice(self, channel: Channel, key: str, signature: str, body: bytes) -> None:
        """Asks about the channel's views, where that was not done in the last ten seconds."""
        noticed(self._relays, channel, key, signature, body)
        await self.carry(channel, asked=True)

    async def carry(self, channel: Channel, *, asked: bool = False) -> None:
        """Publishes what is new in a channel; raises nothing, and takes little more than two seconds. `asked` is as for a seat."""
        if channel not in self._relays:
            return
        with contextlib.suppress(Problem, TimeoutError):
            async with asyncio.timeout(LEASE):
                views = await self._posts.views(channel)
                live = await self._live(channel) if views else {}
                seen = {view: pane for view, pane in (self._pane(session) for session in live.values()) if view in views}
                await asyncio.gather(*(self._advance(channel, view, seen.get(view), live, asked=asked) for view in views[:MOST_VIEWS]))

    async def run(self) -> None:
        """Nothing: whoever has a request to answer looks after its views."""

    async def look(self) -> None:
        """Nothing, as `run`."""

    def close(self) -> None:
        """Nothing: others go on."""

    async def _advance(
        self, channel: Channel, view: str, pane: Pane | None, live: Mapping[str, WatchSession], *, asked: bool = False
    ) -> Held | None:
        """Advances one view as far as it can be; None where another request is at it. Raises `Problem("unavailable")`."""
        holder = secrets.token_hex(8)
        held = await self._posts.take(channel, view, holder, LEASE)
        if held is None:
            return None
        trip = Trip(self._relays[channel], held, self._clock.monotonic(), self._clock)
        more = True
        while more:
            await self._step(channel, pane, live, trip, asked=asked)
            more = await self._posts.give(channel, view, holder, trip.given(), more=trip.left > 0 and trip.post.rests_until <= trip.now)
        spent = trip.total
        ledger = RelayLedger(
            held.ledger.published + spent.published, held.ledger.delivered + spent.delivered, held.ledger.failed + spent.failed
        )
        return Held(trip.post, trip.now, trip.seats, ledger)

    async def _step(self, channel: Channel, pane: Pane | None, live: Mapping[str, WatchSession], trip: Trip, *, asked: bool) -> None:
        trip.confirm(live)
        if trip.gone and trip.post.channel:
            await self._turn(channel, pane, trip)
        if asked and trip.now - trip.post.looked_at >= LOOK_MS:
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
        if asked and trip.now - trip.post.beaten_at >= BEAT_MS:
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

    async def _live(self, channel: Channel) -> dict[str, WatchSession]:
        return {session.id: session for session in await self._sessions.live() if session.channel == channel}

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
        policy, catalogue = self._policies[session.channel], self._graphs.catalogue(session.channel.workspace)
        graph = catalogue.graphs.get(session.graph)
        said = (session.graph, graph.version if graph is not None else "", session.filter, version_of(policy))
        view = hashlib.sha256("\n".join(said).encode()).hexdigest()[:24]
        return view, None if graph is None else Pane(graph, session.filter, policy, catalogue)

    def _named(self, channel: Channel, relay: Relay, pane: Pane | None) -> str:
        graph = pane.graph.name if pane is not None else ""
        return named(relay.terms, name_key(self._policies[channel]), str(channel), graph)
