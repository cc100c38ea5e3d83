"""All graphs of one workspace from the bytes of its files, with warnings about inconsistencies."""

from collections.abc import Iterable, Mapping, MutableMapping
from contextlib import suppress

from dagnet_realtime.core.dagnet.decode import (
    FileUnreadable,
    as_mapping,
    digest,
    read_tree,
    text,
    well_formed,
)
from dagnet_realtime.core.dagnet.definitions import DefinitionIndex, in_folder, index_rows
from dagnet_realtime.core.dagnet.graph import read_graph
from dagnet_realtime.core.redaction import Redaction
from dagnet_realtime.model.graph import Catalogue, FileError, Graph, Warning

_LIMIT = 500  # warnings of one workspace
_MAX_NAMED = 20  # events that one warning names


def inconsistencies(
    bindings: DefinitionIndex,
    trees: dict[str, object],
    graphs: Iterable[Graph],
    *,
    whole: bool = True,
) -> tuple[Warning, ...]:
    """Warnings about indexes and files that disagree, and about unused definitions.

    Indexes may name missing or forbidden files; files may be unlisted or carry another id. Unused
    definitions are reported only if all graphs could be read (`whole`), since a missing graph may
    use them.
    """
    unused = _unused(bindings, graphs) if whole else ()
    return tuple([*_indexes(bindings), *_files(bindings, trees), *unused][:_LIMIT])


def _indexes(bindings: DefinitionIndex) -> Iterable[Warning]:
    for file, index in (
        ("events-index.yaml", bindings.events),
        ("nodes-index.yaml", bindings.nodes),
    ):
        for row in index.values():
            if row.named and row.path is None:
                yield Warning(
                    "index_path",
                    file,
                    f"The path “{row.named}” of “{row.id}” leads out of the folder "
                    "or to no YAML file; it is not read.",
                )
            elif row.path is not None and not bindings.has(row.path):
                yield Warning(
                    "index_drift",
                    file,
                    f"The index puts “{row.id}” in {row.path}, which is missing or unreadable.",
                )
    for row in bindings.nodes.values():
        path, source = bindings.node_file(row.id)
        theirs = text(source.get("event_id"))
        if row.event_id and theirs and row.event_id != theirs:
            yield Warning(
                "index_drift",
                "nodes-index.yaml",
                f"“{row.id}” has the event “{row.event_id}” here and “{theirs}” in {path}.",
            )


def _files(bindings: DefinitionIndex, trees: dict[str, object]) -> Iterable[Warning]:
    listed = bindings.events
    missing = [
        event_id
        for event_id in bindings.definition_files().values()
        if listed and event_id not in listed
    ]
    if missing:
        yield Warning("index_drift", "events-index.yaml", f"Not listed: {_some(missing)}.")
    for path, event_id in bindings.definition_files().items():
        own = text(as_mapping(trees[path]).get("id"))
        if own and own != event_id:
            yield Warning(
                "id_drift",
                path,
                f"The file calls its event “{own}”, but it is found as “{event_id}”.",
            )


def _unused(bindings: DefinitionIndex, graphs: Iterable[Graph]) -> Iterable[Warning]:
    used = {binding.event_id for graph in graphs for binding in graph.listens}
    unused = {
        path: event_id
        for path, event_id in bindings.definition_files().items()
        if event_id not in used
    }
    if unused:
        where = next(iter(unused)) if len(unused) == 1 else "events"
        yield Warning("unused_definition", where, f"No graph uses {_some(list(unused.values()))}.")


def _some(event_ids: list[str]) -> str:
    """The first of the events, and how many more there are."""
    listed = ", ".join(f"“{event_id}”" for event_id in event_ids[:_MAX_NAMED])
    more = f" and {len(event_ids) - _MAX_NAMED} more" if len(event_ids) > _MAX_NAMED else ""
    return f"the event {listed}" if len(event_ids) == 1 else f"the events {listed}{more}"


INDEXES = {"events-index.yaml": "events", "nodes-index.yaml": "nodes"}
FOLDERS = {
    "graphs": (".json",),
    "events": (".yaml", ".yml"),
    "nodes": (".yaml", ".yml"),
}  # subfolders are not read, as in DagNet

TreeCache = MutableMapping[tuple[str, bytes], object]


def is_workspace_file(path: str) -> bool:
    """Whether a file at `path` is read without being listed in an index.

    `path` is relative to the workspace's folder, with forward slashes.
    """
    return path in INDEXES or any(
        in_folder(path, folder, *endings) for folder, endings in FOLDERS.items()
    )


def indexed_paths(files: Mapping[str, bytes], cache: TreeCache | None = None) -> frozenset[str]:
    """The further paths that the indexes among `files` name, all within the workspace's folder.

    `cache` is that of `read_workspace`, and keeps the indexes' trees for it.
    """
    cached = cache if cache is not None else {}
    trees: dict[str, object] = {}
    for index in INDEXES.keys() & files.keys():
        key = (index, files[index])
        with suppress(FileUnreadable):
            if key not in cached:
                cached[key] = read_tree(*key)
            trees[index] = cached[key]
    return _listed(trees)


def read_workspace(
    files: Mapping[str, bytes],
    errors: Iterable[FileError] = (),
    cache: TreeCache | None = None,
    deny: Iterable[str] = (),
) -> Catalogue:
    """The catalogue of the workspace with these files (relative path to content); never raises.

    `errors` are files that could not be fetched. `cache` keeps trees between reads of almost the
    same files; unused ones are dropped. `deny` are the properties that the policy never keeps, as
    globs.
    """
    found = list(errors)
    trees = _trees(files, found, cache if cache is not None else {})
    bindings = DefinitionIndex(
        {path: tree for path, tree in trees.items() if not path.endswith(".json")},
        Redaction(deny=deny).denies,
    )
    graphs: dict[str, Graph] = {}
    for path, tree in trees.items():
        if in_folder(path, "graphs", ".json"):
            try:
                graph = read_graph(path, tree, bindings)
                graphs[graph.name] = graph
            except FileUnreadable as error:
                found.append(FileError(path, str(error)))
    if not any(in_folder(path, "graphs", ".json") for path in files) and not found:
        found.append(
            FileError(
                "graphs",
                "holds no graph files (*.json); give the folder of a DagNet data repository",
            )
        )
    all_errors = tuple(sorted(found, key=lambda error: error.file))
    whole = not any(error.file.partition("/")[0] == "graphs" for error in all_errors)
    warnings = inconsistencies(bindings, trees, graphs.values(), whole=whole)
    needed = frozenset(
        filter.property
        for graph in graphs.values()
        for binding in graph.listens
        for filter in binding.filters
    )
    return Catalogue(
        version=digest(graphs, all_errors, warnings),
        graphs=graphs,
        errors=all_errors,
        needed=needed,
        warnings=warnings,
    )


def _trees(
    files: Mapping[str, bytes], errors: list[FileError], cache: TreeCache
) -> dict[str, object]:
    """The trees of the files to read, by path, the indexes first.

    Unreadable files go to `errors`.
    """
    trees: dict[str, object] = {}
    used: dict[tuple[str, bytes], object] = {}

    def take(paths: Iterable[str]) -> None:
        for path in sorted(paths):
            if path != well_formed(path):
                errors.append(FileError(well_formed(path), "has a name that is not UTF-8"))
                continue
            key = (path, files[path])
            try:
                tree = used[key] = cache[key] if key in cache else read_tree(path, files[path])
                if path.endswith(".json") or isinstance(tree, dict):
                    trees[path] = tree
                else:
                    errors.append(
                        FileError(path, "is empty" if tree is None else "holds no fields by name")
                    )
            except FileUnreadable as error:
                errors.append(FileError(path, str(error)))

    take(INDEXES.keys() & files.keys())
    listed = _listed(trees)
    take(
        path
        for path in files
        if path not in INDEXES and (path in listed or is_workspace_file(path))
    )
    cache.clear()
    cache.update(used)
    return trees


def _listed(trees: Mapping[str, object]) -> frozenset[str]:
    rows = (
        row
        for index, kind in INDEXES.items()
        for row in index_rows(trees.get(index), kind).values()
    )
    return frozenset(row.path for row in rows if row.path)
