"""The browser extension, loaded for real: it taps a site that knows nothing of Realtime, on the
sites that it was asked to tap.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.extended import built_extension, extended, press
from tests.e2e.road import Road, shop_road, switch_on, wait_counts
from tests.e2e.site import KEY, Site, load_npm, site, snippet


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension, built once."""
    return built_extension(tmp_path_factory.mktemp("extension") / "dist")


@pytest.fixture
def browsing(browser: Browser, folder: Path, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser with the extension."""
    with extended(browser, folder, tmp_path) as context:
        yield context


@pytest.fixture
def road() -> Iterator[Road]:
    with shop_road() as served:
        yield served


@pytest.fixture
def web() -> Iterator[Site]:
    with site() as made:
        yield made


def test_the_extension_taps_a_site_that_was_not_changed_at_all(
    browsing: BrowserContext, road: Road, web: Site
) -> None:
    """TAP-14: asked for each site, it hears the page from its first call and tells the Realtime tab, through reloads of either."""
    live = browsing.new_page()
    live.goto(road.program.link)
    switch_on(live, road)
    shop = browsing.new_page()
    early = "analytics.track('view_item'); analytics.track('add_to_cart');"
    shop.goto(web.put("/plain.html", snippet(), early + f"analytics.load('{KEY}')", tap=None))
    other = browsing.new_page()
    other.goto(web.put("/other.html", "/analytics.umd.js", load_npm(), tap=None))
    press(browsing, live, "This tab is Realtime")
    press(browsing, shop, "Show this site’s events")
    live.bring_to_front()
    live.locator("button.connect-button").click()
    expect(live.locator(".connect-pages")).to_contain_text("through the extension")
    live.get_by_role("button", name="Close").click()
    shop.evaluate("analytics.track('view_item')")
    assert wait_counts(live, {"Product page": 1}) == {"Product page": 1}
    shop.reload()
    expected = {"Product page": 2, "Basket": 1}
    assert wait_counts(live, expected) == expected
    live.reload()
    live.get_by_role("button", name=re.compile("^LIVE")).wait_for()
    shop.evaluate("analytics.track('add_to_cart')")
    expected = {"Product page": 2, "Basket": 2}
    assert wait_counts(live, expected) == expected
    press(browsing, shop, "Stop here")
    shop.reload()
    shop.wait_for_function("window.analytics.initialized")
    assert shop.evaluate("typeof __dagnetRealtimeTap") == "undefined"


def test_the_extension_hears_a_page_to_its_last_call_its_frames_and_a_loader_that_was_there_before(
    browsing: BrowserContext, road: Road, web: Site
) -> None:
    """TAP-14, TAP-10, TAP-1: documents in a row in one tab are heard, with calls while they unload;
    none keeps a place.
    """
    live = browsing.new_page()
    live.goto(road.program.link)
    switch_on(live, road)
    web.put("/frame.html", "/analytics.umd.js", load_npm(), tap=None)
    calls = "addEventListener('pagehide', () => analytics.track('view_item')); addEventListener('unload', () => analytics.track('view_item'));"
    shop = browsing.new_page()
    shop.goto(web.put("/npm.html", "/analytics.umd.js", load_npm() + calls, tap=None))
    shop.wait_for_function("window.analytics?.instance")
    shop.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<iframe src=/frame.html></iframe>')"
    )
    shop.frames[1].wait_for_function("window.analytics?.instance")
    press(browsing, live, "This tab is Realtime")
    press(browsing, shop, "Show this site’s events")
    live.bring_to_front()
    live.locator("button.connect-button").click()
    pages = live.locator(".connect-pages li")
    expect(
        pages.filter(has_text="connected, through the extension").filter(
            has_text="analytics.js 1.84"
        )
    ).to_have_count(2)
    shop.evaluate("analytics.track('add_to_cart')")
    shop.frames[1].evaluate("analytics.track('add_to_cart')")
    expect(pages.filter(has_text="1 event heard")).to_have_count(2)
    for n in range(1, 4):
        shop.goto(f"{web.url}/npm.html?{n}")
        shop.wait_for_function("window.analytics?.instance")
        expect(pages.filter(has_text="connected, through the extension")).to_have_count(1)
        expect(
            pages.filter(has_text="connected, through the extension").filter(
                has_text="analytics.js 1.84"
            )
        ).to_have_count(1)
    live.get_by_role("button", name="Close").click()
    expected = {"Product page": 6, "Basket": 2}
    assert wait_counts(live, expected) == expected
