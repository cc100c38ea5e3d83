"""Sign-outs where one process is all there is."""

from dagnet_realtime.ports.clock import Clock

MOST_ENDED = 10_000  # of a kind; beyond them the one that was ended first is forgotten


class OwnSignOuts:
    """Implements `SignOuts` in memory: each is remembered until its cookie would have lapsed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, dict[str, int]] = {}

    async def end(self, kind: str, id: str, until: int) -> bool:
        """Remembers it; those in front that have lapsed are forgotten."""
        kept = self._kept.setdefault(kind, {})
        first = id not in kept
        kept.setdefault(id, until)
        while len(kept) > MOST_ENDED or next(iter(kept.values())) <= self._clock.now():
            del kept[next(iter(kept))]
            if not kept:
                break
        return first

    async def ended(self, kind: str, id: str) -> bool:
        """Whether it was ended here."""
        return id in self._kept.get(kind, ())
