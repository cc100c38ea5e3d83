"""The options that name the folders of a data repository."""

import typer

from dagnet_realtime.config.folders import folders_of
from dagnet_realtime.model.folders import USUAL, Folders


def layout_of(graphs: str, events: str, nodes: str, *, unused: bool) -> Folders:
    """What `--graphs-path`, `--events-path` and `--nodes-path` say; raises `Problem("invalid")`. They are refused if they are `unused`."""
    layout = folders_of({"graphs": graphs, "events": events, "nodes": nodes}, lambda name: f"The flag --{name}-path")
    if unused and layout != USUAL:
        raise typer.BadParameter(
            "--graphs-path, --events-path and --nodes-path go with a folder; in a configuration they are keys of the workspace"
        )
    return layout
