"""Invented visitors."""

from collections import Counter
from itertools import islice, pairwise
from random import Random

import pytest

from dagnet_realtime.core.visitors import crowd, rarest, shares, starts, walk
from dagnet_realtime.model.graph import Edge, Graph, Listen, Node
from dagnet_realtime.model.problem import Problem


def graph(**changes: object) -> Graph:
    nodes = tuple(Node(uuid=name, start=name == "land") for name in ("land", "list", "test", "pay", "shop", "gone"))
    edges = (
        Edge(uuid="1", source="land", target="list", p=0.6),
        Edge(uuid="2", source="land", target="shop", p=0.01),
        Edge(uuid="3", source="list", target="test", p=None),
        Edge(uuid="4", source="test", target="pay", p=0.7, variant="a"),
        Edge(uuid="5", source="test", target="gone", p=0.3, variant="b"),
    )
    listens = tuple(
        Listen(node=name, label=name, event_id=name, names=(f"{name}_seen",), rule="segment") for name in ("land", "list", "pay", "shop")
    )
    made: dict[str, object] = {"name": "g", "file": "g.json", "version": "1", "nodes": nodes, "edges": edges, "listens": listens}
    return Graph(**(made | changes))  # type: ignore[arg-type]


def test_one_seed_gives_the_same_crowd() -> None:
    first = list(islice(crowd(graph(), 10, 5, Random(7)), 200))
    assert first == list(islice(crowd(graph(), 10, 5, Random(7)), 200))
    assert first != list(islice(crowd(graph(), 10, 5, Random(8)), 200))


def test_a_crowd_sends_about_the_rate_asked_for_in_order_of_time() -> None:
    """CLI-20: visitors together send about the rate asked for."""
    calls = list(islice(crowd(graph(), 40, 20, Random(1)), 4000))
    assert all(one.at <= two.at for one, two in pairwise(calls))
    assert 14 < len(calls) / calls[-1].at < 26


def test_visits_follow_the_probabilities_of_the_graph() -> None:
    """CLI-20: visitors walk the graph by its probabilities, case variants included."""
    seen = Counter(call.name for call in islice(crowd(graph(), 50, 50, Random(2)), 20_000))
    assert 0.55 < seen["list_seen"] / seen["land_seen"] < 0.65
    assert 0.6 < seen["pay_seen"] / seen["list_seen"] < 0.8
    assert seen["scroll_depth"] > 0
    assert seen["checkout_error_v2"] > 0


def test_visitors_make_themselves_known_on_the_way() -> None:
    calls = list(islice(crowd(graph(), 50, 50, Random(3)), 5000))
    known = {call.anonymous_id for call in calls if call.type == "identify"}
    assert known
    assert all(call.user_id for call in calls if call.type == "identify")
    assert any(call.type == "track" and call.user_id for call in calls if call.anonymous_id in known)


def test_a_forgotten_event_is_never_sent() -> None:
    whole = graph()
    assert rarest(whole) == "shop"
    assert not any(call.name == "shop_seen" for call in islice(crowd(whole, 50, 50, Random(4), forget="shop"), 20_000))
    assert rarest(graph(listens=whole.listens[:2])) is None


def test_a_graph_that_nothing_can_light_is_refused() -> None:
    with pytest.raises(Problem, match="listens for"):
        crowd(graph(listens=()), 1, 1, Random(1))


def test_a_cycle_ends() -> None:
    round_trip = (Edge(uuid="1", source="land", target="list", p=1.0), Edge(uuid="2", source="list", target="land", p=1.0))
    whole = graph(edges=round_trip)
    assert len(list(walk(whole, {listen.node: listen for listen in whole.listens}, (), Random(5)))) < 200


def test_edges_without_a_probability_divide_what_is_left() -> None:
    edges = [Edge(uuid=str(n), source="a", target="b", p=p) for n, p in enumerate((0.4, None, None))]
    assert shares(edges) == pytest.approx([0.4, 0.3, 0.3])
    too_much = [Edge(uuid=str(n), source="a", target="b", p=p) for n, p in enumerate((0.9, 0.9, None))]
    assert shares(too_much) == pytest.approx([0.5, 0.5, 0.0])


def test_visits_begin_at_starts_else_where_no_edge_leads() -> None:
    assert starts(graph()) == ["land"]
    unmarked = tuple(Node(uuid=name) for name in ("land", "list", "shop"))
    assert starts(graph(nodes=unmarked)) == ["land"]
    circle = (Edge(uuid="1", source="land", target="list"), Edge(uuid="2", source="list", target="land"))
    assert starts(graph(nodes=unmarked[:2], edges=circle)) == ["land", "list"]
