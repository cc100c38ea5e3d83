"""What goes wrong in a soak: one mishap at a time, chosen by a seed. Each begins, lasts, and is over when its function returns."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from random import Random

from tests.faults.town import House
from tests.faults.wire import Wire
from tests.support.redis import RedisServer

Mishap = Callable[[], Awaitable[None]]


class Mishaps:
    """Kills, freezes and restarts `houses`, and disturbs Redis and its wire `cable`. `lost` is
    called before Redis loses everything.
    """

    def __init__(
        self,
        houses: list[House],
        redis: RedisServer,
        cable: Wire,
        chance: Random,
        lost: Callable[[], None],
        longest: float = 10.0,
    ) -> None:
        self._houses = houses
        self._redis = redis
        self._cable = cable
        self._chance = chance
        self._lost = lost
        self._longest = longest
        self.kinds: list[Mishap] = [
            self.a_process_is_killed,
            self.a_process_is_frozen,
            self.redis_is_killed,
            self.redis_is_paused,
            self.redis_is_full,
            self.the_network_is_cut,
            self.the_network_is_reset,
            self.all_restart_in_turn,
        ]

    async def a_process_is_killed(self) -> None:
        house = self._chance.choice(self._houses)
        await asyncio.to_thread(house.kill)
        await self._lasts(3.0)
        await asyncio.to_thread(house.start)

    async def a_process_is_frozen(self) -> None:
        house = self._chance.choice(self._houses)
        house.program.signal(signal.SIGSTOP)
        await self._lasts(3.0)
        house.program.signal(signal.SIGCONT)

    async def redis_is_killed(self) -> None:
        self._lost()
        await asyncio.to_thread(self._redis.kill)
        await self._lasts(3.0)
        await asyncio.to_thread(self._redis.start)

    async def redis_is_paused(self) -> None:
        self._redis.pause()
        await self._lasts(10.0)
        self._redis.resume()

    async def redis_is_full(self) -> None:
        await asyncio.to_thread(self._redis.command, "CONFIG", "SET", "maxmemory", "1mb")
        await self._lasts(5.0)
        await asyncio.to_thread(self._redis.command, "CONFIG", "SET", "maxmemory", "0")

    async def the_network_is_cut(self) -> None:
        self._cable.cut()
        await self._lasts(8.0)
        self._cable.mend()

    async def the_network_is_reset(self) -> None:
        self._cable.cut()
        self._cable.reset()
        await self._lasts(4.0)
        self._cable.mend()

    async def all_restart_in_turn(self) -> None:
        for house in self._houses:
            code = await asyncio.to_thread(house.stop)
            await asyncio.to_thread(house.start)
            assert code == 0, f"{house.name} stopped with {code}"

    async def _lasts(self, most: float) -> None:
        await asyncio.sleep(self._chance.uniform(0.3, min(most, self._longest)))
