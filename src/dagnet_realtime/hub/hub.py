"""The live state of one process: watch sessions open, read and close here; every transport encodes `watch`."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from random import Random
from types import TracebackType
from typing import Self

import msgspec

from dagnet_realtime.core.times import iso
from dagnet_realtime.hub.desk import Desk, Line
from dagnet_realtime.hub.floor import Floor
from dagnet_realtime.hub.limits import Limits
from dagnet_realtime.hub.measures import Measure
from dagnet_realtime.hub.others import Others
from dagnet_realtime.hub.posture import posture_of
from dagnet_realtime.hub.relaying import Relaying, Seat, Seating
from dagnet_realtime.hub.rights import HIDDEN, Rights
from dagnet_realtime.hub.sent import Sent, sent
from dagnet_realtime.hub.viewer import Viewer
from dagnet_realtime.model.access_token import Role
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.frame import Bye, Hello, Posture
from dagnet_realtime.model.graph import Graph
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.position import Position
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.doors import Doors, SharedDoors
from dagnet_realtime.ports.graphs import GraphSource
from dagnet_realtime.ports.log import Log
from dagnet_realtime.ports.relay import Relay
from dagnet_realtime.ports.sessions import Sessions

ROUND_SECONDS = 5.0  # between two rounds of the keeper
RENEWALS = 5  # of a lease in its lifetime, so that it outlives some that fail
COME_BACK = (0.5, 3.0)  # seconds over which the viewers of a stopping process are spread


class Hub:
    """Enter it as a context; its tasks live in one group, and one that dies ends the context with its reason."""

    def __init__(
        self,
        workspaces: Sequence[Workspace],
        graphs: GraphSource,
        log: Log,
        sessions: Sessions,
        doors: Doors,
        clock: Clock,
        limits: Limits | None = None,
        chance: Random | None = None,
        relays: Mapping[Channel, Relay] | Seating | None = None,
    ) -> None:
        self._graphs = graphs
        self._log = log
        self._sessions = sessions
        self._doors = doors
        self._clock = clock
        self._limits = limits or Limits()
        self._chance = chance or Random()  # noqa: S311  # it only spreads reconnects
        self._tasks = asyncio.TaskGroup()
        self._desk = Desk(self._limits)
        self._floor = Floor(workspaces, graphs, log, doors, clock, self._limits, self._tasks, lambda: self._others.lost())
        self._others = Others(self._floor, self._desk, log, sessions, clock, self._limits, self._renew)
        own = None if relays is None or isinstance(relays, Mapping) else relays
        carried = relays if isinstance(relays, Mapping) else {}
        self.relaying: Seating = own or Relaying(self._floor, log, sessions, carried, clock, self._limits.lease, self._tasks)
        self.rights = Rights(self._floor, self._desk, graphs, sessions, self._limits.lease)
        self._lasting: list[asyncio.Task[None]] = []
        self._stopping = False

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._lasting = [self._tasks.create_task(self._keep()), self._tasks.create_task(self._follow_graphs())]
        self._lasting += [self._tasks.create_task(part) for part in (self.relaying.run(), self._others.hear(), self._others.recover())]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.farewell()
        self.relaying.close()
        for task in self._lasting:
            task.cancel()
        await self._tasks.__aexit__(kind, error, trace)

    async def open(self, channel: Channel, graph: str, person: str, filter: str = "", role: Role = "watch", name: str = "") -> WatchSession:
        """On: a session that watches `graph` from this moment. Raises `Problem` for an unknown graph, a bad filter, too many sessions."""
        self._floor.graph(channel, graph)
        canonical = self.rights.readable(channel, filter)
        if self._stopping:
            raise Problem("unavailable", "The server is stopping", "", "Try again in a moment", retry_after=2)
        self._others.admit(person, channel)
        at = str(await self._log.hold(channel, id := secrets.token_urlsafe(18), self._limits.lease))
        opened = WatchSession(id=id, channel=channel, graph=graph, person=person, started_at=self._clock.now(), position=at, role=role)
        session = msgspec.structs.replace(opened, filter=canonical, name=name)
        await self._others.begin(session)
        self._desk.enter(session, self._clock.monotonic())
        return session

    async def session(self, session_id: str) -> WatchSession:
        """The session; raises `Problem("gone")` where there is none any more."""
        session = await self._sessions.load(session_id) or await self._others.restored(session_id)
        if session is None:
            raise Problem("gone", "This watch session has ended", "", "Switch Realtime on again")
        return session

    async def watch(self, session_id: str, after: Position | None = None, wait: float | None = None) -> AsyncGenerator[Sent, None]:
        """The frames after `after` (else after On), first a hello.

        With `wait` (seconds) it is one look: what is there, else the first that comes in that time, and the hello only where `after` is
        None or the graph, the policy or the role is another than this session was told. Raises `Problem` where the session has ended or
        too many streams are open.
        """
        line = self._desk.enter(await self.session(session_id), float("-inf"))
        if wait is None:
            self._desk.seat(line)
        viewer: Viewer | None = None
        try:
            viewer = await self._join(line, after)
            shown = f"{viewer.shared.view.graph.version} {viewer.shared.key.policy} {viewer.shared.key.role}"
            if wait is None or after is None or line.told != shown:
                if isinstance(self._doors, SharedDoors):
                    await self._doors.fresh(line.session.channel)
                yield self._hello(viewer)
            line.told = shown
            async with contextlib.aclosing(viewer.frames(wait)) as frames:
                async for frame in frames:
                    yield frame
        finally:
            if wait is None:
                line.streams -= 1
            if viewer is not None:
                self._floor.part(viewer)

    async def poll(self, session_id: str, after: Position | None, wait: float) -> tuple[list[Sent], str]:
        """One look through `watch`: the frames, and the position after them."""
        frames = [frame async for frame in self.watch(session_id, after, wait)]
        return frames, frames[-1].position if frames else str(after)

    async def span(self, session_id: str, after: Position, until: Position) -> list[Sent]:
        """What lies in `(after, until]`, in a frame that ends exactly there, so that a viewer can go on with frames that others share.

        None where `until` is not after `after`; a gap where the log cannot tell any more.
        """
        line = self._desk.enter(await self.session(session_id), float("-inf"))
        viewer = await self._join(line, after)
        try:
            return await viewer.span(until)
        finally:
            self._floor.part(viewer)

    async def relayed(self, session_id: str) -> Seat:
        """The session's place at its relay; asking renews its lease, as a stream would."""
        session = await self.session(session_id)
        line = self._desk.enter(session, float("-inf"))
        if self._due(line):
            await self._renew(line)
        return await self.relaying.seat(session)

    async def change(self, session_id: str, filter: str | None = None, follows: Sequence[str] | None = None) -> WatchSession:
        """Another filter, or other followed traces; open streams go on where they stand, in the view that fits."""
        session = await self.session(session_id)
        added: frozenset[str] = frozenset()
        if filter is not None:
            session = msgspec.structs.replace(session, filter=self.rights.readable(session.channel, filter))
        if follows is not None:
            added = frozenset(follows) - frozenset(session.follows)
            session = msgspec.structs.replace(session, follows=self._desk.followable(session, follows, await self._sessions.live()))
        await self._sessions.save(session, self._limits.lease)
        line = self._desk.enter(session, self._clock.monotonic())
        self._floor.follow(await self._sessions.live())
        feed = self._floor.running(session.channel)
        if feed is None:
            return session
        if added:
            await self._others.bring(line, added)
        for viewer in self._floor.of(session_id):
            viewer.move(self._floor.shared(feed, session))
        return session

    async def follow(self, session_id: str, token: str) -> WatchSession:
        """Follows one more trace: never thinned from here on, and what the log holds of it since On comes along."""
        session = await self.session(session_id)
        return await self.change(session_id, follows=[*(held for held in session.follows if held != token), token])

    async def close(self, session_id: str, reason: str = "Realtime was switched off") -> None:
        """Off. The last session of a channel empties its log. Nothing where the session has ended."""
        line = self._desk.leave(session_id)
        session = await self._sessions.load(session_id) or (line.session if line is not None else None)
        for viewer in self._floor.of(session_id):
            viewer.dismiss(Bye(reason=reason))
        if session is None:
            return
        await self._sessions.drop(session_id)
        await self._log.release(session.channel, session_id)
        self._floor.follow(await self._sessions.live())

    async def impose(self, channel: Channel, policy: Policy) -> None:
        """Another policy for a channel, in force at once; a session whose filter it forbids ends."""
        for session in self.rights.impose(channel, policy):
            await self.close(session.id, HIDDEN)

    async def revoke(self, person: str, reason: str = "you may no longer watch this") -> None:
        """Ends all sessions of a person."""
        for session in await self._sessions.live():
            if session.person == person:
                await self.close(session.id, reason)

    def followed(self, channel: Channel) -> frozenset[str]:
        """The tokens that any session of the channel follows, as far as this process knows."""
        return self._floor.followed(channel)

    def forget(self, channel: Channel, tokens: frozenset[str]) -> None:
        """A person asked this process's door to be forgotten: live views drop the tokens."""
        if (feed := self._floor.running(channel)) is not None:
            feed.forget(tokens)

    def farewell(self) -> None:
        """The process stops: every viewer is told to come back, spread over some seconds. Twice does no harm."""
        self._stopping = True
        self._floor.dismiss_all(lambda: Bye(reason="the server is stopping", retry_after=round(self._chance.uniform(*COME_BACK), 2)))

    def graph(self, session: WatchSession) -> Graph:
        """The session's graph as last read."""
        return self._floor.graph(session.channel, session.graph)[1]

    def posture(self, session: WatchSession) -> Posture:
        """How far the session's picture can be trusted."""
        return posture_of(self._floor.policy(session.channel), self._graphs.catalogue(session.channel.workspace).needed)

    def expires_at(self) -> int:
        """When a session that is renewed at this moment would lapse, in milliseconds since 1970."""
        return self._clock.now() + round(self._limits.lease * 1000)

    def measures(self) -> dict[Channel, Measure]:
        """What an operator can measure of each channel in this process."""
        return self._desk.measures(self._floor.measures())

    async def _join(self, line: Line, after: Position | None) -> Viewer:
        """A viewer of the session, whose lease is renewed where that is due."""
        if self._stopping:
            raise Problem("unavailable", "The server is stopping", "", "Try again in a moment", retry_after=2)
        head = await self._renew(line) if self._due(line) else None
        viewer = self._floor.join(line, after, head) or self._floor.join(line, after, await self._renew(line))
        if viewer is None:
            raise AssertionError("a feed starts where the log's head is known")
        return viewer

    def _due(self, line: Line) -> bool:
        return self._clock.monotonic() - line.renewed >= self._limits.lease / RENEWALS

    async def _renew(self, line: Line) -> Position:
        session = line.session
        await self._sessions.save(session, self._limits.lease)
        head = await self._log.hold(session.channel, session.id, self._limits.lease)
        line.renewed = self._clock.monotonic()
        return head

    def _hello(self, viewer: Viewer) -> Sent:
        session, shared = viewer.line.session, viewer.shared
        hello = Hello(
            watch_session_id=session.id,
            position=str(viewer.at),
            graph_version=shared.view.graph.version,
            started_at=iso(session.started_at),
            sampling=self._floor.policy(session.channel).sample,
            posture=shared.posture,
            ledger=self._floor.doors(session.channel),
        )
        return sent(hello, viewer.at)

    async def _keep(self) -> None:
        """Renews what is watched, closes what has lapsed. An unreachable store is tried again in the next round."""
        while True:
            await self._clock.sleep(min(ROUND_SECONDS, self._limits.lease / RENEWALS))
            with contextlib.suppress(Problem):
                for line in self._desk.lines():
                    await self._look_after(line)
                await self._others.look()

    async def _look_after(self, line: Line) -> None:
        id = line.session.id
        if self._floor.of(id):
            if self._due(line):
                await self._others.renew(line)
        elif self._clock.monotonic() - line.renewed > self._limits.lease:
            self._desk.leave(id)
            if await self._sessions.load(id) is None:
                await self._log.release(line.session.channel, id)

    async def _follow_graphs(self) -> None:
        async for workspace in self._graphs.changes():
            self._floor.regraph(workspace)
