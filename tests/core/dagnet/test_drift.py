"""Where files disagree."""

from dagnet_realtime.core.dagnet.bindings import Bindings
from dagnet_realtime.core.dagnet.drift import drift


def test_indexes_and_files_that_disagree_are_told() -> None:
    """GRA-11: drift is a warning about files."""
    trees: dict[str, object] = {
        "events-index.yaml": {"events": [{"id": "gone", "file_path": "events/gone.yaml"}, {"id": "out", "file_path": "../x.yaml"}]},
        "nodes-index.yaml": {"nodes": [{"id": "n", "event_id": "a"}]},
        "nodes/n.yaml": {"event_id": "b"},
        "events/here.yaml": {"id": "other"},
    }
    found = {(warning.code, warning.where) for warning in drift(Bindings(trees), trees, [])}
    assert found == {
        ("index_drift", "events-index.yaml"),
        ("index_path", "events-index.yaml"),
        ("index_drift", "nodes-index.yaml"),
        ("id_drift", "events/here.yaml"),
        ("unused_definition", "events/here.yaml"),
    }
