"""One browser's connection to a server of the Pusher protocol, as far as tests need it: RFC 6455 by hand, text only."""

import asyncio
import base64
import json
import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self


class Subscriber:
    """Enter it: connected, with a socket's id. What comes is in `heard`, as (channel, name, value)."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._key = key
        self.socket_id = ""
        self.heard: list[tuple[str, str, Any]] = []
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        nonce = base64.b64encode(os.urandom(16)).decode()
        self._writer.write(
            f"GET /app/{self._key}?protocol=7&client=tests&version=1 HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        assert b" 101 " in await self._reader.readuntil(b"\r\n\r\n")
        self._reading = asyncio.create_task(self._read())
        self.socket_id = (await self.until("", "pusher:connection_established"))["socket_id"]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._writer.transport.abort()

    async def subscribe(self, channel: str, signed: Mapping[str, Any]) -> None:
        """Subscribed once it returns, by what the server signed for this socket."""
        self._send(
            {"event": "pusher:subscribe", "data": {"channel": channel, "auth": signed["auth"]}}
        )
        await self.until(channel, "pusher_internal:subscription_succeeded")

    async def until(self, channel: str, name: str, seconds: float = 15) -> Any:
        """The value of the first message of that name, now or later."""
        async with asyncio.timeout(seconds):
            while True:
                for where, what, value in self.heard:
                    if (where, what) == (channel, name):
                        return value
                await self.more()

    async def more(self) -> None:
        """Waits for the next message."""
        self._news.clear()
        await self._news.wait()

    def frames(self, channel: str) -> list[dict[str, Any]]:
        """Whole frames of a channel."""
        return [value for where, name, value in self.heard if (where, name) == (channel, "frame")]

    def _send(self, message: dict[str, Any], code: int = 1) -> None:
        body = json.dumps(message).encode()
        head = bytes([0x80 | code, 0x80 | (len(body) if len(body) < 126 else 126)])
        self._writer.write(
            head + (b"" if len(body) < 126 else len(body).to_bytes(2)) + bytes(4) + body
        )

    async def _read(self) -> None:
        while True:
            code, length = await self._reader.readexactly(2)
            if length == 126:
                length = int.from_bytes(await self._reader.readexactly(2))
            elif length == 127:
                length = int.from_bytes(await self._reader.readexactly(8))
            body = await self._reader.readexactly(length)
            if code & 15 == 1:
                self._take(json.loads(body))

    def _take(self, message: dict[str, Any]) -> None:
        if message["event"] == "pusher:ping":
            self._send({"event": "pusher:pong", "data": {}})
        value = message.get("data")
        if isinstance(value, str) and value[:1] in ("{", "["):
            value = json.loads(value)
        self.heard.append((message.get("channel", ""), message["event"], value))
        self._news.set()
