"""What every sharing of partitions keeps."""

from typing import Protocol

from dagnet_realtime.model.stream import Partition, StreamSettings
from dagnet_realtime.model.workspace import Channel, Source
from dagnet_realtime.ports.stream import Checkpoint, PartitionLeases

ACME = Channel("acme", "prod")
SOURCE = Source(
    id="kafka",
    channel=ACME,
    kind="kafka",
    stream=StreamSettings(servers=("b1",), topics=("events",)),
)
OTHER = Source(id="other", channel=ACME, kind="kafka", stream=SOURCE.stream)
PARTITIONS = [Partition("events", number) for number in range(4)]
ENDS = {partition: 100 + partition.number for partition in PARTITIONS}


class Sharing(Protocol):
    """PartitionLeases over a log that lives."""

    async def leases(self, process: str) -> PartitionLeases: ...

    async def on(self) -> str: ...

    async def off(self) -> None: ...


class PartitionLeasesContract:
    """Cases for one process."""

    async def test_where_a_life_begins_is_kept_once(self, sharing: Sharing) -> None:
        """STR-10, STR-18: the first begin of a life is kept; a later one with other ends changes
        nothing.
        """
        leases, epoch = await sharing.leases("a"), await sharing.on()
        assert await leases.began(SOURCE, epoch) is None
        assert await leases.renew(SOURCE, epoch, {}, PARTITIONS) == {}
        await leases.begin(SOURCE, epoch, ENDS, {"events": 4, "absent": 0})
        await leases.begin(SOURCE, epoch, dict.fromkeys(PARTITIONS, 999), {"events": 5})
        assert await leases.began(SOURCE, epoch) == {"events": 4, "absent": 0}
        assert await leases.began(OTHER, epoch) is None
        assert await leases.renew(SOURCE, epoch, {}, PARTITIONS) == {
            part: Checkpoint(epoch, end) for part, end in ENDS.items()
        }

    async def test_where_a_reader_stands_is_kept(self, sharing: Sharing) -> None:
        """STR-18: a checkpoint outlives its process; a partition that has not been read
        has none.
        """
        leases, epoch = await sharing.leases("a"), await sharing.on()
        await leases.begin(SOURCE, epoch, ENDS, {"events": 4})
        added = Partition("events", 4)
        await leases.renew(SOURCE, epoch, {}, [*PARTITIONS, added])
        stands = Checkpoint(
            epoch,
            170,
            lag=1.5,
            behind=3,
            fetched_at=1_767_323_045_000,
            read=70,
            refused={"invalid": 2},
            others=1,
            jumps=1,
        )
        told = await leases.renew(SOURCE, epoch, {PARTITIONS[0]: stands}, [*PARTITIONS, added])
        assert told is not None
        assert (told[PARTITIONS[0]], told[added]) == (stands, None)
        owners = await leases.owners(SOURCE)
        assert owners[PARTITIONS[0]].checkpoint == stands
        assert {owned.owner for owned in owners.values()} == {"a"}
        later = Checkpoint(epoch, 180)
        await leases.release(SOURCE, epoch, {PARTITIONS[0]: later})
        owners = await leases.owners(SOURCE)
        assert owners[PARTITIONS[0]].checkpoint == later
        assert {owned.owner for owned in owners.values()} == {""}
        assert await leases.owners(OTHER) == {}

    async def test_another_life_knows_nothing_of_the_one_before(self, sharing: Sharing) -> None:
        """STR-10: Off and On make reading begin at the new ends."""
        leases, epoch = await sharing.leases("a"), await sharing.on()
        await leases.begin(SOURCE, epoch, ENDS, {"events": 4})
        await leases.renew(SOURCE, epoch, {}, PARTITIONS)
        await sharing.off()
        again = await sharing.on()
        assert await leases.began(SOURCE, again) is None
        await leases.begin(SOURCE, again, {PARTITIONS[0]: 500}, {"events": 1})
        assert await leases.renew(SOURCE, again, {}, PARTITIONS[:1]) == {
            PARTITIONS[0]: Checkpoint(again, 500)
        }
