"""A real server in the test's own loop, on a free port, with real sockets and the real clock."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import httpx

from dagnet_realtime.app.serve import run
from dagnet_realtime.config.config import Config, ServerConfig
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.workspace import Channel, Policy, Source, Workspace

SAMPLE = Path(__file__).parents[2] / "src/dagnet_realtime/samples/shop"
CHANNEL = Channel("shop", "test")
SECRET = b"a secret of tests"
WRITE_KEY = "a-write-key-of-tests"
GRAPH = "uk-checkout-journey"


class Served:
    """A running server: `url`, the one-time `key`, the key for `programs`, and `client`, which is signed in as a program."""

    def __init__(self, link: str, programs: str) -> None:
        self.url, _, self.key = link.partition("/?key=")
        self.programs = programs
        headers = {"authorization": f"Bearer {programs}"}
        self.client = httpx.AsyncClient(
            base_url=self.url, headers=headers, timeout=30, trust_env=False
        )

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def open(self, filter: str = "") -> dict[str, Any]:
        """On: the answer of `POST /api/watch`."""
        answer = await self.client.post(
            "/api/watch",
            json={"workspace": "shop", "env": "test", "graph": GRAPH, "filter": filter},
        )
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def send(self, *messages: dict[str, Any]) -> None:
        """One signed webhook delivery of the messages."""
        encoded = [json.dumps(message).encode() for message in messages]
        body = encoded[0] if len(encoded) == 1 else b"[" + b",".join(encoded) + b"]"
        headers = {"x-signature": hmac.digest(SECRET, encoded[0], "sha1").hex()}
        answer = await self.client.post("/segment/webhook/web", content=body, headers=headers)
        assert answer.status_code == 200, answer.text


def message_id(label: str) -> str:
    """A message id as official SDKs make them, in which a label of at most 16 bytes stands."""
    plain = label.encode()
    return label if not 0 < len(plain) <= 16 else str(UUID(bytes=plain.ljust(16, b"\0")))


def label_of(id: str) -> str:
    """The label that stands in an id of `message_id`."""
    try:
        return UUID(id).bytes.rstrip(b"\0").decode()
    except ValueError:
        return id


def track(id: str, event: str = "view_item", **fields: Any) -> dict[str, Any]:
    """One track message as Segment delivers it."""
    return {
        "type": "track",
        "messageId": message_id(id),
        "event": event,
        "anonymousId": f"person {id}",
        "timestamp": "2026-01-02T03:04:05.678Z",
        **fields,
    }


def config(
    policy: Policy | None = None,
    sources: Sequence[Source] = (),
    folder: Path = SAMPLE,
    **fields: Any,
) -> Config:
    """The sample shop with a signed webhook `web` and a tracking source, on a free port."""
    usual = (
        Source(id="web", channel=CHANNEL, kind="webhook", secrets=(Secret(SECRET),)),
        Source(id="sdk", channel=CHANNEL, kind="tracking", write_key=Secret(WRITE_KEY)),
    )
    workspace = Workspace(
        channel=CHANNEL,
        path=str(folder),
        policy=policy or Policy(),
        sources=tuple(sources) or usual,
    )
    return Config(server=ServerConfig(port=0), workspaces=(workspace,), **fields)


@asynccontextmanager
async def serving(configured: Config | None = None) -> AsyncIterator[Served]:
    """A server that is ready, and has stopped when the context ends."""
    configured = configured or config()
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    with TemporaryDirectory() as folder:
        key_file = Path(folder) / "key"
        running = asyncio.create_task(
            run(_with_key_file(configured, key_file), ready=ready.set_result, stop=stop)
        )
        await asyncio.wait((running, ready), return_when=asyncio.FIRST_COMPLETED, timeout=30)
        if running.done():
            running.result()
        served = Served(ready.result(), key_file.read_text().strip())
        try:
            yield served
        finally:
            await served.client.aclose()
            stop.set()
            await asyncio.wait_for(running, 30)


def _with_key_file(configured: Config, key_file: Path) -> Config:
    return Config(
        server=configured.server,
        access=configured.access,
        workspaces=configured.workspaces,
        demo=configured.demo,
        key_file=str(key_file),
    )
