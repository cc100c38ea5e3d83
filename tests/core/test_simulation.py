"""Simulated visitors, and the calls that they make."""

from collections import Counter
from itertools import islice, pairwise
from random import Random

import pytest

from dagnet_realtime.core.matching import MatchingTable
from dagnet_realtime.core.sanitizer import candidate_names
from dagnet_realtime.core.simulation import (
    SimulatedCall,
    call_lighting,
    message,
    rarest_node,
    shares,
    simulate,
    starts,
    stray_events,
    to_sdk_shape,
    walk_graph,
)
from dagnet_realtime.model.graph import Edge, EventBinding, Filter, Graph, Node
from dagnet_realtime.model.problem import Problem

NAMES = [
    "purchase",
    "Viewed Landing Page",
    "Viewed Shop Landing Page",
    "Loaded a Page",
    "Viewed Home Screen",
    "Loaded a Screen",
]
FILTERS = [
    Filter("method", "is", ("card",)),
    Filter("method", "is any of", ("card", "apple_pay")),
    Filter("form", "contains", ("News",)),
    Filter("device", "is not", ("mobile",)),
    Filter("device", "does not contain", ("mob",)),
    Filter("plan", "is", ("pro",), "user"),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "condition", FILTERS, ids=lambda condition: f"{condition.property} {condition.operator}"
)
def test_a_call_for_a_node_lights_it(name: str, condition: Filter) -> None:
    """CLI-20: the call made for a node satisfies its names and filters."""
    listen = EventBinding(
        node="n", label="N", event_id="e", names=(name,), rule="segment", filters=(condition,)
    )
    call = call_lighting(listen, Random(1), {"device": "mobile", "price": 3})
    sent = message(call, 0)
    names = candidate_names(sent["type"], sent.get("event"), sent.get("name"), None)
    assert MatchingTable([listen]).match(
        names, sent["properties"], sent["context"].get("traits", {})
    ) == ("n",)


def test_a_message_has_the_shape_of_a_delivery() -> None:
    call = SimulatedCall(
        id="m1", type="identify", traits={"plan": "pro"}, anonymous_id="a", user_id="u"
    )
    sent = message(call, 1_767_323_045_678)
    assert sent["messageId"] == "m1"
    assert sent["timestamp"] == sent["originalTimestamp"] == "2026-01-02T03:04:05.678Z"
    assert (sent["anonymousId"], sent["userId"], sent["traits"]) == ("a", "u", {"plan": "pro"})
    assert "event" not in sent


def test_an_sdk_sends_its_own_time_and_none_of_segments() -> None:
    sent = to_sdk_shape(
        message(SimulatedCall(id="m", type="track", name="e", anonymous_id="a"), 1_000)
        | {"timestamp": "corrected"}
    )
    assert sent["timestamp"] == "1970-01-01T00:00:01.000Z"
    assert not {"receivedAt", "originalTimestamp", "version"} & set(sent)


def test_stray_names_are_none_that_a_node_listens_for() -> None:
    assert "scroll_depth" not in stray_events({"scroll_depth"})
    assert stray_events(set())


def graph(**changes: object) -> Graph:
    nodes = tuple(
        Node(uuid=name, start=name == "land")
        for name in ("land", "list", "test", "pay", "shop", "gone")
    )
    edges = (
        Edge(uuid="1", source="land", target="list", p=0.6),
        Edge(uuid="2", source="land", target="shop", p=0.01),
        Edge(uuid="3", source="list", target="test", p=None),
        Edge(uuid="4", source="test", target="pay", p=0.7, variant="a"),
        Edge(uuid="5", source="test", target="gone", p=0.3, variant="b"),
    )
    listens = tuple(
        EventBinding(node=name, label=name, event_id=name, names=(f"{name}_seen",), rule="segment")
        for name in ("land", "list", "pay", "shop")
    )
    made: dict[str, object] = {
        "name": "g",
        "file": "g.json",
        "version": "1",
        "nodes": nodes,
        "edges": edges,
        "listens": listens,
    }
    return Graph(**(made | changes))  # type: ignore[arg-type]


def test_one_seed_gives_the_same_crowd() -> None:
    first = list(islice(simulate(graph(), 10, 5, Random(7)), 200))
    assert first == list(islice(simulate(graph(), 10, 5, Random(7)), 200))
    assert first != list(islice(simulate(graph(), 10, 5, Random(8)), 200))


def test_a_crowd_sends_about_the_rate_asked_for_in_order_of_time() -> None:
    """CLI-20: visitors together send about the rate asked for."""
    calls = list(islice(simulate(graph(), 40, 20, Random(1)), 4000))
    assert all(one.at <= two.at for one, two in pairwise(calls))
    assert 14 < len(calls) / calls[-1].at < 26


def test_visits_follow_the_probabilities_of_the_graph() -> None:
    """CLI-20: visitors walk the graph by its probabilities, case variants included."""
    seen = Counter(call.name for call in islice(simulate(graph(), 50, 50, Random(2)), 20_000))
    assert 0.55 < seen["list_seen"] / seen["land_seen"] < 0.65
    assert 0.6 < seen["pay_seen"] / seen["list_seen"] < 0.8
    assert seen["scroll_depth"] > 0
    assert seen["checkout_error_v2"] > 0


def test_visitors_make_themselves_known_on_the_way() -> None:
    calls = list(islice(simulate(graph(), 50, 50, Random(3)), 5000))
    known = {call.anonymous_id for call in calls if call.type == "identify"}
    assert known
    assert all(call.user_id for call in calls if call.type == "identify")
    assert any(
        call.type == "track" and call.user_id for call in calls if call.anonymous_id in known
    )


def test_a_forgotten_event_is_never_sent() -> None:
    whole = graph()
    assert rarest_node(whole) == "shop"
    assert not any(
        call.name == "shop_seen"
        for call in islice(simulate(whole, 50, 50, Random(4), forget="shop"), 20_000)
    )
    assert rarest_node(graph(listens=whole.listens[:2])) is None


def test_a_graph_that_nothing_can_light_is_refused() -> None:
    with pytest.raises(Problem, match="listens for"):
        simulate(graph(listens=()), 1, 1, Random(1))


def test_a_cycle_ends() -> None:
    round_trip = (
        Edge(uuid="1", source="land", target="list", p=1.0),
        Edge(uuid="2", source="list", target="land", p=1.0),
    )
    whole = graph(edges=round_trip)
    assert (
        len(
            list(
                walk_graph(whole, {listen.node: listen for listen in whole.listens}, (), Random(5))
            )
        )
        < 200
    )


def test_edges_without_a_probability_divide_what_is_left() -> None:
    edges = [
        Edge(uuid=str(n), source="a", target="b", p=p) for n, p in enumerate((0.4, None, None))
    ]
    assert shares(edges) == pytest.approx([0.4, 0.3, 0.3])
    too_much = [
        Edge(uuid=str(n), source="a", target="b", p=p) for n, p in enumerate((0.9, 0.9, None))
    ]
    assert shares(too_much) == pytest.approx([0.5, 0.5, 0.0])


def test_visits_begin_at_starts_else_where_no_edge_leads() -> None:
    assert starts(graph()) == ["land"]
    unmarked = tuple(Node(uuid=name) for name in ("land", "list", "shop"))
    assert starts(graph(nodes=unmarked)) == ["land"]
    circle = (
        Edge(uuid="1", source="land", target="list"),
        Edge(uuid="2", source="list", target="land"),
    )
    assert starts(graph(nodes=unmarked[:2], edges=circle)) == ["land", "list"]
