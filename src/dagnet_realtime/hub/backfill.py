"""What the log still holds of a trace since On."""

import asyncio

import msgspec

from dagnet_realtime.model.event import Entry, Position
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.storage import Log, ReadGap

CHUNK = 2_000  # entries read between two turns of the loop, some 5 ms


Past = tuple[tuple[int, Entry], ...]
"""Entries, each after its offset in the log."""


async def backfill_traces(
    log: Log, channel: Channel, start: Position, end: Position, tokens: frozenset[str], most: int
) -> Past:
    """The entries in `(start, end]` that carry any of `tokens`, with their offsets; where there are more than `most`, the latest.

    Where the log does not reach back to `start`, or more were found, all of them are flagged `partial`: something came before.
    """
    found: list[tuple[int, Entry]] = []
    at, whole = start, True
    while at.epoch == end.epoch and at.offset < end.offset:
        stretch = await log.read(channel, at, min(CHUNK, end.offset - at.offset), 0)
        if isinstance(stretch, ReadGap):
            whole = False
            if stretch.resume == at or stretch.reason != "retention":
                break
            at = stretch.resume
            continue
        placed = enumerate(stretch.entries, stretch.start.offset + 1)
        found += [
            (offset, entry)
            for offset, entry in placed
            if any(trace.token in tokens for trace in entry.traces)
        ]
        if stretch.end == at:
            break
        at = stretch.end
        whole = whole and len(found) <= most
        del found[:-most]
        await asyncio.sleep(0)
    return tuple(found) if whole else tuple([(offset, _partial(entry)) for offset, entry in found])


def _partial(entry: Entry) -> Entry:
    return (
        entry
        if "partial" in entry.flags
        else msgspec.structs.replace(entry, flags=(*entry.flags, "partial"))
    )
