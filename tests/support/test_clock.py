"""The fake clock itself."""

import asyncio

from tests.support.clock import FakeClock


async def test_sleepers_wake_in_order_of_their_deadlines() -> None:
    clock = FakeClock(now=1_000)
    woken: list[tuple[str, int]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.now()))

    tasks = [asyncio.create_task(sleeper("late", 2)), asyncio.create_task(sleeper("early", 1))]
    await clock.advance(1.5)
    assert woken == [("early", 2_000)]
    assert clock.sleepers == 1
    await clock.advance(0.5)
    assert woken == [("early", 2_000), ("late", 3_000)]
    await asyncio.gather(*tasks)
