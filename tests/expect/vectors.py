"""The vectors of `conformance/expect.json` as frames, as the wire has them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

VECTORS = json.loads((Path(__file__).parents[2] / "conformance/expect.json").read_text())
GRAPH = VECTORS["graphs"]["shop"]
UUIDS = {node["id"]: node["uuid"] for node in GRAPH["nodes"]}
T0 = 1_767_603_600_000
NOTHING = dict.fromkeys(
    (
        "offered",
        "lit",
        "unmapped",
        "filtered",
        "missed",
        "carried",
        "thinned",
        "sampled_out",
        "forgotten",
    ),
    0,
)


def iso(seconds: float) -> str:
    """A moment after the start, as the wire writes it."""
    return (
        datetime.fromtimestamp(T0 / 1000 + seconds, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


def tokens(who: Sequence[str]) -> Iterator[dict[str, str]]:
    """The identifiers of an event."""
    for one in who:
        id, sign, before = one.partition(">")
        if sign:
            yield {"kind": "anonymousId", "token": before}
            yield {"kind": "previousId", "token": id}
        else:
            yield {"kind": "userId" if one.startswith("u") else "anonymousId", "token": one}


def carried(told: Mapping[str, Any], n: int) -> dict[str, Any]:
    """An event as a frame carries it."""
    return {
        "id": told.get("id", f"m{n}"),
        "type": told.get("type", "track"),
        "name": told["name"],
        "occurred_at": iso(told.get("occurred", told["at"])),
        "arrived_at": iso(told["at"]),
        "segment_received_at": None,
        "source": "web",
        "traces": [
            {"kind": one["kind"], "token": one["token"]} for one in tokens(told.get("who", []))
        ],
        "nodes": [UUIDS[node] for node in told.get("nodes", [])],
        "properties": told.get("properties", {}),
        "flags": told.get("flags", []),
        "offset": n,
    }


def batch(n: int, events: Sequence[Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    """A frame of events."""
    counts: dict[str, int] = {}
    for event in events:
        for node in event["nodes"]:
            counts[node] = counts.get(node, 0) + 1
    lit = sum(bool(event["nodes"]) for event in events)
    ledger = NOTHING | {
        "offered": len(events),
        "lit": lit,
        "unmapped": len(events) - lit,
        "carried": len(events),
    }
    frame = {
        "op": "batch", "from": f"e.{n}", "position": f"e.{n + max(1, len(events))}", "counts": counts, "unmapped": {},
        "other": 0, "events": list(events), "threshold": 1, "ledger": ledger,
    }  # fmt: skip
    return frame | more


def frame_of(told: Mapping[str, Any], n: int) -> dict[str, Any]:
    """One entry of a vector as a frame."""
    if "gap" in told:
        return {
            "op": "gap",
            "from": f"e.{n}",
            "to": f"e.{n + 1}",
            "missed": told["gap"],
            "reason": "",
        }
    if "refused" in told:
        refused = dict(told["refused"])
        limited = refused.pop("rate_limited", 0)
        door = {
            "received": sum(told["refused"].values()), "refused": refused, "rate_limited": limited,
            "unwatched": 0, "duplicate": 0, "taken": 0,
        }  # fmt: skip
        return {"op": "beat", "now": iso(0), "position": f"e.{n}", "ledger": {"web": door}}
    if "graph_version" in told:
        posture = {"identity": "token"}
        return {
            "op": "change", "graph_version": told["graph_version"], "policy_version": "p", "sampling": 1.0, "posture": posture,
        }  # fmt: skip
    if "ledger" in told:
        return batch(n, [], ledger=NOTHING | {"offered": 1} | told["ledger"])
    if "uncarried" in told:
        counts = {UUIDS[id]: count for id, count in told["uncarried"].items()}
        return batch(n, [], counts=counts, ledger=NOTHING | {"offered": 1})
    return batch(n, [carried(told, n)])
