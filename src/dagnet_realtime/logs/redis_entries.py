"""Entries as they lie in a Redis stream, and positions in it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from dagnet_realtime.core.codec import ERASED, anonymous, check_of, decode_entry, encode_entry
from dagnet_realtime.core.message_ids import fingerprint
from dagnet_realtime.model.entry import Entry
from dagnet_realtime.model.position import Position

Stored = tuple[int, bytes, bool]
"""Offset, bytes, and whether the entry may repeat one that the window has forgotten."""


def arguments(entries: Sequence[Entry]) -> list[str | bytes | int]:
    """What the script `append` takes of each entry."""
    made: list[str | bytes | int] = []
    for entry in entries:
        received = entry.segment_received_at
        flagged = received is None or "maybe_repeat" in entry.flags
        made += (entry.once or fingerprint(entry.id), "" if flagged or received is None else received, encode_entry(entry))
    return made


def stored(raw: Sequence[Any], epoch: bytes) -> list[Stored]:
    """What a stream's answer holds of the life `epoch`."""
    return [(int(id.partition(b"-")[0]), fields[1], len(fields) > 2) for id, fields in raw if fields[0] == epoch]


def entry_of(bytes: bytes, repeat: bool) -> Entry:
    """The entry, flagged where the window could not know a repeat."""
    entry = decode_entry(bytes)
    return msgspec.structs.replace(entry, flags=(*entry.flags, "maybe_repeat")) if repeat else entry


def forgettable(raw: Sequence[Any], tokens: frozenset[str], needed: frozenset[str]) -> list[bytes]:
    """Of the entries that a search found, the ids of those that carry any of `tokens`, each followed by what may stay of it."""
    made: list[bytes] = []
    for id, fields in raw:
        entry = entry_of(fields[1], len(fields) > 2)
        if any(trace.token in tokens for trace in entry.traces):
            made += (id, encode_entry(anonymous(entry, needed)))
    return made


def anonymous_of(raw: Sequence[bytes], epoch: bytes) -> dict[int, bytes]:
    """What stayed of forgotten people's entries of the life `epoch`, by offset."""
    kept = (one.split(b" ", 2) for one in raw)
    return {int(id.partition(b"-")[0]): bytes for id, life, bytes in kept if life == epoch}


def stretch(found: Sequence[Stored], after: int, end: int, forgotten: Mapping[int, bytes]) -> tuple[Entry, ...]:
    """The entries of the offsets in `(after, end]`; where one is missing it is what stayed of it when its person was `forgotten`."""
    if len(found) == end - after:
        return tuple([entry_of(bytes, repeat) for _, bytes, repeat in found])
    there = {offset: decode_entry(bytes) for offset, bytes in forgotten.items()}
    there |= {offset: entry_of(bytes, repeat) for offset, bytes, repeat in found}
    return tuple([there.get(offset, ERASED) for offset in range(after + 1, end + 1)])


def position(epoch: str, offset: int, bytes: bytes | None) -> Position:
    """The place after the entry of those bytes, which vouch for it; None where they are not kept."""
    return Position(epoch, offset, check_of(bytes) if bytes else "")
