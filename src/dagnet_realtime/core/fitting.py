"""Makes a frame fit a provider's messages: whole traces are left out by hash, counts never."""

import msgspec

from dagnet_realtime.core.thinning import MEMORY_SECONDS, RISE_SECONDS, share
from dagnet_realtime.model.entry import Flag
from dagnet_realtime.model.frame import Batch, CarriedEvent

_ENCODER = msgspec.json.Encoder()


class Fitter:
    """Remembers the threshold between frames, so that few traces cross it: it falls at once and rises over some seconds."""

    def __init__(self) -> None:
        self._threshold = 1.0
        self._at = float("-inf")
        self._lowest = 1.0
        self._cut_at = float("-inf")

    def fit(self, batch: Batch, size: int, follows: frozenset[str], at: float) -> Batch:
        """The frame with as many events as make it `size` bytes; followed and test events always. `at` is monotonic seconds."""
        elapsed, self._at = at - self._at, at
        allowed = min(1.0, self._threshold + max(0.05, 1 - self._threshold) * min(1.0, elapsed / RISE_SECONDS))
        sizes = [len(_ENCODER.encode(event)) + 1 for event in batch.events]
        bare = len(_ENCODER.encode(batch)) - sum(sizes)
        kept = [_kept(event, follows) for event in batch.events]
        shares = [0.0 if keep else share(event) for keep, event in zip(kept, batch.events, strict=True)]
        self._threshold = _threshold(shares, sizes, size - bare, allowed)
        if self._threshold < 1.0:
            self._lowest, self._cut_at = min(self._lowest, self._threshold), at
        elif at - self._cut_at > MEMORY_SECONDS:
            self._lowest = 1.0
        if self._lowest >= 1.0:
            return batch
        taken = [(event, keep, one) for event, keep, one in zip(batch.events, kept, shares, strict=True) if keep or one < self._threshold]
        events = tuple([event if keep or one < self._lowest else _partial(event) for event, keep, one in taken])
        cut = len(batch.events) - len(events)
        ledger = msgspec.structs.replace(batch.ledger, carried=batch.ledger.carried - cut, thinned=batch.ledger.thinned + cut)
        return msgspec.structs.replace(batch, events=events, ledger=ledger, threshold=min(batch.threshold, self._threshold))


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
