"""Token buckets of events and bytes. Time is a parameter."""

EVENT_BYTES = (
    8 * 1024
)  # that an event may have on average; Segment lets one have four times as many


class TokenBucket:
    """Allows `per_second` events, and bursts of `burst` after a quiet time.

    Times are seconds that never go back. A batch larger than the burst passes if the bucket is full
    and leaves it in debt, so that no batch waits for ever. `level` is the number of events allowed
    at once, as of the last call.
    """

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = max(1.0, burst)
        self.level = self._burst
        self._at = float("-inf")

    def try_consume(self, events: float, at: float) -> float | None:
        """Consumes `events` and returns None, or returns the seconds until they fit."""
        wait = self.wait(events, at)
        if wait is None:
            self.level -= events
        return wait

    def wait(self, events: float, at: float) -> float | None:
        """The seconds until `events` fit, None if they do; consumes nothing."""
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


def consume_both(
    events: TokenBucket, weight: TokenBucket, count: float, size: float, at: float
) -> float | None:
    """Consumes `count` events and `size` bytes and returns None.

    If either does not fit, consumes neither and returns the seconds until both do.
    """
    heavy = size / EVENT_BYTES
    first, second = events.wait(count, at), weight.wait(heavy, at)
    if first is None and second is None:
        events.level -= count
        weight.level -= heavy
        return None
    return max(first or 0.0, second or 0.0)
