"""Ingest counters of several processes and requests, and rate limits, in a real Redis."""

import asyncio

from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.core.rate import EVENT_BYTES
from dagnet_realtime.model.frame import IngestCounters
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.storage import RateLimiter
from dagnet_realtime.stores.redis_connection import RedisConnection
from dagnet_realtime.stores.redis_counters import (
    RedisCounters,
    RedisRateLimiter,
    RedisRequestCounters,
)

SHOP = Channel("shop", "prod")


def process_counters(
    calls: RedisConnection, own: dict[str, IngestCounters], silent: float = 60.0
) -> RedisCounters:
    return RedisCounters(calls, (SHOP,), lambda _: own, SystemClock(), silent)


async def test_counts_of_all_processes_are_one_ledger(calls: RedisConnection) -> None:
    """DOOR-1: the sum of all processes balances, since each one's does."""
    here = {"web": IngestCounters(received=10, taken=7, duplicate=1, refused={"invalid": 2})}
    there = {
        "web": IngestCounters(received=5, taken=4, refused={"unauthorized": 1}, gaps=1),
        "app": IngestCounters(received=1, unwatched=1),
    }
    one, two = process_counters(calls, here), process_counters(calls, there)
    assert one(SHOP) == here
    await two.refresh(SHOP)
    await one.refresh(SHOP)
    assert one(SHOP) == {
        "web": IngestCounters(
            received=15, taken=11, duplicate=1, refused={"invalid": 2, "unauthorized": 1}, gaps=1
        ),
        "app": IngestCounters(received=1, unwatched=1),
    }


async def test_a_viewer_that_moves_to_another_process_sees_no_less(calls: RedisConnection) -> None:
    """DOOR-1: a process shows at least what another one has shown."""
    here = {"web": IngestCounters(received=1, taken=1)}
    one, two = process_counters(calls, here), process_counters(calls, {})
    await one.refresh(SHOP)
    here["web"].received = here["web"].taken = 9
    assert one(SHOP)["web"].taken == 1
    await two.refresh(SHOP)
    assert two(SHOP)["web"].taken == 1
    await one.refresh(SHOP)
    await two.refresh(SHOP)
    assert two(SHOP) == one(SHOP) == here


async def test_the_counters_of_an_ended_process_stay(calls: RedisConnection) -> None:
    """DOOR-1: they are counted once, also if the process was only silent for long and
    comes back.
    """
    there = {"web": IngestCounters(received=5, taken=4, refused={"invalid": 1})}
    one, two = (
        process_counters(calls, {"web": IngestCounters(received=1, taken=1)}, silent=0.05),
        process_counters(calls, there, silent=0.05),
    )
    await two.refresh(SHOP)
    await asyncio.sleep(0.1)
    await one.refresh(SHOP)
    await one.refresh(SHOP)
    assert one(SHOP)["web"] == IngestCounters(received=6, taken=5, refused={"invalid": 1})
    there["web"].received = there["web"].taken = 20
    there["web"].received += 1
    await two.refresh(SHOP)
    assert two(SHOP)["web"] == IngestCounters(received=22, taken=21, refused={"invalid": 1})


async def test_after_a_loss_of_the_store_each_process_sends_its_counters_again(
    calls: RedisConnection,
) -> None:
    """DOOR-1: each process sends its totals since its start."""
    one = process_counters(calls, {"web": IngestCounters(received=3, taken=3)})
    await one.refresh(SHOP)
    await calls.call("DEL", f"{{{calls.target.prefix}:{SHOP}}}:doors")
    await one.refresh(SHOP)
    assert one(SHOP)["web"].taken == 3


async def test_simultaneous_refreshes_share_one_exchange(calls: RedisConnection) -> None:
    """DOOR-1: a thousand viewers that come back cost a few calls."""
    one = process_counters(calls, {"web": IngestCounters(received=3, taken=3)})
    await one.refresh(SHOP)
    before = int((await calls.call("INFO", "commandstats"))["cmdstat_evalsha"]["calls"])
    await asyncio.gather(*(one.refresh(SHOP) for _ in range(200)))
    after = int((await calls.call("INFO", "commandstats"))["cmdstat_evalsha"]["calls"])
    assert after - before <= 5


def request_counters(
    calls: RedisConnection, own: dict[str, IngestCounters]
) -> RedisRequestCounters:
    return RedisRequestCounters(calls, lambda _: own)


async def test_counters_of_requests_and_processes_add_up(
    calls: RedisConnection,
) -> None:
    """REL-18: the sum over two requests and a living process is the same for each."""
    living = process_counters(calls, {"web": IngestCounters(received=10, taken=10)})
    await living.refresh(SHOP)
    await request_counters(
        calls, {"web": IngestCounters(received=3, taken=2, refused={"invalid": 1})}
    ).flush(SHOP)
    await request_counters(
        calls,
        {
            "web": IngestCounters(received=2, duplicate=2),
            "app": IngestCounters(received=1, unwatched=1),
        },
    ).flush(SHOP)
    reader = request_counters(calls, {})
    await reader.refresh(SHOP)
    expected = {
        "web": IngestCounters(received=15, taken=12, duplicate=2, refused={"invalid": 1}),
        "app": IngestCounters(received=1, unwatched=1),
    }
    assert reader(SHOP) == expected
    await living.refresh(SHOP)
    assert living(SHOP) == expected


async def test_a_request_that_counted_nothing_writes_nothing(calls: RedisConnection) -> None:
    """REL-18: a poll costs the ledger no write."""
    idle = request_counters(calls, {"web": IngestCounters()})
    await idle.flush(SHOP)
    assert await calls.call("EXISTS", f"{{{calls.target.prefix}:{SHOP}}}:doors") == 0


async def test_one_bucket_is_shared_by_all(calls: RedisConnection) -> None:
    """REL-18: all processes consume from one bucket, and a refusal has a time to wait."""
    one: RateLimiter = RedisRateLimiter(calls)
    other = RedisRateLimiter(calls)
    assert await one.try_consume("web", 6, 1, 10) is None
    assert await other.try_consume("web", 4, 1, 10) is None
    wait = await one.try_consume("web", 5, 1, 10)
    assert wait is not None
    assert 4 < wait <= 5
    assert await one.try_consume("app", 10, 1, 10) is None


async def test_it_fills_again_and_a_huge_batch_leaves_a_debt(calls: RedisConnection) -> None:
    """REL-18: it fills as the bucket of one process does."""
    rates = RedisRateLimiter(calls)
    assert await rates.try_consume("web", 300, 1000, 100) is None
    assert await rates.try_consume("web", 1, 1000, 100) is not None
    await asyncio.sleep(0.25)  # Redis has its own clock
    assert await rates.try_consume("web", 1, 1000, 100) is None


async def test_bytes_are_counted_beside_events(calls: RedisConnection) -> None:
    """DOOR-5, REL-18: both fit or neither is taken, as in one process; a bucket from before bytes
    counted goes on.
    """
    rates = RedisRateLimiter(calls)
    assert await rates.try_consume("web", 1, 0.001, 20, 19 * EVENT_BYTES) is None
    wait = await rates.try_consume("web", 1, 0.001, 20, 2 * EVENT_BYTES)
    assert wait is not None
    assert 999 < wait <= 1000
    assert await rates.try_consume("web", 19, 0.001, 20, EVENT_BYTES) is None
    assert await rates.try_consume("web", 1, 0.001, 20) is not None
    key = f"{{{calls.target.prefix}:rate:old}}"
    await calls.call("HSET", key, "level", "5.000000", "at", "1.000")
    assert await rates.try_consume("old", 1, 0.001, 20, 30 * EVENT_BYTES) is None
