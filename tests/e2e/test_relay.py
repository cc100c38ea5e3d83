"""Frames through a real provider (soketi) into a real Chromium with pusher-js."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.demo import count, wait_count
from tests.support.program import Program, running
from tests.support.server import SAMPLE
from tests.support.soketi import Soketi, soketi

CONFIG = """
[server]
port = 0

[[workspace]]
id = "shop"
env = "prod"
path = "{path}"
relay = "{relay}"

[[workspace.source]]
id = "web"
kind = "webhook"
allow_unsigned = true
"""


class Shop:
    """The program with a relay, and a provider that a test may stop."""

    def __init__(self, program: Program, provider: Soketi, cookies: list[Any]) -> None:
        self.program = program
        self.provider = provider
        self.cookies = cookies
        self._sent = 0

    def enter(self, context: BrowserContext, *, clock: bool = False) -> Page:
        """A page that is On; with `clock` its time can be moved on."""
        context.add_cookies(self.cookies)
        page = context.new_page()
        if clock:
            page.clock.install()
        page.goto(self.program.url)
        page.get_by_role("switch").click()
        return page

    def send(self, number: int) -> None:
        """So many events, one delivery each, as Segment sends them."""
        with httpx.Client(base_url=self.program.url, trust_env=False) as client:
            for _ in range(number):
                self._sent += 1
                event = {"type": "track", "messageId": f"m{self._sent}", "event": "view_item", "anonymousId": f"p{self._sent}"}
                event["timestamp"] = "2026-01-02T03:04:05.678Z"
                assert client.post("/segment/webhook/web", content=json.dumps(event)).status_code == 200


def shops(browser: Browser, folder: Path, extra: str = "") -> Iterator[Shop]:
    with soketi() as provider:
        file = folder / "realtime.toml"
        file.write_text(CONFIG.format(path=SAMPLE, relay=provider.url + extra))
        with running("serve", "--config", str(file)) as program:
            context = browser.new_context()
            context.new_page().goto(program.link)
            state: Any = context.storage_state()
            context.close()
            yield Shop(program, provider, state["cookies"])


@pytest.fixture(scope="module")
def shop(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    yield from shops(browser, tmp_path_factory.mktemp("relay"))


@pytest.fixture(scope="module")
def sealed(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    yield from shops(browser, tmp_path_factory.mktemp("sealed"), "?encrypted=1")


def by_provider(page: Page) -> None:
    expect(page.get_by_role("button", name=re.compile("^LIVE.*provider"))).to_be_visible(timeout=60_000)


def by_poll(page: Page) -> None:
    expect(page.get_by_role("button", name=re.compile("^LIVE.*poll"))).to_be_visible(timeout=60_000)


def test_frames_come_through_the_provider(context: BrowserContext, shop: Shop) -> None:
    """REL-10: an event that was posted lights its node through the provider's socket, without a stream of ours."""
    received: list[str] = []
    streams: list[str] = []
    context.on("request", lambda request: streams.append(request.url) if "/stream" in request.url else None)
    context.on(
        "page", lambda page: page.on("websocket", lambda socket: socket.on("framereceived", lambda body: received.append(str(body))))
    )
    page = shop.enter(context)
    by_provider(page)
    shop.send(5)
    wait_count(page, 5)
    assert not streams
    assert "view_item" in "".join(received)


def test_an_outage_is_bridged_by_poll_and_nothing_is_lit_twice(context: BrowserContext, shop: Shop) -> None:
    """REL-15: the provider stops, the page polls; it is back, the page goes back; every event is counted once."""
    page = shop.enter(context, clock=True)
    by_provider(page)
    shop.send(3)
    wait_count(page, 3)
    shop.provider.stop()
    shop.send(4)
    by_poll(page)
    wait_count(page, 7)
    shop.provider.start()
    for expected in (8, 9):
        page.clock.fast_forward(16_000)  # polls go on for half a minute
        shop.send(1)
        wait_count(page, expected)
    by_provider(page)
    shop.send(2)
    wait_count(page, 11)
    assert count(page) == 11


def test_an_encrypted_channel_carries_what_the_provider_cannot_read(context: BrowserContext, sealed: Shop) -> None:
    """REL-8: on the provider's socket there is ciphertext alone."""
    received: list[str] = []
    context.on(
        "page", lambda page: page.on("websocket", lambda socket: socket.on("framereceived", lambda body: received.append(str(body))))
    )
    page = sealed.enter(context)
    by_provider(page)
    sealed.send(3)
    wait_count(page, 3)
    seen = "".join(received)
    assert "ciphertext" in seen
    assert "view_item" not in seen
