"""The live state of one process: opens, reads and closes watch sessions, for every transport."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, Sequence
from types import TracebackType
from typing import Self

import msgspec

from dagnet_realtime.core.times import iso
from dagnet_realtime.hub.authorization import HIDDEN, SessionAuthorization
from dagnet_realtime.hub.broadcast import EncodedFrame, encode_frame
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed_registry import FeedRegistry
from dagnet_realtime.hub.guarantees import guarantees_for
from dagnet_realtime.hub.relay_manager import NO_RELAYS, RelayManager, RelaySubscription
from dagnet_realtime.hub.session_sync import SessionSync
from dagnet_realtime.hub.sessions import SessionRegistry, SessionState
from dagnet_realtime.hub.stats import ChannelStats
from dagnet_realtime.hub.stream_reader import NO_STREAMS, StreamReaders
from dagnet_realtime.hub.subscriber import Subscriber
from dagnet_realtime.model.access import Role
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.frame import Close, Company, Guarantees, Hello
from dagnet_realtime.model.graph import Graph
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel, Policy
from dagnet_realtime.ports.storage import ReadGap

HOUSEKEEPING_SECONDS = 5.0  # between two rounds
RENEWALS = 5  # of a lease in its lifetime, so that some may fail
RECONNECT_SECONDS = (0.5, 3.0)  # over which the viewers of a stopping process are spread


class Hub:
    """Enter it as a context, which owns its tasks: if one fails, the context ends with its
    error.
    """

    def __init__(
        self,
        context: HubContext,
        feeds: FeedRegistry,
        relay_manager: RelayManager = NO_RELAYS,
        streams: StreamReaders = NO_STREAMS,
    ) -> None:
        self._context = context
        self._graphs = context.graphs
        self._log = context.log
        self._sessions = context.sessions
        self._clock = context.clock
        self._limits = context.limits
        self._tasks = context.tasks
        self._feeds = feeds
        self._registry = SessionRegistry(context.limits)
        self._sync = SessionSync(context, feeds, self._registry)
        self.relay_manager = relay_manager
        self.streams = streams
        self.authorization = SessionAuthorization(context, feeds, self._registry)
        self._background: list[asyncio.Task[None]] = []
        self._stopping = False

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._background = [
            self._tasks.create_task(self._run_housekeeping()),
            self._tasks.create_task(self._follow_graphs()),
        ]
        self._background += [
            self._tasks.create_task(part)
            for part in (
                self.relay_manager.run(),
                self._sync.consume_changes(),
                self._sync.run_recovery(),
            )
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.drain()
        self.relay_manager.close()
        for task in self._background:
            task.cancel()
        await self._tasks.__aexit__(kind, error, trace)

    async def open(
        self,
        channel: Channel,
        graph: str,
        person: str,
        filter: str = "",
        role: Role = "watch",
        name: str = "",
        share: str = "",
    ) -> WatchSession:
        """On: a new session, which watches `graph` from this moment.

        With `share` it watches from the On of the live session of the channel that a link names so,
        or from the oldest event that the log still holds. Raises `Problem` for an unknown graph, a
        filter that is not allowed, too many sessions, and `gone` if no such session is live.
        """
        self._feeds.graph(channel, graph)
        canonical = self.authorization.authorize_filter(channel, filter)
        if self._stopping:
            raise Problem(
                "unavailable", "The server is stopping", "", "Try again in a moment", retry_after=2
            )
        self._registry.check_capacity()
        shared = await self._shared(channel, share) if share else None
        at = str(
            await self._log.acquire_lease(
                channel, id := secrets.token_urlsafe(18), self._limits.lease
            )
        )
        began = self._clock.now()
        if shared is not None:
            at, began = await self._reach(shared)
        opened = WatchSession(
            id=id,
            channel=channel,
            graph=graph,
            person=person,
            started_at=began,
            position=at,
            role=role,
        )
        session = msgspec.structs.replace(opened, filter=canonical, name=name)
        await self._sync.begin(session)
        self._registry.upsert(session, self._clock.monotonic())
        await self.streams.begin(channel)
        return session

    async def _shared(self, channel: Channel, share: str) -> WatchSession:
        """The live session of a channel that a link names; raises `Problem("gone")`."""
        for session in await self._sessions.list_active():
            if session.channel == channel and session.share == share:
                return session
        raise Problem(
            "gone",
            "The shared session has ended",
            "Its past cannot be shown any more",
            "Switch Realtime on without it: what happens from then on is shown",
        )

    async def _reach(self, shared: WatchSession) -> tuple[str, int]:
        """Where the session of a link begins: at On of `shared`, else at the log's oldest event.

        Returns the position, and the time (ms since 1970) from which it is exact.
        """
        start = Position.parse(shared.position)
        if start is None:
            raise ValueError(f"a watch session was kept with the position {shared.position!r}")
        first = await self._log.read(shared.channel, start, 1, 0)
        if not isinstance(first, ReadGap):
            return shared.position, shared.started_at
        kept = await self._log.read(shared.channel, first.resume, 1, 0)
        entries = () if isinstance(kept, ReadGap) else kept.entries
        arrived = entries[0].arrived_at if entries else 0
        return str(first.resume), max(arrived or self._clock.now(), shared.started_at)

    async def session(self, session_id: str) -> WatchSession:
        """The session; raises `Problem("gone")` if it has ended."""
        session = await self._sessions.load(session_id) or await self._sync.restore(session_id)
        if session is None:
            raise Problem("gone", "This watch session has ended", "", "Switch Realtime on again")
        return session

    async def watch(
        self,
        session_id: str,
        after: Position | None = None,
        wait: float | None = None,
        stream: int | None = None,
    ) -> AsyncGenerator[EncodedFrame, None]:
        """The frames after `after` (else after On), beginning with a hello.

        With `wait` (seconds) it is one poll: the frames that are there, else the first one that
        comes in that time; and a hello only if `after` is None, or the graph, the policy or the
        role has changed since the last one. `stream` is a number by which it can be closed apart
        from others of the session. Raises `Problem` if the session has ended or too many
        streams are open.
        """
        state = self._registry.upsert(await self.session(session_id), float("-inf"))
        if wait is None:
            self._registry.acquire_stream(state)
        viewer: Subscriber | None = None
        try:
            viewer = await self._attach(state, after)
            viewer.stream = stream
            company = await self._company(state.session) or Company()
            if wait is None:
                viewer.meet(company)
            else:
                viewer.company = company  # a poll that waits is woken by a change alone
            key = viewer.shared.key
            view = f"{viewer.shared.view.graph.version} {key.policy} {key.role}"
            if wait is None or after is None or state.announced_view != view:
                await self._context.counters.refresh(state.session.channel)
                yield self._hello(viewer)
            state.announced_view = view
            async with contextlib.aclosing(viewer.frames(wait)) as frames:
                async for frame in frames:
                    yield frame
        finally:
            if wait is None:
                state.streams -= 1
            if viewer is not None:
                self._feeds.detach(viewer)

    async def poll(
        self, session_id: str, after: Position | None, wait: float
    ) -> tuple[list[EncodedFrame], str]:
        """One poll of `watch`: the frames, and the position after them.

        At its end stands who follows what, if that is shown to the viewer: the next poll may go to
        another process.
        """
        frames = [frame async for frame in self.watch(session_id, after, wait)]
        position = frames[-1].position if frames else str(after)
        state = self._registry.get(session_id)
        company = await self._company(state.session) if state is not None else None
        at = Position.parse(position)
        if company is None or at is None or (frames and isinstance(frames[-1].frame, Close)):
            return frames, position
        kept = [one for one in frames if not isinstance(one.frame, Company)]
        return [*kept, encode_frame(company, at)], position

    async def read_range(
        self, session_id: str, after: Position, until: Position
    ) -> list[EncodedFrame]:
        """The frames of `(after, until]`, which end exactly there: shared frames can follow.

        Empty if `until` is not after `after`; a gap if the log has dropped entries.
        """
        state = self._registry.upsert(await self.session(session_id), float("-inf"))
        viewer = await self._attach(state, after)
        try:
            return await viewer.read_range(until)
        finally:
            self._feeds.detach(viewer)

    async def relay_subscription(self, session_id: str) -> RelaySubscription:
        """The session's subscription at its relay. Renews the session's lease, as a stream
        would.
        """
        session = await self.session(session_id)
        state = self._registry.upsert(session, float("-inf"))
        if self._is_renewal_due(state):
            await self._sync.renew_lease(state)
        return await self.relay_manager.subscription(session)

    async def change(
        self,
        session_id: str,
        filter: str | None = None,
        follows: Sequence[str] | None = None,
        graph: str | None = None,
    ) -> WatchSession:
        """Changes the filter, the followed traces or the graph; streams go on at their position, in
        another view. A viewer who reads from an earlier position again has that counted on the
        new graph, as far as the log reaches back.
        """
        session = await self.session(session_id)
        added: frozenset[str] = frozenset()
        if graph is not None:
            self._feeds.graph(session.channel, graph)
            session = msgspec.structs.replace(session, graph=graph)
        if filter is not None:
            session = msgspec.structs.replace(
                session, filter=self.authorization.authorize_filter(session.channel, filter)
            )
        if follows is not None:
            added = frozenset(follows) - frozenset(session.follows)
            session = msgspec.structs.replace(
                session,
                follows=self._registry.validate_follows(
                    session, follows, await self._sessions.list_active()
                ),
            )
        await self._sessions.save(session, self._limits.lease)
        state = self._registry.upsert(session, self._clock.monotonic())
        self._feeds.set_followed(await self._sessions.list_active())
        feed = self._feeds.feed_for(session.channel)
        if feed is None:
            return session
        if added:
            await self._sync.backfill(state, added)
        if graph is not None:
            self._feeds.rebind_viewers([session])
        for viewer in self._feeds.viewers_of(session_id):
            viewer.move(self._feeds.shared(feed, session))
        return session

    async def follow(self, session_id: str, token: str) -> WatchSession:
        """Follows one more trace, which is never thinned from here on; its events since On are
        sent.
        """
        session = await self.session(session_id)
        return await self.change(
            session_id, follows=[*(other for other in session.follows if other != token), token]
        )

    async def close(self, session_id: str, reason: str = "Realtime was switched off") -> None:
        """Off; with a channel's last session its log is emptied. Nothing if the session has
        ended.
        """
        state = self._registry.remove(session_id)
        session = await self._sessions.load(session_id) or (
            state.session if state is not None else None
        )
        for viewer in self._feeds.viewers_of(session_id):
            viewer.close(Close(reason=reason))
        if session is None:
            return
        await self._sessions.delete(session_id)
        await self._log.release_lease(session.channel, session_id)
        await self.streams.end(session.channel)
        self._feeds.set_followed(await self._sessions.list_active())

    async def apply_policy(self, channel: Channel, policy: Policy) -> None:
        """Applies another policy to a channel at once, and ends sessions whose filter it
        forbids.
        """
        for session in self.authorization.apply_policy(channel, policy):
            await self.close(session.id, HIDDEN)

    async def revoke(self, person: str, reason: str = "you may no longer watch this") -> None:
        """Ends all sessions of a person."""
        for session in await self._sessions.list_active():
            if session.person == person:
                await self.close(session.id, reason)

    def drain(self) -> None:
        """Tells every viewer to reconnect, spread over some seconds: the process stops.
        Idempotent.
        """
        self._stopping = True
        self._feeds.close_all(
            lambda: Close(
                reason="the server is stopping",
                retry_after=round(self._context.random.uniform(*RECONNECT_SECONDS), 2),
            )
        )

    def graph(self, session: WatchSession) -> Graph:
        """The session's graph, as last read."""
        return self._feeds.graph(session.channel, session.graph)[1]

    def guarantees(self, session: WatchSession) -> Guarantees:
        """How far the session's view can be trusted."""
        return guarantees_for(
            self._feeds.policy(session.channel),
            self._graphs.catalogue(session.channel.workspace).needed,
        )

    def expires_at(self) -> int:
        """When a session that is renewed now would lapse, in milliseconds since 1970."""
        return self._clock.now() + round(self._limits.lease * 1000)

    def stats(self) -> dict[Channel, ChannelStats]:
        """Statistics of each channel in this process."""
        return self._registry.add_stats(self._feeds.stats())

    async def _attach(self, state: SessionState, after: Position | None) -> Subscriber:
        """A viewer of the session, whose lease is renewed if due."""
        if self._stopping:
            raise Problem(
                "unavailable", "The server is stopping", "", "Try again in a moment", retry_after=2
            )
        head = await self._sync.renew_lease(state) if self._is_renewal_due(state) else None
        return await self._feeds.attach(state, after, head)

    async def _company(self, session: WatchSession) -> Company | None:
        """Who follows what, if it is shown to the viewer; read anew if no housekeeping does."""
        company = self._feeds.company(session)
        age = self._clock.monotonic() - self._feeds.followers_at
        if company is not None and age > 2 * HOUSEKEEPING_SECONDS:
            with contextlib.suppress(Problem):
                self._feeds.set_followed(await self._sessions.list_active())
            company = self._feeds.company(session)
        return company

    def _is_renewal_due(self, state: SessionState) -> bool:
        return self._clock.monotonic() - state.renewed_at >= self._limits.lease / RENEWALS

    def _hello(self, viewer: Subscriber) -> EncodedFrame:
        session, shared = viewer.state.session, viewer.shared
        hello = Hello(
            watch_session_id=session.id,
            position=str(viewer.position),
            graph_version=shared.view.graph.version,
            started_at=iso(session.started_at),
            sampling=self._feeds.policy(session.channel).sample,
            posture=shared.guarantees,
            ledger=self._feeds.ingest_counters(session.channel),
        )
        return encode_frame(hello, viewer.position)

    async def _run_housekeeping(self) -> None:
        """Renews watched sessions and removes lapsed ones; retries a failed store in the next
        round.
        """
        while True:
            await self._clock.sleep(min(HOUSEKEEPING_SECONDS, self._limits.lease / RENEWALS))
            with contextlib.suppress(Problem):
                for state in self._registry.all():
                    await self._renew_or_expire(state)
                await self._sync.reconcile()

    async def _renew_or_expire(self, state: SessionState) -> None:
        id = state.session.id
        if self._feeds.viewers_of(id):
            if self._is_renewal_due(state):
                await self._sync.renew(state)
        elif self._clock.monotonic() - state.renewed_at > self._limits.lease:
            self._registry.remove(id)
            if await self._sessions.load(id) is None:
                await self._log.release_lease(state.session.channel, id)

    async def _follow_graphs(self) -> None:
        async for workspace in self._graphs.changes():
            self._feeds.apply_graph(workspace)
