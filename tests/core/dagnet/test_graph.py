"""One graph file: its nodes and how they are lit, edges, stages, notes and frames."""

import pytest

from dagnet_realtime.core.dagnet.decode import FileUnreadable
from dagnet_realtime.core.dagnet.definitions import DefinitionIndex
from dagnet_realtime.core.dagnet.graph import (
    ABSORBING,
    CASE,
    NODE_LIMIT,
    UNBOUND,
    bind_event,
    nodes_by_case,
    nodes_by_name,
    read_containers,
    read_edges,
    read_graph,
    read_nodes,
    read_postits,
)
from dagnet_realtime.model.graph import Edge, Node, Warning

NONE = DefinitionIndex({})


def test_the_version_changes_with_what_the_graph_says_and_only_then() -> None:
    """GRA-1: a version follows from content alone."""
    one = read_graph("graphs/a.json", {"nodes": [{"uuid": "A"}]}, NONE)
    assert (
        one.version
        == read_graph(
            "graphs/a.json", {"nodes": [{"uuid": "A", "images": []}], "debugging": True}, NONE
        ).version
    )
    assert (
        one.version
        != read_graph("graphs/a.json", {"nodes": [{"uuid": "A", "label": "x"}]}, NONE).version
    )
    assert (
        one.version
        != read_graph("graphs/a.json", {"nodes": [{"uuid": "A", "event_id": "x"}]}, NONE).version
    )


@pytest.mark.parametrize("tree", [None, [], "x", {}, {"nodes": {}}, {"nodes": None}])
def test_what_has_no_list_of_nodes_is_no_graph(tree: object) -> None:
    """GRA-2: another JSON file in the folder is an error of that file alone."""
    with pytest.raises(FileUnreadable, match="not a DagNet graph"):
        read_graph("graphs/a.json", tree, NONE)


def test_a_node_without_an_event_says_why_it_stays_dark() -> None:
    """GRA-7: a dark node has one of three reasons."""
    bindings = DefinitionIndex({})
    assert bind_event(Node(uuid="A"), bindings, [])[0].dark == UNBOUND
    assert bind_event(Node(uuid="A", absorbing=True), bindings, [])[0].dark == ABSORBING
    assert bind_event(Node(uuid="A", type="case"), bindings, [])[0].dark == CASE


def test_a_missing_definition_is_warned_of_with_what_may_be_meant() -> None:
    """GRA-11: a misspelt event id is reported with the likely one."""
    warnings: list[Warning] = []
    node, binding = bind_event(
        Node(uuid="A", event_id="add-to-car"),
        DefinitionIndex({"events/add-to-cart.yaml": {"id": "add-to-cart"}}),
        warnings,
    )
    assert node.dark == ""
    assert binding is not None
    assert binding.names == ("add-to-car",)
    assert "Is “add-to-cart” meant?" in warnings[0].text


def test_notes_and_frames_have_a_size_for_any_values_of_the_file() -> None:
    """GRA-2: what does not fit reads as absent."""
    (note,) = read_postits({"postits": [{"text": "x", "width": -1, "height": "tall"}, None]})
    assert (note.x, note.width, note.height) == (0.0, 200.0, 150.0)
    (frame,) = read_containers({"containers": [{"label": "x", "x": 3, "width": 9}]})
    assert (frame.x, frame.width, frame.height) == (3.0, 9.0, 300.0)
    assert read_postits({"postits": {}}) == ()


def test_the_first_node_that_goes_by_a_name_has_it() -> None:
    """GRA-5: references mean uuids or ids, the first in the file wins."""
    tree = {
        "nodes": [
            {"uuid": "A", "id": "x"},
            {"uuid": "x", "id": "x", "slug": "s"},
            {"id": "y", "slug": "A"},
        ]
    }
    assert {
        name: node.uuid for name, node in nodes_by_name(tree, read_nodes(tree, [])).items()
    } == {
        "A": "A",
        "x": "A",
        "s": "x",
        "y": "y",
    }


def test_too_many_nodes_are_cut_with_a_warning() -> None:
    """GRA-2: a huge file stays a picture."""
    warnings: list[Warning] = []
    nodes = read_nodes(
        {"nodes": [{"uuid": str(number)} for number in range(NODE_LIMIT + 1)]}, warnings
    )
    assert len(nodes) == NODE_LIMIT
    assert [warning.code for warning in warnings] == ["too_many"]


def test_a_case_goes_by_its_own_id_too() -> None:
    """GRA-6: case edges name the case or its node."""
    tree = {
        "nodes": [
            {
                "uuid": "A",
                "id": "a",
                "case": {"id": "test", "variants": [{"name": "x", "weight": 2}]},
            }
        ]
    }
    nodes = read_nodes(tree, [])
    assert set(nodes_by_case(tree, nodes)) == {"A", "a", "test"}
    assert nodes[0].variants[0].weight == 1.0


def edges(*given: dict) -> tuple[Edge, ...]:
    tree = {"nodes": [{"uuid": "A"}, {"uuid": "B"}], "edges": list(given)}
    return read_edges(tree, read_nodes(tree, []), [])


def test_handles_name_faces_on_either_end() -> None:
    """GRA-6: `left-out` may stand at a target."""
    (edge,) = edges(
        {"uuid": "e", "from": "A", "to": "B", "fromHandle": "top", "toHandle": "left-out"}
    )
    assert (edge.source_face, edge.target_face) == ("top", "left")


def test_an_edge_without_a_probability_has_none() -> None:
    """GRA-6: an unknown probability is None, not one half."""
    assert [
        edge.p
        for edge in edges({"from": "A", "to": "B"}, {"from": "A", "to": "B", "p": {"mean": 0}})
    ] == [None, 0.0]


def test_made_names_do_not_depend_on_other_edges() -> None:
    """GRA-5: an edge without a uuid keeps its name when others come and go."""
    named = {"uuid": "e", "from": "B", "to": "A"}
    assert (
        edges({"from": "A", "to": "B"})[0].uuid
        == edges(named, {"from": "A", "to": "B"})[1].uuid
        == "A->B"
    )


def test_an_end_that_is_no_node_is_said() -> None:
    """GRA-5: the edge is left out, the graph stays."""
    warnings: list[Warning] = []
    assert (
        read_edges(
            {"edges": [{"from": "A", "to": None}]},
            read_nodes({"nodes": [{"uuid": "A"}]}, []),
            warnings,
        )
        == ()
    )
    assert warnings[0].code == "edge_unresolved"


def test_edges_between_the_same_two_nodes_are_numbered_in_their_order() -> None:
    """GRA-5: numbers go on for thousands of edges, and skip names that a uuid has taken."""
    named = {"uuid": "A->B#3", "from": "B", "to": "A"}
    made = [
        edge.uuid for edge in edges(named, *({"from": "A", "to": "B"} for _ in range(20_000 - 1)))
    ]
    assert made[:5] == ["A->B#3", "A->B", "A->B#2", "A->B#4", "A->B#5"]
    assert len(set(made)) == 20_000
