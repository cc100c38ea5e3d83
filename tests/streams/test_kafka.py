"""Kafka by aiokafka: the contract on two brokers that run here, and what a connection says that
fails.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.stream import StreamSettings
from dagnet_realtime.ports.stream import Stream
from dagnet_realtime.streams.kafka import connect, explained
from tests.streams.contract import FIRST, SECOND, TOPIC, StreamContract, caught_up, reading, records
from tests.support.kafka import (
    administering,
    delete_topic,
    make_topic,
    mock_cluster,
    producing,
    tansu,
)
from tests.support.sockets import free_port


class Real:
    """A broker behind an address. Every topic of a test is its own, so one server serves all of
    them.
    """

    trims = False

    def __init__(
        self,
        address: str,
        partitions: int,
        producer: AIOKafkaProducer,
        opened: contextlib.AsyncExitStack,
    ) -> None:
        self.address = address
        self.partitions = partitions
        self._producer = producer
        self._opened = opened

    async def write(self, number: int, *values: bytes | None) -> None:
        for value in values:
            await self._producer.send_and_wait(TOPIC, value, key=b"k", partition=number)

    async def connect(self, *topics: str) -> Stream:
        stream = await connect(
            StreamSettings(servers=tuple(self.address.split(",")), topics=topics)
        )
        self._opened.push_async_callback(stream.close)
        return stream

    async def topics(self) -> set[str]:
        async with administering(self.address) as client:
            return set(await client.list_topics())


@contextlib.asynccontextmanager
async def real(address: str, partitions: int) -> AsyncIterator[Real]:
    """The broker for one test."""
    async with (
        contextlib.AsyncExitStack() as opened,
        producing(address, max_request_size=4 * 1024 * 1024) as producer,
    ):
        yield Real(address, partitions, producer, opened)


class TestOnTansu(StreamContract):
    """STR-10 … STR-14 on Tansu, one record a batch (it tells the end of a partition by whole
    batches).
    """

    @pytest.fixture
    async def broker(self) -> AsyncIterator[Real]:
        with tansu() as server:
            await make_topic(server.address, TOPIC, 3)
            async with real(server.address, 3) as made:
                yield made


class TestOnMockCluster(StreamContract):
    """STR-10 … STR-14 on librdkafka's mock cluster of three brokers, which makes every topic that a
    client asks for.
    """

    @pytest.fixture
    async def broker(self) -> AsyncIterator[Real]:
        with mock_cluster(3) as address:
            async with producing(address) as producer:
                await producer.send_and_wait(TOPIC, b"the first", partition=0)
            async with real(address, 4) as made:
                made.trims = True
                yield made

    async def test_this_broker_does_make_topics_that_a_client_asks_for(self, broker: Real) -> None:
        """STR-14: this broker makes topics, so the contract's case can fail."""
        consumer = AIOKafkaConsumer("made by asking", bootstrap_servers=broker.address)
        await consumer.start()
        await consumer.stop()
        assert "made by asking" in await broker.topics()


def settings(*servers: str, **more: object) -> StreamSettings:
    """Settings for a connection that is to fail, or for a broker of its own."""
    return StreamSettings(servers=servers, topics=(TOPIC,), **more)  # type: ignore[arg-type]


async def refusal(of: StreamSettings) -> str:
    """What an operator reads who connects so."""
    with pytest.raises(Problem) as caught:
        await connect(of)
    return caught.value.sentence()


@contextlib.asynccontextmanager
async def listening(handle: object) -> AsyncIterator[str]:
    """A server that is no broker."""
    server = await asyncio.start_server(handle, "127.0.0.1", 0)  # type: ignore[arg-type]
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_what_keeps_a_connection_from_standing_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """STR-13: nothing listens, no such host, a port that hangs up, one that is silent, one without
    TLS.
    """
    nobody = f"127.0.0.1:{free_port()}"
    assert (
        await refusal(settings(nobody))
        == f"Kafka at {nobody} cannot be read. Nothing listens there. Correct `servers`, or start the broker."
    )

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.close()

    async with listening(hang_up) as address:
        assert "It ends the connection at once" in await refusal(settings(address))
        assert (
            "It ends the connection at once. Check `security` and the port: it may expect plaintext"
            in await refusal(settings(address, security="ssl"))
        )

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with listening(plain) as address:
        assert "It does not speak TLS as we do" in await refusal(settings(address, security="ssl"))

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    monkeypatch.setattr("dagnet_realtime.streams.kafka.REQUEST_SECONDS", 0.1)
    async with listening(silent) as address:
        assert "It does not answer" in await refusal(settings(address))
    assert "There is no such host" in await refusal(settings("nowhere.invalid:9092"))


async def test_a_second_server_is_tried_when_the_first_is_away() -> None:
    """STR-13: one that lets us in is enough."""
    with tansu() as server:
        await make_topic(server.address, TOPIC, 1)
        stream = await connect(settings(f"127.0.0.1:{free_port()}", server.address))
        assert await stream.partitions() == {FIRST}
        await stream.close()


async def test_a_broker_without_sasl_says_so_and_no_password_is_shown() -> None:
    """STR-13, ACC-25: the error holds neither the user nor the password."""
    with tansu() as server:
        said = await refusal(
            settings(
                server.address,
                security="sasl_plaintext",
                username=Secret("somebody"),
                password=Secret("hunter2"),
                mechanism="SCRAM-SHA-512",
            )
        )
        assert said.startswith(f"Kafka at {server.address} cannot be read.")
        assert "hunter2" not in said
        assert "somebody" not in said


def test_refusals_of_authentication_and_of_certificates_name_what_to_correct() -> None:
    """STR-13: no broker here can refuse a password or a certificate, so the client's own errors are
    shown to be understood.
    """
    from aiokafka import errors

    untrusted = ssl.SSLCertVerificationError()
    untrusted.verify_message = "self-signed certificate"
    told = {
        errors.SaslAuthenticationFailed("user bob"): ("unauthorized", "`username`"),
        errors.AuthenticationFailedError("user bob"): ("unauthorized", "`username`"),
        errors.UnsupportedSaslMechanismError("PLAIN"): ("unavailable", "`mechanism`"),
        errors.TopicAuthorizationFailedError("t"): ("unavailable", "READ and DESCRIBE"),
        untrusted: ("unavailable", "`ca`"),
        socket.gaierror(): ("unavailable", "`servers`"),
        TimeoutError(): ("unavailable", "`servers`"),
    }
    for error, (code, remedy) in told.items():
        problem = explained(error, settings("b1:9092"))
        assert problem.code == code
        assert remedy in problem.remedy
        assert "bob" not in problem.sentence()


async def test_certificates_that_cannot_be_read_are_reported(tmp_path: Path) -> None:
    """STR-13: an unreadable certificate is a problem before anything is connected."""
    with pytest.raises(Problem, match="certificate for Kafka cannot be read"):
        await connect(settings("b1:9092", security="ssl", ca=str(tmp_path / "absent.pem")))


async def test_a_broker_that_goes_and_comes_back_is_read_on() -> None:
    """STR-16: the connection is restored by itself, and reading goes on."""
    with tansu() as server:
        await make_topic(server.address, TOPIC, 1)
        stream = await connect(settings(server.address))
        await stream.assign({FIRST: 0})
        await reading(stream, caught_up)
        server.kill()
        silent = await stream.read(10, 0.1)
        assert silent.records == ()
        server.start()
        await make_topic(server.address, TOPIC, 1)
        async with producing(server.address) as producer:
            await producer.send_and_wait(TOPIC, b"back", partition=0)
        assert [record.value for record in await records(stream, 1)] == [b"back"]
        await stream.close()


async def test_topics_that_go_come_back_and_grow_are_seen_at_the_next_look() -> None:
    """STR-16: partitions are looked up anew; the topic is remade with more, as neither test broker
    can add any.
    """
    with tansu() as server:
        await make_topic(server.address, TOPIC, 1)
        stream = await connect(settings(server.address))
        assert await stream.partitions() == {FIRST}
        await delete_topic(server.address, TOPIC)
        assert await stream.partitions() == set()
        await make_topic(server.address, TOPIC, 2)
        assert await stream.partitions() == {FIRST, SECOND}
        await stream.assign({FIRST: 0, SECOND: 0})
        async with producing(server.address) as producer:
            await producer.send_and_wait(TOPIC, b"anew", partition=1)
        assert [record.value for record in await records(stream, 1)] == [b"anew"]
        await stream.close()


CODECS = ("gzip", "snappy", "lz4", "zstd")


async def test_every_compression_of_kafka_is_read() -> None:
    """STR-10: records are read in each compression of broker or client."""
    with tansu() as server:
        await make_topic(server.address, TOPIC, 1)
        stream = await connect(settings(server.address))
        await stream.assign({FIRST: 0})
        for codec in CODECS:
            async with producing(server.address, compression_type=codec) as producer:
                await producer.send_and_wait(TOPIC, codec.encode() * 100, partition=0)
        assert [record.value for record in await records(stream, 4)] == [
            codec.encode() * 100 for codec in CODECS
        ]
        await stream.close()
