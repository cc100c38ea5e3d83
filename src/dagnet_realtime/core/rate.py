"""Token buckets: so many events a second, and so many bytes, with a burst; time is a parameter."""

EVENT_BYTES = (
    8 * 1024
)  # that an event may have on average; Segment lets one have four times as many


class TokenBucket:
    """Lets `per_second` events through, and bursts of `burst` after quiet. Times are seconds that never go back.

    A batch larger than the burst passes when the bucket is full and leaves it in debt, so that none can starve for ever.
    `level` is how many fit at once, by when it was last asked.
    """

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = max(1.0, burst)
        self.level = self._burst
        self._at = float("-inf")

    def try_consume(self, events: float, at: float) -> float | None:
        """Takes `events` and returns None, or leaves them and returns the seconds until they fit."""
        wait = self.wait(events, at)
        if wait is None:
            self.level -= events
        return wait

    def wait(self, events: float, at: float) -> float | None:
        """The seconds until `events` fit, None if they do; takes nothing."""
        level = self.level
        if at > self._at:
            level += (at - self._at) * self._per_second
            self.level = level = level if level < self._burst else self._burst
            self._at = at
        if level >= events:
            return None
        wanted = events if events < self._burst else self._burst
        if level + 1e-9 >= wanted:
            return None
        return (wanted - level) / self._per_second if self._per_second > 0 else 3600.0


def take_both(
    events: TokenBucket, weight: TokenBucket, count: float, size: float, at: float
) -> float | None:
    """Takes `count` events and `size` bytes and returns None, or takes neither and returns the seconds until both fit."""
    heavy = size / EVENT_BYTES
    first, second = events.wait(count, at), weight.wait(heavy, at)
    if first is None and second is None:
        events.level -= count
        weight.level -= heavy
        return None
    return max(first or 0.0, second or 0.0)
