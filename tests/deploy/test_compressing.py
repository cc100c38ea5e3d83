"""Streams through real proxies that compress all they can."""

import asyncio
import hmac
import json
from pathlib import Path

import httpx
import pytest

from tests.deploy.proxies import NAME, Change, Proxy, caddy, found, nginx
from tests.support.server import GRAPH, SECRET, serving, track
from tests.support.sockets import free_port

COMPRESSING: dict[str, tuple[Proxy, Change]] = {
    "caddy": (caddy, ("\treverse_proxy {$", "\tencode zstd gzip\n\n\treverse_proxy {$")),
    "nginx": (
        nginx,
        (
            "    proxy_http_version 1.1;",
            "    gzip on; gzip_types *; gzip_proxied any;\n    proxy_http_version 1.1;",
        ),
    ),
}


@pytest.mark.parametrize("name", COMPRESSING)
async def test_a_proxy_that_compresses_holds_no_frame_back(name: str, tmp_path: Path) -> None:
    """OPS-1: each event comes while the stream is open, though other answers come compressed."""
    if found(name) is None:
        pytest.skip(f"this machine's distribution has no {name}")
    proxy, change = COMPRESSING[name]
    async with serving() as served:
        with proxy(tmp_path, port := free_port(), [served.port, served.port], change) as tls:
            headers = {"authorization": f"Bearer {served.programs}", "accept-encoding": "gzip"}
            async with httpx.AsyncClient(
                base_url=f"https://{NAME}:{port}",
                headers=headers,
                verify=tls,
                trust_env=False,
                timeout=30,
            ) as browser:
                on = {"workspace": "shop", "env": "test", "graph": GRAPH}
                opened = await browser.post("/api/watch", json=on)
                session = opened.json()["watch_session_id"]
                graphs = await browser.get("/api/openapi.json")
                assert graphs.headers["content-encoding"] == "gzip", "it does compress"
                async with (
                    browser.stream("GET", f"/api/watch/{session}/stream") as stream,
                    asyncio.timeout(30),
                ):
                    lines = stream.aiter_lines()
                    for number in range(3):
                        event = track(f"{name}-{number}")
                        body = json.dumps(event).encode()
                        signature = hmac.digest(SECRET, body, "sha1").hex()
                        await browser.post(
                            "/segment/webhook/web", content=body, headers={"x-signature": signature}
                        )
                        while event["messageId"] not in await anext(lines):
                            pass
