"""What makes two viewers' frames identical, and the frame it makes of a stretch of the log: matched, filtered, counted, thinned."""

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from dagnet_realtime.core.codec import ERASED
from dagnet_realtime.core.filter import ViewFilter
from dagnet_realtime.core.matching import Table
from dagnet_realtime.core.redaction import Redaction
from dagnet_realtime.core.thinning import Candidate, Chosen, Thinner
from dagnet_realtime.core.times import iso
from dagnet_realtime.model.entry import Entry, Flag
from dagnet_realtime.model.frame import Batch, CarriedEvent
from dagnet_realtime.model.graph import Graph
from dagnet_realtime.model.ledger import Ledger
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.position import Position

MOST_NAMES = 200  # unmapped names that a frame counts one by one

Nodes = tuple[str, ...]


def match_all(table: Table, entries: Sequence[Entry]) -> list[Nodes]:
    """The nodes that each entry lights, in order; shared by all views of one graph."""
    match = table.match
    return [match(entry.names, entry.properties, entry.traits) for entry in entries]


class View:
    """One graph through one filter under one policy. Only the thinner's threshold changes from frame to frame.

    `reveals` is for viewers who may see identities: what the log holds of them is carried.
    """

    def __init__(self, graph: Graph, filter: ViewFilter, policy: Policy, redaction: Redaction, *, reveals: bool = False) -> None:
        self._reveals = reveals
        self._written = filter
        self._thinner = Thinner(policy.carried_per_second)
        self.regraph(graph, redaction)

    def regraph(self, graph: Graph, redaction: Redaction) -> None:
        """Goes on with other files of the same graph."""
        self.graph = graph
        self.filter = self._written.resolved(graph.nodes)
        self._redaction = redaction

    def conceal(self) -> None:
        """From here on nobody's raw identifiers are carried."""
        self._reveals = False

    def batch(self, start: str, end: str, entries: Sequence[Entry], matched: Sequence[Nodes], follows: frozenset[str], at: float) -> Batch:
        """The shared frame of the positions `(start, end]`. `matched` are the nodes of each entry, `at` monotonic seconds."""
        return self._batch(start, end, entries, matched, follows, at, shared=True)

    def private(
        self, start: str, end: str, entries: Sequence[Entry], matched: Sequence[Nodes], follows: frozenset[str], at: float
    ) -> Batch:
        """A frame for one viewer: the same counts, its own second's worth of events."""
        return self._batch(start, end, entries, matched, follows, at, shared=False)

    def carry(self, entry: Entry, nodes: Nodes, offset: int | UnsetType = UNSET, *, partial: bool = False) -> CarriedEvent:
        """The event as frames show it; the policy's denials are applied once more. `offset` is its place in the log."""
        permits = self._redaction.permits
        properties = entry.properties
        if not all(permits(path) for path in properties):
            properties = {path: value for path, value in properties.items() if permits(path)}
        flags: tuple[Flag, ...] = (*entry.flags, "partial") if partial and "partial" not in entry.flags else entry.flags
        return CarriedEvent(
            id=entry.id,
            type=entry.type,
            name=entry.name,
            occurred_at=iso(entry.occurred_at),
            arrived_at=iso(entry.arrived_at),
            segment_received_at=None if entry.segment_received_at is None else iso(entry.segment_received_at),
            source=entry.source,
            traces=entry.traces,
            nodes=nodes,
            properties=properties,
            flags=flags,
            offset=offset,
            revealed=entry.revealed if self._reveals and entry.revealed else UNSET,
        )

    def _batch(
        self, start: str, end: str, entries: Sequence[Entry], matched: Sequence[Nodes], follows: frozenset[str], at: float, *, shared: bool
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
            kept = (bool(flags) and "test" in flags) or (bool(follows) and any(trace.token in follows for trace in entry.traces))
            candidates.append(Candidate(index, entry, nodes, kept))
        chosen: Chosen = self._thinner.choose(candidates, at) if shared else self._thinner.once(candidates, at)
        partial = chosen.partial
        place = Position.parse(start)
        first = UNSET if place is None else place.offset + 1
        events = tuple(
            [
                self.carry(one.entry, one.nodes, UNSET if first is UNSET else first + one.index, partial=one.index in partial)
                for one in chosen.carried
            ]
        )
        unmapped, other = _top(names)
        ledger = Ledger(
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
    """The most frequent names, and how many events had any other."""
    if len(names) <= MOST_NAMES:
        return names, 0
    ordered = sorted(names, key=lambda name: -names[name])
    return {name: names[name] for name in ordered[:MOST_NAMES]}, sum(names[name] for name in ordered[MOST_NAMES:])
