"""A clock that stands still until a test moves it."""

import asyncio
import heapq
from itertools import count


class FakeClock:
    """Implements `ports.clock.Clock`. `advance` moves both times and wakes sleepers in the order of their deadlines.

    `advance` lets the loop run between wake-ups, so that what a woken task starts has run when it returns.
    """

    def __init__(self, now: int = 1_767_323_045_000) -> None:
        self._began = now
        self._seconds = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._tie = count()

    def now(self) -> int:
        """Milliseconds since 1970 UTC."""
        return self._began + round(self._seconds * 1000)

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        """Waits until `advance` has moved the clock by `seconds`."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._seconds + seconds, next(self._tie), woken))
        await woken

    @property
    def sleepers(self) -> int:
        """The number of tasks that wait for time to pass."""
        return sum(not woken.done() for _, _, woken in self._sleepers)

    async def advance(self, seconds: float) -> None:
        """Moves time forward, waking who is due on the way."""
        end = self._seconds + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end + 1e-9:
            due, _, woken = heapq.heappop(self._sleepers)
            self._seconds = max(self._seconds, due)
            if not woken.done():
                woken.set_result(None)
                await settle()
        self._seconds = end
        await settle()

    def shift(self, seconds: float) -> None:
        """Moves time without waking anybody: for code that only reads the clock."""
        self._seconds += seconds


async def settle(turns: int = 20) -> None:
    """Lets every ready task run, `turns` times over."""
    for _ in range(turns):
        await asyncio.sleep(0)
