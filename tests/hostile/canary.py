"""Plants canaries, values that occur nowhere else, in every field of what Segment sends, so that a
leak is recognised.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MARK = "cnry7f3a"
"""Part of every canary; case is kept nowhere that folds it."""
PERSONAL = f"{MARK}@leak-{MARK}.example.com"
PLAIN = f"{MARK} plain words"
IDS = ("userId", "anonymousId", "previousId", "groupId", "email")
SHOWN = ("event", "name", "category", "messageId")
"""Fields whose plain text is meant to be seen; there the canary is one that looks personal."""

DELIVERED: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "fixtures/segment/delivered.json").read_text()
)
BATCH: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "fixtures/segment/batch.json").read_text()
)


def planted(value: Any, canary: str, field: str = "", depth: int = 0) -> Any:
    """`value` with a canary in every text, and one more key with a canary in every object; `type` says what it said."""
    if isinstance(value, dict):
        inner = {
            key: planted(one, canary, key if depth == 0 else "", depth + 1)
            for key, one in value.items()
        }
        return (
            inner
            if depth == 0 and "type" not in value
            else {
                **inner,
                f"{canary} key": canary,
                "trace_id": canary,
                "nested": {"deep": [canary, {"x": canary}]},
            }
        )
    if isinstance(value, list):
        return [planted(one, canary, "", depth + 1) for one in value]
    if not isinstance(value, str) or field == "type":
        return value
    return PERSONAL if field in SHOWN else canary


def messages(canary: str) -> Iterator[dict[str, Any]]:
    """Every kind of message that Segment delivers, each with its own id as far as it has one to keep."""
    for kind, message in DELIVERED.items():
        ids = {} if kind == "delete" else dict.fromkeys(IDS, "x")
        full = {**ids, "traits": {}, "properties": {}, **message}
        whom = {"userId": f"{canary} who is deleted"} if kind == "delete" else {}
        yield {**planted(full, canary), **whom, "messageId": f"{PERSONAL} {kind} {canary == PLAIN}"}
        yield {**planted(message, canary), **whom, "messageId": f"clean-{kind}-{canary == PLAIN}"}


def refused(canary: str) -> Iterator[bytes]:
    """Bodies that are refused, or half of them."""
    good = json.dumps(planted(DELIVERED["track"], canary)).encode()
    yield good[:-20]
    yield b"\xff" + good
    yield canary.encode()
    yield f'"{canary}"'.encode()
    yield f'{{"type":"{canary}","event":"{PERSONAL}"}}'.encode()
    yield f'{{"type":["{canary}"]}}'.encode()
    yield f'{{"{canary}":1}}'.encode()
    yield b'{"a":' * 2000 + f'"{canary}"'.encode() + b"}" * 2000
    yield b"[" + good + f',7,"{canary}",{{"type":"{canary}"}}]'.encode()
    yield b"[" * 500 + f'"{canary}"'.encode() + b"]" * 500
    yield f"type=track&event={PERSONAL}&userId={canary}".encode()
    yield b""
