"""A provider that fails, repeats, reorders or loses, and forged signatures, seen from a real
Chromium.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.e2e.demo import count, wait_count
from tests.e2e.relayed import Shop, by_poll, by_provider, shops
from tests.support.soketi import APP_ID, KEY, SECRET, soketi
from tests.support.unreliable import Fault, Unreliable, unreliable

SIGNATURES = "**/api/channels/auth"


@pytest.fixture(scope="module")
def between() -> Iterator[Unreliable]:
    with soketi() as server, unreliable(server.port) as way:
        yield way


@pytest.fixture(scope="module")
def site(
    browser: Browser, between: Unreliable, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    relay = f"pusher://{KEY}:{SECRET}@127.0.0.1:{between.port}/{APP_ID}?timeout=1"
    with shops(browser, tmp_path_factory.mktemp("faults"), relay) as made:
        yield made


@pytest.fixture
def way(between: Unreliable) -> Iterator[Unreliable]:
    yield between
    between.fault = None


def shows(page: Page, events: int) -> None:
    """Waits for so many events, and sees that they are counted once and told once each."""
    wait_count(page, events)
    assert count(page) == events
    expect(page.locator(".row-open")).to_have_count(events)


def goes_back(page: Page, shop: Shop, events: int) -> int:
    """The provider is tried again after half a minute of polls; the events so far."""
    for _ in range(2):
        page.clock.fast_forward(16_000)
        shop.send(1)
        events += 1
        wait_count(page, events)
    by_provider(page)
    return events


@pytest.mark.parametrize(
    "fault",
    [*(pytest.param(one, marks=pytest.mark.proof) for one in (503, "hang")), "down"],
)
def test_a_provider_that_fails_is_bridged_by_poll(
    context: BrowserContext, site: Shop, way: Unreliable, fault: Fault
) -> None:
    """REL-15: whether it refuses, is silent or ends every connection; the page says so, and goes back by itself."""
    page = site.enter(context, clock=True)
    by_provider(page)
    site.send(3)
    shows(page, 3)
    way.fault = fault
    if fault == "down":
        way.cut()
    site.send(2)
    page.clock.fast_forward(10_000)
    by_poll(page)
    shows(page, 5)
    way.fault = None
    events = goes_back(page, site, 5)
    site.send(2)
    shows(page, events + 2)


@pytest.mark.parametrize(
    "fault", ["twice", pytest.param("late", marks=pytest.mark.proof), "swallow"]
)
def test_what_the_provider_repeats_reorders_or_loses_lights_once(
    context: BrowserContext, site: Shop, way: Unreliable, fault: Fault
) -> None:
    """REL-15: the page goes on by the provider, and fetches what is missing."""
    page = site.enter(context)
    by_provider(page)
    way.fault = fault
    for _ in range(3):
        site.send(1)
    way.fault = "twice" if fault == "twice" else None
    site.send(1)
    shows(page, 4)
    by_provider(page)


@pytest.mark.parametrize(
    "broken",
    [*(pytest.param(one, marks=pytest.mark.proof) for one in ("503", "nonsense")), "refused"],
)
def test_where_nothing_signs_the_page_polls(
    context: BrowserContext, site: Shop, broken: str
) -> None:
    """REL-15: an endpoint of signatures that is down, failing or answering nonsense costs no event; once it signs, the provider is back."""

    def fail(route: Route) -> None:
        match broken:
            case "refused":
                route.abort("connectionrefused")
            case "503":
                route.fulfill(status=503, body="")
            case _:
                route.fulfill(status=200, content_type="application/json", body='{"auth": 7}')

    context.route(SIGNATURES, fail)
    page = site.enter(context, clock=True)
    by_poll(page)
    site.send(3)
    shows(page, 3)
    context.unroute(SIGNATURES)
    events = goes_back(page, site, 3)
    site.send(1)
    shows(page, events + 1)
