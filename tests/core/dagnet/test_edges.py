"""The ways between nodes."""

from dagnet_realtime.core.dagnet.edges import read_edges
from dagnet_realtime.core.dagnet.nodes import read_nodes
from dagnet_realtime.model.graph import Edge, Warning


def edges(*given: dict) -> tuple[Edge, ...]:
    tree = {"nodes": [{"uuid": "A"}, {"uuid": "B"}], "edges": list(given)}
    return read_edges(tree, read_nodes(tree, []), [])


def test_handles_name_faces_on_either_end() -> None:
    """GRA-6: `left-out` may stand at a target."""
    (edge,) = edges({"uuid": "e", "from": "A", "to": "B", "fromHandle": "top", "toHandle": "left-out"})
    assert (edge.source_face, edge.target_face) == ("top", "left")


def test_an_edge_without_a_probability_has_none() -> None:
    """GRA-6: unknown is not one half."""
    assert [edge.p for edge in edges({"from": "A", "to": "B"}, {"from": "A", "to": "B", "p": {"mean": 0}})] == [None, 0.0]


def test_made_names_do_not_depend_on_other_edges() -> None:
    """GRA-5: an edge without a uuid keeps its name when others come and go."""
    named = {"uuid": "e", "from": "B", "to": "A"}
    assert edges({"from": "A", "to": "B"})[0].uuid == edges(named, {"from": "A", "to": "B"})[1].uuid == "A->B"


def test_an_end_that_is_no_node_is_said() -> None:
    """GRA-5: the edge is left out, the graph stays."""
    warnings: list[Warning] = []
    assert read_edges({"edges": [{"from": "A", "to": None}]}, read_nodes({"nodes": [{"uuid": "A"}]}, []), warnings) == ()
    assert warnings[0].code == "edge_unresolved"


def test_edges_between_the_same_two_nodes_are_numbered_in_their_order() -> None:
    """GRA-5: however many there are, and past a uuid that has such a name already."""
    named = {"uuid": "A->B#3", "from": "B", "to": "A"}
    made = [edge.uuid for edge in edges(named, *({"from": "A", "to": "B"} for _ in range(20_000 - 1)))]
    assert made[:5] == ["A->B#3", "A->B", "A->B#2", "A->B#4", "A->B#5"]
    assert len(set(made)) == 20_000
