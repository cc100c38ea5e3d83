"""Framings of record values: schema registries, base64, and what can hold no JSON at all.

    00 xx xx xx xx {…}      Confluent's JSON Schema; Avro and Protobuf have other bytes after the id
    03 00 <16 bytes> {…}    AWS Glue's, uncompressed
    eyJ0eXBlIjoi…           base64

Everything else that is no text is refused by what it looks like, with what to configure at the
producer.
"""

import base64
import binascii
import re

from dagnet_realtime.core.json_text import SPACE, strip_boms
from dagnet_realtime.model.problem import Problem

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}+={0,2}")
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
    b"\xff\x06\x00\x00sNaPpY": "snappy",
    b"\x82SNAPPY\x00": "snappy",
    b"BZh9": "bzip2",
    b"\x78\x9c": "zlib",
    b"\x78\x01": "zlib",
    b"\x78\xda": "zlib",
}
_JSON = (b"{", b"[", b'"')


def unframed(value: bytes) -> bytes:
    """`value` without a schema registry's framing. Raises `Problem` for what is compressed or
    binary.
    """
    first = value[:1]
    if first in _JSON:
        return value
    if first == b"\x00":
        text = value[5:]
        if text.lstrip(SPACE)[:1] in _JSON:
            return text
        raise _binary("A schema's id stands before it: Avro or Protobuf")
    if first == b"\x03" and value[1:2] in (b"\x00", b"\x05"):
        if value[1:2] == b"\x00" and value[18:].lstrip(SPACE)[:1] in _JSON:
            return value[18:]
        raise _binary("It has the framing of AWS Glue, with Avro, Protobuf or compression")
    for sign, name in _PACKED.items():
        if value.startswith(sign):
            raise Problem(
                "invalid",
                "The record is compressed",
                f"Its producer packed the value itself, with {name}",
                "Have Kafka compress instead (compression.type), and send the value as JSON",
            )
    if value.startswith(b"\xf3\x89\x9a\xc2"):
        raise _binary("It is a batch of the Kinesis Producer Library")
    if value.startswith(b"Obj\x01"):
        raise _binary("It is an Avro file")
    if value.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Problem(
            "invalid", "The record is not UTF-8", "It begins as UTF-16 does", "Send JSON in UTF-8"
        )
    if strip_boms(value).lstrip(SPACE)[:1] not in _JSON and not _is_text(value[:4096]):
        raise _binary("It looks like Avro or Protobuf")
    return value


def _is_text(start: bytes) -> bool:
    """Whether a value begins as text does: in UTF-8, without control characters."""
    try:
        text = start.decode()
    except UnicodeDecodeError as error:
        if error.start < len(start) - 3:
            return False
        text = start[: error.start].decode()
    return not any(sign < " " and sign not in "\t\r\n" for sign in text)


def _binary(found: str) -> Problem:
    return Problem(
        "invalid",
        "The record is no JSON",
        found,
        "Have the producer write JSON: turn Avro off in RudderStack, use JsonConverter in "
        "Kafka Connect, a JSON serializer elsewhere",
    )


def from_base64(text: bytes) -> list[bytes]:
    """What base64 holds: one value, or one a line. Raises `Problem` for any other text that is no
    JSON.
    """
    lines = text.split()
    if len(lines) > 1 and (first := _decoded(lines[0]))[-1:] in (b"}", b"]"):
        return [first, *(_decoded(line) or line for line in lines[1:])]
    if found := _decoded(b"".join(lines)):
        return [found]
    if text.count(b"\t") >= 10:
        raise Problem(
            "invalid",
            "The record is no JSON",
            "It has tab-separated columns, as Snowplow's enriched events have",
            "Have Snowbridge turn them to JSON in the shape of Segment's events",
        )
    raise Problem(
        "invalid",
        "The record is no JSON",
        "It begins like neither an object nor an array",
        "Have the producer write JSON",
    )


def _decoded(text: bytes) -> bytes:
    """The bytes that base64 in either alphabet stands for, if they may be a record; else b""."""
    if not _BASE64.fullmatch(text):
        return b""
    try:
        found = base64.b64decode(
            text.replace(b"-", b"+").replace(b"_", b"/") + b"=" * (-len(text) % 4), validate=True
        )
    except binascii.Error:
        return b""
    likely = found.lstrip(SPACE)[:1] in (*_JSON, b"\x00", b"\x03") or found.startswith(
        tuple(_PACKED)
    )
    return found if likely else b""
