"""Partitions shared out by a real Redis."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.model.stream import Partition
from dagnet_realtime.ports.stream import Checkpoint
from dagnet_realtime.stores.redis_connection import RedisConnection
from dagnet_realtime.stores.redis_log import RedisLog
from dagnet_realtime.stores.redis_partition_leases import RedisPartitionLeases
from tests.stores.partition_leases_contract import (
    ACME,
    ENDS,
    PARTITIONS,
    SOURCE,
    PartitionLeasesContract,
)

PartitionOwner = Mapping[Partition, Checkpoint | None] | None


class InRedis:
    """PartitionLeases beside the log of their channel."""

    def __init__(self, calls: RedisConnection) -> None:
        self.calls = calls
        self.log = RedisLog(calls, {}, SystemClock())

    async def leases(self, process: str, seconds: float = 10.0) -> RedisPartitionLeases:
        return RedisPartitionLeases(self.calls, process, seconds)

    async def on(self) -> str:
        return (await self.log.acquire_lease(ACME, "lease", 60)).epoch

    async def off(self) -> None:
        await self.log.release_lease(ACME, "lease")


@pytest.fixture
def sharing(calls: RedisConnection) -> InRedis:
    return InRedis(calls)


class TestRedisPartitionLeases(PartitionLeasesContract):
    """STR-10, STR-18 in Redis."""


async def rounds(
    sharing: InRedis,
    epoch: str,
    leases: Mapping[str, RedisPartitionLeases],
    until: Callable[[Mapping[str, PartitionOwner]], bool],
) -> None:
    """Everyone comes round again and again until what they own is as `until` says; no partition
    ever has two owners.
    """
    for _ in range(400):
        owned: dict[str, PartitionOwner] = {}
        for name, one in leases.items():
            owned[name] = await one.renew(SOURCE, epoch, {}, PARTITIONS)
        each = [partition for some in owned.values() for partition in some or ()]
        assert len(each) <= len(PARTITIONS)
        if until(owned):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"in the end they own {owned}")


def even(owned: Mapping[str, PartitionOwner]) -> bool:
    """Whether every partition has an owner, and the owners' numbers of partitions differ by at most
    one.
    """
    numbers = [len(some or ()) for some in owned.values()]
    each = {partition for some in owned.values() for partition in some or ()}
    return len(each) == sum(numbers) == len(PARTITIONS) and max(numbers) - min(numbers) <= 1


async def test_partitions_are_shared_out_evenly_and_move_when_a_process_joins(
    sharing: InRedis,
) -> None:
    """STR-18: shares are even with one to five processes, and after one has left."""
    epoch = await sharing.on()
    leases = {"a": await sharing.leases("a")}
    await leases["a"].begin(SOURCE, epoch, ENDS, {"events": 4})
    await rounds(sharing, epoch, leases, even)
    for name in ("b", "c", "d", "e"):
        leases[name] = await sharing.leases(name)
        await rounds(sharing, epoch, leases, even)
    await leases.pop("a").release(SOURCE, epoch, {})
    await rounds(sharing, epoch, leases, even)


async def test_what_a_process_owned_that_does_not_come_back_is_anothers(sharing: InRedis) -> None:
    """STR-18: another process takes them over, with their checkpoints, after the lease; one that
    was away too long owns none any more, and its checkpoint is not taken.
    """
    epoch = await sharing.on()
    lost, left = await sharing.leases("lost", 0.2), await sharing.leases("left", 0.2)
    await lost.begin(SOURCE, epoch, ENDS, {"events": 4})
    assert len(await lost.renew(SOURCE, epoch, {}, PARTITIONS) or ()) == 4
    stands = Checkpoint(epoch, 150)
    await lost.renew(SOURCE, epoch, {PARTITIONS[0]: stands}, PARTITIONS)
    assert await left.renew(SOURCE, epoch, {}, PARTITIONS) == {}
    await rounds(sharing, epoch, {"left": left}, even)
    owned = await left.renew(SOURCE, epoch, {}, PARTITIONS)
    assert owned is not None
    assert owned[PARTITIONS[0]] == stands
    back = await lost.renew(SOURCE, epoch, {PARTITIONS[0]: Checkpoint(epoch, 160)}, PARTITIONS)
    assert back == {}
    assert await sharing.leases("x")
    owners = await left.owners(SOURCE)
    assert owners[PARTITIONS[0]].checkpoint == stands


async def test_nothing_is_shared_out_for_a_life_that_is_over(sharing: InRedis) -> None:
    """STR-10: a process that comes late with an old life learns that it is over, and changes
    nothing of the new one.
    """
    leases, epoch = await sharing.leases("a"), await sharing.on()
    await leases.begin(SOURCE, epoch, ENDS, {"events": 4})
    await sharing.off()
    assert await leases.renew(SOURCE, epoch, {}, PARTITIONS) is None
    again = await sharing.on()
    await leases.begin(SOURCE, again, {PARTITIONS[0]: 500}, {"events": 1})
    await leases.begin(SOURCE, epoch, ENDS, {"events": 4})
    assert (
        await leases.renew(SOURCE, epoch, {PARTITIONS[0]: Checkpoint(epoch, 7)}, PARTITIONS) is None
    )
    assert await leases.began(SOURCE, again) == {"events": 1}
    assert (await leases.owners(SOURCE))[PARTITIONS[0]].checkpoint == Checkpoint(again, 500)


async def test_every_key_expires_and_shares_the_channels_tag(sharing: InRedis) -> None:
    """LOG-50: nothing that is kept stays for ever, and a cluster finds all of it on one
    node.
    """
    leases, epoch = await sharing.leases("a"), await sharing.on()
    await leases.begin(SOURCE, epoch, ENDS, {"events": 4})
    await leases.renew(SOURCE, epoch, {}, PARTITIONS)
    prefix = sharing.calls.target.prefix
    keys = [key.decode() for key in await sharing.calls.call("KEYS", f"*{prefix}*:stream:*")]
    assert len(keys) == 3
    assert all(key.startswith(f"{{{prefix}:acme/prod}}:stream:kafka:") for key in keys)
    assert all([await sharing.calls.call("PTTL", key) > 0 for key in keys])
