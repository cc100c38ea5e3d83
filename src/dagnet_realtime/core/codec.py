"""Log entries as bytes: compact, and a single object to the garbage collector."""

from collections.abc import Mapping, Set
from zlib import crc32

import msgspec

from dagnet_realtime.model.event import Entry, Value

ERASED = Entry(
    "", "delete", "", (), 0, 0, None, "", (), {}
)  # an offset that is taken, and nothing is known of what stood there

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Entry)


def encode_entry(entry: Entry) -> bytes:
    """The entry as MessagePack, without its `fingerprint`. Equal entries give equal bytes."""
    if entry.once is not None:
        entry = msgspec.structs.replace(entry, once=None)
    return _ENCODER.encode(entry)


def decode_entry(stored: bytes) -> Entry:
    """The reverse of `encode_entry`; raises msgspec.DecodeError for anything else."""
    return _DECODER.decode(stored)


def anonymize(entry: Entry, needed: Set[str]) -> Entry:
    """The entry without its person: it still counts for names and filters.

    It has no id, times or tokens, and of properties and traits only the paths in `needed`.
    """
    properties, traits = _only(entry.properties, needed), _only(entry.traits, needed)
    return Entry(
        "",
        entry.type,
        entry.name,
        entry.names,
        0,
        0,
        None,
        entry.source,
        (),
        properties,
        traits,
        entry.flags,
    )


def checksum(stored: bytes) -> str:
    """A stored entry's check in positions: eight hexadecimal digits. It detects mix-ups, not
    forgery.
    """
    return f"{crc32(stored):08x}"


def _only(values: Mapping[str, Value], needed: Set[str]) -> dict[str, Value]:
    return {path: value for path, value in values.items() if path in needed}
