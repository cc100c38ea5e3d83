"""Events read from Kafka and appended to the memory log; beside a bare aiokafka consumer that
decodes them. One process, no HTTP.

Events a second of this process's processor time, over the same records, on a broker of another
process. The ratio is the median over rounds that alternate with the baseline's.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from tests.support.kafka import make_topic, producing, tansu

from benchmarks.intake import NAMES
from benchmarks.load import event
from benchmarks.report import Figure
from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.hub.ingest import Intake
from dagnet_realtime.hub.stream_reader import MAX_RECORDS
from dagnet_realtime.model.graph import Catalogue
from dagnet_realtime.model.stream import Partition, StreamSettings
from dagnet_realtime.model.workspace import Channel, Policy, Source, Workspace
from dagnet_realtime.stores.memory import MemoryLog
from dagnet_realtime.streams.kafka import connect

CHANNEL, TOPIC = Channel("shop", "bench"), "events"
POLICY = Policy(max_rate=1e9, properties=("sku", "value", "currency", "list"))
RECORDS, PARTITIONS, ROUNDS = 40_000, 4, 5


class _NoGraphs:
    def catalogue(self, workspace: str) -> Catalogue:
        return Catalogue(version="1", needed=frozenset({"device", "plan"}))

    async def changes(self) -> AsyncIterator[str]:
        return
        yield


def measure() -> list[Figure]:
    """The figures."""
    return asyncio.run(_measure())


async def _measure() -> list[Figure]:
    with tansu() as broker:
        await make_topic(broker.address, TOPIC, PARTITIONS)
        async with producing(broker.address, linger_ms=20) as producer:
            waiting = [
                await producer.send(TOPIC, event(number, NAMES), partition=number % PARTITIONS)
                for number in range(RECORDS)
            ]
            await asyncio.gather(*waiting)
        rounds = [
            [await _timed(read, broker.address) for read in (_bare, _ours, _fetched)]
            for _ in range(ROUNDS)
        ]
    bare = statistics.median(one[0] for one in rounds)
    beside = "a bare consumer that decodes"
    return [
        Figure(
            name,
            "k/s",
            statistics.median(one[place] / one[0] for one in rounds) * bare / 1000,
            bare / 1000,
            beside,
            "—",
            None,
        )
        for place, name in (
            (1, "Events from Kafka into the log, a core"),
            (2, "Records through the port alone, a core"),
        )
    ]


async def _timed(read: Callable[[str], Awaitable[int]], address: str) -> float:
    """Events a second of this process's processor time."""
    began = time.process_time()
    number = await read(address)
    assert number == RECORDS, number
    return number / (time.process_time() - began)


async def _bare(address: str) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=address, enable_auto_commit=False)
    await consumer.start()
    parts = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
    consumer.assign(parts)
    for part in parts:
        consumer.seek(part, 0)
    number = 0
    while number < RECORDS:
        for records in (await consumer.getmany(timeout_ms=1000, max_records=MAX_RECORDS)).values():
            number += sum(orjson.loads(record.value)["type"] == "track" for record in records)
    await consumer.stop()
    return number


async def _fetched(address: str) -> int:
    stream = await connect(StreamSettings(servers=(address,), topics=(TOPIC,)))
    await stream.assign({Partition(TOPIC, number): 0 for number in range(PARTITIONS)})
    number = 0
    while number < RECORDS:
        number += len((await stream.read(MAX_RECORDS, 1.0)).records)
    await stream.close()
    return number


async def _ours(address: str) -> int:
    settings = StreamSettings(servers=(address,), topics=(TOPIC,))
    source = Source(id="bench", channel=CHANNEL, kind="kafka", stream=settings)
    clock = SystemClock()
    log = MemoryLog({CHANNEL: POLICY}, clock)
    await log.acquire_lease(CHANNEL, "lease", 1e6)
    intake = Intake(
        [Workspace(channel=CHANNEL, path="", policy=POLICY, sources=(source,))],
        _NoGraphs(),
        log,
        clock,
    )
    stream = await connect(settings)
    await stream.assign({Partition(TOPIC, number): 0 for number in range(PARTITIONS)})
    counters = intake.ingest_counters(CHANNEL)["bench"]
    while counters.taken < RECORDS:
        fetched = await stream.read(MAX_RECORDS, 1.0)
        await intake.records(source, fetched.records)
    await stream.close()
    return counters.taken
