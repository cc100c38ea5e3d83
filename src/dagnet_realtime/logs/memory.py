"""The log of every channel in this process's memory; gone when the process is."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence

from dagnet_realtime.logs.life import Life
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.entry import Entry
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.position import Position
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.log import Lost, Outcome, Stretch


class MemoryLog:
    """Implements `Log`, `Watched` and `Erasable`. Atomic because nothing here awaits between looking and writing.

    `policies` gives each channel's retention and bound; `chance` makes epochs.
    """

    def __init__(self, policies: Mapping[Channel, Policy], clock: Clock, chance: Callable[[], str] = lambda: secrets.token_hex(6)) -> None:
        self._policies = policies
        self._clock = clock
        self._chance = chance
        self._lives: dict[Channel, Life] = {}

    async def append(self, channel: Channel, entries: Sequence[Entry]) -> list[Outcome]:
        """Writes what is new while somebody watches; one outcome an entry."""
        at = self._clock.monotonic()
        life = self._living(channel, at)
        if life is None:
            return ["unwatched"] * len(entries)
        return life.append(entries, self._clock.now(), at)

    async def read(self, channel: Channel, after: Position, limit: int, wait: float) -> Stretch | Lost:
        """The entries after `after`, or what became of them; waits up to `wait` seconds where there are none."""
        life = self._living(channel)
        if life is not None and wait > 0 and life.at_head(after):
            await self._arrival(life, wait)
            life = self._living(channel)
        if life is None:
            return Lost(after, None, "gone")
        return life.read(after, limit)

    async def hold(self, channel: Channel, lease: str, ttl: float) -> Position:
        """Opens or renews a lease; the first one begins a new life of the log."""
        life = self._living(channel)
        if life is None:
            policy = self._policies.get(channel, Policy())
            life = Life(self._chance(), policy.log_entries, policy.retention, self._clock.now())
            self._lives[channel] = life
        life.lease(lease, self._clock.monotonic() + ttl)
        return life.head()

    async def release(self, channel: Channel, lease: str) -> None:
        """Ends a lease, and with the last one the log's life."""
        if (life := self._lives.get(channel)) is not None:
            life.end(lease)
            self._living(channel)

    def watched(self, channel: Channel) -> bool:
        """Whether a lease is open."""
        return self._living(channel) is not None

    async def forget(self, channel: Channel, tokens: frozenset[str], needed: frozenset[str] = frozenset()) -> int:
        """Makes the entries that carry any of `tokens` anonymous."""
        life = self._living(channel)
        return life.forget(tokens, needed) if life is not None else 0

    def _living(self, channel: Channel, at: float | None = None) -> Life | None:
        """The channel's life, once lapsed leases and entries past retention are gone."""
        life = self._lives.get(channel)
        if life is None:
            return None
        if life.expire(self._clock.monotonic() if at is None else at):
            return life
        del self._lives[channel]
        life.wake()
        return None

    async def _arrival(self, life: Life, wait: float) -> None:
        """Returns at the next entry, at the end of the life, or after `wait` seconds."""
        arrived = life.next_arrival()
        slept = asyncio.ensure_future(self._clock.sleep(wait))
        try:
            await asyncio.wait((arrived, slept), return_when=asyncio.FIRST_COMPLETED)
        finally:
            slept.cancel()
