"""The options that name the folders of a data repository."""

import typer

from dagnet_realtime.config.folders import resolve_folders
from dagnet_realtime.model.workspace import DEFAULT_FOLDERS, Folders


def folders_from_options(graphs: str, events: str, nodes: str, *, unused: bool) -> Folders:
    """What `--graphs-path`, `--events-path` and `--nodes-path` say; raises `Problem("invalid")`. They are refused if they are `unused`."""
    layout = resolve_folders(
        {"graphs": graphs, "events": events, "nodes": nodes}, lambda name: f"The flag --{name}-path"
    )
    if unused and layout != DEFAULT_FOLDERS:
        raise typer.BadParameter(
            "--graphs-path, --events-path and --nodes-path go with a folder; in a configuration they are keys of the workspace"
        )
    return layout
