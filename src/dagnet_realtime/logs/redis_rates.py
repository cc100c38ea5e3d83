"""Token buckets in Redis, for processes that live for one request."""

from dagnet_realtime.core.rate import EVENT_BYTES
from dagnet_realtime.logs.redis_calls import Calls


class RedisRates:
    """Implements `Rates`; time is Redis's own."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def take(self, key: str, events: int, per_second: float, burst: float, size: int = 0) -> float | None:
        """As the port says; raises `Problem("unavailable")` where Redis cannot be reached."""
        place = f"{{{self._calls.target.prefix}:rate:{key}}}"
        asked = (events, repr(max(per_second, 1e-3)), repr(max(burst, 1.0)), repr(size / EVENT_BYTES))
        answer = await self._calls.script("rate", (place,), asked)
        return float(answer) if answer else None
