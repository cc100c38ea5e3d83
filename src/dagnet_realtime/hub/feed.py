"""Reads one channel's log: each tick, reads new entries once and gives each view its frame."""

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

MAX_ENTRIES = 20_000  # of one tick: 400,000 a second, more than one core can match
IDLE_SECONDS = 1.0  # for which a read waits, before heartbeats and idle views are looked at
MAX_IDLE_VIEWS = 32  # without viewers at once: a session leaves one at each switch
STREAM_GAP_SECONDS = 1.0  # between two looks at whether a stream was left unread
RETRY_SECONDS = 0.5  # between tries while the log cannot be reached


class Feed:
    """The reader of one channel's log. Runs while it has views, and alone writes their buffers.

    `follows` are the tokens that sessions of the channel follow. `counters` add up what viewers are
    sent. `log_lost` is set if the log ends under viewers who are still here.
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
        """Ticks until no view is left.

        While the log cannot be reached, viewers get no heartbeat, and so can see that.
        """
        last = float("-inf")
        while self.views:
            try:
                await self._clock.sleep(
                    max(0.0, last + self._limits.tick - self._clock.monotonic())
                )
                log_slice = await self._log.read(
                    self.channel, self.position, MAX_ENTRIES, min(IDLE_SECONDS, self._limits.beat)
                )
            except Problem:
                await self._clock.sleep(RETRY_SECONDS)
                continue
            at = self._clock.monotonic()
            if isinstance(log_slice, ReadGap):
                if log_slice.reason == "gone":
                    if not any(view.viewers for view in self.views.values()):
                        return
                    self._log_lost.set()
                    await self._clock.sleep(RETRY_SECONDS)
                    continue
                self._lost(log_slice)
            elif log_slice.entries:
                matched = self._matched(log_slice.entries)
                for view in self.views.values():
                    self.counters.frame(
                        view.publish_batch(log_slice, matched[view.key.graph], self.follows, at)
                    )
                if log_slice.entries[0].id:
                    self.counters.lag((self._clock.now() - log_slice.entries[0].arrived_at) / 1000)
                self.position = log_slice.end
                last = at
                await self._forget(log_slice.entries)
            self._tell_stream_gaps(ingest_counters, at)
            self._beat(ingest_counters, at)
            self._evict_idle_views(at)

    def view(self, key: ViewKey, graph: Graph, catalogue: Catalogue) -> BroadcastView:
        """The shared view of `key`, made if there is none.

        Beyond the bound of filters it is a view without a filter, which then runs in the browser.
        """
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
        if (shared := self.views.get(key)) is None:
            reveals = key.role.startswith(REVEALS)
            view = ViewRenderer(
                graph,
                parse_filter(key.filter),
                self.policy,
                redaction_of(self.policy, catalogue),
                reveals=reveals,
            )
            buffer = FrameBuffer(self.position, self._limits.ring_frames, self._limits.ring_bytes)
            guarantees = guarantees_for(
                self.policy,
                catalogue.needed,
                file_warnings(catalogue, graph),
                in_browser=in_browser,
            )
            self._drop_idle_views()
            shared = BroadcastView(key, view, guarantees, buffer, at)
            self.views[key] = shared
        shared.last_used_at = at
        return shared

    def apply_graph(self, catalogue: Catalogue) -> None:
        """Applies changed files to the views, whose viewers get a `change` frame.

        A view whose graph has vanished keeps it.
        """
        self._needed = catalogue.needed
        if self._permitted is not None:
            self._permitted = redaction_of(self.policy, catalogue)
        for shared in self.views.values():
            graph = catalogue.graphs.get(shared.key.graph, shared.view.graph)
            troubles = file_warnings(catalogue, graph)
            guarantees = guarantees_for(
                self.policy,
                catalogue.needed,
                troubles,
                in_browser=shared.guarantees.filtered == "browser",
            )
            if (graph.version, guarantees) == (shared.view.graph.version, shared.guarantees):
                continue
            shared.view.set_graph(graph, redaction_of(self.policy, catalogue))
            shared.guarantees = guarantees
            shared.change(self.changed(shared))

    def changed(self, shared: BroadcastView) -> Change:
        """The frame for a viewer whose files, policy or role have changed."""
        return Change(
            graph_version=shared.view.graph.version,
            policy_version=shared.key.policy,
            sampling=self.policy.sample,
            posture=shared.guarantees,
            since=iso(self._clock.now()),
        )

    def apply_policy(self, policy: Policy, catalogue: Catalogue) -> None:
        """Applies another policy.

        Views of the former one drop their frames and show nothing that is forbidden now, until
        their viewers have moved.
        """
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
        """Wakes every viewer, to check whether it must close."""
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
        """Makes every view forget a person's tokens. The log is cleared where the request came
        in.
        """
        for view in self.views.values():
            view.forget(tuple(sorted(tokens)))

    async def _forget(self, entries: Sequence[Entry]) -> None:
        """Forgets the people of `delete` events that another process received."""
        tokens = frozenset(tokens_to_forget(entries))
        if not tokens:
            return
        await self._log.forget(self.channel, tokens, self._needed)
        self.forget(tokens)

    def _tell_stream_gaps(
        self, ingest_counters: Callable[[], dict[str, IngestCounters]], at: float
    ) -> None:
        """Publishes a gap of unknown size if records of a stream were left unread, by any
        process.
        """
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

    def _drop_idle_views(self) -> None:
        """Makes room for a view: of those without viewers the one that was left first goes."""
        idle = sorted(
            (view for view in self.views.values() if not view.viewers),
            key=lambda view: view.last_used_at,
        )
        for view in idle[: max(0, len(idle) - MAX_IDLE_VIEWS + 1)]:
            del self.views[view.key]

    def _evict_idle_views(self, at: float) -> None:
        for key, view in list(self.views.items()):
            if view.viewers:
                view.last_used_at = at
            elif at - view.last_used_at > self._limits.idle_view:
                del self.views[key]


def _strip_denied(entry: Entry, permitted: Redaction) -> Entry:
    """The entry without properties that were allowed when it came, and are not any more."""
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
    """What frames may show: the allow-list and what graphs' filters need, without what is
    denied.
    """
    return Redaction(policy.properties, policy.deny, catalogue.needed)
