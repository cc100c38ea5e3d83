"""Pages of another origin that a Realtime tab opens: made, opened from the connect panel, clicked, and what the panel says of them."""

from playwright.sync_api import Page, expect

from tests.e2e.road import Road
from tests.e2e.site import Site, load_npm


def tapped(
    web: Site,
    road: Road,
    path: str = "/shop.html",
    host: str = "location.host",
    key: str = "write-key-abcd",
) -> str:
    """A page of another origin with the tap that this Realtime serves."""
    return web.put(
        path, "/analytics.umd.js", load_npm(host=host, key=key), tap=f"{road.url}/tap.js"
    )


def open_page(live: Page, address: str) -> Page:
    """Opens a page from the connect panel, as a person does."""
    live.locator("button.connect-button").click()
    live.get_by_label("Address of your page").fill(address)
    with live.expect_popup() as popup:
        live.get_by_role("button", name="Open", exact=True).click()
    expect(live.locator(".connect-pages")).to_contain_text("connected, opened from here")
    expect(live.locator(".connect-pages")).to_contain_text("analytics.js 1.84")
    live.get_by_role("button", name="Close").click()
    return popup.value


def track(page: Page, name: str, times: int = 1) -> None:
    """Calls `analytics.track`."""
    page.evaluate(
        "([name, times]) => { for (let n = 0; n < times; n++) analytics.track(name) }",
        [name, times],
    )


def panel(live: Page) -> str:
    """What the connect panel says of pages."""
    live.locator("button.connect-button").click()
    said = live.get_by_role("region", name="Pages").inner_text()
    live.get_by_role("button", name="Close").click()
    return said
