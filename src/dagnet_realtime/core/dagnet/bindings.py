"""Everything of a workspace that nodes refer to: event definitions, node files and the indexes that find them."""

from collections.abc import Callable, Mapping

import msgspec

from dagnet_realtime.core.dagnet.definitions import Definition, allows, names_anything, read_definition
from dagnet_realtime.core.dagnet.fields import record, rows, text
from dagnet_realtime.core.dagnet.paths import safe_path, stem


class Row(msgspec.Struct, frozen=True):
    """One entry of an index: `path` is None where it names no file that may be read."""

    id: str
    path: str | None
    named: str
    event_id: str


def index_rows(tree: object, kind: str) -> dict[str, Row]:
    """The entries of `events-index.yaml` or `nodes-index.yaml` (`kind` is "events" or "nodes"), by id; the first of equal ids wins."""
    found: dict[str, Row] = {}
    for item in rows(record(tree).get(kind)):
        source = record(item)
        id, named = text(source.get("id")), text(source.get("file_path"), 512)
        if id:
            found.setdefault(id, Row(id, safe_path(named), named, text(source.get("event_id"))))
    return found


class Bindings:
    """Finds definitions and node files; `trees` maps paths to trees of the YAML files that could be read.

    `denied` says whether the policy denies a property.
    """

    def __init__(self, trees: Mapping[str, object], denied: Callable[[str], bool] = allows) -> None:
        self._trees = trees
        self._denied = denied
        self.events = index_rows(trees.get("events-index.yaml"), "events")
        self.nodes = index_rows(trees.get("nodes-index.yaml"), "nodes")
        self._known: dict[tuple[str, str], Definition | None] = {}
        self._event_ids: tuple[str, ...] | None = None

    def definition(self, event_id: str, node_id: str) -> Definition | None:
        """The definition of `event_id`, None where there is none.

        Looked for in the file that its index entry names, then in its own file, then in the file of node `node_id`.
        """
        key = (event_id, node_id)
        if key not in self._known:
            path = self.definition_path(event_id)
            if path is None:
                path, source = self.node_file(node_id)
                self._known[key] = read_definition(event_id, path, source, self._denied) if names_anything(source) else None
            else:
                self._known[key] = read_definition(event_id, path, record(self._trees[path]), self._denied)
        return self._known[key]

    def definition_path(self, event_id: str) -> str | None:
        """Where `event_id` is defined in a file of its own."""
        return self._find(self.events, "events", event_id)

    def node_file(self, node_id: str) -> tuple[str, Mapping[str, object]]:
        """The path and tree of the node's own file; empty where it has none."""
        path = self._find(self.nodes, "nodes", node_id) if node_id else None
        return (path, record(self._trees[path])) if path else ("", {})

    def definition_files(self) -> dict[str, str]:
        """All files under `events/`, and the event id that each is found by."""
        listed = {row.path: row.id for row in reversed(self.events.values()) if row.path}
        return {path: listed.get(path) or stem(path) for path in self._trees if path.startswith("events/")}

    def event_ids(self) -> tuple[str, ...]:
        """The ids of all events that have a file, in order."""
        if self._event_ids is None:
            self._event_ids = tuple(sorted(self.definition_files().values()))
        return self._event_ids

    def has(self, path: str) -> bool:
        """Whether the file was there and could be read."""
        return path in self._trees

    def _find(self, index: Mapping[str, Row], folder: str, id: str) -> str | None:
        row = index.get(id)
        tries = [row.path] if row and row.path else []
        tries += [f"{folder}/{id}.yaml", f"{folder}/{id}.yml"]
        return next((path for path in tries if isinstance(self._trees.get(path), dict)), None)
