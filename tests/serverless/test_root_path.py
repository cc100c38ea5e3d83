"""Realtime as one function of another deployment, in a harness that rewrites as Vercel documents it."""

import asyncio
import hmac
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from dagnet_realtime.serverless.server import Serverless
from dagnet_realtime.viewer_token import mint_viewer_token
from tests.support.redis import redis_server
from tests.support.server import GRAPH, SAMPLE, track
from tests.support.soketi import KEY, SECRET, Soketi, soketi
from tests.support.subscriber import Subscriber

EXAMPLE = Path(__file__).parents[2] / "examples/dagnet"
HOST = "dagnet-nine.vercel.app"
KEYS = {
    "REALTIME_COOKIE_KEY": "c" * 44,
    "REALTIME_TOKEN_KEY": "t" * 44,
    "REALTIME_VIEWER_KEY": "v" * 44,
    "REALTIME_SEGMENT_WEB": "5e" * 32,
}


class Deployment:
    """DagNet's deployment with the example's files. `kept`: a function sees the path that was asked
    for, not the rewrite's destination; both have been seen of the platform.
    """

    def __init__(self, folder: Path, log: str, relay: str = "") -> None:
        text = (EXAMPLE / "realtime.toml").read_text()
        key = 'token_key = "env:REALTIME_TOKEN_KEY"'
        assert key in text
        (folder / "realtime.toml").write_text(
            text.replace(key, f'{key}\nrelay = "{relay}"') if relay else text
        )
        shutil.copytree(SAMPLE, folder / "workspaces/acme")
        environ = {**KEYS, "DAGNET_REALTIME_SERVER_LOG": log}
        environ["DAGNET_REALTIME_CONFIG"] = str(folder / "realtime.toml")
        (rewrite,) = json.loads((EXAMPLE / "vercel.json").read_text())["rewrites"]
        self._source = re.compile(rewrite["source"].replace(":path*", "(?P<path>.*)"))
        self._destination = rewrite["destination"]
        (root_path,) = re.findall(r'root_path="(.+)"', (EXAMPLE / "api/realtime.py").read_text())
        self.app = Serverless(environ, root_path=root_path)
        self.kept = True

    async def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, Any]:
        """The status, and the JSON of the answer."""
        asked, _, query = path.partition("?")
        if (found := self._source.fullmatch(asked)) is not None:
            destination = self._destination.replace(":path*", quote(found["path"], safe="/"))
            changed, _, carried = destination.partition("?")
            query = "&".join(filter(None, (query, carried)))
            asked = asked if self.kept else changed
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        named = {"host": HOST, **headers}.items()
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": asked,
            "raw_path": asked.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in named],
            "scheme": "https",
            "server": (HOST, 443),
            "client": ("10.0.0.1", 5),
        }
        await self.app(scope, receive, send)
        text = b"".join(part.get("body", b"") for part in sent[1:])
        return sent[0]["status"], json.loads(text) if text else None


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A deployment with a Redis beside it."""
    with redis_server("--maxmemory-policy", "noeviction") as redis:
        yield Deployment(tmp_path_factory.mktemp("dagnet"), redis.url)


@pytest.mark.parametrize("kept", [True, False], ids=["path kept", "path rewritten"])
async def test_it_serves_below_a_path(deployment: Deployment, kept: bool) -> None:
    """REL-17: the webhook, the poll and viewer tokens work behind another deployment's rewrite."""
    deployment.kept = kept
    token = mint_viewer_token(
        KEYS["REALTIME_VIEWER_KEY"], workspace="acme-main", env="prod", viewer="ada"
    )
    viewer = {"authorization": f"Bearer {token}"}
    status, me = await deployment.ask("GET", "/realtime/api/me", **viewer)
    assert (status, me) == (200, me | {"push": False}), me
    status, listed = await deployment.ask("GET", "/realtime/api/workspaces", **viewer)
    assert status == 200
    assert all(
        source["url"] == f"https://{HOST}/realtime/segment/webhook/web"
        for source in listed["workspaces"][0]["sources"]
    )
    place = json.dumps({"workspace": "acme-main", "env": "prod", "graph": GRAPH}).encode()
    json_body = {"content-type": "application/json"}
    status, opened = await deployment.ask(
        "POST", "/realtime/api/watch", place, **viewer, **json_body
    )
    assert status == 201, opened
    session, position = opened["watch_session_id"], opened["position"]
    body = json.dumps(track(f"one-{kept}")).encode()
    signature = hmac.digest(KEYS["REALTIME_SEGMENT_WEB"].encode(), body, "sha1").hex()
    webhook = "/realtime/segment/webhook/web"
    assert (await deployment.ask("POST", webhook, body, **{"x-signature": "0" * 40}))[0] == 401
    assert (await deployment.ask("POST", webhook, body, **{"x-signature": signature}))[0] == 200
    poll = f"/realtime/api/watch/{session}/frames?after={position}&wait=0"
    status, polled = await deployment.ask("GET", poll, **viewer)
    assert status == 200
    frames = [frame for frame in polled["frames"] if frame["op"] == "batch"]
    assert sum(frame["ledger"]["offered"] for frame in frames) == 1
    assert (await deployment.ask("GET", poll))[0] == 401
    assert (await deployment.ask("GET", f"/realtime/api/watch/{session}/relay", **viewer))[0] == 404
    assert (await deployment.ask("DELETE", f"/realtime/api/watch/{session}", **viewer))[0] == 204


@pytest.fixture(scope="module")
def relayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Deployment, Soketi]]:
    """With a provider, to which the deployment speaks plainly and pages by TLS."""
    with redis_server("--maxmemory-policy", "noeviction") as redis, soketi() as provider:
        relay = f"{provider.url}?ws=wss://127.0.0.1:{provider.port}"
        yield Deployment(tmp_path_factory.mktemp("relayed"), redis.url, relay), provider


def viewer_of(name: str, seconds: int = 300) -> dict[str, str]:
    """The header of a viewer's token."""
    token = mint_viewer_token(
        KEYS["REALTIME_VIEWER_KEY"],
        workspace="acme-main",
        env="prod",
        viewer=name,
        seconds=seconds,
    )
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize("kept", [True, False], ids=["path kept", "path rewritten"])
async def test_a_relay_has_its_seats_below_a_path(
    relayed: tuple[Deployment, Soketi], kept: bool
) -> None:
    """REL-17, ACC-64: the seat, its subscription signed for its own viewer alone, and the provider's
    webhook; a delivery reaches the channel.
    """
    deployment, provider = relayed
    deployment.kept = kept
    ada, eve = viewer_of(f"ada-{kept}"), viewer_of(f"eve-{kept}")
    json_body = {"content-type": "application/json"}
    form = {"content-type": "application/x-www-form-urlencoded"}
    _, listed = await deployment.ask("GET", "/realtime/api/workspaces", **ada)
    assert listed["workspaces"][0]["relay"] is True
    place = json.dumps({"workspace": "acme-main", "env": "prod", "graph": GRAPH}).encode()
    status, opened = await deployment.ask("POST", "/realtime/api/watch", place, **ada, **json_body)
    assert status == 201, opened
    session = opened["watch_session_id"]
    seat_path = f"/realtime/api/watch/{session}/relay"
    status, seat = await deployment.ask("GET", seat_path, **ada)
    assert status == 200, seat
    assert (await deployment.ask("GET", seat_path, **eve))[0] == 410
    assert (await deployment.ask("GET", seat_path))[0] == 401
    async with Subscriber(provider.port, KEY) as browser:
        asked = {
            "socket_id": browser.socket_id,
            "channel_name": seat["channel"],
            "watch_session_id": session,
        }
        sign = "/realtime/api/channels/auth"
        body = json.dumps(asked).encode()
        assert (await deployment.ask("POST", sign, body, **eve, **json_body))[0] == 410
        assert (await deployment.ask("POST", sign, body, **json_body))[0] == 401
        as_form = urlencode(asked).encode()
        for given, kind in ((body, json_body), (as_form, form)):
            status, signed = await deployment.ask("POST", sign, given, **ada, **kind)
            assert status == 200, signed
        await browser.subscribe(seat["channel"], signed)
        await deployment.ask("GET", seat_path, **ada)
        sent = json.dumps(track(f"relayed-{kept}")).encode()
        signature = hmac.digest(KEYS["REALTIME_SEGMENT_WEB"].encode(), sent, "sha1").hex()
        webhook = "/realtime/segment/webhook/web"
        assert (await deployment.ask("POST", webhook, sent, **{"x-signature": signature}))[0] == 200
        async with asyncio.timeout(30):
            while not any(frame["op"] == "batch" for frame in browser.frames(seat["channel"])):
                await deployment.ask("GET", seat_path, **ada)
                await browser.more()
        frames = [one for one in browser.frames(seat["channel"]) if one["op"] == "batch"]
        assert sum(frame["ledger"]["offered"] for frame in frames) == 1
    notice = json.dumps({"time_ms": 1, "events": []}).encode()
    proof = hmac.digest(SECRET.encode(), notice, "sha256").hex()
    told = {"x-pusher-key": KEY, "x-pusher-signature": proof}
    hook = "/realtime/api/workspaces/acme-main/prod/relay"
    assert (await deployment.ask("POST", hook, notice, **told))[0] == 200
    assert (await deployment.ask("POST", hook, notice, **told | {"x-pusher-key": "x"}))[0] == 403
    assert (await deployment.ask("DELETE", f"/realtime/api/watch/{session}", **ada))[0] == 204


@pytest.mark.parametrize(
    "path",
    [
        "/realtime",
        "/realtime/",
        "/realtime/index.html",
        "/realtime/assets/x.js",
        "/realtimeapi/me",
        "/api/me",
        "/api/realtime",
        "/api/realtime?__path=",
        "/api/realtime?__path=api/me&__path=readyz",
        "/api/realtime?__path=%2e%2e/etc/passwd",
        "/api/realtime?__path=%FF%FE",
    ],
)
async def test_all_else_is_not_its_own(deployment: Deployment, path: str) -> None:
    """REL-17: the interface has no place below a path, and DagNet's own routes are left to it."""
    deployment.kept = True
    status, said = await deployment.ask("GET", path)
    assert (status, said["code"]) == (404, "not_found")


@pytest.mark.parametrize("root_path", ["realtime", "/realtime/", "/", "/a//b", "/a b", "/../x?y"])
def test_a_root_path_is_one(root_path: str) -> None:
    """REL-17: what could never match is refused at the start."""
    with pytest.raises(ValueError, match="root_path"):
        Serverless({}, root_path=root_path)
