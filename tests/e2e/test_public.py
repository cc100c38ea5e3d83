"""A tap and an extension of an earlier version, as they were built,
with today's page and server.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.extended import SITES, extended, press
from tests.e2e.opened import open_page, panel, tapped, track
from tests.e2e.road import Road, switch_on, wait_counts
from tests.e2e.site import KEY, Site, snippet
from tests.public.recorded import FOLDER, read_json
from tests.support.chromium import SignedIn

SESSION_LOCK = re.compile(r"^(dagnet-realtime-watching-).+")
LOCKS = "navigator.locks.query().then(({ held }) => held.map(({ name }) => name))"
STORED = "() => ({ local: Object.keys(localStorage).sort(), session: Object.keys(sessionStorage).sort() })"


def test_a_recorded_tap_lights_todays_page(
    page: Page, road: Road, signed: SignedIn, web: Site
) -> None:
    """OPS-21, TAP-10: a page that was opened before an upgrade, or whose browser kept `tap.js`."""
    signed.enter(page.context)
    page.context.route(
        f"{road.url}/tap.js",
        lambda route: route.fulfill(path=FOLDER / "tap.js", content_type="text/javascript"),
    )
    switch_on(page, road)
    shop = open_page(page, tapped(web, road))
    track(shop, "view_item", 2)
    assert wait_counts(page, {"Product page": 2}) == {"Product page": 2}
    shop.reload()
    shop.wait_for_function("window.analytics?.instance")
    track(shop, "add_to_cart")
    expected = {"Product page": 2, "Basket": 1}
    assert wait_counts(page, expected) == expected
    said = panel(page)
    assert "1 event heard" in said
    assert "missed" not in said
    locks = sorted(SESSION_LOCK.sub(r"\1SESSION", lock) for lock in page.evaluate(LOCKS))
    page.goto(f"{road.url}/healthz")
    assert {"locks": locks, **page.evaluate(STORED)} == read_json("browser_names")


@pytest.fixture
def browsing(browser: Browser, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser with the recorded extension."""
    folder = tmp_path / "extension"
    folder.mkdir()
    for file in (FOLDER / "extension").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"host_permissions": SITES}))
    with extended(browser, folder, tmp_path / "profile") as context:
        yield context


def test_a_recorded_extension_lights_todays_page(
    browsing: BrowserContext, road: Road, signed: SignedIn, web: Site
) -> None:
    """OPS-21, TAP-14: people keep the extension that they loaded when the server is upgraded."""
    signed.enter(browsing)
    live = browsing.new_page()
    switch_on(live, road)
    shop = browsing.new_page()
    shop.goto(web.put("/plain.html", snippet(), f"analytics.load('{KEY}')", tap=None))
    press(browsing, live, "This tab is Realtime")
    press(browsing, shop, "Show this site’s events")
    live.bring_to_front()
    live.locator("button.connect-button").click()
    expect(live.locator(".connect-pages")).to_contain_text("through the extension")
    live.get_by_role("button", name="Close").click()
    shop.evaluate("analytics.track('view_item')")
    assert wait_counts(live, {"Product page": 1}) == {"Product page": 1}
