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

PropertyValue = str | int | float | bool

_DERIVED = re.compile(r"(?:Viewed (.+)|Loaded a) (Page|Screen)")
_STRAY_NAMES = ("scroll_depth", "video_progress", "promo_click", "rage_click")


class SimulatedCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a visitor. `at` is seconds from the first call.

    `name` is a track's event, or a page's or screen's name.
    """

    id: str = ""
    at: float = 0.0
    type: Literal["track", "page", "screen", "identify"]
    name: str = ""
    properties: Mapping[str, PropertyValue] = {}
    traits: Mapping[str, PropertyValue] = {}
    anonymous_id: str = ""
    user_id: str | None = None


def call_lighting(
    binding: EventBinding, chance: Random, around: Mapping[str, PropertyValue]
) -> SimulatedCall:
    """A call that lights the binding's node: its first name, with the properties that its filters
    ask for over those in `around`.
    """
    name = binding.names[0] if binding.names else binding.event_id
    wanted: dict[str, dict[str, PropertyValue]] = {"event": {}, "user": {}}
    unwanted: set[str] = set()
    for condition in binding.filters:
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
    """Event names that real sites send and that are not in `names`."""
    return tuple(name for name in _STRAY_NAMES if name not in names)


def message(call: SimulatedCall, now: int) -> dict[str, Any]:
    """The call as Segment delivers it; it happens at `now` (ms since 1970 UTC)."""
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
    """A delivered message as an SDK sends it to the tracking API.

    Its own time stands in `timestamp`; Segment's fields are removed.
    """
    own = {
        key: value
        for key, value in delivered.items()
        if key not in ("receivedAt", "originalTimestamp", "version", "channel", "projectId")
    }
    if "originalTimestamp" in delivered:
        own["timestamp"] = delivered["originalTimestamp"]
    return own


MAX_STEPS = 60
"""Steps of one visit, since a graph with a cycle would otherwise never end it."""

STRAY_CHANCE = 0.06
"""Chance per step of another event, which lights no node."""

FAILURE_CHANCE = 0.04
"""Chance per step of a failure: the visitor reloads or gives up."""

SIGN_IN_CHANCE = 0.25
"""Chance per step, from the third on, that the visitor signs in."""


class Visitor(msgspec.Struct):
    """A visitor during a walk; `walk_graph` is its only writer."""

    anonymous_id: str
    device: str
    source: str
    user_id: str | None = None


def simulate(
    graph: Graph, visitors: int, rate: float, chance: Random, *, forget: str | None = None
) -> Iterator[SimulatedCall]:
    """An endless stream of calls in order of time: `visitors` at once, with about `rate` calls a
    second.

    A new visitor follows each that leaves. The event of the node `forget` (uuid) is never sent,
    like one that a developer forgot. Raises `Problem("invalid")` at once if no node has an event.
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
    listens = {binding.node: binding for binding in graph.listens if binding.node != forget}
    stray = stray_events({name for binding in graph.listens for name in binding.names})
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
    """One visit from a start to its end; `at` is 0 in every call."""
    outgoing: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        outgoing.setdefault(edge.source, []).append(edge)
    visit = Visitor(
        f"{chance.getrandbits(64):016x}",
        chance.choice(("mobile", "mobile", "desktop", "tablet")),
        chance.choice(_SOURCES),
    )
    node: str | None = chance.choice(starts(graph))
    for step in range(MAX_STEPS):
        if node is None:
            return
        if step >= 2 and visit.user_id is None and chance.random() < SIGN_IN_CHANCE:
            visit.user_id = f"user-{chance.getrandbits(32):08x}"
            yield _call(visit, "identify", "", {}, chance)
        if (binding := listens.get(node)) is not None:
            yield _node_call(visit, binding, chance)
            if chance.random() < FAILURE_CHANCE:
                yield _call(visit, "track", "checkout_error_v2", {"message": "timeout"}, chance)
                if chance.random() < 0.5:
                    return
                yield _node_call(visit, binding, chance)
        if stray and chance.random() < STRAY_CHANCE:
            yield _call(
                visit,
                "track",
                chance.choice(stray),
                {"percent": chance.randrange(5, 101, 5)},
                chance,
            )
        node = _next(outgoing.get(node, []), chance)


_SOURCES = ("google", "google", "direct", "email", "instagram")


def _call(
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


def _node_call(visit: Visitor, binding: EventBinding, chance: Random) -> SimulatedCall:
    """A call that lights the node, with the properties of a small shop."""
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
        call_lighting(binding, chance, bought),
        anonymous_id=visit.anonymous_id,
        user_id=visit.user_id,
        id=str(UUID(int=chance.getrandbits(128), version=4)),
    )


def starts(graph: Graph) -> list[str]:
    """The nodes where visits begin: marked starts, else nodes without incoming edges, else all."""
    marked = [node.uuid for node in graph.nodes if node.start]
    reached = {edge.target for edge in graph.edges}
    return (
        marked
        or [node.uuid for node in graph.nodes if node.uuid not in reached]
        or [node.uuid for node in graph.nodes]
    )


def shares(edges: list[Edge]) -> list[float]:
    """The probability of each edge; edges without one share the rest. Below 1 in sum, the rest
    leaves.
    """
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
    """The node with an event that visits reach least, whose event is most easily forgotten.

    None if fewer than four nodes have events.
    """
    if len(graph.listens) < 4:
        return None
    outgoing: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        outgoing.setdefault(edge.source, []).append(edge)
    begin = starts(graph)
    here = dict.fromkeys(begin, 1 / len(begin))
    reached: dict[str, float] = dict(here)
    for _ in range(MAX_STEPS):
        there: dict[str, float] = {}
        for node, mass in here.items():
            for edge, share in zip(
                outgoing.get(node, []), shares(outgoing.get(node, [])), strict=True
            ):
                there[edge.target] = there.get(edge.target, 0.0) + mass * share
        for node, mass in there.items():
            reached[node] = reached.get(node, 0.0) + mass
        here = there
    return min((binding.node for binding in graph.listens), key=lambda node: reached.get(node, 0.0))
