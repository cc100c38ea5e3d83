"""Where the files of a workspace disagree with one another."""

from collections.abc import Iterable

from dagnet_realtime.core.dagnet.bindings import Bindings
from dagnet_realtime.core.dagnet.fields import record, text
from dagnet_realtime.model.graph import Graph, Warning

_LIMIT = 500  # warnings of one workspace; nobody reads more
_NAMED = 20  # events that one warning names


def drift(bindings: Bindings, trees: dict[str, object], graphs: Iterable[Graph], *, whole: bool = True) -> tuple[Warning, ...]:
    """Warnings about indexes that name missing or forbidden files, files that are not listed or carry another id, and definitions that
    no graph uses. That is only said where all graphs could be read (`whole`): one that is missing may use them."""
    unused = _unused(bindings, graphs) if whole else ()
    return tuple([*_indexes(bindings), *_files(bindings, trees), *unused][:_LIMIT])


def _indexes(bindings: Bindings) -> Iterable[Warning]:
    for file, index in (("events-index.yaml", bindings.events), ("nodes-index.yaml", bindings.nodes)):
        for row in index.values():
            if row.named and row.path is None:
                yield Warning(
                    "index_path", file, f"The path “{row.named}” of “{row.id}” leads out of the folder or to no YAML file; it is not read."
                )
            elif row.path is not None and not bindings.has(row.path):
                yield Warning("index_drift", file, f"“{row.id}” is said to be in {row.path}, where no readable file is.")
    for row in bindings.nodes.values():
        path, source = bindings.node_file(row.id)
        theirs = text(source.get("event_id"))
        if row.event_id and theirs and row.event_id != theirs:
            yield Warning("index_drift", "nodes-index.yaml", f"“{row.id}” has the event “{row.event_id}” here and “{theirs}” in {path}.")


def _files(bindings: Bindings, trees: dict[str, object]) -> Iterable[Warning]:
    listed = bindings.events
    missing = [event_id for event_id in bindings.definition_files().values() if listed and event_id not in listed]
    if missing:
        yield Warning("index_drift", "events-index.yaml", f"Not listed: {_some(missing)}.")
    for path, event_id in bindings.definition_files().items():
        own = text(record(trees[path]).get("id"))
        if own and own != event_id:
            yield Warning("id_drift", path, f"The file calls its event “{own}”, but it is found as “{event_id}”.")


def _unused(bindings: Bindings, graphs: Iterable[Graph]) -> Iterable[Warning]:
    used = {listen.event_id for graph in graphs for listen in graph.listens}
    unused = {path: event_id for path, event_id in bindings.definition_files().items() if event_id not in used}
    if unused:
        where = next(iter(unused)) if len(unused) == 1 else "events"
        yield Warning("unused_definition", where, f"No graph uses {_some(list(unused.values()))}.")


def _some(event_ids: list[str]) -> str:
    """The first of these, and how many more there are."""
    told = ", ".join(f"“{event_id}”" for event_id in event_ids[:_NAMED])
    more = f" and {len(event_ids) - _NAMED} more" if len(event_ids) > _NAMED else ""
    return f"the event {told}" if len(event_ids) == 1 else f"the events {told}{more}"
