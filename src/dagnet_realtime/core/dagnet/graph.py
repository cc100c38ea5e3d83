"""One graph file: nodes, edges, notes, and each node's event. Oddities become warnings."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import cast

import msgspec

from dagnet_realtime.core.dagnet.decode import (
    TEXT_LIMIT,
    FileUnreadable,
    as_bool,
    as_list,
    as_mapping,
    colour,
    digest,
    first_text,
    number,
    text,
)
from dagnet_realtime.core.dagnet.definitions import DefinitionIndex, has_own_definition, stem
from dagnet_realtime.core.dagnet.overlaps import overlaps
from dagnet_realtime.core.dagnet.unmatchable import is_redacted_name
from dagnet_realtime.core.suggest import similar_names
from dagnet_realtime.model.graph import (
    Container,
    Edge,
    EventBinding,
    Graph,
    Node,
    Note,
    Side,
    Variant,
    Warning,
)

ABSORBING = "absorbing, and no event is bound to it"
CASE = "a case node without an event of its own; traffic passes through it"
UNBOUND = "no event is bound to it"


def bind_event(
    node: Node, bindings: DefinitionIndex, warnings: list[Warning]
) -> tuple[Node, EventBinding | None]:
    """Binds the node to its event: the graph's own, else its node file's.

    Returns the node, with the reason if it can never light, and its binding.
    """
    where = f"node {node.id or node.uuid}"
    file, source = bindings.node_file(node.id)
    theirs = text(source.get("event_id"))
    event_id = node.event_id or theirs
    if node.event_id and theirs and node.event_id != theirs:
        message = (
            f"The graph binds the event “{node.event_id}”, {file} says “{theirs}”; the graph wins."
        )
        warnings.append(Warning("event_id_disagrees", where, message))
    if not node.event_id and theirs:
        message = (
            f"The graph binds no event; “{theirs}” is taken from {file}. "
            "DagNet itself reads the graph only."
        )
        warnings.append(Warning("event_id_from_node_file", where, message))
    if not event_id and has_own_definition(source):
        event_id = node.id
    if not event_id:
        why = CASE if node.type == "case" else ABSORBING if node.absorbing else UNBOUND
        return msgspec.structs.replace(node, dark=why), None
    definition = bindings.definition(event_id, node.id)
    if definition is None:
        meant = "".join(
            f" Is “{other}” meant?" for other in similar_names(event_id, bindings.event_ids(), 1)
        )
        message = (
            f"There is no definition of the event “{event_id}”; "
            f"the node listens for that name itself.{meant}"
        )
        warnings.append(Warning("definition_missing", where, message))
        made = EventBinding(
            node=node.uuid, label=node.label, event_id=event_id, names=(event_id,), rule="event_id"
        )
        return _with_unlit_reason(node, made, where, warnings), made
    warnings.extend(definition.warnings)
    rule, names = definition.names()
    binding = EventBinding(
        node=node.uuid,
        label=node.label,
        event_id=event_id,
        names=names,
        rule=rule,
        filters=definition.filters,
    )
    return _with_unlit_reason(node, binding, where, warnings), binding


def _with_unlit_reason(
    node: Node, binding: EventBinding, where: str, warnings: list[Warning]
) -> Node:
    """The node with its event, and with the reason if redaction prevents every match."""
    unkept = [name for name in binding.names if is_redacted_name(name)]
    never = next((filter for filter in binding.filters if filter.unkept), None)
    dark = ""
    if unkept:
        names = ", ".join(f"“{name}”" for name in unkept)
        warnings.append(
            Warning(
                "unkept",
                where,
                f"Redaction lets through no event that is called {names}: "
                "it looks personal, or is cut.",
            )
        )
    if len(unkept) == len(binding.names):
        dark = "no event that is called so is kept as it is: the name looks personal, or is cut"
    elif never is not None:
        dark = f"its filter asks for “{never.property}”, which is not kept here: {never.unkept}"
    return msgspec.structs.replace(node, event_id=binding.event_id, dark=dark)


_LIMIT = 1_000  # notes or containers of one graph
_NOTE_SIZE = 200.0, 150.0  # canvas units, if the file gives no size
_CONTAINER_SIZE = 400.0, 300.0


def read_postits(tree: Mapping[str, object]) -> tuple[Note, ...]:
    """The notes, in file order."""
    return tuple(
        Note(
            text(source.get("id")) or f"postit-{place}",
            text(source.get("text"), TEXT_LIMIT),
            colour(source),
            *_box(source, _NOTE_SIZE),
        )
        for place, item in enumerate(as_list(tree.get("postits"))[:_LIMIT])
        if (source := as_mapping(item))
    )


def read_containers(tree: Mapping[str, object]) -> tuple[Container, ...]:
    """The containers, in file order."""
    return tuple(
        Container(
            text(source.get("id")) or f"container-{place}",
            text(source.get("label")),
            colour(source),
            *_box(source, _CONTAINER_SIZE),
        )
        for place, item in enumerate(as_list(tree.get("containers"))[:_LIMIT])
        if (source := as_mapping(item))
    )


def _box(
    source: Mapping[str, object], usual: tuple[float, float]
) -> tuple[float, float, float, float]:
    x, y = (number(source.get(key)) or 0.0 for key in ("x", "y"))
    width, height = (
        found if (found := number(source.get(key))) and found > 0 else size
        for key, size in zip(("width", "height"), usual, strict=True)
    )
    return x, y, width, height


NODE_LIMIT = 5_000  # the largest real graph has 44; more cannot be drawn legibly
_VARIANT_LIMIT = 100
_NAMES = ("id", "slug", "node_id")  # keys of a node's id, newest first


def read_nodes(tree: Mapping[str, object], warnings: list[Warning]) -> list[Node]:
    """The nodes in file order. Of equal uuids the first wins.

    A node without a uuid gets its id for one, else its place in the list.
    """
    items = as_list(tree.get("nodes"))
    if len(items) > NODE_LIMIT:
        warnings.append(
            Warning(
                "too_many", "nodes", f"Only the first {NODE_LIMIT} of {len(items)} nodes are shown."
            )
        )
    nodes: dict[str, Node] = {}
    ids: set[str] = set()
    for place, item in enumerate(items[:NODE_LIMIT]):
        source = as_mapping(item)
        if not source:
            warnings.append(
                Warning(
                    "node_broken",
                    f"node {place}",
                    "An entry of the list of nodes is no node and is left out.",
                )
            )
            continue
        node = _node(source, place, warnings)
        if node.uuid in nodes:
            message = f"A second node has the uuid “{node.uuid}”; the first one is kept."
            warnings.append(Warning("duplicate_uuid", _where(node), message))
            continue
        if node.id and node.id in ids:
            message = f"Several nodes have the id “{node.id}”; references to it mean the first one."
            warnings.append(Warning("duplicate_id", _where(node), message))
        ids.add(node.id)
        nodes[node.uuid] = node
    if not nodes:
        warnings.append(Warning("empty", "nodes", "The graph has no nodes."))
    return list(nodes.values())


def nodes_by_name(tree: Mapping[str, object], nodes: list[Node]) -> dict[str, Node]:
    """The nodes by the names that edges may use: uuid or id, else the slug of older files.

    The first node in file order with a name has it.
    """
    found: dict[str, Node] = {}
    for node in nodes:
        found.setdefault(node.uuid, node)
        if node.id:
            found.setdefault(node.id, node)
    known = {node.uuid: node for node in nodes}
    for place, item in enumerate(as_list(tree.get("nodes"))[:NODE_LIMIT]):
        source = as_mapping(item)
        own = known.get(_uuid(source, place))
        for name in (text(source.get(key)) for key in _NAMES):
            if own is not None and name:
                found.setdefault(name, own)
    return found


def nodes_by_case(tree: Mapping[str, object], nodes: list[Node]) -> dict[str, Node]:
    """The case nodes by the names that case edges may use: the case's own id, or the node's uuid or
    id.
    """
    found = nodes_by_name(tree, nodes)
    known = {node.uuid: node for node in nodes}
    for item in as_list(tree.get("nodes"))[:NODE_LIMIT]:
        source = as_mapping(item)
        node = known.get(text(source.get("uuid")))
        case_id = text(as_mapping(source.get("case")).get("id"))
        if node is not None and case_id and node.variants:
            found[case_id] = node
    return found


def _node(source: Mapping[str, object], place: int, warnings: list[Warning]) -> Node:
    id = first_text(source, *_NAMES)
    uuid = _uuid(source, place)
    if not text(source.get("uuid")):
        warnings.append(
            Warning(
                "missing_uuid", f"node {uuid}", "The node has no uuid and goes by its id or place."
            )
        )
    layout = as_mapping(source.get("layout"))
    x, y = (
        number(layout.get(axis)) if axis in layout else number(source.get(axis))
        for axis in ("x", "y")
    )
    case = as_mapping(source.get("case"))
    variants = tuple(
        Variant(
            text(as_mapping(item).get("name")),
            min(max(number(as_mapping(item).get("weight")) or 0.0, 0.0), 1.0),
        )
        for item in as_list(case.get("variants"))[:_VARIANT_LIMIT]
    )
    url = text(source.get("url"), TEXT_LIMIT)
    if url and not url.startswith(("https://", "http://")):
        warnings.append(
            Warning(
                "url", f"node {id or uuid}", "The node's url is no web address and is left out."
            )
        )
        url = ""
    event_id = (
        text(source.get("event_id"))
        or text(as_mapping(source.get("event")).get("id"))
        or text(source.get("event"))
    )
    return Node(
        uuid=uuid,
        id=id,
        label=text(source.get("label")) or id or uuid,
        type="case" if source.get("type") == "case" or variants else "normal",
        event_id=event_id,
        absorbing=as_bool(source.get("absorbing")),
        outcome=text(source.get("outcome_type")),
        start=as_bool(as_mapping(source.get("entry")).get("is_start")),
        x=x if y is not None else None,
        y=y if x is not None else None,
        colour=colour(layout) or colour(source),
        description=text(source.get("description"), TEXT_LIMIT),
        url=url,
        variants=variants,
    )


def _uuid(source: Mapping[str, object], place: int) -> str:
    return text(source.get("uuid")) or first_text(source, *_NAMES) or f"node-{place}"


def _where(node: Node) -> str:
    return f"node {node.id or node.uuid}"


EDGE_LIMIT = 20_000  # the largest real graph has 84; more cannot be drawn legibly
_SIDES = frozenset({"left", "right", "top", "bottom"})


def read_edges(
    tree: Mapping[str, object], nodes: list[Node], warnings: list[Warning]
) -> tuple[Edge, ...]:
    """The edges whose ends both exist, in file order. Ends may be uuids, ids or slugs.

    An edge without a uuid gets one made of its ends.
    """
    items = as_list(tree.get("edges"))
    if len(items) > EDGE_LIMIT:
        warnings.append(
            Warning(
                "too_many", "edges", f"Only the first {EDGE_LIMIT} of {len(items)} edges are shown."
            )
        )
    by_name, by_case = nodes_by_name(tree, nodes), nodes_by_case(tree, nodes)
    edges: dict[str, Edge] = {}
    counts: dict[str, int] = {}
    for place, item in enumerate(items[:EDGE_LIMIT]):
        source = as_mapping(item)
        names = first_text(source, "from", "source"), first_text(source, "to", "target")
        where = f"edge {first_text(source, 'id', 'uuid') or place}"
        start, end = (by_name.get(name) for name in names)
        if start is None or end is None:
            missing = " and ".join(
                f"“{name}”" for name, node in zip(names, (start, end), strict=True) if node is None
            )
            warnings.append(
                Warning(
                    "edge_unresolved",
                    where,
                    f"The edge refers to {missing}, which is no node; it is left out.",
                )
            )
            continue
        if start.absorbing:
            warnings.append(
                Warning(
                    "absorbing_exit",
                    where,
                    f"The edge leaves “{start.label}”, which is marked as absorbing.",
                )
            )
        p, variant = _probability(source, start, by_case, where, warnings)
        uuid = _edge_uuid(
            text(source.get("uuid"), 1024),
            f"{start.uuid}->{end.uuid}",
            edges,
            counts,
            where,
            warnings,
        )
        edges[uuid] = Edge(
            uuid=uuid,
            id=text(source.get("id")),
            source=start.uuid,
            target=end.uuid,
            source_face=_side(first_text(source, "fromHandle", "sourceHandle"), "right"),
            target_face=_side(first_text(source, "toHandle", "targetHandle"), "left"),
            p=p,
            label=text(source.get("label")),
            variant=variant,
            conditional=bool(source.get("conditional_p")),
        )
    return tuple(edges.values())


def _edge_uuid(
    own: str,
    made: str,
    existing: Mapping[str, Edge],
    counts: dict[str, int],
    where: str,
    warnings: list[Warning],
) -> str:
    """The edge's own uuid, or a stable one if it has none or another edge has it.

    `counts` are the edges so far between two ends.
    """
    if own and own not in existing:
        return own
    if own:
        warnings.append(
            Warning(
                "duplicate_uuid",
                where,
                f"A second edge has the uuid “{own}”; it is kept under another.",
            )
        )
    else:
        warnings.append(
            Warning(
                "missing_uuid",
                where,
                "The edge has no uuid and goes by its ends; DagNet itself would drop it.",
            )
        )
    found = made
    while found in existing:
        counts[made] = counts.get(made, 1) + 1
        found = f"{made}#{counts[made]}"
    return found


def _probability(
    source: Mapping[str, object],
    start: Node,
    by_case: Mapping[str, Node],
    where: str,
    warnings: list[Warning],
) -> tuple[float | None, str]:
    """The probability (variant weight × mean on case edges) and the variant's name."""
    value = source.get("p")
    mean = number(as_mapping(value).get("mean")) if isinstance(value, dict) else number(value)
    if mean is not None and not 0 <= mean <= 1:
        warnings.append(
            Warning(
                "probability",
                where,
                f"The probability {mean:g} is not between 0 and 1 "
                "and is drawn as the nearer of the two.",
            )
        )
        mean = min(max(mean, 0.0), 1.0)
    name = text(source.get("case_variant"))
    if not name:
        return mean, ""
    case = by_case.get(text(source.get("case_id")), start)
    weight = next((variant.weight for variant in case.variants if variant.name == name), None)
    if weight is None:
        warnings.append(
            Warning("variant_unknown", where, f"No case node has the variant “{name}”.")
        )
        return mean, name
    return weight * (1.0 if mean is None else mean), name


def _side(handle: str, usual: Side) -> Side:
    """The side of a node that a handle is on. `-in` or `-out` may follow."""
    face = handle.removesuffix("-out").removesuffix("-in")
    return cast("Side", face) if face in _SIDES else usual


_WARNING_LIMIT = 1_000  # of one graph; a frame must hold them
_KIND_LIMIT = 20  # warnings of one kind that are listed separately


def read_graph(file: str, tree: object, bindings: DefinitionIndex) -> Graph:
    """The graph in `tree`, the content of `file`, with its event bindings.

    Raises `FileUnreadable` if there is no list of nodes.
    """
    if not isinstance(tree, dict):
        raise FileUnreadable("is not a DagNet graph: it holds no JSON object")
    if not isinstance(tree.get("nodes"), list):
        raise FileUnreadable("is not a DagNet graph: it has no list of nodes")
    warnings: list[Warning] = []
    read = read_nodes(tree, warnings)
    edges = read_edges(tree, read, warnings)
    bound = [bind_event(node, bindings, warnings) for node in read]
    listens = tuple(binding for _, binding in bound if binding is not None)
    warnings.extend(overlaps(listens))
    name = stem(file)
    graph = Graph(
        name=name,
        file=file,
        version="",
        title=first_text(as_mapping(tree.get("metadata")), "name")
        or first_text(tree, "name")
        or name,
        nodes=tuple(node for node, _ in bound),
        edges=edges,
        listens=listens,
        postits=read_postits(tree),
        containers=read_containers(tree),
        warnings=fold_warnings(warnings)[:_WARNING_LIMIT],
    )
    return msgspec.structs.replace(graph, version=digest(graph))


def fold_warnings(warnings: Iterable[Warning]) -> tuple[Warning, ...]:
    """Each warning once, and at most `_KIND_LIMIT` of one kind.

    Missing uuids, common in old graphs, become one warning.
    """
    distinct = tuple(dict.fromkeys(warnings))
    counts, listed = Counter(warning.code for warning in distinct), Counter[str]()
    bare = [
        warning.where.partition(" ")[0] for warning in distinct if warning.code == "missing_uuid"
    ]
    found: list[Warning] = []
    for warning in distinct:
        code = warning.code
        listed[code] += 1
        if code == "missing_uuid" and len(bare) > 1:
            if listed[code] == 1:
                text = (
                    f"{bare.count('node')} nodes and {bare.count('edge')} edges have no uuid: "
                    "nodes go by their id or place, edges by their ends. "
                    "DagNet itself would drop such edges."
                )
                found.append(Warning(code, "graph", text))
        elif listed[code] <= _KIND_LIMIT:
            found.append(warning)
        elif listed[code] == _KIND_LIMIT + 1:
            found.append(
                Warning(
                    code,
                    "graph",
                    f"{counts[code] - _KIND_LIMIT} more warnings of this kind are left out.",
                )
            )
    return tuple(found)
