"""Batches merged, limited in size, and cut into messages of a provider's size."""

from collections.abc import Sequence

import msgspec

from dagnet_realtime.core.view import MAX_NAMES, MEMORY_SECONDS, RISE_SECONDS, trace_share
from dagnet_realtime.model.event import Flag
from dagnet_realtime.model.frame import Batch, FrameCounts, FrameEvent, ThinningState


def merge_batches(batches: Sequence[Batch]) -> Batch:
    """One batch over the ranges of `batches`, at least one, each beginning where the last one
    ends.
    """
    if len(batches) == 1:
        return batches[0]
    counts: dict[str, int] = {}
    names: dict[str, int] = {}
    events: list[FrameEvent] = []
    for batch in batches:
        for node, count in batch.counts.items():
            counts[node] = counts.get(node, 0) + count
        for name, count in batch.unmapped.items():
            names[name] = names.get(name, 0) + count
        events += batch.events
    top = sorted(names, key=lambda name: -names[name])
    return Batch(
        from_=batches[0].from_,
        position=batches[-1].position,
        counts=counts,
        unmapped={name: names[name] for name in top[:MAX_NAMES]},
        other=sum(batch.other for batch in batches) + sum(names[name] for name in top[MAX_NAMES:]),
        events=tuple(events),
        threshold=min(batch.threshold for batch in batches),
        ledger=_sum([batch.ledger for batch in batches]),
    )


def _sum(ledgers: Sequence[FrameCounts]) -> FrameCounts:
    return FrameCounts(
        *(
            sum(getattr(ledger, field) for ledger in ledgers)
            for field in FrameCounts.__struct_fields__
        )
    )


_ENCODER = msgspec.json.Encoder()


def limit_size(
    batch: Batch, state: ThinningState, size: int, follows: frozenset[str], at: float
) -> tuple[Batch, ThinningState]:
    """Drops events until the batch fits `max_bytes`; returns it and the state for the next one.

    Followed and test events always stay. The threshold falls at once and rises over some seconds,
    so that few traces cross it. `at` is seconds of any clock that never goes back.
    """
    elapsed = max(0.0, at - state.at)
    allowed = min(
        1.0, state.threshold + max(0.05, 1 - state.threshold) * min(1.0, elapsed / RISE_SECONDS)
    )
    sizes = [len(_ENCODER.encode(event)) + 1 for event in batch.events]
    bare = len(_ENCODER.encode(batch)) - sum(sizes)
    always = [_is_always_carried(event, follows) for event in batch.events]
    shares = [
        0.0 if keep else trace_share(event)
        for keep, event in zip(always, batch.events, strict=True)
    ]
    threshold = _threshold(shares, sizes, size - bare, allowed)
    lowest, cut_at = state.lowest, state.cut_at
    if threshold < 1.0:
        lowest, cut_at = min(lowest, threshold), at
    elif at - cut_at > MEMORY_SECONDS:
        lowest = 1.0
    after = ThinningState(threshold, at, lowest, cut_at)
    if lowest >= 1.0:
        return batch, after
    selected = [
        (event, keep, one)
        for event, keep, one in zip(batch.events, always, shares, strict=True)
        if keep or one < threshold
    ]
    events = tuple(
        [event if keep or one < lowest else _partial(event) for event, keep, one in selected]
    )
    cut = len(batch.events) - len(events)
    ledger = msgspec.structs.replace(
        batch.ledger, carried=batch.ledger.carried - cut, thinned=batch.ledger.thinned + cut
    )
    return msgspec.structs.replace(
        batch, events=events, ledger=ledger, threshold=min(batch.threshold, threshold)
    ), after


def _threshold(shares: list[float], sizes: list[int], space: int, allowed: float) -> float:
    """The highest threshold, up to `allowed`, under which the events fit in `space` bytes."""
    for one, size in sorted(zip(shares, sizes, strict=True)):
        if one >= allowed:
            return allowed
        space -= size
        if space < 0 and one > 0:
            return one
    return allowed


def _is_always_carried(event: FrameEvent, follows: frozenset[str]) -> bool:
    return "test" in event.flags or any(trace.token in follows for trace in event.traces)


def _partial(event: FrameEvent) -> FrameEvent:
    flags: tuple[Flag, ...] = event.flags if "partial" in event.flags else (*event.flags, "partial")
    return msgspec.structs.replace(event, flags=flags)


def chunk(body: bytes, id: str, limit: int) -> list[bytes]:
    """Cuts `body` (UTF-8) into messages of at most `limit` bytes: `<id> <number> <count> <text>`.

    Each is valid UTF-8. Raises ValueError if `limit` leaves no space for text.
    """
    space = limit - len(id.encode()) - 16
    if space < 4:
        raise ValueError(f"no text fits beside an id of {len(id)} characters within {limit} bytes")
    cuts = [0]
    while cuts[-1] < len(body):
        end = min(cuts[-1] + space, len(body))
        while end < len(body) and body[end] & 0xC0 == 0x80:  # never inside a character
            end -= 1
        cuts.append(end)
    count = len(cuts) - 1
    return [
        b"%b %d %d %b" % (id.encode(), number, count, body[cuts[number] : cuts[number + 1]])
        for number in range(count)
    ]
