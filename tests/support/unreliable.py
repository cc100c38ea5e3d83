"""A way to a provider that breaks as a test says: its HTTP interface refused, slow, doubled, swallowed, out of order or by another clock.

Browsers' sockets go through untouched, until they are cut.
"""

import asyncio
import contextlib
import json
import re
import threading
from collections.abc import Iterator
from email.utils import formatdate
from time import time
from typing import Literal

Fault = int | Literal["hang", "twice", "swallow", "late", "down", "limit"] | None


class Unreliable:
    """Listens on `port`. `fault` is what happens to requests from now on; `skew` is by how much the provider's clock is ahead of ours.

    A status is answered in the provider's place; `twice` publishes again what was published, `swallow` answers and publishes nothing,
    `late` publishes after the next one; `limit` refuses messages above 10,000 bytes as Pusher does, `down` ends every connection.
    """

    def __init__(self, target: int) -> None:
        self.fault: Fault = None
        self.skew = 0
        self.port = 0
        self.asked = 0
        self._target = target
        self._held: bytes | None = None
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._listening.wait(5)

    def cut(self) -> None:
        """Ends every connection, browsers' sockets too."""
        self._loop.call_soon_threadsafe(self._end)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _end(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        self._loop.run_forever()
        server.close()
        self._end()
        self.fault = None
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while self.fault != "down":
                    head = await reader.readuntil(b"\r\n\r\n")
                    if head.startswith(b"GET /app/"):
                        await self._pass(head, reader, writer)
                        return
                    length = re.search(rb"(?i)content-length: (\d+)", head)
                    body = await reader.readexactly(int(length[1])) if length else b""
                    writer.write(await self._answer(head, body))
                    await writer.drain()
        finally:
            writer.transport.abort()
            self._writers.discard(writer)

    async def _answer(self, head: bytes, body: bytes) -> bytes:
        self.asked += 1
        fault, publishes = self.fault, b"/batch_events" in head.partition(b"\r\n")[0]
        now = time() + self.skew
        signed = re.search(rb"auth_timestamp=(\d+)", head)
        if signed is not None and abs(int(signed[1]) - now) > 600:
            return _plain(401, now)
        if isinstance(fault, int):
            return _plain(fault, now)
        if fault == "hang":
            while self.fault == "hang":
                await asyncio.sleep(0.05)
        if (
            publishes
            and fault == "limit"
            and any(len(one["data"]) > 10_000 for one in json.loads(body)["batch"])
        ):
            return _plain(413, now)
        if publishes and fault == "swallow":
            return _plain(200, now)
        if publishes and fault == "late" and self._held is None:
            self._held = head + body
            return _plain(200, now)
        answer = await self._ask(head + body)
        if publishes and fault == "twice":
            await self._ask(head + body)
        if publishes and self._held is not None:
            held, self._held = self._held, None
            await self._ask(held)
        return answer

    async def _ask(self, request: bytes) -> bytes:
        """The target's answer, on a connection of its own."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            return head + (await reader.readexactly(int(length[1])) if length else b"")
        finally:
            writer.transport.abort()

    async def _pass(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers.add(far_writer)
        far_writer.write(head)
        ways = [
            asyncio.ensure_future(_copy(reader, far_writer)),
            asyncio.ensure_future(_copy(far_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            far_writer.transport.abort()
            self._writers.discard(far_writer)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()


def _plain(status: int, now: float) -> bytes:
    return f"HTTP/1.1 {status} X\r\ndate: {formatdate(now, usegmt=True)}\r\ncontent-length: 2\r\n\r\n{{}}".encode()


@contextlib.contextmanager
def unreliable(target: int) -> Iterator[Unreliable]:
    """A way for the time of the context."""
    made = Unreliable(target)
    try:
        yield made
    finally:
        made.close()
