"""Which events of a view are carried in full: whole traces by hash, within a budget. Counts never depend on it."""

from collections.abc import Sequence
from math import exp

import msgspec

from dagnet_realtime.model.entry import Entry
from dagnet_realtime.model.frame import CarriedEvent

_OFFSET, _PRIME, _MASK = 0x811C9DC5, 0x01000193, 0xFFFFFFFF
SETTLE_SECONDS = 2.0  # over which the rate is averaged
RISE_SECONDS = 10.0  # how slowly the threshold rises again, so that few traces cross it
ROOM = 0.8  # share of the budget that whole traces may fill; the rest is for rare nodes
MEMORY_SECONDS = 900.0  # how long a trace may remember that it was cut


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """An event that may be carried. `kept` ones (followed, test) always are."""

    index: int
    entry: Entry
    nodes: tuple[str, ...]
    kept: bool


class Chosen(msgspec.Struct, frozen=True):
    """What is carried, in order; `partial` are those whose trace is not whole. Traces below `threshold` are carried whole."""

    carried: Sequence[Candidate]
    partial: frozenset[int]
    threshold: float


def share(entry: Entry | CarriedEvent) -> float:
    """Where the event's trace lies between 0 and 1: FNV-1a of the anonymous id's token, else the first token, else the message id."""
    key = entry.id
    for trace in reversed(entry.traces):
        key = trace.token
    for trace in entry.traces:
        if trace.kind == "anonymousId":
            key = trace.token
            break
    hash = _OFFSET
    for byte in key.encode("utf-8", "surrogatepass"):
        hash = (hash ^ byte) * _PRIME & _MASK
    return hash / 2**32


class Thinner:
    """Adapts a view's threshold to its traffic: `per_second` events may be carried, in bursts of at most one second's worth."""

    def __init__(self, per_second: float) -> None:
        self.threshold = 1.0
        self._per_second = max(1.0, per_second)
        self._bucket = self._per_second
        self._rate = 0.0
        self._at: float | None = None
        self._lows = (1.0, 1.0)
        self._turned = float("-inf")
        self._carried_at: dict[str, float] = {}

    def choose(self, candidates: Sequence[Candidate], at: float) -> Chosen:
        """The carried ones of one frame; `at` is monotonic seconds."""
        free = sum(not candidate.kept for candidate in candidates)
        self._adapt(free, at)
        chosen = self._within(candidates, int(self._bucket), at)
        self._bucket -= sum(not candidate.kept for candidate in chosen.carried)
        return chosen

    def once(self, candidates: Sequence[Candidate], at: float) -> Chosen:
        """The carried ones of a frame for one viewer, at the threshold as it stands; the view's budget is not touched."""
        return self._within(candidates, int(self._per_second), at)

    def _adapt(self, free: int, at: float) -> None:
        elapsed = SETTLE_SECONDS if self._at is None else max(1e-3, at - self._at)
        self._at = at
        self._bucket = min(self._per_second, self._bucket + elapsed * self._per_second)
        self._rate += (free / elapsed - self._rate) * (1 - exp(-elapsed / SETTLE_SECONDS))
        wanted = 1.0 if self._rate <= ROOM * self._per_second else ROOM * self._per_second / self._rate
        if wanted < self.threshold * 0.95:
            self.threshold = wanted
        elif wanted > self.threshold:
            self.threshold = min(wanted, self.threshold + (wanted - self.threshold) * min(1.0, elapsed / RISE_SECONDS) + 0.01 * elapsed)

    def _within(self, candidates: Sequence[Candidate], allowed: int, at: float) -> Chosen:
        lowest = self._lowest(at)
        free = sum(not candidate.kept for candidate in candidates)
        if self.threshold >= 1.0 and lowest >= 1.0 and free <= allowed:
            return Chosen(candidates, frozenset(), 1.0)
        shares = {candidate.index: share(candidate.entry) for candidate in candidates if not candidate.kept}
        threshold = self._capped(sorted(shares.values()), allowed)
        if threshold < self._lows[0]:
            self._lows = (threshold, self._lows[1])
        taken = {index for index, value in shares.items() if value < threshold}
        floor = self._floor(candidates, taken, allowed - len(taken), at)
        carried = [candidate for candidate in candidates if candidate.kept or candidate.index in taken or candidate.index in floor]
        whole = min(threshold, lowest)
        partial = frozenset(index for index in taken | floor if shares[index] >= whole)
        return Chosen(carried, partial, threshold)

    def _capped(self, shares: list[float], allowed: int) -> float:
        """The threshold of this frame: the settled one, or as low as the allowance needs."""
        within = int(allowed * ROOM) if len(shares) > allowed else allowed
        if within < len(shares) and shares[within] < self.threshold:
            return shares[within]
        return self.threshold

    def _floor(self, candidates: Sequence[Candidate], taken: set[int], left: int, at: float) -> set[int]:
        """One event of each node that would else go unseen, as far as `left` reaches; those first that were seen longest ago."""
        shown = {node for candidate in candidates if candidate.kept or candidate.index in taken for node in candidate.nodes}
        first: dict[str, int] = {}
        for candidate in candidates:
            for node in candidate.nodes:
                if node not in shown:
                    first.setdefault(node, candidate.index)
        floor: set[int] = set()
        for node in sorted(first, key=lambda node: self._carried_at.get(node, -1.0)):
            if len(floor) >= left:
                break
            floor.add(first[node])
            self._carried_at[node] = at
        for node in shown:
            self._carried_at[node] = at
        return floor

    def _lowest(self, at: float) -> float:
        """The lowest threshold that a living trace may have met: of this stretch of `MEMORY_SECONDS` and the one before."""
        if at - self._turned >= MEMORY_SECONDS:
            self._lows = (self.threshold, self._lows[0])
            self._turned = at
        self._lows = (min(self._lows[0], self.threshold), self._lows[1])
        return min(self._lows)
