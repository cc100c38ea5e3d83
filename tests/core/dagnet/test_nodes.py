"""The steps of a graph file."""

from dagnet_realtime.core.dagnet.nodes import NODE_LIMIT, case_ids, ends, read_nodes
from dagnet_realtime.model.graph import Warning


def test_the_first_node_that_goes_by_a_name_has_it() -> None:
    """GRA-5: references mean uuids or ids, the first in the file wins."""
    tree = {"nodes": [{"uuid": "A", "id": "x"}, {"uuid": "x", "id": "x", "slug": "s"}, {"id": "y", "slug": "A"}]}
    assert {name: node.uuid for name, node in ends(tree, read_nodes(tree, [])).items()} == {"A": "A", "x": "A", "s": "x", "y": "y"}


def test_too_many_nodes_are_cut_with_a_warning() -> None:
    """GRA-4: a huge file stays a picture."""
    warnings: list[Warning] = []
    nodes = read_nodes({"nodes": [{"uuid": str(number)} for number in range(NODE_LIMIT + 1)]}, warnings)
    assert len(nodes) == NODE_LIMIT
    assert [warning.code for warning in warnings] == ["too_many"]


def test_a_case_goes_by_its_own_id_too() -> None:
    """GRA-6: case edges name the case or its node."""
    tree = {"nodes": [{"uuid": "A", "id": "a", "case": {"id": "test", "variants": [{"name": "x", "weight": 2}]}}]}
    nodes = read_nodes(tree, [])
    assert set(case_ids(tree, nodes)) == {"A", "a", "test"}
    assert nodes[0].variants[0].weight == 1.0
