"""Several readers of one stream over a real Redis: as processes join, die or freeze, each record is
lit once.
"""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.hub import stream_reader
from dagnet_realtime.hub.ingest import Intake
from dagnet_realtime.hub.stream_reader import StreamReader
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.stream import Partition, StreamSettings
from dagnet_realtime.model.workspace import Channel, Policy, Source, Workspace
from dagnet_realtime.ports.storage import LogSlice
from dagnet_realtime.ports.stream import Stream
from dagnet_realtime.stores.redis_connection import RedisConnection, parse_redis_url
from dagnet_realtime.stores.redis_log import RedisLog
from dagnet_realtime.stores.redis_partition_leases import RedisPartitionLeases
from tests.hub.test_stream_reader import Empty
from tests.support.redis import RedisServer, redis_server
from tests.support.streams import MemoryBroker, MemoryStream

ACME, TOPIC, PARTITIONS = Channel("acme", "prod"), "events", 4
SETTINGS = StreamSettings(servers=("memory",), topics=(TOPIC,))
SOURCE = Source(id="kafka", channel=ACME, kind="kafka", stream=SETTINGS)
RULES = Policy(token_key=Secret("k" * 32))
LEASE = 0.4  # seconds here, for the ten that it is


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks twenty times a second, so that a test need not wait for what takes seconds."""
    monkeypatch.setattr(stream_reader, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(stream_reader, "READ_SECONDS", 0.02)
    monkeypatch.setattr(stream_reader, "RETRY_SECONDS", 0.05)


class Process:
    """One process's reader, with a connection to Redis of its own."""

    def __init__(self, name: str, broker: MemoryBroker, url: str) -> None:
        self.name = name
        self.calls = RedisConnection(parse_redis_url(url))
        clock = SystemClock()
        self.log = RedisLog(self.calls, {ACME: RULES}, clock)
        self.intake = Intake(
            [Workspace(channel=ACME, path="", policy=RULES, sources=(SOURCE,))],
            Empty(),
            self.log,
            clock,
        )
        self.leases = RedisPartitionLeases(self.calls, name, LEASE)
        self.streams: list[MemoryStream] = []

        async def connect(settings: StreamSettings) -> Stream:
            self.streams.append(MemoryStream(broker, settings.topics))
            return self.streams[-1]

        self.reader = StreamReader(
            SOURCE, SETTINGS, connect, self.intake, self.log, self.leases, clock
        )
        self.task = asyncio.create_task(self.reader.run())

    async def stop(self) -> None:
        """Ends in order: what it owned is free at once."""
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task
        await self.calls.aclose()

    async def die(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ends without a word: nothing is given back, and nothing noted."""

        async def silent(*_: Any) -> None:
            return None

        monkeypatch.setattr(self.leases, "release", silent)
        await self.stop()


class House:
    """A broker, a Redis, and any number of processes."""

    def __init__(self, redis: RedisServer) -> None:
        self.broker = MemoryBroker(SystemClock())
        self.broker.create(TOPIC, PARTITIONS)
        self.url = f"{redis.url}?prefix={secrets.token_hex(4)}"
        self.processes: list[Process] = []
        self.written: list[str] = []

    def start(self, name: str) -> Process:
        self.processes.append(Process(name, self.broker, self.url))
        return self.processes[-1]

    def write(self, number: int) -> None:
        """Writes a number of records, over all partitions."""
        for _ in range(number):
            name = f"e{len(self.written)}"
            event = {"type": "track", "event": name, "messageId": f"ajs-next-{name}"}
            self.broker.write(TOPIC, len(self.written) % PARTITIONS, json.dumps(event).encode())
            self.written.append(name)

    async def on(self) -> Position:
        process = self.processes[0]
        at = await process.log.acquire_lease(ACME, "lease", 60)
        await process.reader.begin(ACME)
        return at

    async def lit(self, start: Position) -> list[str]:
        """What the log holds since `start`."""
        found = await self.processes[-1].log.read(ACME, start, 2000, 0)
        assert isinstance(found, LogSlice)
        return [entry.name for entry in found.entries]

    async def all_lit(self, start: Position) -> None:
        """Waits until everything that was written is in the log, and checks that each is there
        once.
        """
        await until(lambda: self.lit(start), lambda names: len(names) >= len(self.written))
        assert sorted(await self.lit(start)) == sorted(self.written)

    async def owners(self) -> dict[Partition, str]:
        found = await self.processes[-1].leases.owners(SOURCE)
        return {partition: owned.owner for partition, owned in found.items()}

    async def owned_by(self, *names: str) -> None:
        """Waits until exactly these processes own all partitions."""
        await until(
            self.owners,
            lambda owners: len(owners) == PARTITIONS and set(owners.values()) == set(names),
        )


async def until(look: Callable[[], Any], good: Callable[[Any], bool]) -> None:
    """Looks again and again until what is seen is good."""
    seen = None
    for _ in range(1000):
        seen = await look()
        if good(seen):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"in the end there was {seen}")


@pytest.fixture
async def house(redis: RedisServer) -> AsyncIterator[House]:
    made = House(redis)
    yield made
    for process in made.processes:
        await process.stop()


async def test_processes_that_join_and_leave_share_what_is_read(house: House) -> None:
    """STR-18: each record is lit once, by one of the processes."""
    house.start("a")
    start = await house.on()
    house.write(100)
    await house.owned_by("a")
    second = house.start("b")
    house.write(100)
    await house.owned_by("a", "b")
    house.write(100)
    await second.stop()
    house.processes.remove(second)
    house.write(100)
    await house.owned_by("a")
    await house.all_lit(start)


async def test_an_owner_that_dies_loses_nothing_and_repeats_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STR-18: another goes on from its last note; what was appended after that note is known as a
    duplicate.
    """
    dying = house.start("a")
    house.start("b")
    start = await house.on()
    await house.owned_by("a", "b")
    house.write(200)
    await dying.die(monkeypatch)
    house.processes.remove(dying)
    house.write(200)
    await house.owned_by("b")
    await house.all_lit(start)


async def test_an_owner_that_was_frozen_comes_back_and_repeats_nothing(house: House) -> None:
    """STR-18: what it owned is another's by then, and it hears so before it reads on."""
    frozen = house.start("a")
    house.start("b")
    start = await house.on()
    await house.owned_by("a", "b")
    house.write(50)
    release = asyncio.Event()
    exchange = frozen.leases.renew

    async def stuck(*given: Any) -> Any:
        await release.wait()
        return await exchange(*given)

    frozen.leases.renew = stuck  # type: ignore[method-assign]
    await house.owned_by("b")
    house.write(50)
    release.set()
    await house.owned_by("a", "b")
    house.write(50)
    await house.all_lit(start)


async def test_a_redis_that_stands_still_holds_readers_up_and_loses_nothing(
    house: House, redis: RedisServer
) -> None:
    """STR-16: no process reads while the owners of partitions are unknown."""
    house.start("a")
    house.start("b")
    start = await house.on()
    await house.owned_by("a", "b")
    house.write(100)
    redis.pause()
    try:
        house.write(100)
        await asyncio.sleep(0)
    finally:
        redis.resume()
    house.write(100)
    await house.all_lit(start)


async def test_a_redis_that_lost_everything_begins_anew(house: House, redis: RedisServer) -> None:
    """STR-16, LOG-55: the log's new life is a gap for viewers, and reading begins at the stream's
    ends.
    """
    house.start("a")
    await house.on()
    await house.owned_by("a")
    house.write(10)
    redis.kill()
    house.write(10)
    redis.start()
    again = await until_on(house)
    house.written.clear()
    house.write(20)
    await house.all_lit(again)


async def until_on(house: House) -> Position:
    """Switches Realtime on as soon as the store takes it."""
    from dagnet_realtime.model.problem import Problem

    for _ in range(200):
        with contextlib.suppress(Problem):
            return await house.on()
        await asyncio.sleep(0.05)
    raise AssertionError("the store did not come back")
