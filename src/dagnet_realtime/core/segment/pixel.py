"""Calls in the address of a pixel: `?data=<base64 of JSON>`, or plain fields in the query."""

import base64
import binascii
from urllib.parse import parse_qsl

import msgspec

from dagnet_realtime.model.problem import Problem

GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""One transparent pixel."""

_MAX_FIELDS = 200
_ENCODER = msgspec.json.Encoder()
_PARTS = ("properties", "traits", "context")


def call_from_query(query: bytes) -> bytes:
    """The call's JSON. A field with a dot is a member of `properties`, `traits` or `context`.

    Raises `Problem("invalid")` if the query is neither.
    """
    try:
        fields = dict(
            parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
        )
    except ValueError:
        raise _unreadable() from None
    if "data" in fields:
        return _decode_base64(fields["data"])
    call: dict[str, object] = {}
    for name, value in fields.items():
        part, dot, member = name.partition(".")
        if not dot or part not in _PARTS:
            call[name] = value
            continue
        inner = call.setdefault(part, {})
        if isinstance(inner, dict):
            inner[member] = value
    return _ENCODER.encode(call)


def _decode_base64(data: str) -> bytes:
    """The decoded base64 of either alphabet, padded or not.

    An unescaped plus arrives as a space.
    """
    text = data.replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise _unreadable() from None


def _unreadable() -> Problem:
    return Problem(
        "invalid",
        "The pixel's address cannot be read",
        remedy="Give data=, the base64 of the call's JSON",
    )
