"""The ways between nodes, with the share of traffic that each takes."""

from collections.abc import Mapping
from typing import cast

from dagnet_realtime.core.dagnet.fields import first_text, number, record, rows, text
from dagnet_realtime.core.dagnet.nodes import case_ids, ends
from dagnet_realtime.model.graph import Edge, Face, Node, Warning

EDGE_LIMIT = 20_000  # the largest real graph has 84; beyond this no picture helps
_FACES = frozenset({"left", "right", "top", "bottom"})


def read_edges(tree: Mapping[str, object], nodes: list[Node], warnings: list[Warning]) -> tuple[Edge, ...]:
    """The edges whose two ends exist, in file order; ends may be uuids, ids or slugs. An edge without a uuid gets one made of its ends."""
    items = rows(tree.get("edges"))
    if len(items) > EDGE_LIMIT:
        warnings.append(Warning("too_many", "edges", f"Only the first {EDGE_LIMIT} of {len(items)} edges are shown."))
    by_name, by_case = ends(tree, nodes), case_ids(tree, nodes)
    edges: dict[str, Edge] = {}
    counts: dict[str, int] = {}
    for place, item in enumerate(items[:EDGE_LIMIT]):
        source = record(item)
        names = first_text(source, "from", "source"), first_text(source, "to", "target")
        where = f"edge {first_text(source, 'id', 'uuid') or place}"
        start, end = (by_name.get(name) for name in names)
        if start is None or end is None:
            missing = " and ".join(f"“{name}”" for name, node in zip(names, (start, end), strict=True) if node is None)
            warnings.append(Warning("edge_unresolved", where, f"The edge refers to {missing}, which is no node; it is left out."))
            continue
        if start.absorbing:
            warnings.append(Warning("absorbing_exit", where, f"The edge leaves “{start.label}”, which is marked as absorbing."))
        p, variant = _share(source, start, by_case, where, warnings)
        uuid = _uuid(text(source.get("uuid"), 1024), f"{start.uuid}->{end.uuid}", edges, counts, where, warnings)
        edges[uuid] = Edge(
            uuid=uuid,
            id=text(source.get("id")),
            source=start.uuid,
            target=end.uuid,
            source_face=_face(first_text(source, "fromHandle", "sourceHandle"), "right"),
            target_face=_face(first_text(source, "toHandle", "targetHandle"), "left"),
            p=p,
            label=text(source.get("label")),
            variant=variant,
            conditional=bool(source.get("conditional_p")),
        )
    return tuple(edges.values())


def _uuid(own: str, made: str, taken: Mapping[str, Edge], counts: dict[str, int], where: str, warnings: list[Warning]) -> str:
    """The edge's own uuid, or a stable one where it has none or another edge has it. `counts` are the edges so far between two ends."""
    if own and own not in taken:
        return own
    if own:
        warnings.append(Warning("duplicate_uuid", where, f"A second edge has the uuid “{own}”; it is kept under another."))
    else:
        warnings.append(Warning("missing_uuid", where, "The edge has no uuid and goes by its ends; DagNet itself would drop it."))
    found = made
    while found in taken:
        counts[made] = counts.get(made, 1) + 1
        found = f"{made}#{counts[made]}"
    return found


def _share(
    source: Mapping[str, object], start: Node, by_case: Mapping[str, Node], where: str, warnings: list[Warning]
) -> tuple[float | None, str]:
    """The probability (variant weight × mean on case edges) and the variant's name."""
    given = source.get("p")
    mean = number(record(given).get("mean")) if isinstance(given, dict) else number(given)
    if mean is not None and not 0 <= mean <= 1:
        warnings.append(
            Warning("probability", where, f"The probability {mean:g} is not between 0 and 1 and is drawn as the nearer of the two.")
        )
        mean = min(max(mean, 0.0), 1.0)
    name = text(source.get("case_variant"))
    if not name:
        return mean, ""
    case = by_case.get(text(source.get("case_id")), start)
    weight = next((variant.weight for variant in case.variants if variant.name == name), None)
    if weight is None:
        warnings.append(Warning("variant_unknown", where, f"No case node has the variant “{name}”."))
        return mean, name
    return weight * (1.0 if mean is None else mean), name


def _face(handle: str, usual: Face) -> Face:
    """The side of a node that a handle stands for; `-out` may follow on either end."""
    face = handle.removesuffix("-out").removesuffix("-in")
    return cast("Face", face) if face in _FACES else usual
