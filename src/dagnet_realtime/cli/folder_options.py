"""The options that name the folders of a data repository."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dagnet_realtime.model.workspace import Folders

GraphsPath = Annotated[str, typer.Option(metavar="NAME", help="The folder of graphs inside DIR.")]
EventsPath = Annotated[
    str, typer.Option(metavar="NAME", help="The folder of event definitions inside DIR.")
]
NodesPath = Annotated[str, typer.Option(metavar="NAME", help="The folder of nodes inside DIR.")]


def folders_from_options(graphs: str, events: str, nodes: str, *, unused: bool) -> "Folders":
    """The folders of `--graphs-path`, `--events-path` and `--nodes-path`.

    Raises `Problem("invalid")`, also if one is given but `unused`.
    """
    from dagnet_realtime.config.folders import resolve_folders
    from dagnet_realtime.model.workspace import DEFAULT_FOLDERS

    layout = resolve_folders(
        {"graphs": graphs, "events": events, "nodes": nodes}, lambda name: f"The flag --{name}-path"
    )
    if unused and layout != DEFAULT_FOLDERS:
        raise typer.BadParameter(
            "--graphs-path, --events-path and --nodes-path need a folder; in a configuration "
            "file set them as keys of the workspace"
        )
    return layout
