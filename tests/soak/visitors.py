"""Visitors who walk the graph and whose events go out in small signed batches, each again and again until it is taken, as Segment does."""

import asyncio
import hmac
import itertools
import json
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from random import Random

import httpx

from dagnet_realtime.core.simulation import SimulatedCall, message
from tests.faults.people import RETRY
from tests.faults.town import Address
from tests.support.server import SECRET

BATCHES_PER_SECOND = 25
REMEMBERED = 300.0  # seconds; longer than any viewer stays
UNDER_WAY = 400  # deliveries; beyond it visitors wait, as a queue in front of a dead server would grow without end


class Visitors:
    """Sends `calls` at `rate` a second to `houses` in turn. `sent` and `taken` are monotonic times by message id, of the last minutes."""

    def __init__(
        self, houses: Sequence[Address], calls: Iterator[SimulatedCall], rate: float, chance: Random
    ) -> None:
        self.sent: OrderedDict[str, float] = OrderedDict()
        self.taken: dict[str, float] = {}
        self.again: set[str] = set()
        self.answers: Counter[str] = Counter()
        self.events = 0
        self.broken: list[str] = []
        self._houses = houses
        self._calls = calls
        self._each = max(1, round(rate / BATCHES_PER_SECOND))
        self._rate = rate
        self._chance = chance
        self._stopping = asyncio.Event()
        self._under_way = asyncio.Semaphore(UNDER_WAY)
        self._task = asyncio.create_task(self._run())

    async def finish(self, seconds: float) -> None:
        """No new events; waits until every one is taken."""
        self._stopping.set()
        async with asyncio.timeout(seconds):
            await self._task

    def cancel(self) -> None:
        self._task.cancel()

    async def _run(self) -> None:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        async with (
            httpx.AsyncClient(timeout=6.0, limits=limits, trust_env=False) as client,
            asyncio.TaskGroup() as tasks,
        ):
            began = time.monotonic()
            for number in itertools.count():
                if self._stopping.is_set():
                    return
                await self._under_way.acquire()
                tasks.create_task(self._deliver(client, number))
                await asyncio.sleep(
                    max(0.0, began + (number + 1) * self._each / self._rate - time.monotonic())
                )

    async def _deliver(self, client: httpx.AsyncClient, number: int) -> None:
        messages = [
            message(next(self._calls), time.time_ns() // 1_000_000) for _ in range(self._each)
        ]
        ids = [str(one["messageId"]) for one in messages]
        encoded = [json.dumps(one).encode() for one in messages]
        body = b"[" + b",".join(encoded) + b"]"
        headers = {"x-signature": hmac.digest(SECRET, encoded[0], "sha1").hex()}
        now = time.monotonic()
        self.sent.update(dict.fromkeys(ids, now))
        self._forget(now)
        try:
            for attempt in itertools.count(number):
                answer = await self._answer(
                    client, self._houses[attempt % len(self._houses)], body, headers
                )
                self.answers[answer] += 1
                if answer == "200":
                    self.taken.update(dict.fromkeys(ids, time.monotonic()))
                    self.events += len(ids)
                    return
                self.again.update(ids)
                await asyncio.sleep(RETRY * (1 + self._chance.random()))
        finally:
            self._under_way.release()

    async def _answer(
        self, client: httpx.AsyncClient, house: Address, body: bytes, headers: dict[str, str]
    ) -> str:
        try:
            answer = await client.post(
                f"{house.url}/segment/webhook/web", content=body, headers=headers
            )
        except httpx.HTTPError as error:
            return type(error).__name__
        if answer.status_code not in (200, 429, 503) or (
            answer.status_code != 200 and "retry-after" not in answer.headers
        ):
            self.broken.append(f"a delivery was answered {answer.status_code}: {answer.text[:200]}")
        return str(answer.status_code)

    def _forget(self, now: float) -> None:
        while self.sent and now - next(iter(self.sent.values())) > REMEMBERED:
            id, _ = self.sent.popitem(last=False)
            self.taken.pop(id, None)
            self.again.discard(id)
