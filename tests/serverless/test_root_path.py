"""Realtime as one function of another deployment, in a harness that rewrites as Vercel documents it."""

import asyncio
import hmac
import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from dagnet_realtime.cli.token import Role, create, revoke
from dagnet_realtime.config.token_file import read_token_file
from dagnet_realtime.serverless.server import Serverless
from dagnet_realtime.viewer_token import mint_viewer_token
from tests.support.redis import redis_server
from tests.support.server import GRAPH, SAMPLE, track
from tests.support.soketi import APP_ID, KEY, SECRET, soketi
from tests.support.subscriber import Subscriber
from tests.support.unreliable import Unreliable, unreliable

EXAMPLE = Path(__file__).parents[2] / "examples/dagnet"
HOST = "dagnet-nine.vercel.app"
JSON_BODY = {"content-type": "application/json"}
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
        self.tokens = folder / "tokens.json"
        environ = {**KEYS, "DAGNET_REALTIME_SERVER_LOG": log}
        environ["DAGNET_REALTIME_CONFIG"] = str(folder / "realtime.toml")
        (rewrite,) = json.loads((EXAMPLE / "vercel.json").read_text())["rewrites"]
        self._source = re.compile(rewrite["source"].replace(":path*", "(?P<path>.*)"))
        self._destination = rewrite["destination"]
        (root_path,) = re.findall(r'root_path="(.+)"', (EXAMPLE / "api/realtime.py").read_text())
        self._environ, self._root_path = environ, root_path
        self.kept = True
        self.start()

    def start(self) -> None:
        """A process of its own from now on, as after a cold start."""
        self.app = Serverless(self._environ, root_path=self._root_path)

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
def relayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Deployment, Unreliable]]:
    """With a provider, to which the deployment speaks plainly and pages by TLS."""
    with (
        redis_server("--maxmemory-policy", "noeviction") as redis,
        soketi() as provider,
        unreliable(provider.port) as way,
    ):
        at = f"127.0.0.1:{way.port}"
        relay = f"pusher://{KEY}:{SECRET}@{at}/{APP_ID}?ws=wss://{at}"
        yield Deployment(tmp_path_factory.mktemp("relayed"), redis.url, relay), way


def viewer_of(name: str, seconds: int = 300, now: float | None = None) -> dict[str, str]:
    """The header of a viewer's token."""
    token = mint_viewer_token(
        KEYS["REALTIME_VIEWER_KEY"],
        workspace="acme-main",
        env="prod",
        viewer=name,
        seconds=seconds,
        now=now,
    )
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize("kept", [True, False], ids=["path kept", "path rewritten"])
async def test_a_relay_has_its_seats_below_a_path(
    relayed: tuple[Deployment, Unreliable], kept: bool
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


@pytest.mark.parametrize("kept", [True, False], ids=["path kept", "path rewritten"])
async def test_a_seat_below_a_path_ends_with_its_token(
    relayed: tuple[Deployment, Unreliable], kept: bool
) -> None:
    """REL-17, ACC-64: a lapsed token opens neither seat, signature nor poll, and says so; with a new
    one the session goes on. Another viewer's is no way in.
    """
    deployment, _ = relayed
    deployment.kept = kept
    name = f"lapsing-{kept}"
    lapsed, fresh = viewer_of(name, now=time.time() - 400), viewer_of(name)
    on = json.dumps({"workspace": "acme-main", "env": "prod", "graph": GRAPH}).encode()
    status, opened = await deployment.ask("POST", "/realtime/api/watch", on, **fresh, **JSON_BODY)
    assert status == 201, opened
    session = opened["watch_session_id"]
    here = f"/realtime/api/watch/{session}"
    _, seat = await deployment.ask("GET", f"{here}/relay", **fresh)
    asked = {"socket_id": "1.2", "channel_name": seat["channel"], "watch_session_id": session}
    sign = ("POST", "/realtime/api/channels/auth", json.dumps(asked).encode())
    poll = ("GET", f"{here}/frames?after={opened['position']}&wait=0", b"")
    for method, path, body in (("GET", f"{here}/relay", b""), sign, poll, ("DELETE", here, b"")):
        status, said = await deployment.ask(method, path, body, **lapsed, **JSON_BODY)
        assert (status, said["code"], said["title"]) == (
            401,
            "unauthorized",
            "This access token has lapsed",
        )
        if method != "DELETE":
            assert (await deployment.ask(method, path, body, **fresh, **JSON_BODY))[0] == 200
            other = viewer_of("another")
            assert (await deployment.ask(method, path, body, **other, **JSON_BODY))[0] == 410
    assert (await deployment.ask("DELETE", here, **fresh))[0] == 204


async def test_a_revoked_person_loses_the_seat_below_a_path(
    relayed: tuple[Deployment, Unreliable], capsys: pytest.CaptureFixture[str]
) -> None:
    """REL-17, ACC-64, ACC-11: the viewers of an access token that is revoked watch no longer; the
    others do.
    """
    deployment, _ = relayed
    create(
        "back end", role=Role.FOLLOW, on=["acme-main/prod"], expires="7d", tokens=deployment.tokens
    )
    text = capsys.readouterr().out.strip()
    minter = {"authorization": f"Bearer {text}"}
    bob = {"workspace": "acme-main", "env": "prod", "viewer": "bob", "seconds": 600}
    mint = json.dumps(bob).encode()
    minting = ("POST", "/realtime/api/viewer-tokens", mint)
    status, minted = await deployment.ask(*minting, **minter, **JSON_BODY)
    assert status == 201, minted
    viewers = [{"authorization": f"Bearer {minted['token']}"}, viewer_of("carol")]
    on = json.dumps({"workspace": "acme-main", "env": "prod", "graph": GRAPH}).encode()
    asked: list[list[tuple[str, str, bytes]]] = []
    for viewer in viewers:
        status, opened = await deployment.ask(
            "POST", "/realtime/api/watch", on, **viewer, **JSON_BODY
        )
        assert status == 201, opened
        session = opened["watch_session_id"]
        here = f"/realtime/api/watch/{session}"
        status, seat = await deployment.ask("GET", f"{here}/relay", **viewer)
        assert status == 200
        signed = {
            "socket_id": "1.2",
            "channel_name": seat["channel"],
            "watch_session_id": session,
        }
        sign = ("POST", "/realtime/api/channels/auth", json.dumps(signed).encode())
        poll = f"{here}/frames?after={opened['position']}&wait=0"
        asked.append([("GET", f"{here}/relay", b""), sign, ("GET", poll, b"")])
    assert [
        [(await deployment.ask(*one, **viewer, **JSON_BODY))[0] for one in asked[n]]
        for n, viewer in enumerate(viewers)
    ] == [[200, 200, 200]] * 2
    (kept,) = read_token_file(deployment.tokens)
    revoke(kept.id, tokens=deployment.tokens)
    deployment.start()
    assert [
        [(await deployment.ask(*one, **viewer, **JSON_BODY))[0] for one in asked[n]]
        for n, viewer in enumerate(viewers)
    ] == [[401, 401, 401], [200, 200, 200]]
    assert (await deployment.ask(*minting, **minter, **JSON_BODY))[0] == 401


async def test_a_provider_that_is_down_is_bridged_below_a_path(
    relayed: tuple[Deployment, Unreliable],
) -> None:
    """REL-17, REL-15, REL-20: a delivery is taken, the seat says that nothing is published, and the
    poll has the event; once the provider is back, it has it too.
    """
    deployment, way = relayed
    deployment.kept = True
    dan = viewer_of("dan")
    on = json.dumps({"workspace": "acme-main", "env": "prod", "graph": GRAPH}).encode()
    status, opened = await deployment.ask("POST", "/realtime/api/watch", on, **dan, **JSON_BODY)
    assert status == 201, opened
    session = opened["watch_session_id"]
    here = f"/realtime/api/watch/{session}"
    seat_path = f"{here}/relay"
    _, seat = await deployment.ask("GET", seat_path, **dan)
    async with Subscriber(way.port, KEY) as browser:
        wanted = {"socket_id": browser.socket_id, "channel_name": seat["channel"]}
        body = json.dumps({**wanted, "watch_session_id": session}).encode()
        _, signed = await deployment.ask(
            "POST", "/realtime/api/channels/auth", body, **dan, **JSON_BODY
        )
        await browser.subscribe(seat["channel"], signed)
        way.fault = 503
        sent = json.dumps(track("bridged")).encode()
        proof = hmac.digest(KEYS["REALTIME_SEGMENT_WEB"].encode(), sent, "sha1").hex()
        webhook = "/realtime/segment/webhook/web"
        given = {"x-signature": proof}
        assert (await deployment.ask("POST", webhook, sent, **given))[0] == 200
        _, seat = await deployment.ask("GET", seat_path, **dan)
        assert seat["publishing"] is False
        poll = f"{here}/frames?after={opened['position']}&wait=0"
        _, polled = await deployment.ask("GET", poll, **dan)
        batches = [frame for frame in polled["frames"] if frame["op"] == "batch"]
        assert sum(frame["ledger"]["offered"] for frame in batches) == 1
        way.fault = None
        async with asyncio.timeout(60):
            while not (heard := _batches(browser, seat["channel"])):
                await deployment.ask("GET", seat_path, **dan)
        assert sum(frame["ledger"]["offered"] for frame in heard) == 1
        assert (await deployment.ask("GET", seat_path, **dan))[1]["publishing"] is True


def _batches(browser: Subscriber, channel: str) -> list[Any]:
    return [frame for frame in browser.frames(channel) if frame["op"] == "batch"]


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
