"""The interface's files."""

from pathlib import Path

import pytest

from dagnet_realtime.web.auth.local import PAGE_HEADER, RENEWED_SECONDS
from dagnet_realtime.web.routes.static_files import StaticFiles
from tests.web.stage import WebStage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Realtime</title>")
    (tmp_path / "assets/app-1a2b.js").write_text("let x = 1;\n" * 500)
    (tmp_path / "icon.svg").write_text("<svg/>")
    return tmp_path


async def test_the_interface_needs_no_sign_in(folder: Path) -> None:
    """WEB-18: its page is asked for anew each time; what has a hash in its name is kept for ever, packed once."""
    stage = WebStage(static_files=None)
    stage = WebStage(static_files=StaticFiles(stage.access, folder))
    async with stage:
        page = await stage.stranger.get("/")
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
        script = await stage.stranger.get(
            "/assets/app-1a2b.js", headers={"accept-encoding": "gzip"}
        )
        assert script.headers["content-encoding"] == "gzip"
        assert "immutable" in script.headers["cache-control"]
        assert script.headers["content-type"].startswith("text/javascript")
        assert script.text.startswith("let x")
        plain = await stage.stranger.get(
            "/assets/app-1a2b.js", headers={"accept-encoding": "identity"}
        )
        assert "content-encoding" not in plain.headers
        assert (await stage.stranger.head("/icon.svg")).headers["content-type"] == "image/svg+xml"
        assert (await stage.client.post("/icon.svg")).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/../secret",
        "/assets/../../secret",
        "/%2e%2e/secret",
        "/assets",
        "/assets/",
        "/index.html/x",
    ],
)
async def test_nothing_outside_the_folder_is_served(folder: Path, path: str) -> None:
    """WEB-18: a path that leads out of the folder is not found."""
    (folder.parent / "secret").write_text("secret")
    stage = WebStage()
    async with WebStage(static_files=StaticFiles(stage.access, folder)) as stage:
        answer = await stage.client.get(path)
        assert answer.status_code == 404
        assert not StaticFiles(stage.access, folder).has("/../secret")


async def test_an_interface_that_is_not_built_says_so(tmp_path: Path) -> None:
    """WEB-18: the page says what to do."""
    stage = WebStage()
    async with WebStage(static_files=StaticFiles(stage.access, tmp_path / "none")) as stage:
        page = await stage.stranger.get("/")
        assert page.status_code == 200
        assert "make build" in page.text


async def test_a_rebuilt_interface_is_served_at_once(folder: Path) -> None:
    """WEB-18: a build while the server runs needs no restart."""
    stage = WebStage()
    async with WebStage(static_files=StaticFiles(stage.access, folder)) as stage:
        assert "Realtime" in (await stage.stranger.get("/")).text
        (folder / "index.html").write_text("<!doctype html><title>Another</title>")
        (folder / "assets/app-9f.js").write_text("1")
        assert "Another" in (await stage.stranger.get("/")).text
        assert (await stage.stranger.get("/assets/app-9f.js")).text == "1"


async def test_the_link_signs_in_and_leaves_the_address(stage: WebStage) -> None:
    """ACC-3, ACC-55: the link redirects to the page with the cookie and without the key; a spent
    one says what to do.
    """
    key = stage.access.link_key
    answer = await stage.stranger.get("/", params={"key": key})
    location, _, secret = answer.headers["location"].partition("#page=")
    assert (answer.status_code, location) == (303, "./")
    assert (await stage.stranger.get("/api/me", headers={PAGE_HEADER: secret})).status_code == 200
    assert (await stage.stranger.get("/")).status_code == 200
    for path in (
        "/api/me",
        "/api/workspaces",
        "/metrics",
        "/api/openapi.json",
        "/api/demo/shop",
        "/api/watch/x/stream",
    ):
        assert (await stage.stranger.get(path)).status_code == 401, (
            "the cookie alone serves the page"
        )
    assert (await stage.stranger.get("/", params={"key": key})).headers["location"] == "./", (
        "and it gets no secret"
    )
    stage.stranger.cookies.clear()
    spent = await stage.stranger.get("/", params={"key": key})
    assert spent.status_code == 401
    assert "has been used" in spent.text
    assert "dagnet-realtime link" in spent.text


async def test_an_asset_of_another_build_is_served_as_our_own(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """WEB-28: it is cached for ever, packed and open to all; a file that is no asset is not looked
    up there.
    """
    other = tmp_path_factory.mktemp("kept") / "app-9z8y.js"
    other.write_text("let y = 2;\n" * 500)
    asked: list[str] = []

    def kept(name: str) -> Path | None:
        asked.append(name)
        return other if name == other.name else None

    stage = WebStage()
    async with WebStage(
        static_files=StaticFiles(stage.access, folder, find_old_asset=kept)
    ) as stage:
        found = await stage.stranger.get("/assets/app-9z8y.js", headers={"accept-encoding": "gzip"})
        assert (found.status_code, found.headers["content-encoding"], found.text[:5]) == (
            200,
            "gzip",
            "let y",
        )
        assert "immutable" in found.headers["cache-control"]
        assert (await stage.client.get("/assets/app-0000.js")).status_code == 404
        for path in ("/app-9z8y.js", "/assets/../app-9z8y.js", "/other/app-9z8y.js"):
            assert (await stage.client.get(path)).status_code == 404
    assert set(asked) == {"app-9z8y.js", "app-0000.js"}


async def test_a_page_that_is_loaded_renews_its_cookie(stage: WebStage) -> None:
    """ACC-4: a cookie is renewed once it is an hour old."""
    await stage.stranger.get("/", params={"key": stage.access.link_key})
    assert "set-cookie" not in (await stage.stranger.get("/")).headers
    stage.clock.shift(RENEWED_SECONDS + 1)
    assert (await stage.stranger.get("/")).headers["set-cookie"].startswith("dagnet_realtime_8765=")


@pytest.mark.parametrize(
    "path",
    [
        "/" + "a" * 256,
        "/assets/" + "a" * 300,
        "/" + "a" * 5000,
        "/" + "a/" * 2000,
        "/assets/" + "a" * 300 + ".js",
        "/a%00b",
        "/%ff%fe",
        "/shop/" + "x" * 999,
    ],
)
async def test_a_strangers_path_is_never_asked_of_the_file_system(
    folder: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WEB-18: a path of any length touches no file, and none of it is logged."""
    stage = WebStage()
    page = StaticFiles(stage.access, folder)
    asked: list[str] = []
    for name in ("stat", "is_file", "open", "exists"):
        was = getattr(Path, name)
        monkeypatch.setattr(
            Path,
            name,
            lambda self, *more, was=was, **named: (
                asked.append(str(self)),
                was(self, *more, **named),
            )[1],
        )
    async with WebStage(static_files=page) as stage:
        assert (await stage.stranger.get(path)).status_code == 401
        assert (await stage.client.get(path)).status_code == 404
        assert (await stage.client.head(path)).status_code == 404
    assert not [one for one in asked if "aaa" in one or "xxx" in one]


async def test_a_file_that_a_build_takes_away_is_gone(folder: Path) -> None:
    """WEB-18: a deleted file is gone at once, and an interface that is built later is found."""
    stage = WebStage()
    async with WebStage(static_files=StaticFiles(stage.access, folder)) as stage:
        (folder / "icon.svg").unlink()
        assert (await stage.client.get("/icon.svg")).status_code == 404
    later = folder / "later"
    async with WebStage(static_files=StaticFiles(stage.access, later)) as stage:
        assert "not built" in (await stage.stranger.get("/")).text
        (later / "assets").mkdir(parents=True)
        (later / "index.html").write_text("built")
        assert (await stage.stranger.get("/")).text == "built"
        (later / "assets/x.js").write_text("1")
        assert (await stage.stranger.get("/assets/x.js")).text == "1"
