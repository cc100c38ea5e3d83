"""Finding definitions and node files."""

from dagnet_realtime.core.dagnet.bindings import Bindings, index_rows


def test_the_index_is_asked_first_then_the_file_of_that_name_then_the_node_file() -> None:
    """GRA-7: where a definition is looked for."""
    trees = {
        "events-index.yaml": {"events": [{"id": "a", "file_path": "events/z.yaml"}, {"id": "b", "file_path": "events/none.yaml"}]},
        "events/z.yaml": {"provider_event_names": {"segment": "Z"}},
        "events/a.yaml": {"provider_event_names": {"segment": "A"}},
        "events/b.yml": {"provider_event_names": {"segment": "B"}},
        "nodes/n.yaml": {"provider_event_names": {"segment": "N"}},
    }
    bindings = Bindings(trees)

    def name(event_id: str, node_id: str = "") -> object:
        found = bindings.definition(event_id, node_id)
        return found and found.segment[0]

    assert (name("a"), name("b"), name("c", "n"), name("c")) == ("Z", "B", "N", None)
    assert bindings.event_ids() == ("a", "a", "b")
    assert bindings.node_file("") == ("", {})


def test_an_index_of_any_shape_is_read() -> None:
    """GRA-4: what does not fit reads as absent."""
    assert index_rows({"events": [None, 3, {"id": ""}, {"id": 1, "file_path": []}]}, "events")["1"].path is None
    assert index_rows([], "events") == {}
    assert index_rows(None, "events") == {}
