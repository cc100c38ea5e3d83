"""From the POST's arrival to the frame at the viewer, for 1 to 1,000 push viewers."""

import asyncio
import sys
import time
from collections import deque
from functools import partial
from itertools import count
from typing import cast

import msgspec
import uvloop

from benchmarks.intake import NAMES
from benchmarks.load import event, signed_request
from benchmarks.report import Figure, say
from benchmarks.served import Served, ours, pin_load
from benchmarks.watching import Viewer, first_graph, open_session, stream_request

RATE = 1000
SECONDS = 8
SETTLE = 2.0
PATIENCE = 60.0
"""Seconds in which a server that fell behind may still answer."""
POSTERS = 32
PIPELINED = 32
"""Requests under way on one connection; a server takes 64."""
SESSIONS = 20
GOALS = {100: 120.0, 1000: 150.0}
"""Milliseconds by number of viewers."""
_NUMBERS = count(10_000_000)


class Delivered(msgspec.Struct, frozen=True):
    """Milliseconds from POST to frame over all viewers, the server's share of one core, gaps told, megabytes a second."""

    p50: float
    p99: float
    cpu: float
    gaps: int
    volume: float


class _Post(asyncio.Protocol):
    """One keep-alive connection that posts and notes when each event was to leave; what would be one too many waits here."""

    def __init__(self, sent: list[float]) -> None:
        self._sent = sent
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[bytes] = deque()
        self._written = 0
        self.answers = 0

    def data_received(self, data: bytes) -> None:
        self.answers += data.count(b"HTTP/1.1 200")
        self._write()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def post(self, request: bytes) -> None:
        """Sends one event; its place in `sent` is its place in the log."""
        self._sent.append(time.perf_counter())
        self._waiting.append(request)
        self._write()

    def _write(self) -> None:
        assert self._transport is not None
        while self._waiting and self._written - self.answers < PIPELINED:
            self._written += 1
            self._transport.write(self._waiting.popleft())


async def _deliver(served: Served, sessions: list[str], viewers: int) -> Delivered:
    loop = asyncio.get_running_loop()
    requests = [
        signed_request("/segment/webhook/bench", event(next(_NUMBERS), NAMES))
        for _ in range(RATE * SECONDS)
    ]
    watching = []
    for number in range(viewers):
        request = stream_request(served, sessions[number % len(sessions)])
        _, viewer = await loop.create_connection(partial(Viewer, request), "127.0.0.1", served.port)
        watching.append(viewer)
    sent: list[float] = []
    await asyncio.sleep(SETTLE)
    first = max((viewer.seen.frames[-1][0] for viewer in watching if viewer.seen.frames), default=0)
    posters = [
        (await loop.create_connection(lambda: _Post(sent), "127.0.0.1", served.port))[1]
        for _ in range(POSTERS)
    ]
    cpu, began = served.cpu_seconds(), time.perf_counter()
    for number, request in enumerate(requests):
        late = began + number / RATE - time.perf_counter()
        if late > 0:
            await asyncio.sleep(late)
        posters[number % POSTERS].post(request)
    cpu = (served.cpu_seconds() - cpu) / (time.perf_counter() - began)
    over = time.perf_counter() + PATIENCE
    while (answers := sum(poster.answers for poster in posters)) < len(
        sent
    ) and time.perf_counter() < over:
        await asyncio.sleep(0.1)
    assert answers == len(sent), f"{answers} of {len(sent)} posts were taken"
    await asyncio.sleep(SETTLE)
    spans = sorted(_latencies(watching, sent, first))
    assert spans, "nothing was delivered"
    return Delivered(
        p50=spans[len(spans) // 2] * 1000,
        p99=spans[int(len(spans) * 0.99)] * 1000,
        cpu=cpu,
        gaps=sum(viewer.seen.gaps for viewer in watching),
        volume=sum(viewer.seen.volume for viewer in watching) / 1e6 / SECONDS,
    )


def _latencies(watching: list[Viewer], sent: list[float], first: int) -> list[float]:
    """Every fifth event of every viewer."""
    spans: list[float] = []
    for viewer in watching:
        reached = 0
        for offset, at in viewer.seen.frames:
            upto = min(offset - first, len(sent))
            spans.extend(at - sent[place] for place in range(reached, upto, 5))
            reached = max(reached, upto)
        assert reached >= len(sent), f"a viewer saw {reached} of {len(sent)}"
    return spans


def once(viewers: int, log: str = "memory://", workers: int = 0) -> Delivered:
    """One run on a fresh server with the default budget: counts are exact, half of the events are carried."""
    with ours(log, workers=workers) as served:
        graph = first_graph(served)
        sessions = [open_session(served, graph) for _ in range(min(viewers, SESSIONS))]
        return uvloop.run(_deliver(served, sessions, viewers))


def measure(log: str = "memory://", sizes: tuple[int, ...] = (1, 10, 100, 1000)) -> list[Figure]:
    """1,000 events a second; the tick alone is 50 ms."""
    pin_load()
    figures = []
    alone = once(1, log)
    for viewers in sizes:
        run = alone if viewers == 1 else once(viewers, log)
        cost = f"{run.cpu:.0%} of a core, {run.gaps} gaps, {run.volume:.0f} MB/s"
        say(f"  {viewers} viewers: p50 {run.p50:.0f} ms, p99 {run.p99:.0f} ms, {cost}")
        goal = GOALS.get(viewers)
        words = f"p99 ≤ {goal:.0f} ms, no gap" if goal else "the tick is 50 ms"
        met = None if goal is None else run.p99 <= goal and run.gaps == 0
        name = f"Delivery p99 at {RATE}/s to {viewers} push viewers" + (
            "" if log == "memory://" else " on Redis"
        )
        figures.append(Figure(name, "ms", run.p99, alone.p99, "one viewer", words, met))
    return figures


if __name__ == "__main__":
    for figure in measure(sizes=tuple(int(size) for size in sys.argv[1:]) or (1, 10, 100, 1000)):
        say(figure.sentence())
