"""Simulated visitors of a graph, and the Segment calls that they make."""

import heapq
import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Literal
from uuid import UUID

import msgspec

from dagnet_realtime.core.times import iso
from dagnet_realtime.model.graph import Edge, EventBinding, Filter, Graph
from dagnet_realtime.model.problem import Problem

Given = str | int | float | bool

_DERIVED = re.compile(r"(?:Viewed (.+)|Loaded a) (Page|Screen)")
_STRAY = ("scroll_depth", "video_progress", "promo_click", "rage_click")


class SimulatedCall(msgspec.Struct, frozen=True, kw_only=True):
    """`at` is seconds from the first call; `name` is the event of a track, the name of a page or screen."""

    id: str = ""
    at: float = 0.0
    type: Literal["track", "page", "screen", "identify"]
    name: str = ""
    properties: Mapping[str, Given] = {}
    traits: Mapping[str, Given] = {}
    anonymous_id: str = ""
    user_id: str | None = None


def call_lighting(
    listen: EventBinding, chance: Random, around: Mapping[str, Given]
) -> SimulatedCall:
    """A call that lights the listening node: its first name, `around`, and on top what its filters ask for."""
    name = listen.names[0] if listen.names else listen.event_id
    wanted: dict[str, dict[str, Given]] = {"event": {}, "user": {}}
    unwanted: set[str] = set()
    for condition in listen.filters:
        if condition.operator.startswith(("is not", "does not")):
            unwanted.add(condition.property)
        elif condition.values:
            wanted[condition.property_type][condition.property] = _satisfying(condition, chance)
    properties = {key: value for key, value in around.items() if key not in unwanted} | wanted[
        "event"
    ]
    derived = _DERIVED.fullmatch(name)
    if derived is None:
        return SimulatedCall(type="track", name=name, properties=properties, traits=wanted["user"])
    kind: Literal["page", "screen"] = "page" if derived[2] == "Page" else "screen"
    return SimulatedCall(
        type=kind, name=derived[1] or "", properties=properties, traits=wanted["user"]
    )


def _satisfying(condition: Filter, chance: Random) -> str:
    return chance.choice(condition.values)


def stray_events(names: set[str]) -> tuple[str, ...]:
    """Event names that a real site sends and that `names` does not hold."""
    return tuple(name for name in _STRAY if name not in names)


def message(call: SimulatedCall, now: int) -> dict[str, Any]:
    """The call as Segment delivers it; `now` is milliseconds since 1970 UTC, when it happens."""
    stamp = iso(now)
    made: dict[str, Any] = {
        "anonymousId": call.anonymous_id,
        "channel": "client",
        "context": {
            "library": {"name": "dagnet-realtime", "version": "1"},
            "locale": "en-GB",
            "ip": "203.0.113.7",
        },
        "integrations": {},
        "messageId": call.id,
        "originalTimestamp": stamp,
        "receivedAt": stamp,
        "sentAt": stamp,
        "timestamp": stamp,
        "type": call.type,
        "userId": call.user_id,
        "version": 2,
    }
    if call.traits:
        made["context"]["traits"] = dict(call.traits)
    match call.type:
        case "track":
            made["event"] = call.name
            made["properties"] = dict(call.properties)
        case "page" | "screen":
            made["properties"] = dict(call.properties)
            if call.name:
                made["name"] = call.name
        case "identify":
            made["traits"] = dict(call.traits)
    return made


def to_sdk_shape(delivered: Mapping[str, Any]) -> dict[str, Any]:
    """A delivered message as an SDK sends it to the tracking API: its own time in `timestamp`, none of Segment's."""
    own = {
        key: value
        for key, value in delivered.items()
        if key not in ("receivedAt", "originalTimestamp", "version", "channel", "projectId")
    }
    if "originalTimestamp" in delivered:
        own["timestamp"] = delivered["originalTimestamp"]
    return own


LONGEST = 60
"""Steps of one visit; a graph with a cycle would otherwise hold a visitor for ever."""

STRAY = 0.06
"""Chance a step that the visitor also sends an event which no node listens for."""

FAILURE = 0.04
"""Chance a step that it fails: the visitor reloads, or gives up."""

SIGNS_IN = 0.25
"""Chance a step, from the third on, that a visitor makes itself known."""


class Visitor(msgspec.Struct):
    """One visitor as it walks; `walk` is its only writer."""

    anonymous_id: str
    device: str
    source: str
    user_id: str | None = None


def simulate(
    graph: Graph, visitors: int, rate: float, chance: Random, *, forget: str | None = None
) -> Iterator[SimulatedCall]:
    """Calls in order of time, without end: `visitors` at once who together send about `rate` a second.

    Who leaves is followed by somebody else. `forget` is a node (uuid) whose event is never sent, as if somebody had forgotten to.
    Raises `Problem("invalid")` at once where no node of the graph listens for anything.
    """
    if not graph.listens:
        raise Problem(
            "invalid",
            f"No node of {graph.name} listens for an event",
            remedy="Give its nodes an event_id",
        )
    return _crowd(graph, visitors, visitors / rate, chance, forget)


def _crowd(
    graph: Graph, visitors: int, dwell: float, chance: Random, forget: str | None
) -> Iterator[SimulatedCall]:
    listens = {listen.node: listen for listen in graph.listens if listen.node != forget}
    stray = stray_events({name for listen in graph.listens for name in listen.names})
    waiting = [
        (chance.uniform(0, dwell), number, walk_graph(graph, listens, stray, chance))
        for number in range(visitors)
    ]
    heapq.heapify(waiting)
    while True:
        at, number, steps = waiting[0]
        call = next(steps, None)
        after = walk_graph(graph, listens, stray, chance) if call is None else steps
        heapq.heapreplace(
            waiting, (at + (chance.expovariate(1 / dwell) if call else 0.05 * dwell), number, after)
        )
        if call is not None:
            yield msgspec.structs.replace(call, at=at)


def walk_graph(
    graph: Graph, listens: Mapping[str, EventBinding], stray: tuple[str, ...], chance: Random
) -> Iterator[SimulatedCall]:
    """One visit from a start to where it ends; `at` is 0 in every call."""
    outgoing: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        outgoing.setdefault(edge.source, []).append(edge)
    visit = Visitor(
        f"{chance.getrandbits(64):016x}",
        chance.choice(("mobile", "mobile", "desktop", "tablet")),
        chance.choice(_SOURCES),
    )
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
            yield _by(
                visit,
                "track",
                chance.choice(stray),
                {"percent": chance.randrange(5, 101, 5)},
                chance,
            )
        node = _next(outgoing.get(node, []), chance)


_SOURCES = ("google", "google", "direct", "email", "instagram")


def _by(
    visit: Visitor,
    kind: Literal["track", "identify"],
    name: str,
    properties: dict[str, str | int | float],
    chance: Random,
) -> SimulatedCall:
    return SimulatedCall(
        id=str(UUID(int=chance.getrandbits(128), version=4)),
        type=kind,
        name=name,
        properties=properties | ({"device": visit.device} if kind == "track" else {}),
        traits={"plan": "guest"} if kind == "identify" else {},
        anonymous_id=visit.anonymous_id,
        user_id=visit.user_id,
    )


def _at(visit: Visitor, listen: EventBinding, chance: Random) -> SimulatedCall:
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
        call_lighting(listen, chance, bought),
        anonymous_id=visit.anonymous_id,
        user_id=visit.user_id,
        id=str(UUID(int=chance.getrandbits(128), version=4)),
    )


def starts(graph: Graph) -> list[str]:
    """Where visits begin: the starts, else the nodes that no edge leads to, else all."""
    marked = [node.uuid for node in graph.nodes if node.start]
    reached = {edge.target for edge in graph.edges}
    return (
        marked
        or [node.uuid for node in graph.nodes if node.uuid not in reached]
        or [node.uuid for node in graph.nodes]
    )


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


def rarest_node(graph: Graph) -> str | None:
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
            for edge, share in zip(
                outgoing.get(node, []), shares(outgoing.get(node, [])), strict=True
            ):
                there[edge.target] = there.get(edge.target, 0.0) + mass * share
        for node, mass in there.items():
            reached[node] = reached.get(node, 0.0) + mass
        here = there
    return min((listen.node for listen in graph.listens), key=lambda node: reached.get(node, 0.0))
