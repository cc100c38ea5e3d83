"""One graph file, read leniently: what is odd becomes a warning, never a refusal."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from dagnet_realtime.core.dagnet.ambiguity import ambiguities
from dagnet_realtime.core.dagnet.annotations import read_containers, read_postits
from dagnet_realtime.core.dagnet.bindings import Bindings
from dagnet_realtime.core.dagnet.digest import digest
from dagnet_realtime.core.dagnet.edges import read_edges
from dagnet_realtime.core.dagnet.fields import first_text, record
from dagnet_realtime.core.dagnet.listening import bind
from dagnet_realtime.core.dagnet.nodes import read_nodes
from dagnet_realtime.core.dagnet.paths import stem
from dagnet_realtime.core.dagnet.unreadable import Unreadable
from dagnet_realtime.model.graph import Graph, Warning

_WARNING_LIMIT = 1_000  # of one graph; nobody reads more, and a frame must carry them
_KIND_LIMIT = 20  # warnings of one kind that are told one by one


def read_graph(file: str, tree: object, bindings: Bindings) -> Graph:
    """The graph in `tree`, the content of `file`, with its matching table; raises `Unreadable` where there is no list of nodes."""
    if not isinstance(tree, dict):
        raise Unreadable("is not a DagNet graph: it holds no JSON object")
    if not isinstance(tree.get("nodes"), list):
        raise Unreadable("is not a DagNet graph: it has no list of nodes")
    warnings: list[Warning] = []
    read = read_nodes(tree, warnings)
    edges = read_edges(tree, read, warnings)
    bound = [bind(node, bindings, warnings) for node in read]
    listens = tuple(listen for _, listen in bound if listen is not None)
    warnings.extend(ambiguities(listens))
    name = stem(file)
    graph = Graph(
        name=name,
        file=file,
        version="",
        title=first_text(record(tree.get("metadata")), "name") or first_text(tree, "name") or name,
        nodes=tuple(node for node, _ in bound),
        edges=edges,
        listens=listens,
        postits=read_postits(tree),
        containers=read_containers(tree),
        warnings=folded(warnings)[:_WARNING_LIMIT],
    )
    return msgspec.structs.replace(graph, version=digest(graph))


def folded(warnings: Iterable[Warning]) -> tuple[Warning, ...]:
    """Each warning once; missing uuids, which old graphs lack throughout, as one, and of any other kind the first `_KIND_LIMIT`."""
    distinct = tuple(dict.fromkeys(warnings))
    counts, told = Counter(warning.code for warning in distinct), Counter[str]()
    bare = [warning.where.partition(" ")[0] for warning in distinct if warning.code == "missing_uuid"]
    found: list[Warning] = []
    for warning in distinct:
        code = warning.code
        told[code] += 1
        if code == "missing_uuid" and len(bare) > 1:
            if told[code] == 1:
                text = f"{bare.count('node')} nodes and {bare.count('edge')} edges have no uuid: nodes go by their id or place, edges by"
                found.append(Warning(code, "graph", f"{text} their ends. DagNet itself would drop such edges."))
        elif told[code] <= _KIND_LIMIT:
            found.append(warning)
        elif told[code] == _KIND_LIMIT + 1:
            found.append(Warning(code, "graph", f"{counts[code] - _KIND_LIMIT} more warnings of this kind are left out."))
    return tuple(found)
