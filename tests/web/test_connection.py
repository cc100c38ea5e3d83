"""What a connection may take of the server, over real sockets."""

import asyncio
import contextlib
import gc
import json
import socket
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from dagnet_realtime.app.sockets import UvicornServer
from dagnet_realtime.web.connection import ConnectionLimits, connection
from dagnet_realtime.web.connection_stats import ConnectionStats

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
SOON = ConnectionLimits(head_seconds=0.2, idle_seconds=0.3, stuck_seconds=0.3)
NEVER = ConnectionLimits(head_seconds=600, idle_seconds=600, stuck_seconds=600)


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """Answers without looking at the body."""
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
    )
    await send({"type": "http.response.body", "body": b"hi"})


async def whole(scope: Any, receive: Any, send: Any) -> None:
    """Answers once the body has come."""
    while (await receive()).get("more_body"):
        pass
    await hello(scope, receive, send)


async def endless(scope: Any, receive: Any, send: Any) -> None:
    """Streams for as long as the client reads."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
        await asyncio.sleep(0)


async def large(scope: Any, receive: Any, send: Any) -> None:
    """Answers with more than any socket holds."""
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-length", b"16000000")],
        }
    )
    await send({"type": "http.response.body", "body": b"x" * 16_000_000})


class Scene:
    """A served app: its `port`, and what was `cut`."""

    def __init__(self, port: int, traffic: ConnectionStats) -> None:
        self.port = port
        self.traffic = traffic

    async def wire(self, sent: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection that has sent so much."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(sent)
        return reader, writer

    async def until_cut(self, sent: bytes, drip: bytes = b"") -> bytes:
        """What comes back until the server ends the connection, while `drip` is sent again and again."""
        reader, writer = await self.wire(sent)

        async def dripping() -> None:
            with contextlib.suppress(ConnectionError):
                while drip:
                    writer.write(drip)
                    await writer.drain()
                    await asyncio.sleep(0.02)

        beside = asyncio.create_task(dripping())
        try:
            return await rest(reader)
        finally:
            beside.cancel()
            writer.transport.abort()


@asynccontextmanager
async def serving(app: Any, bounds: ConnectionLimits) -> AsyncIterator[Scene]:
    traffic = ConnectionStats()
    server = UvicornServer(app, connection(bounds, traffic))
    with socket.create_server(("127.0.0.1", 0)) as bound:
        bound.settimeout(0)
        running = asyncio.create_task(server.serve([bound]))
        await server.listening.wait()
        try:
            async with asyncio.timeout(20):
                yield Scene(bound.getsockname()[1], traffic)
        finally:
            server.stop()
            await running


async def rest(reader: asyncio.StreamReader) -> bytes:
    text = bytearray()
    with contextlib.suppress(ConnectionError):
        while more := await reader.read(65536):
            text += more
    return bytes(text)


async def eventually(holds: Callable[[], bool]) -> None:
    """Waits until it holds; the scene's own time limit ends a wait in vain."""
    while not holds():
        await asyncio.sleep(0.01)


def told(text: bytes) -> tuple[int, dict[str, Any]]:
    """Status and problem of an answer that ends its connection."""
    head, _, body = text.partition(b"\r\n\r\n")
    assert b"connection: close" in head
    assert b"application/problem+json" in head
    return int(head.split(b" ")[1]), json.loads(body)


@pytest.mark.parametrize("drip", [b"", b"a"], ids=["stops", "drips"])
async def test_a_slow_head_is_cut(drip: bytes) -> None:
    """CON-1: whether its sender stops or goes on byte by byte; it hears why."""
    async with serving(hello, SOON) as scene:
        status, problem = told(await scene.until_cut(HEAD + b"X-Slow: ", drip))
        assert (status, problem["title"]) == (408, "The request came too slowly")
        assert scene.traffic.slow == 1


@pytest.mark.parametrize("drip", [b"", b"\r\n"], ids=["nothing", "empty lines"])
async def test_a_connection_that_begins_nothing_is_cut(drip: bytes) -> None:
    """CON-1: silence, or lines before a request that never comes, count as a slow head."""
    async with serving(hello, SOON) as scene:
        await scene.until_cut(b"", drip)
        assert scene.traffic.slow == 1


async def test_a_slow_head_on_a_used_connection_is_cut() -> None:
    """CON-1: the time begins anew with every request, from its first byte."""
    async with serving(hello, replace(SOON, idle_seconds=600)) as scene:
        text = await scene.until_cut(HEAD + b"\r\n" + HEAD, b"X")
        assert text.startswith(b"HTTP/1.1 200")
        assert b"408" in text
        assert scene.traffic.slow == 1


async def test_a_discarded_body_has_a_time_limit_too() -> None:
    """CON-1: what still comes after the answer is discarded, for a limited time."""
    async with serving(hello, SOON) as scene:
        text = await scene.until_cut(HEAD + b"Content-Length: 100000\r\n\r\n", b"x")
        assert text.startswith(b"HTTP/1.1 200")
        assert scene.traffic.slow == 1


async def test_a_request_with_the_app_is_the_apps_to_bound() -> None:
    """CON-1: a slow body, a poll and a stream are not cut by the time that a head has."""
    async with serving(whole, replace(SOON, idle_seconds=600)) as scene:
        reader, writer = await scene.wire(HEAD + b"Content-Length: 3\r\n\r\n")
        for _ in range(3):
            await asyncio.sleep(SOON.head_seconds)
            writer.write(b"x")
        assert (await reader.readuntil(b"hi")).startswith(b"HTTP/1.1 200")
        writer.transport.abort()


async def test_silence_after_an_answer_is_cut() -> None:
    """CON-1: a connection that is kept alive for nothing."""
    async with serving(hello, SOON) as scene:
        assert (await scene.until_cut(HEAD + b"\r\n")).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "head",
    [
        HEAD + b"X: " + b"a" * 40_000,
        HEAD + b"X: " + b"a" * 40_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 40_000,
        HEAD + b"".join(b"X-%d: 1\r\n" % number for number in range(200)) + b"\r\n",
        b"\r\n" * 20_000,
    ],
    ids=["a value without end", "a long value", "a long address", "many fields", "empty lines"],
)
async def test_a_large_head_is_refused(head: bytes) -> None:
    """CON-3: a head over 32 KB, or with more than 100 fields, is refused."""
    async with serving(hello, NEVER) as scene:
        status, problem = told(await scene.until_cut(head))
        assert (status, problem["title"]) == (431, "The request's head is too large")
        assert scene.traffic.large == 1


async def test_a_head_without_end_costs_nothing() -> None:
    """CON-3: bytes beyond the bound are not kept."""
    async with serving(hello, NEVER) as scene:
        tracemalloc.start()
        for _ in range(20):
            await scene.until_cut(HEAD + b"X: " + b"a" * 2_000_000)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert grown < 2_000_000


async def test_nonsense_is_refused_with_a_problem() -> None:
    """CON-3: what is no HTTP hears so, and its connection ends."""
    async with serving(hello, NEVER) as scene:
        status, problem = told(
            await scene.until_cut(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 10)
        )
        assert (status, problem["code"]) == (400, "invalid")
        assert scene.traffic.malformed == 1


async def test_too_many_requests_at_once_end_the_connection() -> None:
    """CON-3: 64 may wait for their turn on one connection."""
    async with serving(whole, NEVER) as scene:
        await scene.until_cut((HEAD + b"\r\n") * 500)
        assert scene.traffic.malformed == 1
        reader, writer = await scene.wire((HEAD + b"\r\n") * 60)
        for _ in range(60):
            await reader.readuntil(b"hi")
        writer.transport.abort()


async def test_a_reader_that_takes_nothing_is_cut() -> None:
    """CON-1: the server itself cuts it, on every system."""
    async with serving(endless, SOON) as scene:
        _, writer = await scene.wire()
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(HEAD + b"\r\n")
        await eventually(lambda: scene.traffic.stuck == 1)
        writer.transport.abort()


async def test_a_slow_reader_is_let_be() -> None:
    """CON-1: 16 KB in twenty seconds are enough."""
    async with serving(large, replace(SOON, stuck_seconds=1.5)) as scene:
        reader, writer = await scene.wire(HEAD + b"\r\n")
        taken = 0
        while len(part := await reader.read(65536)) and taken < 14_000_000:
            taken += len(part)
            await asyncio.sleep(0.01)
        assert scene.traffic.stuck == 0
        writer.transport.abort()


async def test_who_waits_longest_makes_room() -> None:
    """CON-4: beyond the number of connections idle ones go first; who has a request with the app stays."""
    async with serving(endless, replace(NEVER, connections=20)) as scene:
        streams = [await scene.wire(HEAD + b"\r\n") for _ in range(10)]
        for reader, _ in streams:
            await reader.readuntil(b"xxx")
        idle = [await scene.wire() for _ in range(10)]
        reader, writer = await scene.wire(HEAD + b"\r\n")
        assert (await reader.readuntil(b"xxx")).startswith(b"HTTP/1.1 200")
        assert scene.traffic.full == 2
        assert await rest(idle[0][0]) == b""
        for _, one in (*streams, *idle, (reader, writer)):
            one.transport.abort()


async def test_a_full_server_says_when_to_come_back() -> None:
    """CON-4: if no connection is idle, a new one gets 503 with a time to retry."""
    async with serving(endless, replace(NEVER, connections=3)) as scene:
        streams = [await scene.wire(HEAD + b"\r\n") for _ in range(3)]
        for reader, _ in streams:
            await reader.readuntil(b"xxx")
        text = await scene.until_cut(b"")
        assert told(text)[0] == 503
        assert b"retry-after: 2" in text
        for _, one in streams:
            one.transport.abort()
