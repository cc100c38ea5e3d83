"""Realtime as one function of another deployment, in a harness that rewrites as Vercel documents it."""

import hmac
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from dagnet_realtime.serverless.server import Serverless
from dagnet_realtime.viewer_token import mint_viewer_token
from tests.support.redis import redis_server
from tests.support.server import GRAPH, SAMPLE, track

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

    def __init__(self, folder: Path, log: str) -> None:
        shutil.copy(EXAMPLE / "realtime.toml", folder)
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
