"""Entries as the bytes that a log stores: compact, and one object to the garbage collector."""

from zlib import crc32

import msgspec

from dagnet_realtime.model.entry import Entry

ERASED = Entry("", "delete", "", (), 0, 0, None, "", (), {})  # stands where a person's entry was; its offset stays taken

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


def check_of(stored: bytes) -> str:
    """A position's witness of the entry it follows: eight hexadecimal digits. It finds mix-ups, not forgers."""
    return f"{crc32(stored):08x}"
