"""A thousand viewers at one poll a second, while 100 events a second arrive: latency of a poll and the server's share of a core."""

import asyncio
import time
from itertools import count

import uvloop

from benchmarks.intake import NAMES
from benchmarks.load import event, signed_request
from benchmarks.report import Figure, say
from benchmarks.served import Served, ours, pin_load
from benchmarks.watching import first_graph, open_session

VIEWERS = 1000
SESSIONS = 20
SECONDS = 8
_NUMBERS = count(200_000_000)


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line[15:])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    return await reader.readexactly(length)


async def _viewer(served: Served, session: str, delay: float, spans: list[float]) -> None:
    await asyncio.sleep(delay)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    after = ""
    for _ in range(SECONDS):
        began = time.perf_counter()
        path = f"/api/watch/{session}/frames?wait=0{after}"
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nAuthorization: Bearer {served.key}\r\n\r\n".encode()
        )
        body = await _answer(reader)
        spans.append(time.perf_counter() - began)
        after = "&after=" + body.rsplit(b'"position":"', 1)[1].split(b'"', 1)[0].decode()
        await asyncio.sleep(max(0.0, began + 1 - time.perf_counter()))
    writer.close()


async def _traffic(served: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    for _ in range(100 * SECONDS):
        writer.write(signed_request("/segment/webhook/bench", event(next(_NUMBERS), NAMES)))
        await _answer(reader)
        await asyncio.sleep(0.008)
    writer.close()


async def _run(served: Served, viewers: int) -> tuple[float, float]:
    sessions = [open_session(served, first_graph(served)) for _ in range(min(viewers, SESSIONS))]
    spans: list[float] = []
    cpu, began = served.cpu_seconds(), time.perf_counter()
    polls = [
        _viewer(served, sessions[number % len(sessions)], number / viewers, spans)
        for number in range(viewers)
    ]
    await asyncio.gather(_traffic(served), *polls)
    share = (served.cpu_seconds() - cpu) / (time.perf_counter() - began)
    return sorted(spans)[int(len(spans) * 0.99)] * 1000, share


def measure() -> list[Figure]:
    """p99 of a poll that does not wait, beside ten viewers."""
    pin_load()
    with ours() as served:
        few, _ = uvloop.run(_run(served, 10))
        many, share = uvloop.run(_run(served, VIEWERS))
    say(f"  {VIEWERS} polls a second: p99 {many:.0f} ms, {share:.0%} of a core")
    return [
        Figure(
            f"Poll p99 with {VIEWERS} viewers at one a second",
            "ms",
            many,
            few,
            "ten viewers",
            "the server keeps up",
            share < 1,
        )
    ]


if __name__ == "__main__":
    for figure in measure():
        say(figure.sentence())
