"""Where viewers and feeds of one process meet: one feed a channel while somebody is there, every viewer at its view."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from dagnet_realtime.core.roles import reveals
from dagnet_realtime.hub.desk import Line
from dagnet_realtime.hub.feed import Feed
from dagnet_realtime.hub.limits import Limits
from dagnet_realtime.hub.measures import Measure, Told
from dagnet_realtime.hub.posture import version_of
from dagnet_realtime.hub.shared import REVEALS, SharedView, ViewKey
from dagnet_realtime.hub.viewer import Viewer
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.frame import Bye
from dagnet_realtime.model.graph import Catalogue, Graph
from dagnet_realtime.model.ledger import Door
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.position import Position
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.doors import Doors
from dagnet_realtime.ports.graphs import GraphSource
from dagnet_realtime.ports.log import Log


class Floor:
    """Starts a channel's feed with its first viewer. `tasks` owns the feeds; `gone` is told where one finds its log gone under viewers."""

    def __init__(
        self,
        workspaces: Sequence[Workspace],
        graphs: GraphSource,
        log: Log,
        doors: Doors,
        clock: Clock,
        limits: Limits,
        tasks: asyncio.TaskGroup,
        gone: Callable[[], None] = lambda: None,
    ) -> None:
        self._policies: dict[Channel, Policy] = {workspace.channel: workspace.policy for workspace in workspaces}
        self._graphs = graphs
        self._log = log
        self._doors = doors
        self._clock = clock
        self._limits = limits
        self._tasks = tasks
        self._gone = gone
        self._feeds: dict[Channel, tuple[Feed, asyncio.Task[None]]] = {}
        self._viewers: dict[str, set[Viewer]] = {}
        self._followed: dict[Channel, frozenset[str]] = {}
        self._told: dict[Channel, Told] = {channel: Told() for channel in self._policies}

    def graph(self, channel: Channel, name: str) -> tuple[Catalogue, Graph]:
        """The graph as last read, and the catalogue around it; raises `Problem("not_found")`."""
        if channel not in self._policies:
            raise Problem("not_found", "No such workspace", f"There is no workspace “{channel}” here", "Open one of those listed")
        if self._policies[channel].ingest == "function":
            why = "A function in Segment publishes them to the provider"
            raise Problem("invalid", "No server hears the events of this workspace", why, "Watch it in the browser")
        catalogue = self._graphs.catalogue(channel.workspace)
        graph = catalogue.graphs.get(name)
        if graph is None:
            raise Problem("not_found", "No such graph", f"“{channel}” has no graph “{name[:80]}”", "Open one of those listed")
        return catalogue, graph

    def policy(self, channel: Channel) -> Policy:
        """The channel's policy."""
        return self._policies[channel]

    def doors(self, channel: Channel) -> dict[str, Door]:
        """The door's ledgers as they are now; the door goes on counting in its own."""
        return {id: msgspec.structs.replace(door, refused=dict(door.refused)) for id, door in self._doors(channel).items()}

    def running(self, channel: Channel) -> Feed | None:
        """The channel's feed, where it has one that still runs."""
        feed, task = self._feeds.get(channel, (None, None))
        return None if task is None or task.done() else feed

    def join(self, line: Line, after: Position | None, head: Position | None) -> Viewer | None:
        """A viewer at its view. A feed that must be started begins at the log's `head`; where that is needed and None, so is the answer."""
        lent = self.lend(line.session, head)
        if lent is None:
            return None
        feed, shared = lent
        viewer = Viewer(line, after, feed, shared, self._log, self._clock)
        self._viewers.setdefault(line.session.id, set()).add(viewer)
        return viewer

    def lend(self, session: WatchSession, head: Position | None) -> tuple[Feed, SharedView] | None:
        """The running feed and the view of a session, counted as one viewer more until it is given back; None as `join` says."""
        channel = session.channel
        feed = self.running(channel)
        if feed is None:
            if head is None:
                return None
            feed = Feed(channel, self._policies[channel], head, self._log, self._clock, self._limits, self._told[channel], self._gone)
            feed.follows = self.followed(channel).union(session.follows)  # of others a process that is new hears later
        shared = self.shared(feed, session)
        if self.running(channel) is not feed:
            self._feeds[channel] = (feed, self._tasks.create_task(feed.run(lambda: self.doors(channel))))
        shared.viewers += 1
        return feed, shared

    def give_back(self, shared: SharedView) -> None:
        """One viewer less; the view lives a little longer."""
        shared.viewers -= 1
        shared.used = self._clock.monotonic()

    def part(self, viewer: Viewer) -> None:
        """The viewer has gone; its view lives a little longer."""
        self.give_back(viewer.shared)
        viewers = self._viewers.get(viewer.line.session.id, set())
        viewers.discard(viewer)
        if not viewers:
            self._viewers.pop(viewer.line.session.id, None)

    def shared(self, feed: Feed, session: WatchSession) -> SharedView:
        """The view that fits the session; a graph that vanished is shown as it was to those who watch it already."""
        policy = self._policies[session.channel]
        role = REVEALS if reveals(policy, session.role) else ""
        key = ViewKey(session.graph, session.filter, role, version_of(policy))
        if key in feed.views:
            return feed.views[key]
        catalogue, graph = self.graph(session.channel, session.graph)
        return feed.view(key, graph, catalogue)

    def of(self, session_id: str) -> list[Viewer]:
        """The viewers of a session."""
        return list(self._viewers.get(session_id, ()))

    def regraph(self, workspace: str) -> None:
        """The workspace's files have changed."""
        catalogue = self._graphs.catalogue(workspace)
        for feed, _ in self._feeds.values():
            if feed.channel.workspace == workspace:
                feed.regraph(catalogue)

    def impose(self, channel: Channel, policy: Policy) -> None:
        """Another policy for a channel: views that stand show nothing more that it forbids."""
        self._policies[channel] = policy
        if (feed := self.running(channel)) is not None:
            feed.impose(policy, self._graphs.catalogue(channel.workspace))

    def resettle(self, sessions: Sequence[WatchSession]) -> None:
        """Moves the sessions' viewers to the view that fits, at their positions, and tells those that moved."""
        for session in sessions:
            feed = self.running(session.channel)
            if feed is None:
                continue
            for viewer in self.of(session.id):
                before = viewer.shared
                viewer.line.session = session
                viewer.move(self.shared(feed, session))
                if viewer.shared is not before:
                    viewer.tell(feed.changed(viewer.shared))

    def follow(self, live: Sequence[WatchSession]) -> None:
        """What the sessions of each channel follow is never thinned there, nor sampled out."""
        wanted: dict[Channel, dict[str, None]] = {}
        persons: dict[tuple[Channel, str], dict[str, None]] = {}
        for session in live:
            own = persons.setdefault((session.channel, session.person), {})
            own.update(dict.fromkeys(session.follows))
        for (channel, _), own in persons.items():
            wanted.setdefault(channel, {}).update(dict.fromkeys(list(own)[: self._limits.follows_per_person]))
        self._followed = {channel: frozenset(list(tokens)[: self._limits.follows_per_channel]) for channel, tokens in wanted.items()}
        for channel, (feed, _) in self._feeds.items():
            feed.follows = self.followed(channel)

    def followed(self, channel: Channel) -> frozenset[str]:
        """The tokens that any session of a channel follows."""
        return self._followed.get(channel, frozenset())

    def measures(self) -> dict[Channel, Measure]:
        """What can be measured of each channel; of its sessions nothing."""
        found = {channel: Measure(told) for channel, told in self._told.items()}
        for viewers in self._viewers.values():
            for viewer in viewers:
                measure, head = found[viewer.feed.channel], viewer.feed.position
                measure.viewers += 1
                if head.epoch == viewer.at.epoch:
                    measure.backlog = max(measure.backlog, head.offset - viewer.at.offset)
        for channel, measure in found.items():
            if (feed := self.running(channel)) is not None:
                measure.ring_bytes = sum(view.ring.size for view in feed.views.values())
        return found

    def dismiss_all(self, bye: Callable[[], Bye]) -> None:
        """Everybody goes; feeds stop."""
        for viewers in self._viewers.values():
            for viewer in viewers:
                viewer.dismiss(bye())
        for feed, task in self._feeds.values():
            feed.views.clear()
            task.cancel()
