"""How fast each source may send, where no process lives long enough to know it alone."""

from typing import Protocol


class Rates(Protocol):
    """Token buckets that several processes share."""

    async def take(self, key: str, events: int, per_second: float, burst: float, size: int = 0) -> float | None:
        """Takes `events` of `size` bytes from the buckets of `key` and returns None, or leaves them and returns the seconds until they fit.

        Bytes have a bucket of their own, as fast and as deep as if every event had `core.rate.EVENT_BYTES`.
        """
        ...
