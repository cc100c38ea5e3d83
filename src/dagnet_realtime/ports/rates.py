"""How fast each source may send, where no process lives long enough to know it alone."""

from typing import Protocol


class Rates(Protocol):
    """Token buckets that several processes share."""

    async def take(self, key: str, events: int, per_second: float, burst: float) -> float | None:
        """Takes `events` from the bucket of `key` and returns None, or leaves them and returns the seconds until they fit."""
        ...
