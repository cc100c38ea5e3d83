"""The keys that name the folders of a data repository; none may lead out of it."""

from collections.abc import Callable

from dagnet_realtime.config.file import WorkspaceTable
from dagnet_realtime.config.sources import ResolveContext
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Folders

MAX_LENGTH = 200  # characters of one folder's path
_REMEDY = (
    "Give a folder inside the repository, as DagNet's credentials name it, e.g. conversion/graphs"
)


def parse_folders(
    table: WorkspaceTable, at: tuple[str | int, ...], around: ResolveContext
) -> Folders:
    """The folders of a workspace. Raises `Problem("invalid")`, also if a key has no effect."""
    keys = {"graphs": table.graphs_path, "events": table.events_path, "nodes": table.nodes_path}
    for name, written in keys.items():
        key = f"{name}_path"
        if written != name and not table.path:
            raise Problem(
                "invalid",
                f"{around.place.of((*at, key))}: `{key}` needs `path`",
                remedy="It is a folder inside `path`",
            )
    if table.graphs_url and table.graphs_path != "graphs":
        remedy = "A deployment knows its own folder of graphs; leave the key out"
        raise Problem(
            "invalid",
            f"{around.place.of((*at, 'graphs_path'))}: `graphs_path` does not go with `graphs_url`",
            remedy=remedy,
        )
    return resolve_folders(keys, lambda name: around.place.of((*at, f"{name}_path")))


def resolve_folders(written: dict[str, str], where: Callable[[str], str]) -> Folders:
    """The folders that `written` gives by DagNet's names. `where` names a key in messages.

    Raises `Problem("invalid")`.
    """
    found = {name: _folder(text, where(name)) for name, text in written.items()}
    for name, folder in found.items():
        if list(found.values()).index(folder) != list(found).index(name):
            raise Problem(
                "invalid",
                f"{where(name)}: “{folder}” is named twice",
                remedy="Graphs, events and nodes have a folder each",
            )
    return Folders(**found)


def _folder(text: str, where: str) -> str:
    parts = text.removesuffix("/").split("/")
    odd = (
        "\\" in text
        or ":" in text
        or text.startswith("~")
        or not text.isprintable()
        or len(text) > MAX_LENGTH
    )
    if odd or any(part in ("", ".", "..") or part != part.strip() for part in parts):
        raise Problem(
            "invalid", f"{where}: expected a folder inside the repository", remedy=_REMEDY
        )
    return "/".join(parts)
