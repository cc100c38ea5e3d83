"""Event definitions and node files: finding them, staying inside the repository, and
reading them.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.dagnet.definitions import (
    DefinitionIndex,
    has_own_definition,
    in_folder,
    index_rows,
    read_definition,
    safe_path,
    stem,
)
from dagnet_realtime.model.graph import Filter


def test_segment_comes_before_amplitude_and_an_empty_name_counts_as_missing() -> None:
    """GRA-7: which name is listened for, and by which rule."""

    def names(**providers: object) -> object:
        return read_definition("e", "f", {"provider_event_names": providers}).names()

    assert names(segment="s", amplitude="a") == ("segment", ("s", "a"))
    assert names(segment="", amplitude="a") == ("amplitude", ("a",))
    assert names(amplitude=None) == ("event_id", ("e",))
    assert names(segment=["s", "t", "s", ""]) == ("segment", ("s", "t"))


def test_filters_are_read_with_what_is_odd_about_them() -> None:
    """GRA-11: odd filters are warned of and never stop a graph."""
    rows = [
        {"property": "p", "operator": "IS  not", "values": [True, 1.0, None]},
        {"property": "q"},
        {"values": [1]},
        7,
    ]
    found = read_definition("e", "f", {"amplitude_filters": rows})
    assert found.filters == (Filter("p", "is not", ("true", "1")),)
    assert [warning.code for warning in found.warnings] == ["filter_broken"] * 3


def test_a_node_file_may_carry_a_definition() -> None:
    """GRA-7: names or filters on a node file define its event."""
    assert has_own_definition({"provider_event_names": {"segment": "x"}})
    assert not has_own_definition({"provider_event_names": {}, "id": "x"})


OUTSIDE = [
    "",
    "../x.yaml",
    "a/../../x.yaml",
    "/x.yaml",
    "~/x.yaml",
    "C:/x.yaml",
    "a\\x.yaml",
    "a\0.yaml",
    "x.json",
    "events",
    "http://x/y.yaml",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_path_that_leads_out_is_none(path: str) -> None:
    """GRA-8: indexes cannot reach outside the folder."""
    assert safe_path(path) is None


def test_a_path_that_stays_is_normalised() -> None:
    """GRA-8: a path in an index may name a deeper file, and is normalised."""
    assert safe_path("./events//deep/./x.yaml") == "events/deep/x.yaml"
    assert safe_path("events/..x.yml") == "events/..x.yml"


@given(st.text(alphabet="./\\a~:", max_size=20).map(lambda text: text + ".yaml"))
def test_what_is_let_through_has_no_way_up(path: str) -> None:
    """GRA-8: no text gives a safe path that is absolute or has `..` in it."""
    safe = safe_path(path)
    assert safe is None or (not safe.startswith("/") and ".." not in safe.split("/"))


def test_folders_are_flat_and_scratch_files_are_nobodys() -> None:
    """GRA-8: what is read of a folder."""
    assert in_folder("graphs/a.json", "graphs", ".json")
    for path in (
        "graphs/deep/a.json",
        "graphs/.a.json",
        "graphs/#a.json",
        "graphs/~a.json",
        "graphs/a.json.swp",
        "a.json",
        "other/a.json",
    ):
        assert not in_folder(path, "graphs", ".json")
    assert stem("graphs/a.b.json") == "a.b"


def test_the_index_is_asked_first_then_the_file_of_that_name_then_the_node_file() -> None:
    """GRA-7: the order in which definitions are looked for."""
    trees = {
        "events-index.yaml": {
            "events": [
                {"id": "a", "file_path": "events/z.yaml"},
                {"id": "b", "file_path": "events/none.yaml"},
            ]
        },
        "events/z.yaml": {"provider_event_names": {"segment": "Z"}},
        "events/a.yaml": {"provider_event_names": {"segment": "A"}},
        "events/b.yml": {"provider_event_names": {"segment": "B"}},
        "nodes/n.yaml": {"provider_event_names": {"segment": "N"}},
    }
    bindings = DefinitionIndex(trees)

    def name(event_id: str, node_id: str = "") -> object:
        found = bindings.definition(event_id, node_id)
        return found and found.segment[0]

    assert (name("a"), name("b"), name("c", "n"), name("c")) == ("Z", "B", "N", None)
    assert bindings.event_ids() == ("a", "a", "b")
    assert bindings.node_file("") == ("", {})


def test_an_index_of_any_shape_is_read() -> None:
    """GRA-2: what does not fit reads as absent."""
    assert (
        index_rows({"events": [None, 3, {"id": ""}, {"id": 1, "file_path": []}]}, "events")[
            "1"
        ].path
        is None
    )
    assert index_rows([], "events") == {}
    assert index_rows(None, "events") == {}
