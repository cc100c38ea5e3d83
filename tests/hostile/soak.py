"""Ten good clients that send and watch, beside a hostile crowd or alone; every event is accounted for."""

import asyncio
import contextlib
import json
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import msgspec

from tests.hostile.crowd import SECRETS, request, signed
from tests.support.server import GRAPH, SAMPLE, label_of, track

GOOD = 10
LINE = 64 * 1024 * 1024  # bytes of a frame, at most
EVERY = 0.1  # seconds between two events of one good client
CONFIG = """
[server]
port = 0

[[workspace]]
id = "shop"
env = "test"
path = "{path}"
max_rate = 300

[[workspace.source]]
id = "web"
kind = "webhook"
secrets = ["{web}"]

[[workspace.source]]
id = "loud"
kind = "webhook"
secrets = ["{loud}"]
"""


def configuration() -> str:
    """What the server is started with."""
    return CONFIG.format(path=SAMPLE, **{name: secret.decode() for name, secret in SECRETS.items()})


class Told(msgspec.Struct):
    """What good viewers came to know: seconds from sending to frame, events carried by id, sums of ledgers, gaps, doors at the end."""

    spans: list[float] = msgspec.field(default_factory=list)
    seen: Counter[str] = msgspec.field(default_factory=Counter)
    sums: Counter[str] = msgspec.field(default_factory=Counter)
    gaps: int = 0
    doors: dict[str, dict[str, Any]] = {}
    answers: dict[str, dict[str, int]] = {}

    def p99(self) -> float:
        """Milliseconds."""
        ordered = sorted(self.spans)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000


class Good:
    """One client: a connection that posts an event at a time, and a stream that must bring all that any good client sent."""

    def __init__(self, number: int, port: int, key: str) -> None:
        self.number = number
        self.told = Told()
        self.sent: dict[str, float] = {}
        self._port = port
        self._key = key

    async def post(self, until: float) -> None:
        """Sends until then; what is refused for a while is sent again, as Segment does."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=LINE)
        while time.monotonic() < until:
            id = f"good {self.number} {len(self.sent)}"
            body = json.dumps(track(id)).encode()
            self.sent[id] = time.monotonic()
            status = 0
            while status != 200:
                writer.write(request("/segment/webhook/web", body, **signed(SECRETS["web"], body)))
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
                status = int(head.split(b" ")[1])
                length = next(
                    line
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length")
                )
                await reader.readexactly(int(length.partition(b":")[2]))
                assert status in (200, 429, 503), head
            await asyncio.sleep(EVERY)
        writer.close()
        await writer.wait_closed()

    async def watch(self, session: str, sent: dict[str, float]) -> None:
        """Reads frames until it is cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=LINE)
        writer.write(
            request(
                f"/api/watch/{session}/stream", method="GET", authorization=f"Bearer {self._key}"
            )
        )
        try:
            while True:
                line = await reader.readline()
                assert line, "a good viewer's stream ended"
                if line.startswith(b"data: "):
                    self._take(json.loads(line[6:]), sent)
        finally:
            writer.transport.abort()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def _take(self, frame: dict[str, Any], sent: dict[str, float]) -> None:
        at = time.monotonic()
        assert frame["op"] != "bye", frame
        self.told.gaps += frame["op"] == "gap"
        if frame["op"] != "batch":
            return
        self.told.sums.update(frame["ledger"])
        for event in frame.get("events", ()):
            label = label_of(event["id"])
            self.told.seen[label] += 1
            if label in sent:
                self.told.spans.append(at - sent[label])


async def soak(port: int, key: str, seconds: float, *, hostile: bool) -> Told:
    """The good ones for so long, and the crowd beside them; then waits until everything sent was seen. What all viewers were told."""
    headers = {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False, timeout=60
    ) as client:

        async def opened(filter: str) -> str:
            asked = {"workspace": "shop", "env": "test", "graph": GRAPH, "filter": filter}
            answer = await client.post("/api/watch", json=asked)
            assert answer.status_code == 201, answer.text
            return str(answer.json()["watch_session_id"])

        sessions = [await opened("source:web") for _ in range(GOOD)]
        good = [Good(number, port, key) for number in range(GOOD)]
        crowd = await _crowd(port, key, await opened(""), seconds) if hostile else None
        sent: dict[str, float] = {}
        for one in good:
            one.sent = sent
        watching = [
            asyncio.create_task(one.watch(session, sent))
            for one, session in zip(good, sessions, strict=True)
        ]
        try:
            until = time.monotonic() + seconds
            await asyncio.gather(*(one.post(until) for one in good))
            answers = {} if crowd is None else json.loads((await crowd.communicate())[0])
            await _quiet(good, sent, watching, lambda: _doors(client, sessions[0]))
        finally:
            for task in watching:
                task.cancel()
            await asyncio.wait(watching)
        told = Told(
            doors=await _doors(client, sessions[0]),
            gaps=sum(one.told.gaps for one in good),
            answers=answers,
        )
        for one in good:
            told.spans += one.told.spans
            told.seen.update(one.told.seen)
            told.sums.update(one.told.sums)
        return told


async def _crowd(port: int, key: str, session: str, seconds: float) -> asyncio.subprocess.Process:
    words = ("-m", "tests.hostile.crowd", str(port), key, session, str(seconds))
    return await asyncio.create_subprocess_exec(
        sys.executable, *words, stdout=asyncio.subprocess.PIPE
    )


async def _doors(client: httpx.AsyncClient, session: str) -> dict[str, dict[str, Any]]:
    answer = await client.get(f"/api/watch/{session}/frames")
    found: dict[str, dict[str, Any]] = answer.json()["frames"][0]["ledger"]
    return found


async def _quiet(
    good: list[Good],
    sent: dict[str, float],
    watching: list[asyncio.Task[None]],
    doors: Callable[[], Awaitable[dict[str, dict[str, Any]]]],
) -> None:
    """Waits until every good viewer has received everything that was taken; raises what a viewer
    raised.
    """
    async with asyncio.timeout(90):
        while True:
            taken = sum(door["taken"] for door in (await doors()).values())
            if all(
                one.told.sums["offered"] >= taken and sent.keys() <= one.told.seen.keys()
                for one in good
            ):
                return
            for task in watching:
                if task.done():
                    task.result()
            await asyncio.sleep(0.1)
