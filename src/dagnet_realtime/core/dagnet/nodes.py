"""The steps of a graph file, in every shape they have had."""

from collections.abc import Mapping

from dagnet_realtime.core.dagnet.fields import TEXT_LIMIT, colour, first_text, flag, number, record, rows, text
from dagnet_realtime.model.graph import Node, Variant, Warning

NODE_LIMIT = 5_000  # the largest real graph has 44; beyond this no picture helps
_VARIANT_LIMIT = 100
_NAMES = ("id", "slug", "node_id")  # what a node was called by, newest first


def read_nodes(tree: Mapping[str, object], warnings: list[Warning]) -> list[Node]:
    """The nodes in file order. Of two with one uuid the first wins; one without a uuid goes by its id, else by its place."""
    items = rows(tree.get("nodes"))
    if len(items) > NODE_LIMIT:
        warnings.append(Warning("too_many", "nodes", f"Only the first {NODE_LIMIT} of {len(items)} nodes are shown."))
    nodes: dict[str, Node] = {}
    ids: set[str] = set()
    for place, item in enumerate(items[:NODE_LIMIT]):
        source = record(item)
        if not source:
            warnings.append(Warning("node_broken", f"node {place}", "An entry of the list of nodes is no node and is left out."))
            continue
        node = _node(source, place, warnings)
        if node.uuid in nodes:
            told = f"A second node has the uuid “{node.uuid}”; the first one is kept."
            warnings.append(Warning("duplicate_uuid", _where(node), told))
            continue
        if node.id and node.id in ids:
            told = f"Several nodes have the id “{node.id}”; references to it mean the first one."
            warnings.append(Warning("duplicate_id", _where(node), told))
        ids.add(node.id)
        nodes[node.uuid] = node
    if not nodes:
        warnings.append(Warning("empty", "nodes", "The graph has no nodes."))
    return list(nodes.values())


def ends(tree: Mapping[str, object], nodes: list[Node]) -> dict[str, Node]:
    """What an edge may call each node: uuid or id, else the slug that old files have beside them; the first node in file order that
    goes by a name has it."""
    found: dict[str, Node] = {}
    for node in nodes:
        found.setdefault(node.uuid, node)
        if node.id:
            found.setdefault(node.id, node)
    known = {node.uuid: node for node in nodes}
    for place, item in enumerate(rows(tree.get("nodes"))[:NODE_LIMIT]):
        source = record(item)
        own = known.get(_uuid(source, place))
        for name in (text(source.get(key)) for key in _NAMES):
            if own is not None and name:
                found.setdefault(name, own)
    return found


def case_ids(tree: Mapping[str, object], nodes: list[Node]) -> dict[str, Node]:
    """What a case edge may call its case node: the case's own id, or the node's uuid or id."""
    found = ends(tree, nodes)
    known = {node.uuid: node for node in nodes}
    for item in rows(tree.get("nodes"))[:NODE_LIMIT]:
        source = record(item)
        node = known.get(text(source.get("uuid")))
        case_id = text(record(source.get("case")).get("id"))
        if node is not None and case_id and node.variants:
            found[case_id] = node
    return found


def _node(source: Mapping[str, object], place: int, warnings: list[Warning]) -> Node:
    id = first_text(source, *_NAMES)
    uuid = _uuid(source, place)
    if not text(source.get("uuid")):
        warnings.append(Warning("missing_uuid", f"node {uuid}", "The node has no uuid and goes by its id or place."))
    layout = record(source.get("layout"))
    x, y = (number(layout.get(axis)) if axis in layout else number(source.get(axis)) for axis in ("x", "y"))
    case = record(source.get("case"))
    variants = tuple(
        Variant(text(record(item).get("name")), min(max(number(record(item).get("weight")) or 0.0, 0.0), 1.0))
        for item in rows(case.get("variants"))[:_VARIANT_LIMIT]
    )
    url = text(source.get("url"), TEXT_LIMIT)
    if url and not url.startswith(("https://", "http://")):
        warnings.append(Warning("url", f"node {id or uuid}", "The node's url is no web address and is left out."))
        url = ""
    event_id = text(source.get("event_id")) or text(record(source.get("event")).get("id")) or text(source.get("event"))
    return Node(
        uuid=uuid,
        id=id,
        label=text(source.get("label")) or id or uuid,
        type="case" if source.get("type") == "case" or variants else "normal",
        event_id=event_id,
        absorbing=flag(source.get("absorbing")),
        outcome=text(source.get("outcome_type")),
        start=flag(record(source.get("entry")).get("is_start")),
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
