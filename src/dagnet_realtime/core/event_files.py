"""Files of events to send: JSON, NDJSON, captured requests or a session log, as Segment
messages.
"""

import base64
import gzip
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import msgspec

from dagnet_realtime.core.json_text import split_lines
from dagnet_realtime.model.problem import Problem

MAX_UNPACKED_BYTES = 64 * 1024 * 1024
"""Bytes that one captured body may decompress to."""

_DIGEST = re.compile("derived-([0-9a-f]{32})")


def parse_messages(text: str, name: str) -> list[dict[str, Any]]:
    """The messages in `text`, in order. `name` is the file's name, for error messages.

    Accepts one JSON value (a message, an array of them, a batch, documented payloads) or one such
    value a line; captured requests (`body_text` or `body_base64`); envelopes of EventBridge and
    SQS; and session logs. Raises `Problem("invalid")` if a line is none of these.
    """
    if not text.strip():
        raise Problem(
            "invalid",
            f"{name} is empty",
            remedy="Give a file of Segment messages, as JSON or one a line",
        )
    try:
        return list(_messages_in(msgspec.json.decode(text), name))
    except msgspec.DecodeError as error:
        whole = error
    found: list[dict[str, Any]] = []
    for number, line in enumerate(split_lines(text), 1):
        if line.strip():
            try:
                value = msgspec.json.decode(line)
            except msgspec.DecodeError as error:
                reason = str(whole if number == 1 else error)
                raise Problem(
                    "invalid",
                    f"{name}, line {number}: this is not JSON",
                    reason,
                    "Give JSON, or one value a line",
                ) from None
            found.extend(_messages_in(value, f"{name}, line {number}"))
    return found


def _messages_in(value: Any, where: str) -> Iterator[dict[str, Any]]:
    match value:
        case list():
            for item in value:
                yield from _messages_in(item, where)
        case {"op": str()}:
            yield from _messages_in_frame(value)
        case {"body_base64": str(packed)}:
            yield from _messages_in(_unpacked(packed, where), where)
        case {"body_text": str(body)}:
            yield from _messages_in(_decoded(body, where), where)
        case {"payload": dict() | list() as payload} | {"detail": dict() as payload}:
            yield from _messages_in(payload, where)
        case {"batch": list() as batch}:
            for item in batch:
                yield from _messages_in(_merged(item, value), where)
        case {"type": str()}:
            yield value
        case {"format": str()} | {"graph_version": str()}:
            return
        case {"Records": list() as records}:
            yield from _messages_in(records, where)
        case {"body": str(body)}:
            yield from _messages_in(_decoded(body, where), where)
        case {"userId": _} | {"anonymousId": _} | {"event": str()}:
            yield {"type": _type(value), **value}
        case _:
            raise Problem(
                "invalid",
                f"{where}: this is no Segment message",
                "It has no `type`",
                "Give messages as Segment delivers them",
            )


def _type(bare: Mapping[str, Any]) -> str:
    """The type of a body sent to `/v1/track`, `/v1/identify` …, by the fields that only it has."""
    fields = (
        ("event", "track"),
        ("previousId", "alias"),
        ("groupId", "group"),
        ("traits", "identify"),
    )
    return next((kind for field, kind in fields if field in bare), "page")


def _merged(item: object, envelope: Mapping[str, Any]) -> object:
    if not isinstance(item, dict):
        return item
    around = {
        key: envelope[key]
        for key in ("context", "sentAt")
        if isinstance(envelope.get(key), dict | str) and key not in item
    }
    return {**around, **item}


def _decoded(body: str | bytes, where: str) -> object:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise Problem("invalid", f"{where}: the captured body is not JSON", str(error)) from None


def _unpacked(packed: str, where: str) -> object:
    try:
        body = base64.b64decode(packed, validate=True)
        if body[:2] == b"\x1f\x8b":
            with gzip.open(io.BytesIO(body)) as opened:
                body = opened.read(MAX_UNPACKED_BYTES + 1)
    except (ValueError, OSError, EOFError) as error:
        raise Problem(
            "invalid", f"{where}: the captured body cannot be unpacked", str(error)
        ) from None
    if len(body) > MAX_UNPACKED_BYTES:
        raise Problem("too_large", f"{where}: the captured body unpacks to more than 64 MiB")
    return _decoded(body, where)


def _messages_in_frame(frame: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The events of a frame in a session log, with tokens in place of the identifiers."""
    events = frame.get("events")
    for event in events if isinstance(events, list) else []:
        if isinstance(event, dict) and isinstance(event.get("type"), str):
            yield _rebuilt(event)


def _rebuilt(event: Mapping[str, Any]) -> dict[str, Any]:
    found = event.get("traces")
    pairs = [pair for pair in found if isinstance(pair, dict)] if isinstance(found, list) else []
    tokens = [
        (pair["kind"], pair["token"])
        for pair in pairs
        if isinstance(pair.get("kind"), str) and isinstance(pair.get("token"), str)
    ]
    rebuilt: dict[str, Any] = {
        "type": event["type"],
        "messageId": _resent(event.get("id")),
        "timestamp": event.get("occurred_at"),
        "originalTimestamp": event.get("occurred_at"),
        "properties": dict(properties)
        if isinstance(properties := event.get("properties"), dict)
        else {},
        "context": {},
        "integrations": {},
        "replay": True,
    }
    for kind, token in reversed(tokens):  # so that the first of a kind stands
        _identify(rebuilt, kind, token)
    name = event.get("name")
    rebuilt |= (
        {"event": name}
        if event["type"] == "track"
        else {"name": name}
        if event["type"] in ("page", "screen")
        else {}
    )
    return rebuilt


def _resent(id: object) -> object:
    """An id whose digest stands for it, in a form that a server keeps unchanged.

    Otherwise each replay would digest the digest, and be another message.
    """
    digest = _DIGEST.fullmatch(id) if isinstance(id, str) else None
    return f"resent-{UUID(digest[1])}" if digest else id


def _identify(rebuilt: dict[str, Any], kind: str, token: str) -> None:
    """Puts a token where identifiers of its kind are read.

    After a key rotation a person has two tokens of one kind: the older one goes into `previousId`,
    as an alias has it.
    """
    if kind in ("userId", "anonymousId", "previousId", "groupId"):
        if kind in rebuilt and kind != "groupId":
            rebuilt.setdefault("previousId", rebuilt[kind])
        rebuilt[kind] = token
        return
    part, _, path = ("context", "", "sessionId") if kind == "session" else kind.partition(".")
    if not path or part not in ("properties", "context", "integrations", "traits"):
        part, path = "properties", kind
    rebuilt.setdefault(part, {})[path] = token
