"""The interface without any server: from disk, and from a web host that only knows files."""

import functools
import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from dagnet_realtime.cli.ui import WEB, copy
from tests.e2e.demo import COUNT, faults, wait_count
from tests.support.redis_many import wait_for

SAMPLE = WEB.parent / "samples" / "shop"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `ui --out` writes."""
    out = tmp_path_factory.mktemp("public")
    copy(WEB, out)
    return out


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A plain web host."""

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module", params=["disk", "host"])
def address(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Where the page is: on disk, and on a web host that knows nothing of us."""
    if request.param == "disk":
        yield (folder / "index.html").as_uri()
        return
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))
    )
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/index.html"
    server.shutdown()
    server.server_close()
    thread.join(5)


class Witness:
    """What a page asked for, and what its console complained of."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.home = address.rpartition("/")[0]
        self.asked: list[str] = []
        self.said: list[str] = []
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))

    def strangers(self) -> list[str]:
        """The addresses that the page requested outside its own folder."""
        return [
            url for url in self.asked if not url.startswith((f"{self.home}/", "blob:", "data:"))
        ]

    def complaints(self) -> list[str]:
        """Errors and warnings; a host without our server answers the shop's one question with 404."""
        return [
            line
            for line in self.said
            if line.startswith(("error", "warning")) and "404" not in line
        ]


@pytest.fixture
def witness(context: BrowserContext, address: str) -> Witness:
    return Witness(context, address)


@pytest.fixture
def empty(context: BrowserContext, witness: Witness, address: str) -> Page:
    """The page as a new visitor sees it."""
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_role("heading", name="Drop a DagNet folder here")).to_be_visible()
    return page


def drop(page: Page, *paths: Path) -> None:
    """Drops files or folders as a person does, by the browser's own drag events."""
    at = {
        "x": 500,
        "y": 420,
        "data": {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1},
    }
    session = page.context.new_cdp_session(page)

    def over() -> bool:
        session.send("Input.dispatchDragEvent", {"type": "dragOver", **at})
        return page.get_by_text("Drop to open").is_visible()

    session.send("Input.dispatchDragEvent", {"type": "dragEnter", **at})
    wait_for(over)
    session.send("Input.dispatchDragEvent", {"type": "drop", **at})
    session.detach()


def listening(page: Page) -> None:
    """The main sample graph is shown, and pages of this browser are heard."""
    expect(
        page.get_by_role("button", name=re.compile("^Graph: UK checkout journey"))
    ).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^LIVE"))).to_be_visible()


def keep(page: Page, address: str) -> None:
    """From disk a page keeps nothing until it is asked to; one of a web host has nothing to ask."""
    box = page.get_by_role("checkbox", name=re.compile("^Keep in this browser what I open"))
    if address.startswith("file:"):
        expect(box).not_to_be_checked()
        box.check()
    else:
        expect(box).to_have_count(0)


def shop(page: Page) -> FrameLocator:
    """The sample shop beside the graph."""
    page.get_by_role("button", name="Shop", exact=True).click()
    return page.frame_locator("iframe[title='Sample shop']")


def test_what_needs_a_server_is_absent(empty: Page, witness: Witness) -> None:
    """TAP-30: no button and no sentence asks for a server, and no request leaves the
    page's folder.
    """
    for name in ("Simulate visitors", "Send a test event"):
        expect(empty.get_by_role("button", name=name)).to_have_count(0)
    expect(empty.get_by_role("alert")).to_have_count(0)
    assert faults(empty) == []
    empty.get_by_role("button", name="Open the sample").click()
    listening(empty)
    empty.locator(".react-flow__node").nth(1).click()
    expect(empty.get_by_text("Listens for")).to_be_visible()
    expect(empty.get_by_role("button", name="Send a test event")).to_have_count(0)
    assert faults(empty) == []
    assert (witness.strangers(), witness.complaints()) == ([], [])
    assert not [url for url in witness.asked if "/api/" in url]


def test_a_dropped_folder_opens_and_is_there_after_a_reload(
    empty: Page, witness: Witness, address: str
) -> None:
    """TAP-31, TAP-33: a dropped data folder is there again after a reload, until it is closed."""
    keep(empty, address)
    drop(empty, SAMPLE)
    listening(empty)
    empty.reload()
    listening(empty)
    empty.get_by_role("button", name=re.compile("^Graph:")).click()
    empty.get_by_role("menuitem", name="Close, and forget it here").click()
    expect(empty.get_by_role("heading", name="Drop a DagNet folder here")).to_be_visible()
    empty.reload()
    expect(empty.get_by_role("heading", name="Drop a DagNet folder here")).to_be_visible()
    assert (witness.strangers(), witness.complaints()) == ([], [])


def test_single_files_add_up(empty: Page) -> None:
    """TAP-31: event definitions that are dropped after a graph complete it."""
    drop(empty, SAMPLE / "graphs" / "uk-checkout-journey.json")
    listening(empty)
    expect(empty.locator(".react-flow__node").filter(has_text="Basket")).not_to_contain_text(
        "add_to_cart"
    )
    drop(empty, *sorted((SAMPLE / "events").glob("*.yaml")))
    expect(empty.locator(".react-flow__node").filter(has_text="Basket")).to_contain_text(
        "add_to_cart"
    )


def test_a_folder_can_be_picked(context: BrowserContext, address: str) -> None:
    """TAP-31: a file input is used if the browser has no other way."""
    page = context.new_page()
    page.add_init_script("delete window.showDirectoryPicker")
    page.goto(address)
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Choose a folder").click()
    chosen.value.set_files(SAMPLE)
    listening(page)


def test_a_share_link_opens(empty: Page) -> None:
    """TAP-31, GRA-18: a pasted link opens, and a listening node says what the link lacks."""
    graph = (SAMPLE / "graphs" / "newsletter-sign-up.json").read_text()
    empty.get_by_role("textbox", name="A DagNet share link").fill(
        f"https://dagnet.example/?graph=letter&data={graph.encode().hex()}"
    )
    empty.keyboard.press("Enter")
    expect(empty.get_by_role("alert")).to_contain_text("no DagNet share link")
    quoted = empty.evaluate("text => encodeURIComponent(text)", graph)
    empty.get_by_role("textbox", name="A DagNet share link").fill(
        f"https://dagnet.example/?graph=letter&data={quoted}"
    )
    empty.keyboard.press("Enter")
    expect(empty.get_by_role("button", name=re.compile("^LIVE"))).to_be_visible()
    empty.locator(".react-flow__node").nth(1).click()
    expect(
        empty.get_by_role("complementary").get_by_text("every node listens for its bare event id")
    ).to_be_visible()


def test_what_cannot_be_read_is_said(empty: Page, tmp_path: Path) -> None:
    """TAP-31: the page says what cannot be read, and keeps what was open."""
    (tmp_path / "notes.txt").write_text("nothing")
    drop(empty, tmp_path / "notes.txt")
    expect(empty.get_by_role("alert")).to_contain_text("no DagNet graph")
    empty.get_by_role("button", name="Open the sample").click()
    listening(empty)
    (tmp_path / "broken.json").write_text("{")
    drop(empty, tmp_path / "broken.json")
    expect(empty.get_by_text("broken.json").first).to_be_visible()
    listening(empty)


def test_clicks_of_this_browser_light_the_graph(
    empty: Page, witness: Witness, address: str
) -> None:
    """TAP-30, TAP-36: calls of the real SDK, in a frame and in another tab, light the graph once
    each, without a server.
    """
    keep(empty, address)
    empty.get_by_role("button", name="Open the sample").click()
    listening(empty)
    frame = shop(empty)
    frame.get_by_role("link", name="See the collection").click()
    frame.get_by_role("link", name="Fell mug").click()
    frame.get_by_role("button", name="Add to basket").click()
    wait_count(empty, 4)
    expect(empty.locator(".row-open").first).to_contain_text("Add To Cart")
    expect(empty.locator(".row-node").first).to_have_text("Unmapped")
    other = empty.context.new_page()
    other.goto(f"{witness.home}/shop/index.html#/stores")
    other.get_by_role("button", name="Find shops").click()
    if address.startswith("file:"):
        # From disk no other file is heard; the frame beside the graph still is.
        frame.get_by_role("link", name="Stores").click()
        frame.get_by_role("button", name="Find shops").click()
    wait_count(empty, 5)
    expect(empty.locator(".row-open").first).to_contain_text("store_lookup")
    assert empty.locator(COUNT).first.inner_text() == "5"
    empty.reload()
    listening(empty)
    wait_count(empty, 6)
    empty.wait_for_timeout(1500)
    assert empty.locator(COUNT).first.inner_text() == "6"
    assert (witness.strangers(), witness.complaints()) == ([], [])


def test_a_saved_log_plays(empty: Page, tmp_path: Path) -> None:
    """TAP-30: what was collected is saved, and plays when it is dropped on the page."""
    empty.get_by_role("button", name="Open the sample").click()
    listening(empty)
    shop(empty).get_by_role("link", name="See the collection").click()
    wait_count(empty, 2)
    empty.get_by_role("button", name=re.compile("^Graph:")).click()
    with empty.expect_download() as saving:
        empty.get_by_role("menuitem", name="Save log").click()
    saved = tmp_path / "session.ndjson"
    saving.value.save_as(saved)
    drop(empty, saved)
    expect(empty.get_by_role("button", name=re.compile("^REPLAY"))).to_be_visible()


def test_the_page_is_one_file_that_may_connect_nowhere(folder: Path) -> None:
    """TAP-36: no script, style, font or picture of its own stands beside it, and its policy names none."""
    page = (folder / "index.html").read_text()
    policy = re.search(r'http-equiv="content-security-policy" content="([^"]+)"', page)
    assert policy is not None
    assert "connect-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    head = page.partition("<style>")[0]
    assert not re.search(r'(?:src|href)="(?!data:)', head)
    assert not (folder / "assets").exists()


@pytest.mark.parametrize("theme", ["dark", pytest.param("light", marks=pytest.mark.proof)])
def test_a_narrow_page_shows_the_way_in(browser: Browser, address: str, theme: str) -> None:
    """TAP-31: the ways to open something fit a telephone, in both themes."""
    context = browser.new_context(
        viewport={"width": 390, "height": 780}, color_scheme="light" if theme == "light" else "dark"
    )
    page = context.new_page()
    page.goto(address)
    card = page.locator(".open-card")
    expect(card).to_be_visible()
    box = card.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert card.evaluate("card => card.scrollHeight <= card.clientHeight + 1")
    assert faults(page) == []
    context.close()
