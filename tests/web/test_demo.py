"""The routes that send demo traffic, and the demo's shop beside the interface."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dagnet_realtime.core.roles import Roles
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Source, Workspace
from dagnet_realtime.web.auth.request import Person
from dagnet_realtime.web.routes.demo import demo_routes
from dagnet_realtime.web.routes.static_files import StaticFiles
from tests.hub.stage import POLICY, SHOP
from tests.web.stage import WebStage


class Asked:
    """Visitors that only note what was asked of them."""

    def __init__(self) -> None:
        self.rate: float | None = None
        self.seen: list[object] = []

    def start(self, channel: Channel, graph: str, rate: float) -> None:
        self.rate = rate
        self.seen.append((str(channel), graph, rate))

    def stop(self) -> None:
        self.rate = None

    async def light(self, channel: Channel, graph: str, node: str | None) -> tuple[str, str]:
        self.seen.append((str(channel), graph, node))
        return "m1", "purchase"


async def refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return JSONResponse({"code": error.code}, error.status)


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
async def client(asked: Asked) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=demo_routes(asked), exception_handlers={Problem: refuse})
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(asked_by(app, Person("local"))), base_url="http://here"
    ) as made:
        yield made


def asked_by(app: Starlette, person: Person) -> Any:
    """The app, with everybody taken for `person`, as the guard before it would."""

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "state": {"person": person}}, receive, send)

    return guarded


async def test_only_who_administers_may_send(asked: Asked) -> None:
    """ACC-18: visitors and test events are for the role `administer`, on the channel that they go to."""
    app = Starlette(routes=demo_routes(asked), exception_handlers={Problem: refuse})
    watcher = Person("bob", Roles((("identities", ("*",)), ("administer", ("other/local",)))))
    where = {"workspace": "shop", "env": "local", "graph": "g"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(asked_by(app, watcher)), base_url="http://here"
    ) as client:
        assert (await client.post("/api/test-event", json=where)).status_code == 403
        assert (await client.post("/api/demo/visitors", json=where)).status_code == 403
        assert (
            await client.post("/api/test-event", json={**where, "workspace": "unknown"})
        ).status_code == 403
    nobody = Person("eve", Roles((("identities", ("*",)),)))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(asked_by(app, nobody)), base_url="http://here"
    ) as client:
        assert (await client.delete("/api/demo/visitors")).status_code == 403
        assert (await client.get("/api/demo/visitors")).status_code == 403
    assert asked.seen == []


async def test_visitors_are_started_asked_after_and_called_back(
    client: httpx.AsyncClient, asked: Asked
) -> None:
    where = {"workspace": "shop", "env": "local", "graph": "g"}
    started = await client.post("/api/demo/visitors", json={**where, "rate": 30})
    assert (started.status_code, started.json()) == (202, {"running": True, "rate": 30})
    assert asked.seen == [("shop/local", "g", 30)]
    assert (await client.get("/api/demo/visitors")).json() == {"running": True, "rate": 30}
    assert (await client.delete("/api/demo/visitors")).status_code == 204
    assert (await client.get("/api/demo/visitors")).json() == {"running": False, "rate": 0}


async def test_a_test_event_answers_with_its_id_and_name(
    client: httpx.AsyncClient, asked: Asked
) -> None:
    answer = await client.post(
        "/api/test-event", json={"workspace": "shop", "env": "local", "graph": "g", "node": "n1"}
    )
    assert (answer.status_code, answer.json()) == (202, {"message_id": "m1", "name": "purchase"})
    assert asked.seen == [("shop/local", "g", "n1")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'{"workspace": 1}', 400),
        (b"\xff", 400),
        (b'"' + b"x" * 20_000 + b'"', 413),
        (b'{"x":1}', 400),
    ],
)
async def test_a_body_that_cannot_be_read_is_a_problem(
    client: httpx.AsyncClient, body: bytes, status: int
) -> None:
    for path in ("/api/demo/visitors", "/api/test-event"):
        assert (await client.post(path, content=body)).status_code == status


async def test_visitors_are_there_only_where_they_may_walk(asked: Asked) -> None:
    paths = {route.path for route in demo_routes(asked, walking=False)}
    assert paths == {"/api/test-event"}


WORKSPACES = [
    Workspace(
        channel=SHOP,
        path=".",
        policy=POLICY,
        sources=(
            Source(id="webhook", channel=SHOP, kind="webhook", secrets=(Secret("s"),)),
            Source(id="tracking", channel=SHOP, kind="tracking", write_key=Secret("wk-1234")),
        ),
    )
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Realtime</title>")
    (tmp_path / "shop/index.html").write_text("<!doctype html><title>Tarn</title>")
    (tmp_path / "shop/shop.js").write_text("1")
    return tmp_path


async def test_the_shop_learns_its_write_key_from_the_demo_only(folder: Path) -> None:
    """PIC-60: the demo names the write key to who is signed in; no other server does."""
    async with WebStage(workspaces=WORKSPACES) as stage:
        assert (await stage.client.get("/api/demo/shop")).json() == {"write_key": "wk-1234"}
        assert (await stage.stranger.get("/api/demo/shop")).status_code == 401
    async with WebStage(workspaces=WORKSPACES, demo=False) as stage:
        assert (await stage.client.get("/api/demo/shop")).status_code == 404
    async with WebStage() as stage:
        assert (await stage.client.get("/api/demo/shop")).json()["code"] == "not_found"


async def test_the_shop_may_stand_in_a_frame_of_its_own_origin_and_nothing_else_may(
    folder: Path,
) -> None:
    """ACC-61: the shop's files may be framed by their own origin; the interface by none, and it
    frames its own only.
    """
    stage = WebStage()
    async with WebStage(static_files=StaticFiles(stage.access, folder, shop=True)) as stage:
        for path in ("/shop/", "/shop/index.html", "/shop/shop.js"):
            framed = await stage.stranger.get(path)
            assert framed.status_code == 200
            assert "frame-ancestors 'self'" in framed.headers["content-security-policy"]
            assert framed.headers["x-frame-options"] == "SAMEORIGIN"
        assert (await stage.stranger.get("/shop/")).headers["content-type"].startswith("text/html")
        page = await stage.stranger.get("/")
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert "frame-src 'self'" in page.headers["content-security-policy"]
        assert page.headers["x-frame-options"] == "DENY"
        assert (
            "frame-src"
            not in (await stage.client.get("/api/me")).headers["content-security-policy"]
        )


async def test_a_server_that_is_no_demo_has_no_shop(folder: Path) -> None:
    """PIC-60: the shop is served in the demo only."""
    stage = WebStage()
    async with WebStage(static_files=StaticFiles(stage.access, folder), demo=False) as stage:
        for path in ("/shop/", "/shop/index.html", "/shop/shop.js"):
            assert (await stage.client.get(path)).status_code == 404
        assert "frame-src" not in (await stage.stranger.get("/")).headers["content-security-policy"]
