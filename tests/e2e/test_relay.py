"""Frames through a real provider (soketi) into a real Chromium with pusher-js."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.demo import count, wait_count
from tests.e2e.relayed import Shop, by_poll, by_provider, shops
from tests.support.soketi import Soketi, soketi


@pytest.fixture(scope="module")
def provider() -> Iterator[Soketi]:
    with soketi() as server:
        yield server


@pytest.fixture(scope="module")
def shop(
    browser: Browser, provider: Soketi, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    with shops(browser, tmp_path_factory.mktemp("relay"), provider.url) as made:
        yield made


@pytest.fixture(scope="module")
def sealed(
    browser: Browser, provider: Soketi, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    with shops(browser, tmp_path_factory.mktemp("sealed"), f"{provider.url}?encrypted=1") as made:
        yield made


def test_frames_come_through_the_provider(context: BrowserContext, shop: Shop) -> None:
    """REL-10: an event that was posted lights its node through the provider's socket, without a stream of ours."""
    received: list[str] = []
    streams: list[str] = []
    context.on(
        "request", lambda request: streams.append(request.url) if "/stream" in request.url else None
    )
    context.on(
        "page",
        lambda page: page.on(
            "websocket",
            lambda socket: socket.on("framereceived", lambda body: received.append(str(body))),
        ),
    )
    page = shop.enter(context)
    by_provider(page)
    shop.send(5)
    wait_count(page, 5)
    assert not streams
    assert "view_item" in "".join(received)


def test_another_graph_keeps_the_session_over_the_provider(
    context: BrowserContext, shop: Shop
) -> None:
    """PIC-98, ENG-28: what came since On is counted anew, what comes after it comes by the provider, and each once, there and back."""
    sessions: list[str] = []
    context.on(
        "request",
        lambda request: (
            sessions.append(request.method)
            if request.url.endswith("/api/watch") or request.method == "DELETE"
            else None
        ),
    )
    page = shop.enter(context)
    by_provider(page)
    shop.send(3)
    wait_count(page, 3)
    for number, graph in ((4, "Newsletter"), (5, "checkout")):
        page.get_by_role("button", name=re.compile("Choose another")).click()
        page.get_by_role("menuitem", name=re.compile(graph)).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(graph))
        by_provider(page)
        shop.send(1)
        wait_count(page, number)
        assert count(page) == number
    expect(page.locator(".dr-card", has_text="Product page")).to_contain_text("5")
    expect(page.get_by_role("button", name="Nothing lost")).to_be_visible()
    assert sessions == ["POST"]


def test_the_sign_says_that_others_watch(context: BrowserContext, shop: Shop) -> None:
    """REL-23, REL-6: the sign says how many tabs watch and what it costs; a local viewer has no
    name.
    """
    for _ in range(2):
        page = shop.enter(context)
        by_provider(page)
    page.get_by_role("button", name=re.compile("^LIVE")).click()
    expect(
        page.get_by_text(
            re.compile(r"messages were published .* other tabs? watch(es)? this graph\.$")
        )
    ).to_be_visible()


def test_an_outage_is_bridged_by_poll_and_nothing_is_lit_twice(
    context: BrowserContext, shop: Shop, provider: Soketi
) -> None:
    """REL-15: while the provider is down the page polls, then it goes back; each event
    counts once.
    """
    page = shop.enter(context, clock=True)
    by_provider(page)
    shop.send(3)
    wait_count(page, 3)
    provider.stop()
    shop.send(4)
    by_poll(page)
    wait_count(page, 7)
    provider.start()
    for expected in (8, 9):
        page.clock.fast_forward(16_000)  # polls go on for half a minute
        shop.send(1)
        wait_count(page, expected)
    by_provider(page)
    shop.send(2)
    wait_count(page, 11)
    assert count(page) == 11


def test_an_encrypted_channel_carries_what_the_provider_cannot_read(
    context: BrowserContext, sealed: Shop
) -> None:
    """REL-9: only ciphertext passes the provider's socket."""
    received: list[str] = []
    context.on(
        "page",
        lambda page: page.on(
            "websocket",
            lambda socket: socket.on("framereceived", lambda body: received.append(str(body))),
        ),
    )
    page = sealed.enter(context)
    by_provider(page)
    sealed.send(3)
    wait_count(page, 3)
    seen = "".join(received)
    assert "ciphertext" in seen
    assert "view_item" not in seen
