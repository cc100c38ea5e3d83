"""One graph file."""

import pytest

from dagnet_realtime.core.dagnet.bindings import Bindings
from dagnet_realtime.core.dagnet.graph import read_graph
from dagnet_realtime.core.dagnet.unreadable import Unreadable

NONE = Bindings({})


def test_the_version_changes_with_what_the_graph_says_and_only_then() -> None:
    """GRA-1: versions follow from content alone."""
    one = read_graph("graphs/a.json", {"nodes": [{"uuid": "A"}]}, NONE)
    assert one.version == read_graph("graphs/a.json", {"nodes": [{"uuid": "A", "images": []}], "debugging": True}, NONE).version
    assert one.version != read_graph("graphs/a.json", {"nodes": [{"uuid": "A", "label": "x"}]}, NONE).version
    assert one.version != read_graph("graphs/a.json", {"nodes": [{"uuid": "A", "event_id": "x"}]}, NONE).version


@pytest.mark.parametrize("tree", [None, [], "x", {}, {"nodes": {}}, {"nodes": None}])
def test_what_has_no_list_of_nodes_is_no_graph(tree: object) -> None:
    """GRA-2: another JSON file in the folder is an error of that file alone."""
    with pytest.raises(Unreadable, match="not a DagNet graph"):
        read_graph("graphs/a.json", tree, NONE)
