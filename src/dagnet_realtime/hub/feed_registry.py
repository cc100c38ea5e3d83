"""Starts and stops feeds, and gives sessions their shared views and viewers."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from dagnet_realtime.core.roles import reveals
from dagnet_realtime.hub.broadcast import REVEALS, BroadcastView, ViewKey
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed import Feed
from dagnet_realtime.hub.guarantees import policy_version
from dagnet_realtime.hub.sessions import (
    Followers,
    SessionState,
    company_for,
    followers_by_graph,
)
from dagnet_realtime.hub.stats import ChannelStats, ViewCounters
from dagnet_realtime.hub.subscriber import Subscriber
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.frame import Close, Company, IngestCounters
from dagnet_realtime.model.graph import Catalogue, Graph
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel, Policy


class FeedRegistry:
    """Starts a channel's feed with its first viewer.

    `log_lost` is set if a feed finds that its log has ended under viewers who are still here.
    """

    def __init__(self, context: HubContext) -> None:
        self.log_lost = asyncio.Event()
        self._context = context
        self._policies: dict[Channel, Policy] = {
            workspace.channel: workspace.policy for workspace in context.workspaces
        }
        self._graphs = context.graphs
        self._limits = context.limits
        self._feeds: dict[Channel, tuple[Feed, asyncio.Task[None]]] = {}
        self._viewers: dict[str, set[Subscriber]] = {}
        self._followed: dict[Channel, frozenset[str]] = {}
        self._followers: Followers = {}
        self.followers_at = float("-inf")  # monotonic seconds, of the last `set_followed`
        self._counters_by_channel: dict[Channel, ViewCounters] = {
            channel: ViewCounters() for channel in self._policies
        }

    def graph(self, channel: Channel, name: str) -> tuple[Catalogue, Graph]:
        """The graph as last read, and the catalogue around it; raises `Problem("not_found")`."""
        if channel not in self._policies:
            raise Problem(
                "not_found",
                "No such workspace",
                f"There is no workspace “{channel}” here",
                "Open one of those listed",
            )
        if self._policies[channel].ingest == "function":
            why = "A function in Segment publishes them to the provider"
            raise Problem(
                "invalid",
                "No server hears the events of this workspace",
                why,
                "Watch it in the browser",
            )
        catalogue = self._graphs.catalogue(channel.workspace)
        graph = catalogue.graphs.get(name)
        if graph is None:
            raise Problem(
                "not_found",
                "No such graph",
                f"“{channel}” has no graph “{name[:80]}”",
                "Open one of those listed",
            )
        return catalogue, graph

    def policy(self, channel: Channel) -> Policy:
        """The policy in force in the channel."""
        return self._policies[channel]

    def ingest_counters(self, channel: Channel) -> dict[str, IngestCounters]:
        """A copy of the counters of the channel's sources, as of this moment."""
        return {
            id: msgspec.structs.replace(counters, refused=dict(counters.refused))
            for id, counters in self._context.counters(channel).items()
        }

    def feed_for(self, channel: Channel) -> Feed | None:
        """The channel's running feed; None if it has none."""
        feed, task = self._feeds.get(channel, (None, None))
        return None if task is None or task.done() else feed

    async def attach(
        self, state: SessionState, after: Position | None, head: Position | None = None
    ) -> Subscriber:
        """A viewer of the session's view, from `after`, else from On; `head` as `acquire_view`."""
        feed, shared = await self.acquire_view(state.session, head)
        viewer = Subscriber(self._context, state, after, feed, shared)
        self._viewers.setdefault(state.session.id, set()).add(viewer)
        return viewer

    async def acquire_view(
        self, session: WatchSession, head: Position | None = None
    ) -> tuple[Feed, BroadcastView]:
        """The session's view and its running feed; the view has one viewer more until
        `release_view`.

        A feed that must be started begins at the log's head: `head` if the caller has just renewed
        the session's lease, else the lease is renewed here.
        """
        channel = session.channel
        if head is None and self.feed_for(channel) is None:
            head = await self._context.log.acquire_lease(channel, session.id, self._limits.lease)
        feed = self.feed_for(channel)
        if feed is None:
            assert head is not None
            feed = Feed(
                self._context,
                channel,
                self._policies[channel],
                head,
                self._counters_by_channel[channel],
                self.log_lost,
            )
            feed.follows = self.followed(channel).union(
                session.follows
            )  # those of other sessions come with the next `set_followed`
        shared = self.shared(feed, session)
        if self.feed_for(channel) is not feed:
            self._feeds[channel] = (
                feed,
                self._context.tasks.create_task(feed.run(partial(self.ingest_counters, channel))),
            )
        shared.viewers += 1
        return feed, shared

    def release_view(self, shared: BroadcastView) -> None:
        """Undoes `acquire_view`; a view without viewers lives a little longer."""
        shared.viewers -= 1
        shared.last_used_at = self._context.clock.monotonic()

    def detach(self, viewer: Subscriber) -> None:
        """Removes a viewer; a view without viewers lives a little longer."""
        self.release_view(viewer.shared)
        viewers = self._viewers.get(viewer.state.session.id, set())
        viewers.discard(viewer)
        if not viewers:
            self._viewers.pop(viewer.state.session.id, None)

    def shared(self, feed: Feed, session: WatchSession) -> BroadcastView:
        """The view for the session's graph, filter and role.

        If the graph has vanished, sessions that watch it already keep it.
        """
        policy = self._policies[session.channel]
        role = REVEALS if reveals(policy, session.role) else ""
        key = ViewKey(session.graph, session.filter, role, policy_version(policy))
        if key in feed.views:
            return feed.views[key]
        catalogue, graph = self.graph(session.channel, session.graph)
        return feed.view(key, graph, catalogue)

    def viewers_of(self, session_id: str) -> list[Subscriber]:
        """The viewers of a session."""
        return list(self._viewers.get(session_id, ()))

    def apply_graph(self, workspace: str) -> None:
        """Applies changed files of a workspace."""
        catalogue = self._graphs.catalogue(workspace)
        for feed, _ in self._feeds.values():
            if feed.channel.workspace == workspace:
                feed.apply_graph(catalogue)

    def apply_policy(self, channel: Channel, policy: Policy) -> None:
        """Applies another policy to a channel: nothing that it forbids is shown any more."""
        self._policies[channel] = policy
        if (feed := self.feed_for(channel)) is not None:
            feed.apply_policy(policy, self._graphs.catalogue(channel.workspace))

    def rebind_viewers(self, sessions: Sequence[WatchSession]) -> None:
        """Moves the sessions' viewers to their views, with a `change` frame if it is another."""
        for session in sessions:
            feed = self.feed_for(session.channel)
            if feed is None:
                continue
            for viewer in self.viewers_of(session.id):
                before = viewer.shared
                viewer.state.session = session
                viewer.move(self.shared(feed, session))
                if viewer.shared is not before:
                    viewer.enqueue(feed.changed(viewer.shared))
                viewer.meet(self.company(session) or Company())

    def set_followed(self, live: Sequence[WatchSession]) -> None:
        """Sets what the active sessions follow: it is never thinned in their channel, nor sampled
        out. Viewers who may see who follows what get it anew.
        """
        wanted: dict[Channel, dict[str, None]] = {}
        persons: dict[tuple[Channel, str], dict[str, None]] = {}
        for session in live:
            own = persons.setdefault((session.channel, session.person), {})
            own.update(dict.fromkeys(session.follows))
        for (channel, _), own in persons.items():
            wanted.setdefault(channel, {}).update(
                dict.fromkeys(list(own)[: self._limits.follows_per_person])
            )
        self._followed = {
            channel: frozenset(list(tokens)[: self._limits.follows_per_channel])
            for channel, tokens in wanted.items()
        }
        for channel, (feed, _) in self._feeds.items():
            feed.follows = self.followed(channel)
        before, self._followers = (
            self._followers,
            followers_by_graph(live, self._context.hidden_followers),
        )
        self.followers_at = self._context.clock.monotonic()
        changed = {
            graph
            for graph in before.keys() | self._followers.keys()
            if before.get(graph) != self._followers.get(graph)
        }
        for viewers in self._viewers.values() if changed else ():
            for viewer in viewers:
                session = viewer.state.session
                if (session.channel, session.graph) in changed:
                    viewer.meet(self.company(session) or Company())

    def company(self, session: WatchSession) -> Company | None:
        """Who else follows traces on the session's graph; None if it is not shown to the viewer."""
        return company_for(session, self._followers)

    def followed(self, channel: Channel) -> frozenset[str]:
        """The tokens that sessions of a channel follow."""
        return self._followed.get(channel, frozenset())

    async def followed_traces(self, channel: Channel) -> frozenset[str]:
        """`followed`, as `Intake` asks for it."""
        return self.followed(channel)

    def forget(self, channel: Channel, tokens: frozenset[str]) -> None:
        """A person asked to be forgotten: the channel's live views drop their tokens."""
        if (feed := self.feed_for(channel)) is not None:
            feed.forget(tokens)

    def stats(self) -> dict[Channel, ChannelStats]:
        """Statistics of each channel, without the number of sessions."""
        stats = {
            channel: ChannelStats(counters)
            for channel, counters in self._counters_by_channel.items()
        }
        for viewers in self._viewers.values():
            for viewer in viewers:
                measure, head = stats[viewer.feed.channel], viewer.feed.position
                measure.viewers += 1
                if head.epoch == viewer.position.epoch:
                    measure.backlog = max(measure.backlog, head.offset - viewer.position.offset)
        for channel, measure in stats.items():
            if (feed := self.feed_for(channel)) is not None:
                measure.ring_bytes = sum(view.buffer.size for view in feed.views.values())
        return stats

    def close_all(self, bye: Callable[[], Close]) -> None:
        """Closes every viewer with a frame of `bye`, and stops the feeds."""
        for viewers in self._viewers.values():
            for viewer in viewers:
                viewer.close(bye())
        for feed, task in self._feeds.values():
            feed.views.clear()
            task.cancel()
