"""What the log still holds of a trace since On."""

import asyncio

from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.entry import Entry
from dagnet_realtime.model.position import Position
from dagnet_realtime.ports.log import Log, Lost

CHUNK = 2_000  # entries read between two turns of the loop, some 5 ms


async def history(log: Log, channel: Channel, start: Position, end: Position, tokens: frozenset[str], most: int) -> tuple[Entry, ...]:
    """The entries in `(start, end]` that carry any of `tokens`; where there are more than `most`, the latest."""
    found: list[Entry] = []
    at = start
    while at.epoch == end.epoch and at.offset < end.offset:
        stretch = await log.read(channel, at, min(CHUNK, end.offset - at.offset), 0)
        if isinstance(stretch, Lost):
            if stretch.resume == at or stretch.reason != "retention":
                break
            at = stretch.resume
            continue
        found += [entry for entry in stretch.entries if any(trace.token in tokens for trace in entry.traces)]
        if stretch.end == at:
            break
        at = stretch.end
        del found[:-most]
        await asyncio.sleep(0)
    return tuple(found)
