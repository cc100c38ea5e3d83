"""The options that name the folders of a data repository."""

import pytest
import typer

from dagnet_realtime.cli.folders import layout_of
from dagnet_realtime.model.folders import USUAL, Folders
from dagnet_realtime.model.problem import Problem


def test_the_options_name_folders_inside_the_repository() -> None:
    """GRA-28: the option that is wrong is named; those without effect are refused."""
    assert layout_of("conversion", "events", "nodes", unused=False) == Folders(graphs="conversion")
    assert layout_of("graphs", "events", "nodes", unused=True) == USUAL
    with pytest.raises(Problem, match="--events-path"):
        layout_of("graphs", "../events", "nodes", unused=False)
    with pytest.raises(typer.BadParameter, match="keys of the workspace"):
        layout_of("conversion", "events", "nodes", unused=True)
