"""Invented visitors that walk a graph by its probabilities; pure, so that one seed always gives the same crowd."""

import heapq
from collections.abc import Iterator, Mapping
from random import Random
from typing import Literal
from uuid import UUID

import msgspec

from dagnet_realtime.core.calls import Call, call_for, unlistened
from dagnet_realtime.model.graph import Edge, Graph, Listen
from dagnet_realtime.model.problem import Problem

LONGEST = 60
"""Steps of one visit; a graph with a cycle would otherwise hold a visitor for ever."""

STRAY = 0.06
"""Chance a step that the visitor also sends an event which no node listens for."""

FAILURE = 0.04
"""Chance a step that it fails: the visitor reloads, or gives up."""

SIGNS_IN = 0.25
"""Chance a step, from the third on, that a visitor makes itself known."""


class Visit(msgspec.Struct):
    """One visitor as it walks; `walk` is its only writer."""

    anonymous_id: str
    device: str
    source: str
    user_id: str | None = None


def crowd(graph: Graph, visitors: int, rate: float, chance: Random, *, forget: str | None = None) -> Iterator[Call]:
    """Calls in order of time, without end: `visitors` at once who together send about `rate` a second.

    Who leaves is followed by somebody else. `forget` is a node (uuid) whose event is never sent, as if somebody had forgotten to.
    Raises `Problem("invalid")` at once where no node of the graph listens for anything.
    """
    if not graph.listens:
        raise Problem("invalid", f"No node of {graph.name} listens for an event", remedy="Give its nodes an event_id")
    return _crowd(graph, visitors, visitors / rate, chance, forget)


def _crowd(graph: Graph, visitors: int, dwell: float, chance: Random, forget: str | None) -> Iterator[Call]:
    listens = {listen.node: listen for listen in graph.listens if listen.node != forget}
    stray = unlistened({name for listen in graph.listens for name in listen.names})
    waiting = [(chance.uniform(0, dwell), number, walk(graph, listens, stray, chance)) for number in range(visitors)]
    heapq.heapify(waiting)
    while True:
        at, number, steps = waiting[0]
        call = next(steps, None)
        after = walk(graph, listens, stray, chance) if call is None else steps
        heapq.heapreplace(waiting, (at + (chance.expovariate(1 / dwell) if call else 0.05 * dwell), number, after))
        if call is not None:
            yield msgspec.structs.replace(call, at=at)


def walk(graph: Graph, listens: Mapping[str, Listen], stray: tuple[str, ...], chance: Random) -> Iterator[Call]:
    """One visit from a start to where it ends; `at` is 0 in every call."""
    outgoing: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        outgoing.setdefault(edge.source, []).append(edge)
    visit = Visit(f"{chance.getrandbits(64):016x}", chance.choice(("mobile", "mobile", "desktop", "tablet")), chance.choice(_SOURCES))
    node: str | None = chance.choice(starts(graph))
    for step in range(LONGEST):
        if node is None:
            return
        if step >= 2 and visit.user_id is None and chance.random() < SIGNS_IN:
            visit.user_id = f"user-{chance.getrandbits(32):08x}"
            yield _by(visit, "identify", "", {}, chance)
        if (listen := listens.get(node)) is not None:
            yield _at(visit, listen, chance)
            if chance.random() < FAILURE:
                yield _by(visit, "track", "checkout_error_v2", {"message": "timeout"}, chance)
                if chance.random() < 0.5:
                    return
                yield _at(visit, listen, chance)
        if stray and chance.random() < STRAY:
            yield _by(visit, "track", chance.choice(stray), {"percent": chance.randrange(5, 101, 5)}, chance)
        node = _next(outgoing.get(node, []), chance)


_SOURCES = ("google", "google", "direct", "email", "instagram")


def _by(visit: Visit, kind: Literal["track", "identify"], name: str, properties: dict[str, str | int | float], chance: Random) -> Call:
    return Call(
        id=str(UUID(int=chance.getrandbits(128), version=4)),
        type=kind,
        name=name,
        properties=properties | ({"device": visit.device} if kind == "track" else {}),
        traits={"plan": "guest"} if kind == "identify" else {},
        anonymous_id=visit.anonymous_id,
        user_id=visit.user_id,
    )


def _at(visit: Visit, listen: Listen, chance: Random) -> Call:
    """A call that lights the node, with the properties of a small shop around what the node's filters ask for."""
    price = chance.randrange(900, 12_000, 5) / 100
    bought: dict[str, str | int | float] = {
        "device": visit.device,
        "source": visit.source,
        "item_id": f"SKU-{chance.randrange(1000, 1400)}",
        "price": price,
        "quantity": chance.choice((1, 1, 1, 2, 3)),
        "currency": "GBP",
    }
    return msgspec.structs.replace(
        call_for(listen, chance, bought),
        anonymous_id=visit.anonymous_id,
        user_id=visit.user_id,
        id=str(UUID(int=chance.getrandbits(128), version=4)),
    )


def starts(graph: Graph) -> list[str]:
    """Where visits begin: the starts, else the nodes that no edge leads to, else all."""
    marked = [node.uuid for node in graph.nodes if node.start]
    reached = {edge.target for edge in graph.edges}
    return marked or [node.uuid for node in graph.nodes if node.uuid not in reached] or [node.uuid for node in graph.nodes]


def shares(edges: list[Edge]) -> list[float]:
    """The chance of each edge; edges without one divide what is left. Below 1 in sum, the rest leaves."""
    known = sum(edge.p for edge in edges if edge.p is not None)
    unknown = sum(1 for edge in edges if edge.p is None)
    rest = max(0.0, 1.0 - known) / unknown if unknown else 0.0
    scale = 1.0 / known if known > 1.0 else 1.0
    return [rest if edge.p is None else max(0.0, edge.p) * scale for edge in edges]


def _next(edges: list[Edge], chance: Random) -> str | None:
    drawn = chance.random()
    for edge, share in zip(edges, shares(edges), strict=True):
        drawn -= share
        if drawn < 0:
            return edge.target
    return None


def rarest(graph: Graph) -> str | None:
    """The listening node that visits reach least: the one whose event is most easily forgotten. None in graphs of fewer than four such."""
    if len(graph.listens) < 4:
        return None
    outgoing: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        outgoing.setdefault(edge.source, []).append(edge)
    begin = starts(graph)
    here = dict.fromkeys(begin, 1 / len(begin))
    reached: dict[str, float] = dict(here)
    for _ in range(LONGEST):
        there: dict[str, float] = {}
        for node, mass in here.items():
            for edge, share in zip(outgoing.get(node, []), shares(outgoing.get(node, [])), strict=True):
                there[edge.target] = there.get(edge.target, 0.0) + mass * share
        for node, mass in there.items():
            reached[node] = reached.get(node, 0.0) + mass
        here = there
    return min((listen.node for listen in graph.listens), key=lambda node: reached.get(node, 0.0))
