"""Makes a frame fit a provider's messages: whole traces are left out by hash, counts never."""

import msgspec

from dagnet_realtime.core.thinning import MEMORY_SECONDS, RISE_SECONDS, share
from dagnet_realtime.model.entry import Flag
from dagnet_realtime.model.fit import Fit
from dagnet_realtime.model.frame import Batch, CarriedEvent

_ENCODER = msgspec.json.Encoder()


def fitted(batch: Batch, fit: Fit, size: int, follows: frozenset[str], at: float) -> tuple[Batch, Fit]:
    """The frame with as many events as make it `size` bytes, and what the next one must know; followed and test events always go.

    The threshold falls at once and rises over some seconds, so that few traces cross it. `at` is in seconds, of any clock that goes on.
    """
    elapsed = max(0.0, at - fit.at)
    allowed = min(1.0, fit.threshold + max(0.05, 1 - fit.threshold) * min(1.0, elapsed / RISE_SECONDS))
    sizes = [len(_ENCODER.encode(event)) + 1 for event in batch.events]
    bare = len(_ENCODER.encode(batch)) - sum(sizes)
    kept = [_kept(event, follows) for event in batch.events]
    shares = [0.0 if keep else share(event) for keep, event in zip(kept, batch.events, strict=True)]
    threshold = _threshold(shares, sizes, size - bare, allowed)
    lowest, cut_at = fit.lowest, fit.cut_at
    if threshold < 1.0:
        lowest, cut_at = min(lowest, threshold), at
    elif at - cut_at > MEMORY_SECONDS:
        lowest = 1.0
    after = Fit(threshold, at, lowest, cut_at)
    if lowest >= 1.0:
        return batch, after
    taken = [(event, keep, one) for event, keep, one in zip(batch.events, kept, shares, strict=True) if keep or one < threshold]
    events = tuple([event if keep or one < lowest else _partial(event) for event, keep, one in taken])
    cut = len(batch.events) - len(events)
    ledger = msgspec.structs.replace(batch.ledger, carried=batch.ledger.carried - cut, thinned=batch.ledger.thinned + cut)
    return msgspec.structs.replace(batch, events=events, ledger=ledger, threshold=min(batch.threshold, threshold)), after


def _threshold(shares: list[float], sizes: list[int], room: int, allowed: float) -> float:
    """The highest threshold up to `allowed` under which the events fit."""
    for one, size in sorted(zip(shares, sizes, strict=True)):
        if one >= allowed:
            return allowed
        room -= size
        if room < 0 and one > 0:
            return one
    return allowed


def _kept(event: CarriedEvent, follows: frozenset[str]) -> bool:
    return "test" in event.flags or any(trace.token in follows for trace in event.traces)


def _partial(event: CarriedEvent) -> CarriedEvent:
    flags: tuple[Flag, ...] = event.flags if "partial" in event.flags else (*event.flags, "partial")
    return msgspec.structs.replace(event, flags=flags)
