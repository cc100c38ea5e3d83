"""A real provider's webhooks at a real server of ours: taken with the provider's signature only."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from tests.faults.published import PROXY, published
from tests.support.server import GRAPH
from tests.support.soketi import KEY, soketi
from tests.support.subscriber import Subscriber

NOTICE = "/api/workspaces/shop/prod/relay"
PATIENCE = 60


class Between:
    """The way of the webhooks: what was posted, with its headers, and what our server answered."""

    def __init__(self) -> None:
        self.target = ""
        self.passed: list[tuple[bytes, dict[str, str], int]] = []
        between = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                signed = {
                    name: self.headers[name] for name in ("x-pusher-key", "x-pusher-signature")
                }
                answer = httpx.post(
                    between.target + self.path, content=body, headers=signed, trust_env=False
                )
                between.passed.append((body, signed, answer.status_code))
                self.send_response(answer.status_code)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self.server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{NOTICE}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join(5)


class Site:
    """The three of them."""

    def __init__(self, between: Between, port: int) -> None:
        self.between = between
        self.port = port

    async def told(self, kind: str, channel: str) -> tuple[bytes, dict[str, str], int]:
        """What the provider posted of that kind about the channel."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for body, signed, status in list(self.between.passed):
                    if any(
                        (event["name"], event["channel"]) == (kind, channel)
                        for event in json.loads(body)["events"]
                    ):
                        return body, signed, status
                await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    between = Between()
    try:
        with (
            soketi(between.url) as provider,
            published(tmp_path_factory.mktemp("notices"), provider.url) as (program, _),
        ):
            between.target = program.url
            yield Site(between, provider.port)
    finally:
        between.close()


@pytest.fixture
async def client(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=site.between.target, trust_env=False, headers={"x-person": "ann", **PROXY}
    ) as opened:
        yield opened


async def test_a_real_provider_is_believed_by_its_signature_alone(
    site: Site, client: httpx.AsyncClient
) -> None:
    """REL-24: arrivals and departures are taken as soketi signs them; a changed body or another key
    is refused.
    """
    opened = await client.post(
        "/api/watch", json={"workspace": "shop", "env": "prod", "graph": GRAPH}
    )
    session = opened.json()["watch_session_id"]
    channel = (await client.get(f"/api/watch/{session}/relay")).json()["channel"]
    async with Subscriber(site.port, KEY) as browser:
        asked = {
            "watch_session_id": session,
            "channel_name": channel,
            "socket_id": browser.socket_id,
        }
        await browser.subscribe(
            channel, (await client.post("/api/channels/auth", json=asked)).json()
        )
        _, _, status = await site.told("channel_occupied", channel)
        assert status == 200
    body, signed, status = await site.told("channel_vacated", channel)
    assert status == 200

    async def posted(content: bytes, **changed: str) -> int:
        headers = {**signed, **{f"x-pusher-{name}": value for name, value in changed.items()}}
        return (await client.post(NOTICE, content=content, headers=headers)).status_code

    assert await posted(body) == 200, "a repeat does no harm"
    assert await posted(body.replace(b"vacated", b"occupied")) == 403
    assert await posted(body, key="another") == 403
    assert await posted(body, signature="0" * 64) == 403
    assert (await client.get(f"/api/watch/{session}/relay")).json()["publishing"]
