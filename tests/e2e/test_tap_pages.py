"""The local lane and pages of every making: calls on the way out, renamed, before consent, in frames, from loaders, without an opener."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.opened import open_page, panel, tapped, track
from tests.e2e.road import Road, wait_counts
from tests.e2e.site import KEY, PICTURE, Site, load_npm, snippet

NPM = "/analytics.umd.js"


def counted(live: Page, **expected: int) -> None:
    """Waits for exactly these counts, with `_` for a space."""
    wanted = {name.replace("_", " "): count for name, count in expected.items()}
    assert wait_counts(live, wanted) == wanted


def put(web: Site, road: Road, path: str, *parts: str) -> str:
    """A page with the tap that this Realtime serves."""
    return web.put(path, *parts, tap=f"{road.url}/tap.js")


@pytest.mark.proof
def test_a_page_that_is_left_has_told_its_last_call_and_holds_no_place(
    live: Page, road: Road, web: Site
) -> None:
    """TAP-10, TAP-9: sixty documents in one tab, each left at its call, are heard, though there are
    fewer places for pages.
    """
    follow = "if (n < 60) location.replace('/step.html?' + (n + 1))"
    step = f"const n = Number(location.search.slice(1)); analytics.then(() => {{ analytics.track('view_item'); {follow} }})"
    put(web, road, "/step.html", NPM, load_npm(), step)
    shop = open_page(live, tapped(web, road))
    shop.goto(f"{web.url}/step.html?1")
    shop.wait_for_url("**/step.html?60")
    said = panel(live)
    missed = sum(int(number) for number in re.findall(r"(\d+) missed", said))
    assert "too many" not in said
    assert said.count(" connected, opened") == 1
    # A page that went before it was welcomed had no rules yet by which to tell.
    counted(live, Product_page=60 - missed)
    assert missed < 30


def test_what_is_called_while_a_page_unloads_is_reported(live: Page, road: Road, web: Site) -> None:
    """TAP-10: calls in `beforeunload`, `pagehide`, `visibilitychange` and `unload` arrive, sent by
    the SDK or not.
    """
    calls = "for (const end of ['beforeunload', 'pagehide']) addEventListener(end, () => analytics.track('view_item'));"
    calls += "document.addEventListener('visibilitychange', () => document.hidden && analytics.track('view_item'));"
    calls += "addEventListener('unload', () => analytics.track('add_to_cart'));"
    put(web, road, "/last.html", NPM, load_npm(), calls)
    shop = open_page(live, tapped(web, road))
    shop.goto(f"{web.url}/last.html")
    shop.wait_for_function("window.analytics?.instance")
    live.locator("button.connect-button").click()
    expect(live.locator(".connect-pages")).to_contain_text("last.html")
    live.get_by_role("button", name="Close").click()
    shop.goto(f"{web.url}/shop.html")
    counted(live, Product_page=3, Basket=1)
    assert "missed" not in panel(live)


def test_early_calls_of_a_page_that_is_left_before_its_sdk_came_are_reported_with_the_reason(
    live: Page, road: Road, web: Site
) -> None:
    """TAP-2, TAP-13: early calls on a page with an ad blocker are listed with the reason when the
    visitor leaves it.
    """
    put(web, road, "/blocked.html", snippet(), "analytics.track('view_item')")
    shop = open_page(live, tapped(web, road))
    shop.goto(f"{web.url}/blocked.html")
    live.locator("button.connect-button").click()
    expect(live.locator(".connect-pages")).to_contain_text("blocked.html")
    shop.goto(f"{web.url}/shop.html")
    missing = live.get_by_role("region", name="Sent by the page, not received")
    expect(missing).to_contain_text(
        "is not known to have left (the SDK has not loaded, and the page was left)"
    )
    live.get_by_role("button", name="Close").click()
    counted(live, Product_page=1)


RENAMES = """
  const names = {'OLD NAME': 'view_item', 'add_to_cart': 'renamed_away', 'view_item': 'add_to_cart'};
  analytics.addSourceMiddleware(({payload, next}) => { payload.obj.event = names[payload.obj.event] ?? payload.obj.event; next(payload) });
"""


@pytest.mark.parametrize("lanes", [pytest.param("local", marks=pytest.mark.proof), "both"])
def test_a_renamed_message_is_one_row_at_the_node_of_the_name_it_left_by(
    live: Page, road: Road, web: Site, lanes: str
) -> None:
    """ENG-3, TAP-13: one row with its name, from the page's calls alone and together with the
    server's events.
    """
    both = lanes == "both"
    host = f"'{road.url.removeprefix('http://')}'" if both else "location.host"
    put(
        web,
        road,
        "/renames.html",
        NPM,
        load_npm(host=host, key=road.write_key if both else KEY) + RENAMES,
    )
    shop = open_page(live, f"{web.url}/renames.html")
    for name in ("OLD NAME", "add_to_cart", "view_item"):
        track(shop, name)
    counted(live, Product_page=1, Basket=1)
    names = live.locator(".row-open")
    live.wait_for_function("() => document.querySelectorAll('.row-open').length === 3")
    assert sorted(names.all_inner_texts()) == ["add_to_cart", "renamed_away", "view_item"]
    live.get_by_role("button", name="view_item", exact=True).click()
    expect(live.locator(".way")).to_contain_text("called in the page as “OLD NAME”")


@pytest.mark.parametrize("build", ["snippet", "npm"])
def test_a_consent_banner_may_take_its_time(page: Page, web: Site, build: str) -> None:
    """TAP-2: calls told without their SDK are the same calls when it has come, with their own times."""
    web.sent.clear()
    page.clock.install()
    early = "analytics.track('view_item'); analytics.track('add_to_cart');"
    made = "window.analytics = new AnalyticsNext.AnalyticsBrowser();" + early
    settings = f'{{cdnSettings: {{integrations: {{"Segment.io": {{apiKey: "{KEY}"}}}}}}, writeKey: "{KEY}"}}'
    own = '{integrations: {"Segment.io": {apiHost: location.host + "/v1", protocol: "http"}}}'
    load = {
        "snippet": f"analytics.load('{KEY}')",
        "npm": f"void analytics.load({settings}, {own})",
    }[build]
    parts = [snippet(), PICTURE, early] if build == "snippet" else [NPM, PICTURE, made]
    page.goto(web.put(f"/consent-{build}.html", *parts))
    page.clock.run_for(3_600_000)
    page.wait_for_function("heard.length === 2")
    page.evaluate(f"analytics.track('consented'); {load}")
    page.clock.resume()
    page.wait_for_function("heard.filter(one => one.stage === 'delivered').length === 3")
    called = page.evaluate("heard.filter(one => one.stage === 'called')")
    assert [one["name"] for one in called] == [
        "view_item",
        "add_to_cart",
        "view_item",
        "add_to_cart",
        "consented",
    ]
    assert [one.get("replaces") for one in called] == [
        None,
        None,
        called[0]["messageId"],
        called[1]["messageId"],
        None,
    ]
    assert [one["occurredAt"] for one in called[2:4]] == [one["occurredAt"] for one in called[:2]]
    assert {one["messageId"] for one in called[2:]} == {event["messageId"] for event in web.sent}


def test_a_loader_that_stands_at_its_name_before_the_tap_is_heard(page: Page, web: Site) -> None:
    """TAP-1: the SDK is heard though a tag manager loads the tap last."""
    page.goto(
        web.put(
            "/late.html",
            NPM,
            PICTURE,
            load_npm() + "window.ready = analytics.then(() => true)",
            tap=None,
        )
    )
    page.evaluate("ready")
    page.add_script_tag(url="/tap.js")
    page.evaluate("analytics.track('e2')")
    page.wait_for_function("heard.some(one => one.name === 'e2' && one.stage === 'delivered')")


def test_frames_are_heard_or_said(live: Page, road: Road, web: Site) -> None:
    """TAP-11: frames of the page's own origin and of an allowed one are heard; a sandboxed one is
    reported.
    """
    put(web, road, "/frame.html", NPM, load_npm() + "analytics.track('add_to_cart')")
    other = web.url.replace("127.0.0.1", "localhost")
    frames = "".join(
        f"document.body.insertAdjacentHTML('beforeend', `<iframe src='{address}' {how}></iframe>`);"
        for address, how in (
            ("/frame.html", ""),
            (f"{other}/frame.html", ""),
            ("/frame.html", "sandbox='allow-scripts'"),
        )
    )
    put(web, road, "/framed.html", NPM, load_npm() + frames)
    shop = open_page(live, f"{web.url}/framed.html")
    track(shop, "view_item")
    live.locator("button.connect-button").click()
    refused = live.locator(".connect-refused")
    expect(
        refused.filter(has_text="a sandboxed frame has no origin that could be let in")
    ).to_be_visible()
    live.get_by_role("button", name="Let it in").click()
    expect(live.locator(".connect-pages li").filter(has_text="localhost")).to_contain_text(
        "connected"
    )
    live.get_by_role("button", name="Close").click()
    counted(live, Product_page=1, Basket=2)


def test_a_page_may_forget_its_opener(live: Page, road: Road, web: Site) -> None:
    """TAP-11: a page that clears `window.opener` once it has loaded, as a safety measure, is still
    heard.
    """
    put(web, road, "/forgets.html", NPM, load_npm() + "window.opener = null")
    shop = open_page(live, f"{web.url}/forgets.html")
    track(shop, "view_item")
    counted(live, Product_page=1)


@pytest.mark.proof
def test_properties_asked_for_and_taken_back_reach_every_road_of_a_page_at_once(
    live: Page, road: Road, web: Site
) -> None:
    """TAP-5: a page of Realtime's own origin that was opened from it speaks by two roads."""
    web.put("/two.html", NPM, load_npm(host=f"'{web.url.removeprefix('http://')}'"))
    for path in ("/two.html", NPM):
        live.context.route(
            f"{road.url}{path}",
            lambda route: route.fulfill(
                response=route.fetch(url=web.url + route.request.url.removeprefix(road.url))
            ),
        )
    shop = open_page(live, f"{road.url}/two.html")
    for asked, shown in (("colour", "colour"), ("", "")):
        live.locator("button.connect-button").click()
        live.get_by_label("Further properties to show").fill(asked)
        live.get_by_role("button", name="Close").click()
        shop.wait_for_timeout(300)  # two messages between tabs, of which nothing on screen tells
        shop.evaluate("for (let n = 0; n < 4; n++) analytics.track('view_item', {colour: 'green'})")
        counted(live, Product_page=4 if shown else 8)
        rows = live.locator(".row-properties").all_inner_texts()[:4]
        assert [shown in row and ("green" in row) == bool(shown) for row in rows] == [True] * 4
