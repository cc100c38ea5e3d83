"""Which files of a folder are read."""

import os
from pathlib import Path

import pytest

from dagnet_realtime.core.dagnet.decode import YAML_LIMIT
from dagnet_realtime.graphs import folder
from dagnet_realtime.graphs.folder import fetch, fingerprint, watched_folders
from dagnet_realtime.model.workspace import Folders


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    for name in ("graphs", "events/deep", "nodes", "parameters"):
        (root / name).mkdir(parents=True)
    (root / "graphs/a.json").write_text("{}")
    (root / "graphs/.a.json.swp").write_text("scratch")
    (root / "events/a.yaml").write_text("id: a")
    (root / "events/deep/b.yaml").write_text("id: b")
    (root / "parameters/p.yaml").write_text("id: p")
    return root


def test_folders_are_read_flat_with_what_the_indexes_name(root: Path) -> None:
    """GRA-8: folders are read flat, as DagNet reads them, with the files that indexes name."""
    assert set(fetch(root).files) == {"graphs/a.json", "events/a.yaml"}
    (root / "events-index.yaml").write_text(
        "events: [{id: b, file_path: events/deep/b.yaml}, {id: c, file_path: events/none.yaml}]"
    )
    found = fetch(root)
    assert set(found.files) == {
        "graphs/a.json",
        "events/a.yaml",
        "events-index.yaml",
        "events/deep/b.yaml",
    }
    assert found.errors == ()


def test_links_that_lead_out_are_refused_and_links_inside_are_followed(root: Path) -> None:
    """GRA-8: a link that leads out is refused."""
    secret = root.parent / "secret.yaml"
    secret.write_text("id: secret")
    (root / "events/out.yaml").symlink_to(secret)
    (root / "events/in.yaml").symlink_to(root / "events/a.yaml")
    (root / "far").symlink_to(root.parent)
    (root / "events-index.yaml").write_text("events: [{id: far, file_path: far/secret.yaml}]")
    found = fetch(root)
    assert set(found.files) == {
        "graphs/a.json",
        "events/a.yaml",
        "events/in.yaml",
        "events-index.yaml",
    }
    assert {error.file for error in found.errors} == {"events/out.yaml", "far/secret.yaml"}
    assert "leads out" in found.errors[0].text


def test_what_is_no_plain_file_is_an_error_and_never_waited_for(root: Path) -> None:
    """GRA-2: a pipe or a folder with a file's name."""
    os.mkfifo(root / "graphs/pipe.json")
    (root / "graphs/folder.json").mkdir()
    (root / "graphs/dangling.json").symlink_to(root / "nowhere")
    found = fetch(root)
    assert {error.file for error in found.errors} == {
        "graphs/pipe.json",
        "graphs/folder.json",
        "graphs/dangling.json",
    }
    assert "graphs/a.json" in found.files


def test_huge_files_are_read_no_further_than_needed_to_refuse_them(root: Path) -> None:
    """GRA-2: a file of gigabytes costs a megabyte."""
    with (root / "events/huge.yaml").open("wb") as file:
        file.truncate(1 << 33)
    assert len(fetch(root).files["events/huge.yaml"]) == YAML_LIMIT + 1


def test_all_files_together_are_bounded(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GRA-2: many files cannot fill the memory either."""
    monkeypatch.setattr(folder, "TOTAL_LIMIT", 3)
    assert "one too many" in fetch(root).errors[0].text
    monkeypatch.setattr(folder, "FILE_LIMIT", 0)
    assert "holds more than" in fetch(root).errors[0].text


@pytest.mark.parametrize(
    ("place", "why"), [("nowhere", "does not exist"), (".", "no folder graphs/")]
)
def test_a_folder_without_graphs_says_what_to_give(tmp_path: Path, place: str, why: str) -> None:
    """GRA-2: the wrong folder is the most likely slip."""
    found = fetch(tmp_path / place)
    assert not found.exists
    assert why in found.errors[0].text


def test_the_fingerprint_sees_content_replacement_and_absence(root: Path) -> None:
    """GRA-14: whether anything has changed is judged by the files."""
    first = fingerprint(root, ["events/deep/b.yaml"])
    assert first == fingerprint(root, ["events/deep/b.yaml"])
    (root / "events/deep/b.yaml").unlink()
    second = fingerprint(root, ["events/deep/b.yaml"])
    assert first != second
    scratch = root / "scratch"
    scratch.write_text("{}")
    scratch.replace(root / "graphs/a.json")
    assert fingerprint(root, ["events/deep/b.yaml"]) != second


def test_a_folder_that_went_and_came_back_is_another(root: Path) -> None:
    """GRA-14: a folder that was replaced is noticed, so that it is watched anew."""
    before = watched_folders(root)
    assert set(before) == {
        str(root),
        str(root / "graphs"),
        str(root / "events"),
        str(root / "nodes"),
    }
    (root / "nodes").rename(root / "old")
    (root / "nodes").mkdir()
    assert watched_folders(root) != before
    assert watched_folders(root / "nowhere") == {}


RENAMED = Folders(graphs="conversion/graphs", events="definitions", nodes="steps")


@pytest.fixture
def renamed(root: Path) -> Path:
    """The repository with other names of its folders, beside an `events/` that is none of them."""
    (root / "conversion").mkdir()
    (root / "graphs").rename(root / "conversion/graphs")
    (root / "events").rename(root / "definitions")
    (root / "nodes").rename(root / "steps")
    (root / "events").mkdir()
    (root / "events/stray.yaml").write_text("id: stray")
    return root


def test_renamed_folders_are_read_as_dagnets_own(renamed: Path) -> None:
    """GRA-28: renamed folders are read, and those with the usual names are not."""
    (renamed / "steps/n.yaml").write_text("id: n")
    found = fetch(renamed, layout=RENAMED)
    assert found.files == {
        "graphs/a.json": b"{}",
        "events/a.yaml": b"id: a",
        "nodes/n.yaml": b"id: n",
    }
    assert set(fetch(renamed, layout=RENAMED, graphs=False).files) == {
        "events/a.yaml",
        "nodes/n.yaml",
    }
    assert (found.errors, found.exists) == ((), True)


def test_an_index_names_a_renamed_folders_files_by_either_name(renamed: Path) -> None:
    """GRA-28: each file once, by the name that the index gives."""
    (renamed / "events-index.yaml").write_text("events: [{id: a, file_path: definitions/a.yaml}]")
    assert set(fetch(renamed, layout=RENAMED).files) == {
        "graphs/a.json",
        "definitions/a.yaml",
        "events-index.yaml",
    }
    (renamed / "events-index.yaml").write_text("events: [{id: a, file_path: events/a.yaml}]")
    assert set(fetch(renamed, layout=RENAMED).files) == {
        "graphs/a.json",
        "events/a.yaml",
        "events-index.yaml",
    }


def test_a_renamed_folder_is_watched_and_missed_by_its_name(renamed: Path) -> None:
    """GRA-28: changes in the renamed folder are seen, and a missing one is reported by its own
    name.
    """
    before = fingerprint(renamed, (), layout=RENAMED)
    (renamed / "events/stray.yaml").write_text("id: other")
    assert fingerprint(renamed, (), layout=RENAMED) == before
    (renamed / "definitions/a.yaml").write_text("id: another")
    assert fingerprint(renamed, (), layout=RENAMED) != before
    assert set(watched_folders(renamed, RENAMED)) == {
        str(renamed / name) for name in ("", "conversion/graphs", "definitions", "steps")
    }
    missing = fetch(renamed, layout=Folders(graphs="elsewhere"))
    assert not missing.exists
    assert "there is no folder elsewhere/" in missing.errors[0].text


def test_a_renamed_folder_that_is_a_link_does_not_lead_out(renamed: Path) -> None:
    """GRA-8, GRA-28: its files are refused one by one."""
    outside = renamed.parent / "outside"
    outside.mkdir()
    (outside / "secret.yaml").write_text("id: secret")
    (renamed / "linked").symlink_to(outside)
    found = fetch(renamed, layout=Folders(graphs="conversion/graphs", events="linked"))
    assert "secret" not in str(found.files)
    assert "leads out" in found.errors[0].text
