"""All graphs of one workspace, from the bytes of its files."""

from collections.abc import Iterable, Mapping, MutableMapping

from dagnet_realtime.core.dagnet.bindings import Bindings, index_rows
from dagnet_realtime.core.dagnet.digest import digest
from dagnet_realtime.core.dagnet.drift import drift
from dagnet_realtime.core.dagnet.fields import well_formed
from dagnet_realtime.core.dagnet.graph import read_graph
from dagnet_realtime.core.dagnet.paths import in_folder
from dagnet_realtime.core.dagnet.texts import read_tree
from dagnet_realtime.core.dagnet.unreadable import Unreadable
from dagnet_realtime.model.graph import Catalogue, FileError, Graph

INDEXES = {"events-index.yaml": "events", "nodes-index.yaml": "nodes"}
FOLDERS = {"graphs": (".json",), "events": (".yaml", ".yml"), "nodes": (".yaml", ".yml")}  # each read flat, as DagNet does

Trees = MutableMapping[tuple[str, bytes], object]


def wanted(path: str) -> bool:
    """Whether a file at `path`, relative to the workspace's folder and with forward slashes, is read without being listed."""
    return path in INDEXES or any(in_folder(path, folder, *endings) for folder, endings in FOLDERS.items())


def indexed_paths(files: Mapping[str, bytes]) -> frozenset[str]:
    """The further paths that the indexes among `files` name; none of them leads out of the workspace's folder by its text."""
    found: set[str] = set()
    for index, kind in INDEXES.items():
        try:
            tree = read_tree(index, files.get(index, b""))
        except Unreadable:
            continue
        found.update(row.path for row in index_rows(tree, kind).values() if row.path)
    return frozenset(found)


def read_workspace(files: Mapping[str, bytes], errors: Iterable[FileError] = (), memory: Trees | None = None) -> Catalogue:
    """The catalogue of the workspace whose files, by relative path, hold these bytes; never raises.

    `errors` are files that could not be fetched. `memory` keeps trees between reads of almost the same files; what is not needed any
    more is dropped from it.
    """
    found = list(errors)
    trees: dict[str, object] = {}
    remembered = memory if memory is not None else {}
    kept: dict[tuple[str, bytes], object] = {}
    for path in sorted(files):
        key = (path, files[path])
        try:
            trees[path] = kept[key] = remembered[key] if key in remembered else read_tree(path, files[path])
        except Unreadable as error:
            found.append(FileError(well_formed(path), str(error)))
    remembered.clear()
    remembered.update(kept)
    bindings = Bindings({path: tree for path, tree in trees.items() if not path.endswith(".json")})
    graphs: dict[str, Graph] = {}
    for path, tree in trees.items():
        if in_folder(path, "graphs", ".json"):
            try:
                graph = read_graph(well_formed(path), tree, bindings)
                graphs[graph.name] = graph
            except Unreadable as error:
                found.append(FileError(well_formed(path), str(error)))
    if not any(in_folder(path, "graphs", ".json") for path in files) and not found:
        found.append(FileError("graphs", "holds no graph files (*.json); give the folder of a DagNet data repository"))
    told = tuple(sorted(found, key=lambda error: error.file))
    warnings = drift(bindings, trees, graphs.values())
    needed = frozenset(
        f"traits.{filter.property}" if filter.property_type == "user" else filter.property
        for graph in graphs.values()
        for listen in graph.listens
        for filter in listen.filters
    )
    return Catalogue(version=digest(graphs, told, warnings), graphs=graphs, errors=told, needed=needed, warnings=warnings)
