"""Reads a few members of a large JSON object and skips the rest without building it."""

from collections.abc import Iterable
from typing import Any, TypedDict

import msgspec

from dagnet_realtime.core.segment.lenient import decode
from dagnet_realtime.model.problem import Problem

_EMPTY = 2  # bytes of an object without members


class Picker:
    """Picks the members called `keys`, or all where it is None."""

    def __init__(self, keys: Iterable[str] | None) -> None:
        wanted: Any = dict[str, Any] if keys is None else TypedDict("Members", dict.fromkeys(keys, Any), total=False)  # type: ignore[operator]
        self._decoder: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(wanted)

    def pick(self, text: msgspec.Raw) -> dict[str, Any]:
        """The members that are there; nothing where `text` is no object."""
        if len(text) <= _EMPTY:
            return {}
        try:
            return decode(self._decoder, text)
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
