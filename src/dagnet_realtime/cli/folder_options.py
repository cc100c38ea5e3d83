"""The options that name the folders of a data repository."""

import typer

from dagnet_realtime.config.folders import resolve_folders
from dagnet_realtime.model.workspace import DEFAULT_FOLDERS, Folders


def folders_from_options(graphs: str, events: str, nodes: str, *, unused: bool) -> Folders:
    """The folders of `--graphs-path`, `--events-path` and `--nodes-path`.

    Raises `Problem("invalid")`, also if one is given but `unused`.
    """
    layout = resolve_folders(
        {"graphs": graphs, "events": events, "nodes": nodes}, lambda name: f"The flag --{name}-path"
    )
    if unused and layout != DEFAULT_FOLDERS:
        raise typer.BadParameter(
            "--graphs-path, --events-path and --nodes-path need a folder; in a configuration "
            "file set them as keys of the workspace"
        )
    return layout
