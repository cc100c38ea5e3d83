"""The browser extension, loaded for real: it taps a site that knows nothing of Realtime, on the
sites that it was asked to tap.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.road import Road, shop_road, switch_on, wait_counts
from tests.e2e.site import KEY, ROOT, Site, load_npm, site, snippet
from tests.support.chromium import FLAGS, chromium_path

sys.path.insert(0, str(ROOT / "tools"))
from interface import build_extension, machine_node, wheel_node  # a tool, not a package

SITES = ["http://127.0.0.1/*"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension as built. A test cannot answer Chromium's own question, so two sites are
    granted beforehand.
    """
    dist = tmp_path_factory.mktemp("extension") / "dist"
    node = machine_node() or wheel_node(ROOT / ".tools")
    assert node is not None
    build_extension(ROOT, node, dist)
    manifest = json.loads((dist / "manifest.json").read_text())
    assert manifest["optional_host_permissions"] == ["http://*/*", "https://*/*"]
    assert "host_permissions" not in manifest
    (dist / "manifest.json").write_text(json.dumps(manifest | {"host_permissions": SITES}))
    return dist


@pytest.fixture
def browsing(browser: Browser, folder: Path, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser with the extension."""
    flags = [*FLAGS, f"--disable-extensions-except={folder}", f"--load-extension={folder}"]
    context = browser.browser_type.launch_persistent_context(
        tmp_path,
        executable_path=chromium_path(),
        headless=True,
        args=flags,
        viewport={"width": 1600, "height": 1000},
    )
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def road() -> Iterator[Road]:
    with shop_road() as served:
        yield served


@pytest.fixture
def web() -> Iterator[Site]:
    with site() as made:
        yield made


def press(context: BrowserContext, page: Page, button: str) -> None:
    """Opens the extension's panel over a tab and presses a button."""
    worker = (
        context.service_workers[0]
        if context.service_workers
        else context.wait_for_event("serviceworker")
    )
    tab = worker.evaluate(
        "url => chrome.tabs.query({}).then(tabs => tabs.find(tab => tab.url === url).id)", page.url
    )
    panel = context.new_page()
    panel.goto(f"{worker.url.removesuffix('worker.js')}popup.html?tab={tab}")
    panel.get_by_role("button", name=button).click()
    expect(panel.get_by_role("status")).not_to_be_empty()
    panel.close()


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
