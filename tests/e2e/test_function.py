"""No server in the way: Segment's function in Node, a real provider, a real Chromium."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.demo import count, wait_count
from tests.support.chromium import SignedIn, signed_in
from tests.support.function import run, settings
from tests.support.program import Program, running
from tests.support.server import SAMPLE
from tests.support.soketi import soketi

CONFIG = """
[server]
port = 0

[[workspace]]
id = "shop"
env = "prod"
path = "{path}"
ingest = "function"
relay = "{relay}"
token_key = "0123456789abcdef0123456789abcdef"
"""
PLAN = re.compile("Plan [0-9a-f]{12}")
LIVE = re.compile("^LIVE.*function")
WAIT = 30_000  # ms


class Published:
    """The program, which hears no event, and the function as its command wrote it."""

    def __init__(self, program: Program, written: dict[str, str]) -> None:
        self.program = program
        self._written = written

    def publish(self, *events: dict[str, Any]) -> list[Any]:
        """One batch, as Segment would hand it over."""
        one = self._written
        return run("publish", one["plan"], one["tokenKey"], events, secret=one["providerSecret"])


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("function")
    with soketi() as provider:
        file = folder / "realtime.toml"
        file.write_text(CONFIG.format(path=SAMPLE, relay=provider.url))
        written = Program("function", "--config", str(file), "--out", str(folder / "out"))
        assert written.wait_line(PLAN, 30)
        written.stop()
        with running("serve", "--config", str(file)) as program:
            yield Published(program, settings(folder / "out"))


def track(id: str, event: str = "view_item", **properties: Any) -> dict[str, Any]:
    return {
        "type": "track", "messageId": id, "event": event, "anonymousId": "a visitor", "userId": "jane@example.com",
        "timestamp": "2026-01-02T03:04:05.678Z", "properties": {"email": "jane@example.com", **properties},
        "context": {"ip": "203.0.113.7"},
    }  # fmt: skip


@pytest.fixture(scope="module")
def signed(published: Published, browser: Browser) -> SignedIn:
    """The one-time link is spent once."""
    return signed_in(browser, published.program.link)


def test_from_the_function_to_a_lit_node(
    context: BrowserContext, published: Published, signed: SignedIn
) -> None:
    """FUN-1: nodes light, repeats count once, nothing personal is on the wire, and the strip promises nothing."""
    heard: list[str] = []
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on(
        "page",
        lambda page: page.on(
            "websocket",
            lambda socket: socket.on("framereceived", lambda body: heard.append(str(body))),
        ),
    )
    page = context.new_page()
    signed.enter(context)
    page.goto(published.program.url)
    page.get_by_role("switch").click()
    expect(page.get_by_role("button", name=LIVE)).to_be_visible(timeout=WAIT)
    told = published.publish(
        track("m1"),
        track("m1"),
        track("m2"),
        track("m3", "purchase", currency="GBP"),
        track("m4", "nobody listens"),
    )
    assert told == [{"status": 200}] * 5
    wait_count(page, 3)
    published.publish(track("m2"), track("m5"))
    wait_count(page, 4)
    _says_what_it_cannot_promise(page)
    seen = "".join(heard)
    assert "envelopes" in seen
    assert not [
        word for word in ("jane", "203.0.113.7", "a visitor", "nobody listens") if word in seen
    ]
    assert not [url for url in asked if "/api/watch" in url]


def test_another_graph_keeps_the_session(
    context: BrowserContext, published: Published, signed: SignedIn
) -> None:
    """PIC-98, ENG-28: it is counted anew from what the page has, and goes on by the function, each event once, there and back."""
    page = context.new_page()
    signed.enter(context)
    page.goto(published.program.url)
    page.get_by_role("switch").click()
    expect(page.get_by_role("button", name=LIVE)).to_be_visible(timeout=WAIT)
    published.publish(track("s1"), track("s2", "sign_up", form="newsletter"))
    wait_count(page, 2)
    for number, graph in ((3, "Newsletter"), (4, "checkout")):
        page.get_by_role("button", name=re.compile("Choose another")).click()
        page.get_by_role("menuitem", name=re.compile(graph)).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(graph))
        expect(page.get_by_role("switch")).to_be_checked()
        expect(page.get_by_role("button", name=LIVE)).to_be_visible(timeout=WAIT)
        published.publish(track(f"s{number}", "sign_up", form="newsletter"), track("s1"))
        wait_count(page, number)
        assert count(page) == number
        if graph == "Newsletter":
            card = page.locator(".dr-card", has_text="Signed up")
            expect(card).to_contain_text("2")


def _says_what_it_cannot_promise(page: Page) -> None:
    page.get_by_role("button", name="uncounted").click()
    expect(page.get_by_text("no server of ours hears them")).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("whether anyone watches or not")).to_be_visible(timeout=WAIT)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Ledger of what was heard").click()
    expect(page.get_by_text("is unknown: no server counts it")).to_be_visible(timeout=WAIT)
