"""Senders and viewers for fault tests; they record everything that the guarantees speak of."""

import asyncio
import contextlib
import hmac
import itertools
import json
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from typing import ClassVar, Self

import httpx
import msgspec

from dagnet_realtime.model.frame import Batch, Close, Frame, Gap, Heartbeat, Hello
from tests.faults.town import Address
from tests.support.server import GRAPH, SECRET, label_of, track

_FRAME = msgspec.json.Decoder(Frame)
RETRY = 0.1  # seconds; Segment waits longer, tests need not


class Sender:
    """Sends single signed events at `rate` a second, each retried, to the houses in turn, until it
    is taken, as Segment would.

    `bad_gateways`: a proxy that is not ours may answer 502 in place of a process.
    """

    def __init__(
        self, houses: Sequence[Address], rate: float = 100.0, *, bad_gateways: bool = False
    ) -> None:
        self.houses = houses
        self.accepted: list[str] = []
        self.again: set[str] = set()
        self.refused: Counter[object] = Counter()
        self._rate = rate
        self._bad_gateways = bad_gateways
        self._prefix = secrets.token_hex(3)
        self._stopping = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    async def finish(self) -> list[str]:
        """No new events; waits until every one is taken."""
        self._stopping.set()
        async with asyncio.timeout(20):
            await self._task
        return self.accepted

    async def _run(self) -> None:
        timeout = httpx.Timeout(4.0)
        loop = asyncio.get_running_loop()
        verify = self.houses[0].tls or False
        async with (
            httpx.AsyncClient(timeout=timeout, trust_env=False, verify=verify) as client,
            asyncio.TaskGroup() as tasks,
        ):
            began = loop.time()
            for number in itertools.count():
                if self._stopping.is_set():
                    return
                tasks.create_task(self._deliver(client, number))
                await asyncio.sleep(max(0.0, began + (number + 1) / self._rate - loop.time()))

    async def _deliver(self, client: httpx.AsyncClient, number: int) -> None:
        id = f"{self._prefix}-{number}"
        body = json.dumps(track(id)).encode()
        headers = {"x-signature": hmac.digest(SECRET, body, "sha1").hex()}
        for attempt in itertools.count(number):
            house = self.houses[attempt % len(self.houses)]
            try:
                answer = await client.post(
                    f"{house.url}/segment/webhook/web", content=body, headers=headers
                )
            except httpx.HTTPError as error:
                self.refused[type(error).__name__] += 1
            else:
                if answer.status_code == 200:
                    self.accepted.append(id)
                    return
                if not (self._bad_gateways and answer.status_code == 502):
                    assert answer.status_code in (429, 503), answer.text
                    assert "retry-after" in answer.headers
                self.refused[answer.status_code] += 1
            self.again.add(id)
            await asyncio.sleep(RETRY)


class Watcher:
    """One watch session and its stream, which comes back from wherever it stood, to the houses in turn.

    `last` says when the last frame came, and which. `left` are sessions whose viewers went away without Off; they lapse after five minutes.
    """

    left: ClassVar[set[str]] = set()

    def __init__(
        self, houses: Sequence[Address], session: str, position: str, start: int = 0
    ) -> None:
        self.session = session
        self.at = position
        self.offered = 0
        self.missed = 0
        self.unknown = 0
        self.ids: Counter[str] = Counter()
        self.broken: list[str] = []
        self.hellos = 0
        self.byes: list[Close] = []
        self.served: Counter[str] = Counter()
        self.gone = False
        self.last: tuple[float, str] = (0.0, "")
        self._houses = houses
        self._route = itertools.count(start)
        self._changed = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    @classmethod
    async def open(cls, houses: Sequence[Address], start: int = 0) -> Self:
        """On at one house, the stream at the next."""
        house = houses[start % len(houses)]
        async with httpx.AsyncClient(
            timeout=30, trust_env=False, verify=house.tls or False
        ) as client:
            answer = await client.post(
                f"{house.url}/api/watch",
                json={"workspace": "shop", "env": "test", "graph": GRAPH},
                headers={"authorization": f"Bearer {house.key}"},
            )
        assert answer.status_code == 201, answer.text
        told = answer.json()
        watcher = cls(houses, told["watch_session_id"], told["position"], start + 1)
        await watcher.until(lambda: watcher.hellos > 0)
        return watcher

    async def until(self, holds: Callable[[], bool], seconds: float = 40.0) -> None:
        """Waits until `holds()` is true for the frames that this viewer received."""
        async with asyncio.timeout(seconds):
            while not holds():
                self._changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), 0.2)

    async def leave(self) -> None:
        """Goes away without Off."""
        Watcher.left.add(self.session)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def accounts_for(self, accepted: Sequence[str], repeatable: set[str] | None = None) -> None:
        """Every accepted event was shown once, or is in a gap; only what a lost window may repeat comes twice."""
        assert not self.broken, self.broken
        twice = {id for id, count in self.ids.items() if count > 1}
        assert twice <= (repeatable or set()), twice
        if not self.unknown:
            assert self.offered + self.missed == len(accepted), (
                self.offered,
                self.missed,
                len(accepted),
            )
            assert not self.missed or len(accepted) - len(self.ids) == self.missed
            assert self.missed or set(accepted) == set(self.ids)

    async def _run(self) -> None:
        while not self.gone:
            house = self._houses[next(self._route) % len(self._houses)]
            with contextlib.suppress(
                OSError, asyncio.IncompleteReadError, TimeoutError, ValueError
            ):
                async with asyncio.timeout(60):
                    async for frame in self._stream(house):
                        self._take(frame, house)
            if self.byes and self.byes[-1].retry_after is None:
                return
            await asyncio.sleep(RETRY)

    async def _stream(self, house: Address) -> AsyncIterator[Frame]:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", house.port, ssl=house.tls, server_hostname=house.tls and house.host
        )
        try:
            lines = [
                f"GET /api/watch/{self.session}/stream HTTP/1.1",
                f"host: {house.host}:{house.port}",
                f"authorization: Bearer {house.key}",
            ]
            writer.write("\r\n".join([*lines, f"last-event-id: {self.at}", "", ""]).encode())
            status = (await asyncio.wait_for(reader.readline(), 10)).split()[1:2]
            while (await reader.readline()).strip():
                pass
            if status == [b"410"]:
                self.gone = True
            if status != [b"200"]:
                return
            text = b""
            while size := int((await reader.readline()).strip() or b"0", 16):
                text += (await reader.readexactly(size + 2))[:size]
                *messages, text = text.split(b"\n\n")
                for message in messages:
                    yield _FRAME.decode(
                        next(
                            line[6:] for line in message.split(b"\n") if line.startswith(b"data: ")
                        )
                    )
        finally:
            writer.transport.abort()

    def _take(self, frame: Frame, house: Address) -> None:
        self.last = (asyncio.get_running_loop().time(), type(frame).__name__)
        self.served[house.name] += 1
        match frame:
            case Hello():
                self.hellos += 1
                self._stands(frame.position, "hello")
            case Batch():
                self._stands(frame.from_, "batch")
                self.at = frame.position
                self.offered += frame.ledger.offered
                self.ids.update(label_of(event.id) for event in frame.events)
            case Gap():
                self._stands(frame.from_, "gap")
                self.at = frame.to
                if frame.missed is None:
                    self.unknown += 1
                else:
                    self.missed += frame.missed
            case Heartbeat():
                self._stands(frame.position, "beat")
            case Close():
                self.byes.append(frame)
            case _:
                pass
        self._changed.set()

    def _stands(self, position: str, what: str) -> None:
        if position != self.at:
            self.broken.append(f"a {what} at {position}, where {self.at} was reached")
