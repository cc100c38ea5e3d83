"""Ingest counters and rate limits in Redis, shared by all processes and requests.

Each process counts for itself. `RedisCounters` sends the counters of a living process every second
and reads the sum of all; `RedisRequestCounters` adds those of one serverless request at its end.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Iterable, Sequence

import msgspec

from dagnet_realtime.core.rate import EVENT_BYTES
from dagnet_realtime.model.frame import IngestCounters
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import IngestCountersLookup
from dagnet_realtime.stores.redis_connection import RedisConnection

SYNC_SECONDS = 1.0  # between two exchanges of a process with the store
SILENT_SECONDS = 60.0  # after which a process counts as ended; its counters stay in the sum

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(dict[str, IngestCounters])


class RedisCounters:
    """Implements `IngestTotals` for a living process.

    `own` looks up what this process counted; `silent` is in seconds; `chance` makes this process's
    id. Viewers get the sums as of the last exchange, so every process shows the same numbers.
    """

    def __init__(
        self,
        connection: RedisConnection,
        channels: Sequence[Channel],
        own: IngestCountersLookup,
        clock: Clock,
        silent: float = SILENT_SECONDS,
        chance: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._connection = connection
        self._channels = channels
        self._own = own
        self._clock = clock
        self._silent = round(silent * 1000)
        self._id = chance()
        self._sums: dict[Channel, dict[str, IngestCounters]] = {}
        self._sent: dict[Channel, dict[str, IngestCounters]] = {}
        self._past: dict[Channel, dict[str, IngestCounters]] = {}
        self._lock = asyncio.Lock()
        self._synced_at: dict[Channel, float] = {}  # monotonic

    def __call__(self, channel: Channel) -> dict[str, IngestCounters]:
        """The sums by source id as of the last exchange; before it, this process's own counters."""
        return self._sums.get(channel) or self._own(channel)

    async def refresh(self, channel: Channel) -> None:
        """Exchanges counters with the store; simultaneous calls share one exchange.

        Raises `Problem("unavailable")`.
        """
        called_at = self._clock.monotonic()
        async with self._lock:
            if self._synced_at.get(channel, float("-inf")) < called_at:
                await self._sync(channel)

    async def run(self) -> None:
        """Exchanges counters until cancelled.

        While the store is unreachable the sums stay as they are.
        """
        while True:
            for channel in self._channels:
                with contextlib.suppress(Problem):
                    await self.refresh(channel)
            await self._clock.sleep(SYNC_SECONDS)

    async def _sync(self, channel: Channel) -> None:
        began = self._clock.monotonic()
        key = _key(self._connection, channel)
        while True:
            own = add_counters({}, self._own(channel))
            sent = add_counters(add_counters({}, own), self._past.get(channel, {}), sign=-1)
            answer = await self._connection.script(
                "sync_counters", (key,), (self._id, _ENCODER.encode(sent), self._silent)
            )
            if answer is not None:
                break
            # the store took this process for ended: what it sent last is in the sum for good
            self._past[channel] = add_counters(
                self._past.get(channel, {}), self._sent.get(channel, {})
            )
        self._sent[channel] = sent
        self._sums[channel] = _decode_sum(answer)
        self._synced_at[channel] = began


def add_counters(
    total: dict[str, IngestCounters], more: dict[str, IngestCounters], sign: int = 1
) -> dict[str, IngestCounters]:
    """Adds `more` to `total` by source id (`sign` -1 subtracts), and returns `total`."""
    for id, counters in more.items():
        sum = total.setdefault(id, IngestCounters())
        for name in ("received", "rate_limited", "unwatched", "duplicate", "taken"):
            setattr(sum, name, getattr(sum, name) + sign * getattr(counters, name))
        for name in ("placeholder", "shared_id", "gaps"):
            if getattr(counters, name):
                setattr(sum, name, (getattr(sum, name) or 0) + sign * getattr(counters, name))
        for code, number in counters.refused.items():
            sum.refused[code] = sum.refused.get(code, 0) + sign * number
    return total


REQUEST_ID = "request"  # the id of a reader without counters of its own


class RedisRequestCounters:
    """Implements `IngestTotals` for one serverless request, whose counters `own` looks up."""

    def __init__(self, connection: RedisConnection, own: IngestCountersLookup) -> None:
        self._connection = connection
        self._own = own
        self._sums: dict[Channel, dict[str, IngestCounters]] = {}

    def __call__(self, channel: Channel) -> dict[str, IngestCounters]:
        """The sums by source id as last read; before that, this request's own counters."""
        return self._sums.get(channel) or self._own(channel)

    async def refresh(self, channel: Channel) -> None:
        """Reads the sums. Raises `Problem("unavailable")`."""
        answer = None
        while answer is None:
            answer = await self._connection.script(
                "sync_counters",
                (_key(self._connection, channel),),
                (REQUEST_ID, b"{}", round(SILENT_SECONDS * 1000)),
            )
        self._sums[channel] = _decode_sum(answer)

    async def flush(self, channel: Channel) -> None:
        """Adds this request's counters to the sum; called once, at its end."""
        counted = {id: one for id, one in self._own(channel).items() if one.received}
        if counted:
            key = _key(self._connection, channel)
            await self._connection.script("add_counters", (key,), (_ENCODER.encode(counted),))


def _key(connection: RedisConnection, channel: Channel) -> str:
    return f"{{{connection.target.prefix}:{channel}}}:doors"


def _decode_sum(answer: Iterable[bytes]) -> dict[str, IngestCounters]:
    total: dict[str, IngestCounters] = {}
    for counters in answer:
        add_counters(total, _DECODER.decode(counters))
    return total


class RedisRateLimiter:
    """Implements `RateLimiter`; the time is Redis's own."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection

    async def try_consume(
        self, key: str, events: int, per_second: float, burst: float, size: int = 0
    ) -> float | None:
        """As the port says. Raises `Problem("unavailable")` if Redis cannot be reached."""
        bucket = f"{{{self._connection.target.prefix}:rate:{key}}}"
        amounts = (
            events,
            repr(max(per_second, 1e-3)),
            repr(max(burst, 1.0)),
            repr(size / EVENT_BYTES),
        )
        answer = await self._connection.script("rate", (bucket,), amounts)
        return float(answer) if answer else None
