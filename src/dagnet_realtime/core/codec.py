"""Entries as the bytes that a log stores: compact, and one object to the garbage collector."""

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
    """MessagePack; equal entries give equal bytes. What tells repeats apart is not among them."""
    if entry.once is not None:
        entry = msgspec.structs.replace(entry, once=None)
    return _ENCODER.encode(entry)


def decode_entry(stored: bytes) -> Entry:
    """The entry that `encode_entry` wrote; raises msgspec.DecodeError for anything else."""
    return _DECODER.decode(stored)


def anonymous(entry: Entry, needed: Set[str]) -> Entry:
    """What a log keeps of an entry whose person asked to be forgotten: which names and filters it counts for, nobody's.

    It has no id, no times, no tokens, and of properties and traits the paths in `needed` alone.
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
    """A position's witness of the entry it follows: eight hexadecimal digits. It finds mix-ups, not forgers."""
    return f"{crc32(stored):08x}"


def _only(values: Mapping[str, Value], needed: Set[str]) -> dict[str, Value]:
    return {path: value for path, value in values.items() if path in needed}
