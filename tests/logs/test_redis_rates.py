"""Token buckets in a real Redis."""

import asyncio

from dagnet_realtime.core.rate import EVENT_BYTES
from dagnet_realtime.logs.redis_calls import Calls
from dagnet_realtime.logs.redis_rates import RedisRates
from dagnet_realtime.ports.rates import Rates


async def test_one_bucket_is_shared_by_all(calls: Calls) -> None:
    """REL-18: whoever asks takes from the same; who has to wait is told how long."""
    one: Rates = RedisRates(calls)
    other = RedisRates(calls)
    assert await one.take("web", 6, 1, 10) is None
    assert await other.take("web", 4, 1, 10) is None
    wait = await one.take("web", 5, 1, 10)
    assert wait is not None
    assert 4 < wait <= 5
    assert await one.take("app", 10, 1, 10) is None


async def test_it_fills_again_and_a_huge_batch_leaves_a_debt(calls: Calls) -> None:
    """REL-18: as the bucket of one process does."""
    rates = RedisRates(calls)
    assert await rates.take("web", 300, 1000, 100) is None
    assert await rates.take("web", 1, 1000, 100) is not None
    await asyncio.sleep(0.25)  # Redis has its own clock
    assert await rates.take("web", 1, 1000, 100) is None


async def test_bytes_are_counted_beside_events(calls: Calls) -> None:
    """DOOR-5, REL-18: both fit or neither is taken, as in one process; what was kept before bytes counted goes on."""
    rates = RedisRates(calls)
    assert await rates.take("web", 1, 0.001, 20, 19 * EVENT_BYTES) is None
    wait = await rates.take("web", 1, 0.001, 20, 2 * EVENT_BYTES)
    assert wait is not None
    assert 999 < wait <= 1000
    assert await rates.take("web", 19, 0.001, 20, EVENT_BYTES) is None
    assert await rates.take("web", 1, 0.001, 20) is not None
    key = f"{{{calls.target.prefix}:rate:old}}"
    await calls.call("HSET", key, "level", "5.000000", "at", "1.000")
    assert await rates.take("old", 1, 0.001, 20, 30 * EVENT_BYTES) is None
