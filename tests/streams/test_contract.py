"""The contract of streams, on the stream in memory that other tests use."""

import pytest

from dagnet_realtime.ports.stream import Stream
from tests.streams.contract import TOPIC, StreamContract
from tests.support.streams import MemoryBroker, MemoryStream


class InMemory:
    """A broker in memory on the clock of this machine."""

    partitions = 3
    trims = True

    def __init__(self) -> None:
        from dagnet_realtime.app.clock import SystemClock

        self.broker = MemoryBroker(SystemClock())
        self.broker.create(TOPIC, self.partitions)

    async def write(self, number: int, *values: bytes | None) -> None:
        for value in values:
            self.broker.write(TOPIC, number, value)

    async def connect(self, *topics: str) -> Stream:
        return MemoryStream(self.broker, topics)

    async def topics(self) -> set[str]:
        return {part.topic for part in self.broker.partitions}


class TestInMemory(StreamContract):
    """STR-10 … STR-14 on the stream in memory."""

    @pytest.fixture
    def broker(self) -> InMemory:
        return InMemory()
