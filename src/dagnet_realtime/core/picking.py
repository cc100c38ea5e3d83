"""Reads a few members of a large JSON object and skips the rest without building it."""

from collections.abc import Iterable
from typing import Any, TypedDict

import msgspec

from dagnet_realtime.core.segment.lenient import decode
from dagnet_realtime.model.event import Part
from dagnet_realtime.model.problem import Problem

_EMPTY = 2  # bytes of an object without members


class Picker:
    """Picks the members called `keys`, or all where it is None. `wanted` is the type that does so within a larger one."""

    def __init__(self, keys: Iterable[str] | None) -> None:
        self.wanted: Any = dict[str, Any] if keys is None else TypedDict("Members", dict.fromkeys(keys, Any), total=False)  # type: ignore[operator]
        self._decoder: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(self.wanted)

    def pick(self, part: Part) -> dict[str, Any]:
        """The members that are there; nothing where `part` is no object, and itself where it was picked as it was read."""
        if isinstance(part, dict):
            return part
        if len(part) <= _EMPTY:
            return {}
        try:
            return decode(self._decoder, part)
        except Problem:
            return {}


def at(path: str, found: Any) -> Any:
    """The value at a dotted `path` of nested objects, where a key may itself hold dots; None where there is none."""
    while isinstance(found, dict):
        if path in found:
            return found[path]
        first, dot, path = path.partition(".")
        if not dot:
            return None
        found = found.get(first)
    return None
