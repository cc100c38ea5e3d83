"""Opens watch sessions and streams over bare sockets, cheaply enough to hold a thousand of them in one process."""

import asyncio
import time
from typing import cast

import httpx
import msgspec

from benchmarks.served import Served


def open_session(served: Served, graph: str, **extra: object) -> str:
    """On: the id of a fresh watch session."""
    answer = httpx.post(
        f"http://127.0.0.1:{served.port}/api/watch",
        json={"workspace": "shop", "env": "bench", "graph": graph, **extra},
        headers={"Authorization": f"Bearer {served.key}"},
    )
    answer.raise_for_status()
    return str(answer.json()["watch_session_id"])


def first_graph(served: Served) -> str:
    """The name of the sample's first graph."""
    headers = {"Authorization": f"Bearer {served.key}"}
    listed = (
        httpx.get(f"http://127.0.0.1:{served.port}/api/workspaces", headers=headers)
        .raise_for_status()
        .json()
    )
    return str(listed["workspaces"][0]["graphs"][0]["name"])


class Seen(msgspec.Struct):
    """What one viewer saw: for each frame the log offset it reached and when; bytes and gaps in all."""

    frames: list[tuple[int, float]] = []
    volume: int = 0
    gaps: int = 0


class Viewer(asyncio.Protocol):
    """One push viewer that reads positions off the stream and nothing else."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._tail = b""
        self.seen = Seen(frames=[])

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks for the stream."""
        cast(asyncio.Transport, transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        """Notes every position that has come."""
        at = time.perf_counter()
        self.seen.volume += len(data)
        text = self._tail + data
        start = 0
        while (found := text.find(b"\nid: ", start)) >= 0:
            end = text.find(b"\n", found + 5)
            if end < 0:
                self._tail = text[found:]
                return
            self.seen.frames.append((int(text[found + 5 : end].split(b".")[1]), at))
            start = end
        self.seen.gaps += text.count(b'"op":"gap"', start)
        self._tail = text[max(start, len(text) - 64) :]


def stream_request(served: Served, session: str) -> bytes:
    """The GET that opens a stream."""
    path = f"/api/watch/{session}/stream"
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{served.port}",
        f"Authorization: Bearer {served.key}",
        "Accept: text/event-stream",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
