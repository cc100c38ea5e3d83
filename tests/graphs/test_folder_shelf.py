"""What stays when files break or vanish."""

import json
import shutil
from pathlib import Path

import pytest

from dagnet_realtime.graphs.folder import FolderSource


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "w"
    for folder in ("graphs", "events"):
        (root / folder).mkdir(parents=True)
    for name in ("a", "b"):
        (root / f"graphs/{name}.json").write_text(
            json.dumps({"nodes": [{"uuid": name, "event_id": "e"}]})
        )
    (root / "events/e.yaml").write_text("provider_event_names: {segment: E}")
    return root


def errors(shelf: FolderSource) -> dict[str, str]:
    return {error.file: error.text for error in shelf.catalogue.errors}


def test_nothing_is_read_twice_without_a_change(root: Path) -> None:
    """GRA-14: a look at an unchanged folder says no."""
    shelf = FolderSource(root)
    assert shelf.refresh()
    assert not shelf.refresh()


def test_a_definition_that_breaks_keeps_its_last_good_content(root: Path) -> None:
    """GRA-14: the picture does not jump because of a half-written file."""
    shelf = FolderSource(root)
    shelf.refresh()
    (root / "events/e.yaml").write_text("provider_event_names: {")
    assert shelf.refresh()
    assert shelf.catalogue.graphs["a"].listens[0].names == ("E",)
    assert "last good version" in errors(shelf)["events/e.yaml"]
    (root / "graphs/a.json").write_text("no longer a graph")
    shelf.refresh()
    assert set(shelf.catalogue.graphs) == {"a", "b"}
    assert set(errors(shelf)) == {"events/e.yaml", "graphs/a.json"}


def test_a_graph_that_vanishes_is_said_until_it_returns(root: Path) -> None:
    """GRA-14: gone means gone, and is not silent."""
    shelf = FolderSource(root)
    shelf.refresh()
    text = (root / "graphs/a.json").read_text()
    (root / "graphs/a.json").unlink()
    shelf.refresh()
    assert set(shelf.catalogue.graphs) == {"b"}
    assert "is gone" in errors(shelf)["graphs/a.json"]
    (root / "graphs/b.json").write_text(text)
    shelf.refresh()
    assert "is gone" in errors(shelf)["graphs/a.json"]
    (root / "graphs/a.json").write_text(text)
    shelf.refresh()
    assert errors(shelf) == {}


def test_a_folder_that_vanishes_keeps_everything(root: Path) -> None:
    """GRA-14: a glitch of a mount does not empty the picture."""
    shelf = FolderSource(root)
    shelf.refresh()
    root.rename(root.with_name("away"))
    assert shelf.refresh()
    assert set(shelf.catalogue.graphs) == {"a", "b"}
    assert "does not exist" in errors(shelf)["graphs"]
    shutil.move(root.with_name("away"), root)
    shelf.refresh()
    assert errors(shelf) == {}


def test_a_file_broken_from_the_start_is_an_error_and_no_more(root: Path) -> None:
    """GRA-2: without a good version from before there is none to keep."""
    (root / "graphs/a.json").write_text("{")
    shelf = FolderSource(root)
    shelf.refresh()
    assert set(shelf.catalogue.graphs) == {"b"}
    assert "last good" not in errors(shelf)["graphs/a.json"]
