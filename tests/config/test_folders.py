"""The folders of a data repository, as they are configured."""

from pathlib import Path

import pytest

from dagnet_realtime.config.load import NO_FLAGS, load
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import DEFAULT_FOLDERS, Folders, Workspace

URL = 'graphs_url = "https://dagnet.example.com"\ngraphs = ["a"]\n'


def read(folder: Path, keys: str) -> Workspace:
    file = folder / "realtime.toml"
    file.write_text(f'[[workspace]]\nid = "acme"\nenv = "prod"\n{keys}')
    return load(file, {}).workspaces[0]


def test_folders_have_the_names_that_dagnets_credentials_give_them(tmp_path: Path) -> None:
    """GRA-28: each folder can be renamed by itself, nested ones and those beside a
    deployment too.
    """
    assert read(tmp_path, 'path = "."').folders == DEFAULT_FOLDERS
    named = 'path = "."\ngraphs_path = "conversion/graphs/"\nevents_path = "definitions"\nnodes_path = "steps of ours"'
    assert read(tmp_path, named).folders == Folders(
        graphs="conversion/graphs", events="definitions", nodes="steps of ours"
    )
    beside = read(tmp_path, URL + 'path = "."\nevents_path = "definitions"').folders
    assert beside == Folders(events="definitions")


@pytest.mark.parametrize(
    "odd",
    [
        "..",
        "../graphs",
        "a/../../b",
        "/etc",
        "~/graphs",
        "C:/graphs",
        "a\\\\b",
        "",
        ".",
        "./a",
        "a//b",
        "a/ b",
        "a\\u0007",
        "g" * 201,
    ],
)
def test_a_folder_outside_of_the_repository_is_refused(tmp_path: Path, odd: str) -> None:
    """GRA-28: a path that leads out is refused by its text; when files are read, links are checked
    too.
    """
    for key in ("graphs_path", "events_path", "nodes_path"):
        with pytest.raises(Problem, match="a folder inside the repository") as found:
            read(tmp_path, f'path = "."\n{key} = "{odd}"')
        assert key in str(found.value)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('path = "."\ngraphs_path = "events"', "named twice"),
        ('path = "."\nevents_path = "a"\nnodes_path = "a/"', "named twice"),
        (URL + 'events_path = "a"', "`events_path` needs `path`"),
        (URL + 'path = "."\ngraphs_path = "a"', "does not go with `graphs_url`"),
    ],
)
def test_a_folder_that_would_have_no_effect_is_refused(
    tmp_path: Path, keys: str, words: str
) -> None:
    """GRA-28: the problem names the wrong key."""
    with pytest.raises(Problem, match=words):
        read(tmp_path, keys)


def test_one_repository_cannot_have_two_layouts(tmp_path: Path) -> None:
    """GRA-28: an id is one data repository in all of its environments."""
    other = '\n[[workspace]]\nid = "acme"\nenv = "staging"\npath = "."\nevents_path = "b"'
    with pytest.raises(Problem, match="has other graphs in another environment"):
        read(tmp_path, 'path = "."' + other)


def test_a_folder_without_a_file_says_which_name_it_misses(tmp_path: Path) -> None:
    """GRA-28: with `serve --workspace` the problem names `--graphs-path`."""
    (tmp_path / "conversion").mkdir()
    flags = type(NO_FLAGS)(workspace=tmp_path, folders=Folders(graphs="conversion"))
    assert load(None, {}, flags).workspaces[0].folders == Folders(graphs="conversion")
    with pytest.raises(Problem, match="not a DagNet data repository") as found:
        load(None, {}, type(NO_FLAGS)(workspace=tmp_path))
    assert "--graphs-path" in found.value.remedy
