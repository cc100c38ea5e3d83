"""The log in memory keeps every log's promises."""

import asyncio

import pytest

from dagnet_realtime.logs.memory import MemoryLog
from dagnet_realtime.model.policy import Policy
from tests.logs.contract import SHOP, STAGING, AnyLog, LogContract, Stage
from tests.support.clock import FakeClock
from tests.support.entries import entry


class TestMemoryLog(LogContract):
    @pytest.fixture
    def stage(self) -> Stage:
        clock = FakeClock()

        def make(policy: Policy) -> AnyLog:
            return MemoryLog({SHOP: policy, STAGING: policy}, clock)  # type: ignore[return-value]

        return Stage(make, clock.advance, clock.now)


async def test_a_read_that_is_cancelled_leaves_nothing_behind() -> None:
    """LOG-11: a reader that goes away does not hold up the others."""
    clock = FakeClock()
    log = MemoryLog({}, clock)
    start = await log.hold(SHOP, "a", 60)
    reading = asyncio.create_task(log.read(SHOP, start, 10, 5))
    await clock.advance(0.1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert clock.sleepers == 0
    assert await log.append(SHOP, [entry("m1")]) == ["taken"]
