"""The whole server in `oidc` access over real sockets, beside a certified OpenID provider."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from dagnet_realtime.app.serve import run
from dagnet_realtime.config.config import AccessConfig, Config, ProviderConfig, ServerConfig
from dagnet_realtime.model.access import RoleBinding, Secret
from dagnet_realtime.web import reauthorizer
from dagnet_realtime.web.auth import provider
from tests.support.openid import SECRET, Provider, consent
from tests.support.openid import provider as provider_
from tests.support.server import GRAPH, config
from tests.support.sockets import free_port

ANN = {"email": "ann@acme.com", "email_verified": True, "groups": ["analysts"]}


@asynccontextmanager
async def served(port: int, issuer: str, audit: Path) -> AsyncIterator[str]:
    """The server in `oidc` access; its address."""
    ours = f"http://127.0.0.1:{port}"
    access = AccessConfig(
        mode="oidc",
        audit=str(audit),
        provider=ProviderConfig(
            issuer=issuer,
            client_id="us",
            client_secret=Secret(SECRET),
            scopes=("openid", "email", "profile"),
        ),
        grants=(RoleBinding(who="group:analysts", role="follow", on=("shop/test",)),),
    )
    configured: Config = msgspec.structs.replace(
        config(), access=access, server=ServerConfig(port=port, public_url=ours)
    )
    ready, stop = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(run(configured, ready=lambda _: ready.set(), stop=stop))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED, timeout=30)
    try:
        yield ours
    finally:
        stop.set()
        await running


async def sign_in(browser: httpx.AsyncClient, ours: str, subject: str) -> httpx.Response:
    """Signs in from our page over the provider's and back."""
    led = await browser.get(f"{ours}/")
    assert led.headers["location"] == "/sign-in"
    away = await browser.get(f"{ours}/sign-in/start")
    return await browser.get(await consent(browser, away.headers["location"], subject, ours))


async def test_a_person_signs_in_watches_and_is_revoked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ACC-16, ACC-17: a real sign-in with cookies and redirects; revoked, the open stream ends with
    a bye that says why.
    """
    monkeypatch.setattr(reauthorizer, "ROUND_SECONDS", 0.1)
    monkeypatch.setattr(provider, "CONFIRMED_SECONDS", 0.1)
    port = free_port()
    with provider_(f"http://127.0.0.1:{port}/sign-in/callback") as there:
        there.people(ann=ANN, eve={"email": "eve@acme.com", "email_verified": True})
        async with served(port, there.issuer, tmp_path / "audit.log") as ours, asyncio.timeout(20):
            async with httpx.AsyncClient(trust_env=False) as eve:
                refused = await sign_in(eve, ours, "eve")
                assert refused.status_code == 403
                assert (await eve.get(f"{ours}/api/me")).status_code == 401
            async with httpx.AsyncClient(trust_env=False) as ann:
                assert (await sign_in(ann, ours, "ann")).headers["location"] == "/"
                me = (await ann.get(f"{ours}/api/me")).json()
                assert (me["person"], me["can"]) == ("oidc:ann@acme.com", ["watch", "follow"])
                opened = await ann.post(
                    f"{ours}/api/watch", json={"workspace": "shop", "env": "test", "graph": GRAPH}
                )
                assert opened.status_code == 201
                frames = await _until_bye(
                    ann, f"{ours}/api/watch/{opened.json()['watch_session_id']}/stream", there
                )
                assert frames[0]["op"] == "hello"
                assert frames[-1]["reason"].startswith("revoked")
                assert frames[-1]["retry_after"] is None
                assert (await ann.get(f"{ours}/api/me")).status_code == 401
    deeds = [json.loads(line)["deed"] for line in (tmp_path / "audit.log").read_text().splitlines()]
    assert deeds == ["refused", "sign_in", "on", "revoked"]


async def _until_bye(
    browser: httpx.AsyncClient, stream: str, there: Provider
) -> list[dict[str, str]]:
    """The frames of a stream during which the provider forgets everybody."""
    frames: list[dict[str, str]] = []
    async with browser.stream("GET", stream, timeout=30) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                frames.append(json.loads(line[6:]))
                if frames[-1]["op"] == "hello":
                    await asyncio.to_thread(there.people)
                if frames[-1]["op"] == "bye":
                    break
    return frames
