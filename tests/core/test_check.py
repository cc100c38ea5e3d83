"""The report of `check`."""

import json

import msgspec

from dagnet_realtime.core.check import report
from dagnet_realtime.core.dagnet.workspace import read_workspace

GRAPH = {
    "nodes": [
        {"uuid": "A", "label": "a", "event_id": "e"},
        {"uuid": "B", "label": "b", "event_id": "e"},
        {"uuid": "C", "absorbing": True},
    ],
    "edges": [{"uuid": "x", "from": "A", "to": "B"}],
}
FILES = {
    "graphs/g.json": json.dumps(GRAPH).encode(),
    "graphs/bad.json": b"{",
    "events/u.yaml": b"id: u",
}


def test_the_report_has_the_shape_that_programs_rely_on() -> None:
    """GRA-17: `check --json` has the documented shape."""
    found = json.loads(msgspec.json.encode(report({"w": read_workspace(FILES)})))
    (graph,) = found["graphs"]
    assert (graph["name"], graph["file"], graph["nodes"], graph["edges"], graph["can_light"]) == (
        "g",
        "graphs/g.json",
        3,
        1,
        2,
    )
    assert graph["cannot_light"] == [
        {"node": "C", "label": "C", "why": "absorbing, and no event is bound to it"}
    ]
    assert graph["listens"][0] == {
        "node": "A",
        "label": "a",
        "event_id": "e",
        "names": ["e"],
        "rule": "event_id",
        "filters": [],
    }
    assert graph["shared"] == [{"name": "e", "event_ids": ["e"], "nodes": ["A", "B"]}]
    assert {"shared_event", "definition_missing"} == {
        warning["code"] for warning in graph["warnings"]
    }
    assert [error["file"] for error in found["errors"]] == ["graphs/bad.json"]
    assert found["warnings"] == [], "no definition is called unused while a graph cannot be read"


def test_files_of_several_workspaces_are_named_with_theirs() -> None:
    """GRA-17: with several workspaces, files are named with theirs."""
    found = report({"v": read_workspace(FILES), "w": read_workspace(FILES)})
    assert [error.file for error in found.errors] == ["v: graphs/bad.json", "w: graphs/bad.json"]
    assert [graph.workspace for graph in found.graphs] == ["v", "w"]
