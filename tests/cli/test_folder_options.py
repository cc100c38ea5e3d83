"""The options that name the folders of a data repository."""

import pytest
import typer

from dagnet_realtime.cli.folder_options import folders_from_options
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import DEFAULT_FOLDERS, Folders


def test_the_options_name_folders_inside_the_repository() -> None:
    """GRA-28: the option that is wrong is named; those without effect are refused."""
    assert folders_from_options("conversion", "events", "nodes", unused=False) == Folders(
        graphs="conversion"
    )
    assert folders_from_options("graphs", "events", "nodes", unused=True) == DEFAULT_FOLDERS
    with pytest.raises(Problem, match="--events-path"):
        folders_from_options("graphs", "../events", "nodes", unused=False)
    with pytest.raises(typer.BadParameter, match="keys of the workspace"):
        folders_from_options("conversion", "events", "nodes", unused=True)
