"""A sign-out holds over all processes, tried at two real servers on one real Redis with a copy of the cookie."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec

from dagnet_realtime.app.serve import ForkedState, run
from dagnet_realtime.app.sockets import listen, origin_of
from dagnet_realtime.config import token_file as file
from dagnet_realtime.config.config import AccessConfig, Config, ServerConfig
from dagnet_realtime.core.access_tokens import create_token
from dagnet_realtime.model.access import Secret
from tests.support.redis import redis_server
from tests.support.server import GRAPH, config

URL = "https://realtime.test"


@asynccontextmanager
async def process(configured: Config) -> AsyncIterator[httpx.AsyncClient]:
    """One process; its client goes straight to it and keeps no cookies."""
    stop, bound = asyncio.Event(), listen(configured)
    address = origin_of(bound)
    running = asyncio.create_task(
        run(configured, ready=lambda _: None, stop=stop, inherited=ForkedState(bound))
    )
    try:
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=20) as client:
            assert (await client.get("/healthz")).status_code == 200
            yield client
    finally:
        stop.set()
        await running


async def test_a_sign_out_holds_at_every_process(tmp_path: Path) -> None:
    """ACC-51, ACC-17: a second later a copied cookie opens nothing anywhere; another browser of the same person stays signed in."""
    kept, text = create_token("ann", "watch", ("shop/*",), 0, None, lambda size: b"t" * size)
    file.write_token_file(tmp_path / "tokens.json", [kept])
    access = AccessConfig(
        mode="token", tokens=str(tmp_path / "tokens.json"), cookie_key=Secret(b"k" * 40)
    )
    with redis_server() as redis:
        configured = msgspec.structs.replace(
            config(access=access), server=ServerConfig(port=0, log=redis.url, public_url=URL)
        )
        async with asyncio.timeout(60), process(configured) as here, process(configured) as there:

            async def signed_in() -> dict[str, str]:
                answer = await here.post("/sign-in", data={"token": text}, headers={"origin": URL})
                assert answer.status_code == 303, answer.text
                here.cookies.clear()
                return {"cookie": answer.headers["set-cookie"].partition(";")[0], "origin": URL}

            copied, another = await signed_in(), await signed_in()
            asked = {"workspace": "shop", "env": "test", "graph": GRAPH}
            session = (await there.post("/api/watch", json=asked, headers=copied)).json()[
                "watch_session_id"
            ]
            out = await here.post("/sign-out", headers=copied)
            assert out.status_code == 303
            assert "Max-Age=0" in out.headers["set-cookie"]
            assert (await here.get("/api/me", headers=copied)).status_code == 401
            while (await there.get("/api/me", headers=copied)).status_code != 401:
                await asyncio.sleep(0.05)
            for path in (
                f"/api/watch/{session}/frames",
                f"/api/watch/{session}/stream",
                "/api/workspaces",
                "/metrics",
            ):
                assert (await there.get(path, headers=copied)).status_code == 401
            assert (await there.get("/api/me", headers=another)).status_code == 200
