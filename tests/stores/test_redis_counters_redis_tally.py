"""Ledgers of processes that live for one request, beside those that live on."""

from dagnet_realtime.model.frame import IngestCounters
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.stores.redis_connection import RedisConnection
from dagnet_realtime.stores.redis_counters import RedisRequestCounters
from tests.stores.test_redis_counters import doors

SHOP = Channel("shop", "prod")


def tally(calls: RedisConnection, own: dict[str, IngestCounters]) -> RedisRequestCounters:
    return RedisRequestCounters(calls, lambda _: own)


async def test_what_each_request_counted_adds_up_with_everybody_elses(
    calls: RedisConnection,
) -> None:
    """REL-18: two requests and a process that lives on are one ledger, told to each."""
    living = doors(calls, {"web": IngestCounters(received=10, taken=10)})
    await living.refresh(SHOP)
    await tally(calls, {"web": IngestCounters(received=3, taken=2, refused={"invalid": 1})}).flush(
        SHOP
    )
    await tally(
        calls,
        {
            "web": IngestCounters(received=2, duplicate=2),
            "app": IngestCounters(received=1, unwatched=1),
        },
    ).flush(SHOP)
    reader = tally(calls, {})
    await reader.refresh(SHOP)
    expected = {
        "web": IngestCounters(received=15, taken=12, duplicate=2, refused={"invalid": 1}),
        "app": IngestCounters(received=1, unwatched=1),
    }
    assert reader(SHOP) == expected
    await living.refresh(SHOP)
    assert living(SHOP) == expected


async def test_a_request_that_counted_nothing_tells_nothing(calls: RedisConnection) -> None:
    """REL-18: a poll costs the ledger no write."""
    idle = tally(calls, {"web": IngestCounters()})
    await idle.flush(SHOP)
    assert await calls.call("EXISTS", f"{{{calls.target.prefix}:{SHOP}}}:doors") == 0
