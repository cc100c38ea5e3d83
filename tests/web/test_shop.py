"""The demo's shop beside the interface."""

from pathlib import Path

import pytest

from dagnet_realtime.model.channel import Source
from dagnet_realtime.model.secret import Secret
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.web.page import Page
from tests.hub.stage import POLICY, SHOP
from tests.web.stage import WebStage

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
    """PIC-64: the demo names the write key to who is signed in; no other server does."""
    async with WebStage(workspaces=WORKSPACES) as stage:
        assert (await stage.client.get("/api/demo/shop")).json() == {"write_key": "wk-1234"}
        assert (await stage.stranger.get("/api/demo/shop")).status_code == 401
    async with WebStage(workspaces=WORKSPACES, demo=False) as stage:
        assert (await stage.client.get("/api/demo/shop")).status_code == 404
    async with WebStage() as stage:
        assert (await stage.client.get("/api/demo/shop")).json()["code"] == "not_found"


async def test_the_shop_may_stand_in_a_frame_of_its_own_origin_and_nothing_else_may(folder: Path) -> None:
    """PIC-63: the shop's files allow to be framed by this origin; the interface allows nobody, and frames this origin only."""
    stage = WebStage()
    async with WebStage(page=Page(stage.access, folder, shop=True)) as stage:
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
        assert "frame-src" not in (await stage.client.get("/api/me")).headers["content-security-policy"]


async def test_a_server_that_is_no_demo_has_no_shop(folder: Path) -> None:
    """PIC-64: the shop is served in the demo only."""
    stage = WebStage()
    async with WebStage(page=Page(stage.access, folder), demo=False) as stage:
        for path in ("/shop/", "/shop/index.html", "/shop/shop.js"):
            assert (await stage.client.get(path)).status_code == 404
        assert "frame-src" not in (await stage.stranger.get("/")).headers["content-security-policy"]
