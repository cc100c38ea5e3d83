"""Whole workspaces: the shared vectors, hostile files, and files that disagree."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.dagnet.definitions import DefinitionIndex
from dagnet_realtime.core.dagnet.workspace import (
    TreeCache,
    inconsistencies,
    indexed_paths,
    read_workspace,
)
from tests.support.tries import tries

CASES = json.loads((Path(__file__).parents[3] / "conformance/graphs.json").read_text())["cases"]


def places(warnings: list[dict]) -> list[list[str]]:
    return [[warning["code"], warning["where"]] for warning in warnings]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_workspaces_read_as_the_vectors_say(case: dict) -> None:
    """GRA-2, GRA-5, GRA-6, GRA-7, GRA-8, GRA-11: the catalogue that files stand for."""
    catalogue = json.loads(
        msgspec.json.encode(
            read_workspace({path: text.encode() for path, text in case["files"].items()})
        )
    )
    graphs = catalogue["graphs"]
    for graph in graphs.values():
        del graph["version"]
        graph["warnings"] = places(graph["warnings"])
    assert graphs == case["graphs"]
    assert [error["file"] for error in catalogue["errors"]] == case["errors"]
    assert sorted(catalogue["needed"]) == case["needed"]
    assert places(catalogue["warnings"]) == case["warnings"]


def test_trees_are_remembered_and_give_the_same_catalogue() -> None:
    """GRA-14: an unchanged file is not parsed again."""
    files = {path: text.encode() for path, text in CASES[0]["files"].items()}
    cache: TreeCache = {}
    first = read_workspace(files, cache=cache)
    assert len(cache) == len(files)
    cache[("events/paid.yaml", files["events/paid.yaml"])] = {
        "provider_event_names": {"segment": "remembered"}
    }
    second = read_workspace(files, cache=cache)
    assert second.graphs["shop"].listens[2].names == ("remembered",)
    assert first.version != second.version
    read_workspace({}, cache=cache)
    assert cache == {}


def test_a_name_that_is_not_utf8_is_an_error_of_that_file_alone() -> None:
    """GRA-2: file names can be hostile too."""
    found = read_workspace({"graphs/a.json": b'{"nodes": []}', "graphs/\udcff.json": b"{}"})
    assert set(found.graphs) == {"a"}
    assert [error.file for error in found.errors] == ["graphs/�.json"]


def test_indexes_name_further_files() -> None:
    """GRA-8: only paths inside the folder are asked for."""
    index = b"events: [{id: a, file_path: deep/a.yaml}, {id: b, file_path: ../b.yaml}]"
    assert indexed_paths({"events-index.yaml": index, "nodes-index.yaml": b"["}) == {"deep/a.yaml"}


def test_an_index_is_read_once() -> None:
    """GRA-8: its tree is cached for the reading that follows."""
    cache: dict[tuple[str, bytes], object] = {}
    files = {
        "graphs/a.json": b'{"nodes": []}',
        "events-index.yaml": b"events: [{id: a, file_path: deep/a.yaml}]",
    }
    indexed_paths(files, cache)
    tree = cache["events-index.yaml", files["events-index.yaml"]]
    assert indexed_paths(files, cache) == {"deep/a.yaml"}
    assert set(read_workspace(files, cache=cache).graphs) == {"a"}
    assert cache["events-index.yaml", files["events-index.yaml"]] is tree


WRITTEN = """nodes edges uuid id label event_id event case variants name weight layout x y p mean from to fromHandle case_id case_variant
entry is_start absorbing metadata postits containers text url events file_path provider_event_names segment amplitude amplitude_filters
property operator values property_type conditional_p colour width"""
KEYS = st.sampled_from(WRITTEN.split())
WORDS = st.sampled_from(["A", "B", "a", "", "is", "user", "left-out", "events/a.yaml"])
TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | WORDS
    | st.text(alphabet=st.characters(codec=None, exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=40,
)
GRAPHS = (
    st.fixed_dictionaries(
        {
            "nodes": st.lists(st.dictionaries(KEYS, TREES, max_size=6) | TREES, max_size=5),
            "edges": TREES,
        }
    )
    | TREES
)


@tries(200)
@given(GRAPHS, TREES, TREES, TREES)
def test_any_tree_is_a_graph_or_an_error_never_an_exception(
    graph: object, event: object, node: object, index: object
) -> None:
    """GRA-2: files of any content give a catalogue that can be sent to a browser."""
    paths = {
        "graphs/g.json": graph,
        "events/A.yaml": event,
        "nodes/A.yaml": node,
        "events-index.yaml": index,
        "nodes-index.yaml": index,
    }
    files = {path: json.dumps(tree).encode() for path, tree in paths.items()}
    found = read_workspace(files)
    msgspec.json.encode(found)
    assert len(found.graphs) == 1 or found.errors
    assert found.version == read_workspace(files).version
    for made in found.graphs.values():
        uuids = [one.uuid for one in made.nodes]
        assert len(set(uuids)) == len(uuids)
        assert all(edge.source in uuids and edge.target in uuids for edge in made.edges)


def test_indexes_and_files_that_disagree_are_reported() -> None:
    """GRA-11: drift is a warning about files."""
    trees: dict[str, object] = {
        "events-index.yaml": {
            "events": [
                {"id": "gone", "file_path": "events/gone.yaml"},
                {"id": "out", "file_path": "../x.yaml"},
            ]
        },
        "nodes-index.yaml": {"nodes": [{"id": "n", "event_id": "a"}]},
        "nodes/n.yaml": {"event_id": "b"},
        "events/here.yaml": {"id": "other"},
    }
    found = {
        (warning.code, warning.where)
        for warning in inconsistencies(DefinitionIndex(trees), trees, [])
    }
    assert found == {
        ("index_drift", "events-index.yaml"),
        ("index_path", "events-index.yaml"),
        ("index_drift", "nodes-index.yaml"),
        ("id_drift", "events/here.yaml"),
        ("unused_definition", "events/here.yaml"),
    }
