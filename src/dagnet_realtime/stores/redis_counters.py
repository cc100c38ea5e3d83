"""Ingest counters and rate limits in Redis, summed over processes and requests."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Sequence

import msgspec

from dagnet_realtime.core.rate import EVENT_BYTES
from dagnet_realtime.model.frame import IngestCounters
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import IngestCountersLookup
from dagnet_realtime.stores.redis_connection import RedisConnection

EVERY_SECONDS = 1.0
SILENT_SECONDS = 60.0  # after which a process counts as gone; its counts stay in the sum

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(dict[str, IngestCounters])


class RedisCounters:
    """Implements `SharedDoors`: tells what this process counted, hears what all did. Viewers are told only what was told to all."""

    def __init__(
        self,
        calls: RedisConnection,
        channels: Sequence[Channel],
        own: IngestCountersLookup,
        clock: Clock,
        silent: float = SILENT_SECONDS,
        chance: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._calls = calls
        self._channels = channels
        self._own = own
        self._clock = clock
        self._silent = round(silent * 1000)
        self._id = chance()
        self._sums: dict[Channel, dict[str, IngestCounters]] = {}
        self._told: dict[Channel, dict[str, IngestCounters]] = {}
        self._past: dict[Channel, dict[str, IngestCounters]] = {}
        self._turn = asyncio.Lock()
        self._heard: dict[Channel, float] = {}

    def __call__(self, channel: Channel) -> dict[str, IngestCounters]:
        """The sums as last heard; this process's own before it ever heard."""
        return self._sums.get(channel) or self._own(channel)

    async def refresh(self, channel: Channel) -> None:
        """Tells and hears; many who ask at once share one answer. Raises `Problem("unavailable")`."""
        asked = self._clock.monotonic()
        async with self._turn:
            if self._heard.get(channel, float("-inf")) < asked:
                await self._sync(channel)

    async def run(self) -> None:
        """Tells and hears until it is cancelled; where the store cannot be reached the sums stand still."""
        while True:
            for channel in self._channels:
                with contextlib.suppress(Problem):
                    await self.refresh(channel)
            await self._clock.sleep(EVERY_SECONDS)

    async def _sync(self, channel: Channel) -> None:
        began = self._clock.monotonic()
        key = f"{{{self._calls.target.prefix}:{channel}}}:doors"
        while True:
            own = add_counters({}, self._own(channel))
            mine = add_counters(add_counters({}, own), self._past.get(channel, {}), sign=-1)
            answer = await self._calls.script(
                "doors", (key,), (self._id, _ENCODER.encode(mine), self._silent)
            )
            if answer is not None:
                break
            self._past[channel] = add_counters(
                self._past.get(channel, {}), self._told.get(channel, {})
            )
        self._told[channel] = mine
        total: dict[str, IngestCounters] = {}
        for counts in answer:
            add_counters(total, _DECODER.decode(counts))
        self._sums[channel] = total
        self._heard[channel] = began


def add_counters(
    total: dict[str, IngestCounters], doors: dict[str, IngestCounters], sign: int = 1
) -> dict[str, IngestCounters]:
    """Adds `doors` into `total`, or takes them off; returns it."""
    for id, door in doors.items():
        sum = total.setdefault(id, IngestCounters())
        for name in ("received", "rate_limited", "unwatched", "duplicate", "taken"):
            setattr(sum, name, getattr(sum, name) + sign * getattr(door, name))
        for name in ("placeholder", "shared_id", "gaps"):
            if getattr(door, name):
                setattr(sum, name, (getattr(sum, name) or 0) + sign * getattr(door, name))
        for code, number in door.refused.items():
            sum.refused[code] = sum.refused.get(code, 0) + sign * number
    return total


NOBODY = "request"  # under which no process tells counts of its own
SILENT = 60_000  # ms after which a process that lives counts as gone, as everywhere


class RedisRequestCounters:
    """Implements `SharedDoors`. `own` are the ledgers of this request."""

    def __init__(self, calls: RedisConnection, own: IngestCountersLookup) -> None:
        self._calls = calls
        self._own = own
        self._sums: dict[Channel, dict[str, IngestCounters]] = {}

    def __call__(self, channel: Channel) -> dict[str, IngestCounters]:
        """The sums as last heard."""
        return self._sums.get(channel) or self._own(channel)

    async def refresh(self, channel: Channel) -> None:
        """Hears the sums."""
        answer = None
        while answer is None:
            answer = await self._calls.script(
                "doors", (self._key(channel),), (NOBODY, b"{}", SILENT)
            )
        total: dict[str, IngestCounters] = {}
        for counts in answer:
            add_counters(total, _DECODER.decode(counts))
        self._sums[channel] = total

    async def flush(self, channel: Channel) -> None:
        """Adds what this request counted; once, at its end."""
        counted = {id: door for id, door in self._own(channel).items() if door.received}
        if counted:
            await self._calls.script("tally", (self._key(channel),), (_ENCODER.encode(counted),))

    def _key(self, channel: Channel) -> str:
        return f"{{{self._calls.target.prefix}:{channel}}}:doors"


class RedisRateLimiter:
    """Implements `Rates`; time is Redis's own."""

    def __init__(self, calls: RedisConnection) -> None:
        self._calls = calls

    async def try_consume(
        self, key: str, events: int, per_second: float, burst: float, size: int = 0
    ) -> float | None:
        """As the port says; raises `Problem("unavailable")` where Redis cannot be reached."""
        place = f"{{{self._calls.target.prefix}:rate:{key}}}"
        asked = (
            events,
            repr(max(per_second, 1e-3)),
            repr(max(burst, 1.0)),
            repr(size / EVENT_BYTES),
        )
        answer = await self._calls.script("rate", (place,), asked)
        return float(answer) if answer else None
