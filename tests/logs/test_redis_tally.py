"""Ledgers of processes that live for one request, beside those that live on."""

from dagnet_realtime.logs.redis_calls import Calls
from dagnet_realtime.logs.redis_tally import RedisTally
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.ledger import Door
from dagnet_realtime.ports.doors import SharedDoors
from tests.logs.test_redis_doors import doors

SHOP = Channel("shop", "prod")


def tally(calls: Calls, own: dict[str, Door]) -> RedisTally:
    made = RedisTally(calls, lambda _: own)
    assert isinstance(made, SharedDoors)
    return made


async def test_what_each_request_counted_adds_up_with_everybody_elses(calls: Calls) -> None:
    """REL-18: two requests and a process that lives on are one ledger, told to each."""
    living = doors(calls, {"web": Door(received=10, taken=10)})
    await living.fresh(SHOP)
    await tally(calls, {"web": Door(received=3, taken=2, refused={"invalid": 1})}).tell(SHOP)
    await tally(calls, {"web": Door(received=2, duplicate=2), "app": Door(received=1, unwatched=1)}).tell(SHOP)
    reader = tally(calls, {})
    await reader.fresh(SHOP)
    expected = {
        "web": Door(received=15, taken=12, duplicate=2, refused={"invalid": 1}),
        "app": Door(received=1, unwatched=1),
    }
    assert reader(SHOP) == expected
    await living.fresh(SHOP)
    assert living(SHOP) == expected


async def test_a_request_that_counted_nothing_tells_nothing(calls: Calls) -> None:
    """REL-18: a poll costs the ledger no write."""
    idle = tally(calls, {"web": Door()})
    await idle.tell(SHOP)
    assert await calls.call("EXISTS", f"{{{calls.target.prefix}:{SHOP}}}:doors") == 0
