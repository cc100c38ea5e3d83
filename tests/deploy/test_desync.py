"""No request passes a proxy inside another one, and no answer goes to another client: through the real nginx and Caddy.

The proxies run by the files in `deploy/`, Caddy once more without the lines that drop `Upgrade`, as
proxies do that hand it on. Behind them stands the server's own protocol, with an app that notes what
it hears.
"""

import asyncio
import contextlib
import socket
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from dagnet_realtime.app.sockets import UvicornServer
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.workspace import Source, Workspace
from dagnet_realtime.web.connection import (
    ConnectionLimits,
    ConnectionStats,
    LimitedHttpProtocol,
    fast_path,
)
from dagnet_realtime.web.routes.ingest import WEBHOOK_PREFIX
from tests.deploy.desync import FORGED, Attempt, attempts
from tests.deploy.proxies import AS_IT_IS, NAME, Change, Proxy, caddy, found, nginx
from tests.hub.stage import POLICY, SHOP
from tests.support.server import SECRET
from tests.support.sockets import free_port
from tests.web.stage import WebStage

STRIPS = "\t\trequest_header -Upgrade\n\t\trequest_header -Connection\n"
FRONTS: dict[str, tuple[Proxy, Change]] = {
    "nginx": (nginx, AS_IT_IS),
    "caddy": (caddy, AS_IT_IS),
    "caddy that hands Upgrade on": (caddy, (STRIPS, "")),
}
PATIENCE = 0.5  # seconds that an attacker waits for an answer, which many attempts never get
ATTACKERS, VICTIMS = 8, 4


class Backend:
    """What the app behind the proxy has heard: requests that no proxy has seen, and how many in all."""

    def __init__(self) -> None:
        source = Source(id="web", channel=SHOP, kind="webhook", secrets=(Secret(SECRET),))
        self._stage = WebStage(
            workspaces=[Workspace(channel=SHOP, path=".", policy=POLICY, sources=(source,))]
        )
        self.connections = 0
        self.protocol = type(
            "Counted",
            (
                _Counted,
                fast_path(
                    self._stage.parts.intake, ConnectionLimits(), ConnectionStats(), waits=False
                ),
            ),
            {"backend": self},
        )
        self.unseen: set[str] = set()
        self.heard = 0
        self.sent: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        self.heard += 1
        if path.startswith(WEBHOOK_PREFIX):
            await self._stage.app(scope, receive, send)
            return
        while not path.startswith("/early/"):
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            if not message["more_body"]:
                break
        self.unseen.update(
            f"{path} {value.decode()}"
            for name, value in scope["headers"]
            if name == FORGED and value
        )
        if path.startswith("/late/"):
            await self.sent[path].wait()
        body = path.encode()
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-length", b"%d" % len(body))],
            }
        )
        await send({"type": "http.response.body", "body": body})


class _Counted(LimitedHttpProtocol):
    """Counts the connections to a backend."""

    backend: Backend

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        self.backend.connections += 1
        super().connection_made(transport)


class Front:
    """A proxy before a backend."""

    def __init__(self, port: int, tls: ssl.SSLContext, backend: Backend) -> None:
        self.port = port
        self.backend = backend
        self._tls = tls

    async def wire(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=self._tls, server_hostname=NAME
        )

    @asynccontextmanager
    async def attack(self, attempt: Attempt) -> AsyncIterator[asyncio.StreamReader]:
        """Sends it, and stays while the context is open."""
        reader, writer = await self.wire()
        try:
            writer.write(attempt.data)
            await _soon(writer.drain())
            if b"/late/" in attempt.data:
                await _soon(
                    reader.readline()
                )  # it must not come yet: by then the proxy has passed all of it on
                self.backend.sent[f"/late/{attempt.number:06}"].set()
            await _soon(reader.readline())
            yield reader
        finally:
            writer.transport.abort()

    @asynccontextmanager
    async def victim(self) -> AsyncIterator[Callable[[str], Awaitable[bytes]]]:
        """Asks on a connection of its own: an answer's body, or its status if that is not 200."""
        reader, writer = await self.wire()

        async def ask(path: str) -> bytes:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {NAME}:{self.port}\r\n\r\n".encode())
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
            length = next(
                line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
            )
            body = await asyncio.wait_for(reader.readexactly(int(length.partition(b":")[2])), 20)
            return body if head.startswith(b"HTTP/1.1 200") else head.split(b" ")[1]

        try:
            yield ask
        finally:
            writer.transport.abort()


@pytest.fixture(params=FRONTS)
async def front(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Front]:
    proxy, change = FRONTS[request.param]
    if found(proxy.__name__) is None:
        pytest.skip(f"this machine's distribution has no {proxy.__name__}")
    backend, port = Backend(), free_port()
    server = UvicornServer(backend, backend.protocol)
    with socket.create_server(("127.0.0.1", 0)) as bound:
        bound.settimeout(0)
        behind = bound.getsockname()[1]
        running = asyncio.create_task(server.serve([bound]))
        await server.listening.wait()
        entering = contextlib.ExitStack()
        try:
            tls = await asyncio.to_thread(
                entering.enter_context, proxy(tmp_path, port, [behind, behind], change)
            )
            yield Front(port, tls, backend)
        finally:
            await asyncio.to_thread(entering.close)
            server.stop()
            await running


async def _soon(waited: Awaitable[object]) -> None:
    """Waits as long as an attacker does; an attempt that gets no answer, or is cut off, is none the less made."""
    with contextlib.suppress(TimeoutError, ConnectionError, ssl.SSLError):
        await asyncio.wait_for(waited, PATIENCE)


async def assault(front: Front, tried: Sequence[Attempt]) -> None:
    """Many attackers at once while victims ask; every victim must have the answer to its own request."""
    left: Iterator[Attempt] = iter(tried)
    over = asyncio.Event()
    stolen: list[tuple[str, bytes]] = []
    asked = 0

    async def attacker() -> None:
        for attempt in left:
            async with front.attack(attempt) as reader:
                await _soon(reader.read())

    async def victim(name: int) -> None:
        nonlocal asked
        while not over.is_set():
            async with front.victim() as ask:
                for _ in range(5):
                    asked += 1
                    path = f"/outer/victim-{name}-{asked}"
                    answer = await ask(path)
                    if answer != path.encode():
                        stolen.append((path, answer))

    async with asyncio.TaskGroup() as victims:
        for number in range(VICTIMS):
            victims.create_task(victim(number))
        async with asyncio.TaskGroup() as attackers:
            for _ in range(ATTACKERS):
                attackers.create_task(attacker())
        over.set()
    names = {f"forged-{attempt.number:06}@example.com": attempt.name for attempt in tried}
    assert not {unseen: names.get(unseen.split(" ")[1]) for unseen in front.backend.unseen}
    assert not stolen
    assert asked >= VICTIMS
    assert front.backend.heard > asked, "attempts reached the app"


async def test_no_request_is_smuggled_and_no_answer_stolen(front: Front) -> None:
    """OPS-5: a sample of every kind of attempt fails: upgrades with a body, lengths, codings,
    spellings, lines, chunks, trailers.
    """
    await assault(front, attempts(f"{NAME}:{front.port}")[::7])


@pytest.mark.proof
async def test_no_attempt_at_all_comes_through(front: Front) -> None:
    """OPS-5: each attempt fails, three times over, also on connections that an earlier one left at
    the proxy.
    """
    for _ in range(3):
        await assault(front, attempts(f"{NAME}:{front.port}"))


async def test_two_clients_on_one_connection_have_their_own_answers(front: Front) -> None:
    """OPS-5: victim and attacker ask in turn, on about one connection of the proxy, and get their
    own answers.
    """
    upgrades = [one for one in attempts(f"{NAME}:{front.port}") if "upgrade" in one.name][::13]
    async with front.victim() as victim, front.victim() as attacker:
        for number, attempt in enumerate(upgrades):
            async with front.attack(attempt):
                for ask, path in (
                    (victim, f"/outer/victim-{number}"),
                    (attacker, f"/outer/attacker-{number}"),
                    (victim, "/early/victim"),
                ):
                    assert await ask(path) == path.encode(), attempt.name
    assert not front.backend.unseen
    assert front.backend.connections < front.backend.heard / 2, "the proxy reuses its connections"
