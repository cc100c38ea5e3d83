"""Reads past events of a trace from the log."""

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
    """The entries in `(start, end]` with any of `tokens`, and their offsets; the latest `most`.

    All of them are flagged `partial` if there were more, or the log does not reach back to `start`.
    """
    past: list[tuple[int, Entry]] = []
    at, whole = start, True
    while at.epoch == end.epoch and at.offset < end.offset:
        entries = await log.read(channel, at, min(CHUNK, end.offset - at.offset), 0)
        if isinstance(entries, ReadGap):
            whole = False
            if entries.resume == at or entries.reason != "retention":
                break
            at = entries.resume
            continue
        placed = enumerate(entries.entries, entries.start.offset + 1)
        past += [
            (offset, entry)
            for offset, entry in placed
            if any(trace.token in tokens for trace in entry.traces)
        ]
        if entries.end == at:
            break
        at = entries.end
        whole = whole and len(past) <= most
        del past[:-most]
        await asyncio.sleep(0)
    return tuple(past) if whole else tuple([(offset, _partial(entry)) for offset, entry in past])


def _partial(entry: Entry) -> Entry:
    return (
        entry
        if "partial" in entry.flags
        else msgspec.structs.replace(entry, flags=(*entry.flags, "partial"))
    )
