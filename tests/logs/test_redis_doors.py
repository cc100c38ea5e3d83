"""Ledgers of several processes, summed."""

import asyncio

from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.logs.redis_calls import Calls
from dagnet_realtime.logs.redis_doors import RedisDoors
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.ledger import Door
from dagnet_realtime.ports.doors import SharedDoors

SHOP = Channel("shop", "prod")


def doors(calls: Calls, own: dict[str, Door], silent: float = 60.0) -> RedisDoors:
    made = RedisDoors(calls, (SHOP,), lambda _: own, SystemClock(), silent)
    assert isinstance(made, SharedDoors)
    return made


async def test_counts_of_all_processes_are_one_ledger(calls: Calls) -> None:
    """LOG-64: it sums where each of them does."""
    here = {"web": Door(received=10, taken=7, duplicate=1, refused={"invalid": 2})}
    there = {"web": Door(received=5, taken=4, refused={"unauthorized": 1}), "app": Door(received=1, unwatched=1)}
    one, two = doors(calls, here), doors(calls, there)
    assert one(SHOP) == here
    await two.fresh(SHOP)
    await one.fresh(SHOP)
    assert one(SHOP) == {
        "web": Door(received=15, taken=11, duplicate=1, refused={"invalid": 2, "unauthorized": 1}),
        "app": Door(received=1, unwatched=1),
    }


async def test_a_viewer_that_moves_is_told_no_less(calls: Calls) -> None:
    """LOG-64: what one process told its viewers, another tells after it has asked."""
    here = {"web": Door(received=1, taken=1)}
    one, two = doors(calls, here), doors(calls, {})
    await one.fresh(SHOP)
    here["web"].received = here["web"].taken = 9
    assert one(SHOP)["web"].taken == 1
    await two.fresh(SHOP)
    assert two(SHOP)["web"].taken == 1
    await one.fresh(SHOP)
    await two.fresh(SHOP)
    assert two(SHOP) == one(SHOP) == here


async def test_the_counts_of_a_process_that_is_gone_stay(calls: Calls) -> None:
    """LOG-64: and are counted once, also where it was only silent for long and comes back."""
    there = {"web": Door(received=5, taken=4, refused={"invalid": 1})}
    one, two = doors(calls, {"web": Door(received=1, taken=1)}, silent=0.05), doors(calls, there, silent=0.05)
    await two.fresh(SHOP)
    await asyncio.sleep(0.1)
    await one.fresh(SHOP)
    await one.fresh(SHOP)
    assert one(SHOP)["web"] == Door(received=6, taken=5, refused={"invalid": 1})
    there["web"].received = there["web"].taken = 20
    there["web"].received += 1
    await two.fresh(SHOP)
    assert two(SHOP)["web"] == Door(received=22, taken=21, refused={"invalid": 1})


async def test_after_a_loss_of_the_store_everybody_tells_anew(calls: Calls) -> None:
    """LOG-64: from what each process has counted since it began."""
    one = doors(calls, {"web": Door(received=3, taken=3)})
    await one.fresh(SHOP)
    await calls.call("DEL", f"{{{calls.target.prefix}:{SHOP}}}:doors")
    await one.fresh(SHOP)
    assert one(SHOP)["web"].taken == 3


async def test_many_who_ask_at_once_share_an_answer(calls: Calls) -> None:
    """LOG-64: a thousand viewers that come back cost a few calls."""
    one = doors(calls, {"web": Door(received=3, taken=3)})
    await one.fresh(SHOP)
    before = int((await calls.call("INFO", "commandstats"))["cmdstat_evalsha"]["calls"])
    await asyncio.gather(*(one.fresh(SHOP) for _ in range(200)))
    after = int((await calls.call("INFO", "commandstats"))["cmdstat_evalsha"]["calls"])
    assert after - before <= 5
