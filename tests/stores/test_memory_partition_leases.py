"""Partition leases of a single process."""

import pytest

from dagnet_realtime.ports.stream import PartitionLeases
from dagnet_realtime.stores.memory import MemoryPartitionLeases
from tests.stores.partition_leases_contract import PartitionLeasesContract


class InMemory:
    """Lives of a log, counted; no log is kept."""

    def __init__(self) -> None:
        self._lives = 0
        self._shares: dict[str, PartitionLeases] = {}

    async def leases(self, process: str) -> PartitionLeases:
        return MemoryPartitionLeases(process)

    async def on(self) -> str:
        self._lives += 1
        return f"epoch{self._lives}"

    async def off(self) -> None:
        """Nothing to do."""


class TestMemoryPartitionLeases(PartitionLeasesContract):
    """STR-10, STR-18 in memory."""

    @pytest.fixture
    def sharing(self) -> InMemory:
        return InMemory()
