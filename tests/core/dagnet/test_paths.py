"""Paths that stay inside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.dagnet.paths import in_folder, safe_path, stem

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
    """GRA-8: indexes may name deeper files."""
    assert safe_path("./events//deep/./x.yaml") == "events/deep/x.yaml"
    assert safe_path("events/..x.yml") == "events/..x.yml"


@given(st.text(alphabet="./\\a~:", max_size=20).map(lambda text: text + ".yaml"))
def test_what_is_let_through_has_no_way_up(path: str) -> None:
    """GRA-8: whatever is written."""
    safe = safe_path(path)
    assert safe is None or (not safe.startswith("/") and ".." not in safe.split("/"))


def test_folders_are_flat_and_scratch_files_are_nobodys() -> None:
    """GRA-9: what is read of a folder."""
    assert in_folder("graphs/a.json", "graphs", ".json")
    for path in ("graphs/deep/a.json", "graphs/.a.json", "graphs/#a.json", "graphs/~a.json", "graphs/a.json.swp", "a.json", "other/a.json"):
        assert not in_folder(path, "graphs", ".json")
    assert stem("graphs/a.b.json") == "a.b"
