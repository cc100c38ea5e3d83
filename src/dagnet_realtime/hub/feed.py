"""One process's reader of one log: every tick it reads what is new once and gives each view its frame."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from dagnet_realtime.core.filter import parse_filter
from dagnet_realtime.core.matching import MatchingTable
from dagnet_realtime.core.redaction import Redaction
from dagnet_realtime.core.times import iso
from dagnet_realtime.core.view import Nodes, ViewRenderer, match_all
from dagnet_realtime.hub.broadcast import REVEALS, BroadcastView, FrameBuffer, ViewKey
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.guarantees import file_warnings, guarantees_for
from dagnet_realtime.hub.stats import ViewCounters
from dagnet_realtime.model.event import Entry, Position, tokens_to_forget
from dagnet_realtime.model.frame import Change, Heartbeat, IngestCounters
from dagnet_realtime.model.graph import Catalogue, Graph
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Policy
from dagnet_realtime.ports.storage import ReadGap

MOST_ENTRIES = 20_000  # of one tick: 400,000 a second, more than one core can match
IDLE_SECONDS = (
    1.0  # how long a read waits for news before the feed looks after beats and idle views
)
STREAM_GAP_SECONDS = 1.0  # between two looks at whether a stream was left unread
RETRY_SECONDS = 0.5  # between tries where the log cannot be reached


class Feed:
    """Runs while it has views. The only writer of their rings.

    `follows` are the tokens that any session of the channel follows. `told` adds up what viewers are told. `gone` is told when the log
    ends under viewers that are still here.
    """

    def __init__(
        self,
        context: HubContext,
        channel: Channel,
        policy: Policy,
        start: Position,
        counters: ViewCounters,
        log_lost: asyncio.Event,
    ) -> None:
        self.channel = channel
        self.policy = policy
        self.counters = counters
        self.position = start
        self.follows: frozenset[str] = frozenset()
        self.views: dict[ViewKey, BroadcastView] = {}
        self._log = context.log
        self._clock = context.clock
        self._limits = context.limits
        self._log_lost = log_lost
        self._permitted: Redaction | None = None
        self._needed: frozenset[str] = frozenset()
        self._tables: dict[str, tuple[str, MatchingTable]] = {}
        self._stream_gaps: dict[str, int] | None = None
        self._stream_gaps_at = float("-inf")

    async def run(self, ingest_counters: Callable[[], dict[str, IngestCounters]]) -> None:
        """Ticks until no view is left; an unreachable log is tried again, in silence that viewers can see."""
        last = float("-inf")
        while self.views:
            try:
                await self._clock.sleep(
                    max(0.0, last + self._limits.tick - self._clock.monotonic())
                )
                found = await self._log.read(
                    self.channel, self.position, MOST_ENTRIES, min(IDLE_SECONDS, self._limits.beat)
                )
            except Problem:
                await self._clock.sleep(RETRY_SECONDS)
                continue
            at = self._clock.monotonic()
            if isinstance(found, ReadGap):
                if found.reason == "gone":
                    if not any(view.viewers for view in self.views.values()):
                        return
                    self._log_lost.set()
                    await self._clock.sleep(RETRY_SECONDS)
                    continue
                self._lost(found)
            elif found.entries:
                matched = self._matched(found.entries)
                for view in self.views.values():
                    self.counters.frame(
                        view.publish_batch(found, matched[view.key.graph], self.follows, at)
                    )
                if found.entries[0].id:
                    self.counters.lag((self._clock.now() - found.entries[0].arrived_at) / 1000)
                self.position = found.end
                last = at
                await self._forget(found.entries)
            self._tell_stream_gaps(ingest_counters, at)
            self._beat(ingest_counters, at)
            self._evict_idle_views(at)

    def view(self, key: ViewKey, graph: Graph, catalogue: Catalogue) -> BroadcastView:
        """The shared view of that key, made where there is none; beyond the bound of filters, one without a filter."""
        self._needed = catalogue.needed
        in_browser = False
        if (
            key not in self.views
            and key.filter
            and len({other.filter for other in self.views}) >= self._limits.filters_per_channel
        ):
            key = msgspec.structs.replace(key, filter="", role=f"{key.role}+browser")
            in_browser = True
        at = self._clock.monotonic()
        if (found := self.views.get(key)) is None:
            reveals = key.role.startswith(REVEALS)
            view = ViewRenderer(
                graph,
                parse_filter(key.filter),
                self.policy,
                redaction_of(self.policy, catalogue),
                reveals=reveals,
            )
            ring = FrameBuffer(self.position, self._limits.ring_frames, self._limits.ring_bytes)
            posture = guarantees_for(
                self.policy,
                catalogue.needed,
                file_warnings(catalogue, graph),
                in_browser=in_browser,
            )
            found = BroadcastView(key, view, posture, ring, at)
            self.views[key] = found
        found.last_used_at = at
        return found

    def apply_graph(self, catalogue: Catalogue) -> None:
        """The workspace's files changed: views whose graph did go on with it. A graph that vanished stays as it was. Both are said."""
        self._needed = catalogue.needed
        if self._permitted is not None:
            self._permitted = redaction_of(self.policy, catalogue)
        for shared in self.views.values():
            graph = catalogue.graphs.get(shared.key.graph, shared.view.graph)
            troubles = file_warnings(catalogue, graph)
            posture = guarantees_for(
                self.policy,
                catalogue.needed,
                troubles,
                in_browser=shared.guarantees.filtered == "browser",
            )
            if (graph.version, posture) == (shared.view.graph.version, shared.guarantees):
                continue
            shared.view.set_graph(graph, redaction_of(self.policy, catalogue))
            shared.guarantees = posture
            shared.change(self.changed(shared))

    def changed(self, shared: BroadcastView) -> Change:
        """What a viewer is told that comes to see by other files, another policy or another role."""
        return Change(
            graph_version=shared.view.graph.version,
            policy_version=shared.key.policy,
            sampling=self.policy.sample,
            posture=shared.guarantees,
            since=iso(self._clock.now()),
        )

    def apply_policy(self, policy: Policy, catalogue: Catalogue) -> None:
        """Another policy. Views of the one before keep no frame and show nothing that this one forbids, until their viewers have left."""
        self.policy = policy
        self._permitted = redaction_of(policy, catalogue)
        for shared in self.views.values():
            shared.view.set_graph(shared.view.graph, self._permitted)
            shared.view.hide_identities()
            shared.buffer.empty()
            shared.buffer.wake()

    def match(self, graph: Graph, entries: Sequence[Entry]) -> list[Nodes]:
        """The nodes of `graph` that each entry lights."""
        known = self._tables.get(graph.name)
        if known is None or known[0] != graph.version:
            known = (graph.version, MatchingTable(graph.listens))
            self._tables[graph.name] = known
        return match_all(
            known[1],
            entries
            if self._permitted is None
            else [_strip_denied(entry, self._permitted) for entry in entries],
        )

    def wake(self) -> None:
        """Wakes every viewer, so that it looks whether it must go."""
        for view in self.views.values():
            view.buffer.wake()

    def _matched(self, entries: Sequence[Entry]) -> dict[str, list[Nodes]]:
        graphs = {view.key.graph: view.view.graph for view in self.views.values()}
        return {name: self.match(graph, entries) for name, graph in graphs.items()}

    def _lost(self, lost: ReadGap) -> None:
        for view in self.views.values():
            view.publish_gap(lost)
        self.position = lost.resume

    def forget(self, tokens: frozenset[str]) -> None:
        """A person asked to be forgotten: every view drops its frames and tells its viewers. The log is the door's to clear."""
        for view in self.views.values():
            view.forget(tuple(sorted(tokens)))

    async def _forget(self, entries: Sequence[Entry]) -> None:
        """A `delete` that another process took: its tokens go from the log and from every view."""
        tokens = frozenset(tokens_to_forget(entries))
        if not tokens:
            return
        await self._log.forget(self.channel, tokens, self._needed)
        self.forget(tokens)

    def _tell_stream_gaps(
        self, ingest_counters: Callable[[], dict[str, IngestCounters]], at: float
    ) -> None:
        """Records of a stream were left unread, by whichever process reads it: every viewer is told a gap of unknown size."""
        if at - self._stream_gaps_at < STREAM_GAP_SECONDS:
            return
        self._stream_gaps_at = at
        gaps = {source: counters.gaps or 0 for source, counters in ingest_counters().items()}
        known, self._stream_gaps = self._stream_gaps, gaps
        if known is not None and any(
            number > known.get(source, 0) for source, number in gaps.items()
        ):
            for view in self.views.values():
                view.publish_gap(ReadGap(view.buffer.head, None, "stream"))

    def _beat(self, ingest_counters: Callable[[], dict[str, IngestCounters]], at: float) -> None:
        due = [view for view in self.views.values() if at - view.last_beat_at >= self._limits.beat]
        if not due:
            return
        ledger = ingest_counters()
        now = iso(self._clock.now())
        for view in due:
            view.beat(Heartbeat(now=now, position=str(view.buffer.head), ledger=ledger), at)

    def _evict_idle_views(self, at: float) -> None:
        for key, view in list(self.views.items()):
            if view.viewers:
                view.last_used_at = at
            elif at - view.last_used_at > self._limits.idle_view:
                del self.views[key]


def _strip_denied(entry: Entry, permitted: Redaction) -> Entry:
    """The entry without what was allowed when it came and is not any more."""
    if all(
        permitted.permits(path) for values in (entry.properties, entry.traits) for path in values
    ):
        return entry
    properties, traits = (
        {path: value for path, value in values.items() if permitted.permits(path)}
        for values in (entry.properties, entry.traits)
    )
    return msgspec.structs.replace(entry, properties=properties, traits=traits)


def redaction_of(policy: Policy, catalogue: Catalogue) -> Redaction:
    """What frames may show: the allow-list, what the graphs' filters need, and the denials over both."""
    return Redaction(policy.properties, policy.deny, catalogue.needed)
