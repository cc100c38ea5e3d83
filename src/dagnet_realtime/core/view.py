"""The frames of one view, rendered from entries and thinned to a budget by whole traces."""

from collections.abc import Callable, Sequence
from functools import partial
from math import exp

import msgspec
from msgspec import UNSET, UnsetType

from dagnet_realtime.core.codec import ERASED
from dagnet_realtime.core.filter import ViewFilter
from dagnet_realtime.core.matching import MatchingTable
from dagnet_realtime.core.redaction import Redaction
from dagnet_realtime.core.times import iso
from dagnet_realtime.model.event import Entry, Flag, Position
from dagnet_realtime.model.frame import Batch, FrameCounts, FrameEvent
from dagnet_realtime.model.graph import Graph
from dagnet_realtime.model.workspace import Policy

_OFFSET, _PRIME, _MASK = 0x811C9DC5, 0x01000193, 0xFFFFFFFF
SETTLE_SECONDS = 2.0  # time constant of the measured rate
RISE_SECONDS = 10.0  # in which the threshold rises again; slow, so that few traces cross it
TRACE_BUDGET = 0.8  # share of the budget that whole traces may fill; the rest is for rare nodes
MEMORY_SECONDS = 900.0  # for which a trace that was cut counts as partial


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """An event that may be carried. If `always` (followed, test) it is."""

    index: int
    entry: Entry
    nodes: tuple[str, ...]
    always: bool


class Selection(msgspec.Struct, frozen=True):
    """The carried events, in order. Traces below `threshold` are whole; `partial` names the events
    (by index) of all others.
    """

    carried: Sequence[Candidate]
    partial: frozenset[int]
    threshold: float


def trace_share(entry: Entry | FrameEvent) -> float:
    """The hash of the event's trace, from 0 to 1.

    FNV-1a of the anonymous id's token, else of the first token, else of the message id.
    """
    key = entry.id
    for trace in reversed(entry.traces):
        key = trace.token
    for trace in entry.traces:
        if trace.kind == "anonymousId":
            key = trace.token
            break
    hash = _OFFSET
    for byte in key.encode("utf-8", "surrogatepass"):
        hash = (hash ^ byte) * _PRIME & _MASK
    return hash / 2**32


class TraceSampler:
    """Selects the traces that a view carries: a threshold on their hash, adapted to the traffic.

    `per_second` events may be carried, in bursts of at most one second's worth.
    """

    def __init__(self, per_second: float) -> None:
        self.threshold = 1.0
        self._per_second = max(1.0, per_second)
        self._bucket = self._per_second
        self._rate = 0.0
        self._at: float | None = None
        self._lows = (1.0, 1.0)
        self._lows_since = float("-inf")
        self._carried_at: dict[str, float] = {}

    def select(self, candidates: Sequence[Candidate], at: float) -> Selection:
        """The selection of one frame; `at` is monotonic seconds."""
        free = sum(not candidate.always for candidate in candidates)
        self._adapt(free, at)
        chosen = self._sample(candidates, int(self._bucket), at)
        self._bucket -= sum(not candidate.always for candidate in chosen.carried)
        return chosen

    def select_private(
        self, candidates: Sequence[Candidate], at: float, most: int | None = None
    ) -> Selection:
        """The selection of a frame for one viewer, at the current threshold; leaves the view's
        budget. It has one second's worth of events, and `most` if that is less.
        """
        allowed = int(self._per_second)
        return self._sample(candidates, allowed if most is None else min(allowed, most), at)

    def _adapt(self, free: int, at: float) -> None:
        elapsed = SETTLE_SECONDS if self._at is None else max(1e-3, at - self._at)
        self._at = at
        self._bucket = min(self._per_second, self._bucket + elapsed * self._per_second)
        self._rate += (free / elapsed - self._rate) * (1 - exp(-elapsed / SETTLE_SECONDS))
        wanted = (
            1.0
            if self._rate <= TRACE_BUDGET * self._per_second
            else TRACE_BUDGET * self._per_second / self._rate
        )
        if wanted < self.threshold * 0.95:
            self.threshold = wanted
        elif wanted > self.threshold:
            self.threshold = min(
                wanted,
                self.threshold
                + (wanted - self.threshold) * min(1.0, elapsed / RISE_SECONDS)
                + 0.01 * elapsed,
            )

    def _sample(self, candidates: Sequence[Candidate], allowed: int, at: float) -> Selection:
        lowest = self._lowest(at)
        free = sum(not candidate.always for candidate in candidates)
        if self.threshold >= 1.0 and lowest >= 1.0 and free <= allowed:
            return Selection(candidates, frozenset(), 1.0)
        shares = {
            candidate.index: trace_share(candidate.entry)
            for candidate in candidates
            if not candidate.always
        }
        threshold = self._frame_threshold(sorted(shares.values()), allowed)
        if threshold < self._lows[0]:
            self._lows = (threshold, self._lows[1])
        selected = {index for index, value in shares.items() if value < threshold}
        rare = self._unseen_nodes(candidates, selected, allowed - len(selected), at)
        carried = [
            candidate
            for candidate in candidates
            if candidate.always or candidate.index in selected or candidate.index in rare
        ]
        whole = min(threshold, lowest)
        partial = frozenset(index for index in selected | rare if shares[index] >= whole)
        return Selection(carried, partial, threshold)

    def _frame_threshold(self, shares: list[float], allowed: int) -> float:
        """The threshold of this frame: the adapted one, or lower if the allowance needs it."""
        within = int(allowed * TRACE_BUDGET) if len(shares) > allowed else allowed
        if within < len(shares) and shares[within] < self.threshold:
            return shares[within]
        return self.threshold

    def _unseen_nodes(
        self, candidates: Sequence[Candidate], selected: set[int], left: int, at: float
    ) -> set[int]:
        """One event (index) of each node that would otherwise be unseen, at most `left`.

        Nodes that were carried longest ago come first.
        """
        shown = {
            node
            for candidate in candidates
            if candidate.always or candidate.index in selected
            for node in candidate.nodes
        }
        first: dict[str, int] = {}
        for candidate in candidates:
            for node in candidate.nodes:
                if node not in shown:
                    first.setdefault(node, candidate.index)
        rare: set[int] = set()
        for node in sorted(first, key=lambda node: self._carried_at.get(node, -1.0)):
            if len(rare) >= left:
                break
            rare.add(first[node])
            self._carried_at[node] = at
        for node in shown:
            self._carried_at[node] = at
        return rare

    def _lowest(self, at: float) -> float:
        """The lowest threshold that a living trace may have met.

        It covers the current period of `MEMORY_SECONDS` and the one before.
        """
        if at - self._lows_since >= MEMORY_SECONDS:
            self._lows = (self.threshold, self._lows[0])
            self._lows_since = at
        self._lows = (min(self._lows[0], self.threshold), self._lows[1])
        return min(self._lows)


MAX_NAMES = 200  # unmapped names that a frame counts separately

Nodes = tuple[str, ...]


def match_all(table: MatchingTable, entries: Sequence[Entry]) -> list[Nodes]:
    """The nodes that each entry lights, in order; all views of one graph share them."""
    match = table.match
    return [match(entry.names, entry.properties, entry.traits) for entry in entries]


class ViewRenderer:
    """Renders one graph through one filter under one policy. Only the sampler changes between
    frames.

    With `reveals`, for viewers who may see identities, events carry the raw identifiers in the log.
    """

    def __init__(
        self,
        graph: Graph,
        filter: ViewFilter,
        policy: Policy,
        redaction: Redaction,
        *,
        reveals: bool = False,
    ) -> None:
        self._reveals = reveals
        self._filter = filter
        self._sampler = TraceSampler(policy.carried_per_second)
        self.set_graph(graph, redaction)

    def set_graph(self, graph: Graph, redaction: Redaction) -> None:
        """Replaces the graph, e.g. after its files changed; the sampler goes on."""
        self.graph = graph
        self.filter = self._filter.resolved(graph.nodes)
        self._redaction = redaction

    def hide_identities(self) -> None:
        """Carries no raw identifiers any more."""
        self._reveals = False

    def render_shared(
        self,
        start: str,
        end: str,
        entries: Sequence[Entry],
        matched: Sequence[Nodes],
        follows: frozenset[str],
        at: float,
    ) -> Batch:
        """The shared frame of the range `(start, end]`.

        `matched` are the nodes of each entry, `follows` the followed tokens; `at` is monotonic
        seconds.
        """
        return self._batch(
            start, end, entries, matched, follows, partial(self._sampler.select, at=at)
        )

    def render_private(
        self,
        start: str,
        end: str,
        entries: Sequence[Entry],
        matched: Sequence[Nodes],
        follows: frozenset[str],
        at: float,
        most: int | None = None,
    ) -> Batch:
        """A frame for one viewer: the same counts, and one second's worth of events of its own, or
        `most` if that is less.
        """
        select = partial(self._sampler.select_private, at=at, most=most)
        return self._batch(start, end, entries, matched, follows, select)

    def to_frame_event(
        self, entry: Entry, nodes: Nodes, offset: int | UnsetType = UNSET, *, partial: bool = False
    ) -> FrameEvent:
        """The entry as a frame event; the policy's denials are applied again. `offset` is its place
        in the log.
        """
        permits = self._redaction.permits
        properties = entry.properties
        if not all(permits(path) for path in properties):
            properties = {path: value for path, value in properties.items() if permits(path)}
        flags: tuple[Flag, ...] = (
            (*entry.flags, "partial") if partial and "partial" not in entry.flags else entry.flags
        )
        return FrameEvent(
            id=entry.id,
            type=entry.type,
            name=entry.name,
            occurred_at=iso(entry.occurred_at),
            arrived_at=iso(entry.arrived_at),
            segment_received_at=None
            if entry.segment_received_at is None
            else iso(entry.segment_received_at),
            source=entry.source,
            traces=entry.traces,
            nodes=nodes,
            properties=properties,
            flags=flags,
            offset=offset,
            revealed=entry.revealed if self._reveals and entry.revealed else UNSET,
        )

    def _batch(
        self,
        start: str,
        end: str,
        entries: Sequence[Entry],
        matched: Sequence[Nodes],
        follows: frozenset[str],
        select: Callable[[Sequence[Candidate]], Selection],
    ) -> Batch:
        counts: dict[str, int] = {}
        names: dict[str, int] = {}
        candidates: list[Candidate] = []
        lit = filtered = missed = sampled_out = forgotten = 0
        passes = self.filter.matches if self.filter.terms else None
        for index, entry in enumerate(entries):
            nodes = matched[index]
            if not entry.id and entry == ERASED:
                missed += 1
                continue
            if passes is not None and not passes(entry, nodes):
                filtered += 1
                continue
            if nodes:
                lit += 1
                for node in nodes:
                    counts[node] = counts.get(node, 0) + 1
            else:
                names[entry.name] = names.get(entry.name, 0) + 1
            if not entry.id:
                forgotten += 1
                continue
            flags = entry.flags
            if flags and "sampled_out" in flags:
                sampled_out += 1
                continue
            always = (bool(flags) and "test" in flags) or (
                bool(follows) and any(trace.token in follows for trace in entry.traces)
            )
            candidates.append(Candidate(index, entry, nodes, always))
        chosen = select(candidates)
        place = Position.parse(start)
        first = UNSET if place is None else place.offset + 1
        events = tuple(
            [
                self.to_frame_event(
                    one.entry,
                    one.nodes,
                    UNSET if first is UNSET else first + one.index,
                    partial=one.index in chosen.partial,
                )
                for one in chosen.carried
            ]
        )
        unmapped, other = _top(names)
        ledger = FrameCounts(
            offered=len(entries),
            lit=lit,
            unmapped=len(entries) - lit - filtered - missed,
            filtered=filtered,
            missed=missed,
            carried=len(events),
            thinned=len(candidates) - len(events),
            sampled_out=sampled_out,
            forgotten=forgotten,
        )
        return Batch(
            from_=start,
            position=end,
            counts=counts,
            unmapped=unmapped,
            other=other,
            events=events,
            threshold=chosen.threshold,
            ledger=ledger,
        )


def _top(names: dict[str, int]) -> tuple[dict[str, int], int]:
    """The most frequent names, and the number of events with any other."""
    if len(names) <= MAX_NAMES:
        return names, 0
    ordered = sorted(names, key=lambda name: -names[name])
    return {name: names[name] for name in ordered[:MAX_NAMES]}, sum(
        names[name] for name in ordered[MAX_NAMES:]
    )
