"""The doors' ledgers of all processes, summed in Redis."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Sequence

import msgspec

from dagnet_realtime.logs.redis_calls import Calls
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.ledger import Door
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.doors import Doors

EVERY_SECONDS = 1.0
SILENT_SECONDS = 60.0  # after which a process counts as gone; its counts stay in the sum

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(dict[str, Door])


class RedisDoors:
    """Implements `SharedDoors`: tells what this process counted, hears what all did. Viewers are told only what was told to all."""

    def __init__(
        self,
        calls: Calls,
        channels: Sequence[Channel],
        own: Doors,
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
        self._sums: dict[Channel, dict[str, Door]] = {}
        self._told: dict[Channel, dict[str, Door]] = {}
        self._past: dict[Channel, dict[str, Door]] = {}
        self._turn = asyncio.Lock()
        self._heard: dict[Channel, float] = {}

    def __call__(self, channel: Channel) -> dict[str, Door]:
        """The sums as last heard; this process's own before it ever heard."""
        return self._sums.get(channel) or self._own(channel)

    async def fresh(self, channel: Channel) -> None:
        """Tells and hears; many who ask at once share one answer. Raises `Problem("unavailable")`."""
        asked = self._clock.monotonic()
        async with self._turn:
            if self._heard.get(channel, float("-inf")) < asked:
                await self._exchange(channel)

    async def run(self) -> None:
        """Tells and hears until it is cancelled; where the store cannot be reached the sums stand still."""
        while True:
            for channel in self._channels:
                with contextlib.suppress(Problem):
                    await self.fresh(channel)
            await self._clock.sleep(EVERY_SECONDS)

    async def _exchange(self, channel: Channel) -> None:
        began = self._clock.monotonic()
        key = f"{{{self._calls.target.prefix}:{channel}}}:doors"
        while True:
            own = added({}, self._own(channel))
            mine = added(added({}, own), self._past.get(channel, {}), sign=-1)
            answer = await self._calls.script("doors", (key,), (self._id, _ENCODER.encode(mine), self._silent))
            if answer is not None:
                break
            self._past[channel] = added(self._past.get(channel, {}), self._told.get(channel, {}))
        self._told[channel] = mine
        total: dict[str, Door] = {}
        for counts in answer:
            added(total, _DECODER.decode(counts))
        self._sums[channel] = total
        self._heard[channel] = began


def added(total: dict[str, Door], doors: dict[str, Door], sign: int = 1) -> dict[str, Door]:
    """Adds `doors` into `total`, or takes them off; returns it."""
    for id, door in doors.items():
        sum = total.setdefault(id, Door())
        for name in ("received", "rate_limited", "unwatched", "duplicate", "taken"):
            setattr(sum, name, getattr(sum, name) + sign * getattr(door, name))
        for name in ("placeholder", "shared_id"):
            if getattr(door, name):
                setattr(sum, name, (getattr(sum, name) or 0) + sign * getattr(door, name))
        for code, number in door.refused.items():
            sum.refused[code] = sum.refused.get(code, 0) + sign * number
    return total
