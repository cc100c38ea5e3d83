"""A load generator that costs little: prebuilt requests over keep-alive connections, one in flight on each."""

import asyncio
import hashlib
import hmac
import time
from typing import cast

import msgspec
import uvloop

SECRET = b"a-shared-secret-of-the-benchmark"
_FIRST = 1_767_323_000_000  # ms since 1970: an SDK's ids hold the time


class Answered(msgspec.Struct, frozen=True):
    """What a flood met: requests a second, latencies in milliseconds, and how many answers were not 200."""

    rate: float
    p50: float
    p99: float
    wrong: int


class _Lane(asyncio.Protocol):
    def __init__(self, flood: "_Flood") -> None:
        self._flood = flood
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0 or len(self._buffer) < head + 4 + _length(self._buffer[:head]):
            return
        self._flood.answered(
            self._buffer[:12] == b"HTTP/1.1 200", time.perf_counter() - self._sent_at
        )
        self._buffer = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._flood.closed()

    def _send(self) -> None:
        assert self._transport is not None
        request = self._flood.next_request()
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


class _Flood:
    def __init__(self, requests: list[bytes], connections: int) -> None:
        self._requests = iter(requests)
        self._open = connections
        self.latencies: list[float] = []
        self.wrong = 0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def next_request(self) -> bytes | None:
        return next(self._requests, None)

    def answered(self, right: bool, seconds: float) -> None:
        self.latencies.append(seconds)
        self.wrong += not right

    def closed(self) -> None:
        self._open -= 1
        if self._open == 0 and not self.over.done():
            self.over.set_result(None)


def flood(host: str, port: int, requests: list[bytes], connections: int = 64) -> Answered:
    """Sends every request once, as fast as the answers come."""

    async def run() -> Answered:
        load = _Flood(requests, connections)
        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        for _ in range(connections):
            await loop.create_connection(lambda: _Lane(load), host, port)
        await load.over
        took = time.perf_counter() - began
        ordered = sorted(load.latencies)
        return Answered(len(ordered) / took, _at(ordered, 0.5), _at(ordered, 0.99), load.wrong)

    return uvloop.run(run())


def signed_request(path: str, body: bytes, signed: bytes | None = None) -> bytes:
    """One HTTP/1.1 POST as Segment sends it; `signed` is what the signature covers, the whole body
    by default.
    """
    signature = hmac.new(SECRET, body if signed is None else signed, hashlib.sha1).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Segment.io/1.0\r\nContent-Type: application/json\r\n"
        f"X-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def event(number: int, names: tuple[str, ...], people: int = 500) -> bytes:
    """One classic track delivery of about 1 KB."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{number % 1000:03d}Z"
    page = {
        "path": "/products/linen-shirt",
        "referrer": "https://shop.example.com/",
        "search": "?utm_source=mail",
        "title": "Linen shirt",
    }
    return msgspec.json.encode(
        {
            "anonymousId": f"3bc83968-14b8-4dae-9fa6-{number % people:012d}",
            "channel": "client",
            "context": {
                "library": {"name": "analytics.js", "version": "next-1.84.1"},
                "locale": "en-GB",
                "page": {
                    **page,
                    "url": "https://shop.example.com/products/linen-shirt?utm_source=mail",
                },
                "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
                "timezone": "Europe/London",
            },
            "event": names[number % len(names)],
            "integrations": {"Segment.io": True},
            "messageId": f"ajs-next-{_FIRST + number}-396814b8-5dae-4fa6-a081-f6bba4daa925",
            "originalTimestamp": stamp,
            "projectId": "sQ4tYh2vKxL9",
            "properties": {
                "sku": f"SKU-{number % 97}",
                "value": number % 200 + 0.5,
                "currency": "GBP",
                "list": "summer-edit",
            },
            "receivedAt": stamp,
            "sentAt": stamp,
            "timestamp": stamp,
            "type": "track",
            "userId": None,
            "version": 2,
        }
    )


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    return 0


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0
