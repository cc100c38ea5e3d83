"""Workers behind one port whose frames a provider carries: any of them may be asked at any moment."""

import asyncio
import hmac
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.deploy.pair import access_token, configured
from tests.support.program import Program
from tests.support.redis import redis_server
from tests.support.server import GRAPH, SECRET, track
from tests.support.sockets import free_port
from tests.support.soketi import KEY, soketi
from tests.support.subscriber import Subscriber

WORKERS, DELIVERIES = 3, 30


@pytest.mark.proof
async def test_workers_share_a_relay(tmp_path: Path) -> None:
    """REL-25: every connection may meet another worker; each names the same channel and signs it, and counts are the truth."""
    key, port = access_token(tmp_path), free_port()
    with soketi() as provider, redis_server("--maxmemory-policy", "noeviction") as redis:
        environ = {
            "DAGNET_REALTIME_LOG": redis.url,
            "DAGNET_REALTIME_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "DAGNET_REALTIME_STATE_DIR": str(tmp_path / "state"),
            "DAGNET_REALTIME_WORKSPACE_1_RELAY": provider.url,
        }
        serve = (
            "serve",
            "--config",
            str(configured(tmp_path)),
            "--port",
            str(port),
            "--workers",
            str(WORKERS),
        )
        program = Program(*serve, environ=environ)
        try:
            await asyncio.to_thread(program.wait_line, re.compile("Realtime is at http://"), 90)
            await _watch(f"http://127.0.0.1:{port}", key, provider.port)
        finally:
            assert program.stop() == 0


async def _watch(url: str, key: str, provider: int) -> None:
    async def ask(method: str, path: str, **given: Any) -> Any:
        """Asks over a new connection, which any free worker takes."""
        async with httpx.AsyncClient(
            base_url=url, trust_env=False, timeout=30, headers={"authorization": f"Bearer {key}"}
        ) as client:
            answer = await client.request(method, path, **given)
            assert answer.status_code in (200, 201), (path, answer.text)
            return answer.json()

    opened = await ask(
        "POST", "/api/watch", json={"workspace": "shop", "env": "test", "graph": GRAPH}
    )
    session = opened["watch_session_id"]
    seats = await asyncio.gather(
        *(ask("GET", f"/api/watch/{session}/relay") for _ in range(4 * WORKERS))
    )
    (channel,) = {seat["channel"] for seat in seats}
    async with Subscriber(provider, KEY) as browser:
        asked = {
            "watch_session_id": session,
            "channel_name": channel,
            "socket_id": browser.socket_id,
        }
        signed = await asyncio.gather(
            *(ask("POST", "/api/channels/auth", json=asked) for _ in range(4 * WORKERS))
        )
        await browser.subscribe(channel, signed[0])
        for number in range(DELIVERIES):
            body = json.dumps(track(f"m{number}")).encode()
            await ask(
                "POST",
                "/segment/webhook/web",
                content=body,
                headers={"x-signature": hmac.digest(SECRET, body, "sha1").hex()},
            )
            if number % WORKERS == 0:
                assert (await ask("GET", f"/api/watch/{session}/relay"))["channel"] == channel
        batches: list[dict[str, Any]] = []
        async with asyncio.timeout(60):
            while sum(frame["ledger"]["offered"] for frame in batches) < DELIVERIES:
                await browser.more()
                batches = [frame for frame in browser.frames(channel) if frame["op"] == "batch"]
    assert [frame["from"] for frame in batches] == [
        opened["position"],
        *(frame["position"] for frame in batches),
    ][:-1]
    assert sum(frame["ledger"]["offered"] for frame in batches) == DELIVERIES
    assert len({event["id"] for frame in batches for event in frame["events"]}) == DELIVERIES
