"""Graphs of odd shapes, as DagNet stores them: cycles, loops, parallel edges, shared events, no event at all, a thousand nodes."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

LARGE, BROAD, COLUMN = 1000, 300, 25  # nodes of two graphs, and how many of them in a column


def write_graphs(folder: Path) -> None:
    """Writes `odd`, `silent` and `large` into a folder of graph files."""
    rest = {
        "policies": {"default_outcome": "other"},
        "metadata": {"version": "1.0.0", "created_at": "2026-01-05T09:00:00Z"},
    }
    for name, nodes, edges in (odd(), silent(), large(), large(BROAD, "broad")):
        (folder / f"{name}.json").write_text(json.dumps({"nodes": nodes, "edges": edges} | rest))


Graph = tuple[str, list[dict[str, Any]], list[dict[str, Any]]]


def odd() -> Graph:
    """A cycle A → B → A, a loop at B, two edges A → B, and `both` for C and D on two branches, of which only D goes on to E."""
    nodes = [
        _node("A", "a", (0, 100), start=True),
        _node("B", "b", (220, 100)),
        _node("C", "both", (440, 0)),
        _node("D", "both", (440, 220)),
        _node("E", "e", (660, 220), absorbing=True),
    ]
    cycle = [
        ("AB1", "A", "B", 0.2),
        ("AB2", "A", "B", 0.7),
        ("BA", "B", "A", 0.1),
        ("BB", "B", "B", 0.1),
    ]
    return (
        "odd",
        nodes,
        _edges([*cycle, ("BC", "B", "C", 0.6), ("BD", "B", "D", 0.2), ("DE", "D", "E", 0.5)]),
    )


def silent() -> Graph:
    """Two nodes without an event."""
    return (
        "silent",
        [_node("S1", "", (0, 0), start=True), _node("S2", "", (220, 0))],
        _edges([("S12", "S1", "S2", 0.5)]),
    )


def large(count: int = LARGE, name: str = "large") -> Graph:
    """A thousand nodes, or another number, in columns, each leading to two of the next column."""
    nodes = [
        _node(f"L{n}", f"large_{n}", (n // COLUMN * 220, n % COLUMN * 120), start=n < COLUMN)
        for n in range(count)
    ]
    pairs = [
        (n, to)
        for n in range(count - COLUMN)
        for to in (n + COLUMN, n + COLUMN + 1)
        if to // COLUMN == n // COLUMN + 1
    ]
    return name, nodes, _edges([(f"L{n}-{to}", f"L{n}", f"L{to}", 0.5) for n, to in pairs])


def _node(
    uuid: str, event: str, at: tuple[int, int], *, start: bool = False, absorbing: bool = False
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "uuid": uuid,
        "id": f"odd-{uuid.lower()}",
        "label": f"Node {uuid}",
        "entry": {"is_start": start},
    }
    made["layout"] = {"x": at[0], "y": at[1]}
    if event:
        made["event_id"] = event
    return made | ({"absorbing": True, "outcome_type": "success"} if absorbing else {})


def _edges(ways: Iterable[tuple[str, str, str, float]]) -> list[dict[str, Any]]:
    return [
        {"uuid": uuid, "id": uuid.lower(), "from": source, "to": target, "p": {"mean": p}}
        for uuid, source, target, p in ways
    ]
