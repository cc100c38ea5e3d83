"""The local lane from a page to the graph: opened pages, other tabs, reloads, strangers, and both lanes at once."""

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.opened import open_page, panel, tapped, track
from tests.e2e.road import Road, switch_on, wait_counts
from tests.e2e.site import Site, load_npm


def test_clicks_of_an_opened_page_light_the_graph_through_reloads_of_either_side(
    live: Page, road: Road, web: Site
) -> None:
    """TAP-10: clicks of another origin's page light the graph once each, also when either side
    reloads.
    """
    shop = open_page(live, tapped(web, road))
    track(shop, "view_item", 2)
    assert wait_counts(live, {"Product page": 2}) == {"Product page": 2}
    shop.reload()
    shop.wait_for_function("window.analytics?.instance")
    track(shop, "add_to_cart")
    assert wait_counts(live, {"Product page": 2, "Basket": 1}) == {"Product page": 2, "Basket": 1}
    live.reload()
    live.get_by_role("button", name=re.compile("^LIVE")).wait_for()
    track(shop, "add_to_cart")
    expected = {"Product page": 2, "Basket": 2}
    assert wait_counts(live, expected) == expected
    said = panel(live)
    assert "key …abcd" in said
    assert "1 event heard" in said
    assert "missed" not in said


def test_a_page_that_was_not_let_in_is_refused_and_said(live: Page, road: Road, web: Site) -> None:
    """TAP-11: an origin that was not allowed gets no rules and no answer and lights nothing; one
    button lets it in.
    """
    with live.expect_popup() as popup:
        live.evaluate("address => void window.open(address)", tapped(web, road, "/stranger.html"))
    shop = popup.value
    shop.wait_for_function("window.analytics?.instance")
    track(shop, "view_item")
    live.locator("button.connect-button").click()
    refused = live.locator(".connect-refused")
    expect(refused).to_contain_text(f"from {web.url}: not allowed")
    live.get_by_role("button", name="Let it in").click()
    expect(live.locator(".connect-pages")).to_contain_text("connected, opened from here")
    live.get_by_role("button", name="Close").click()
    assert wait_counts(live, {"Product page": 1}) == {"Product page": 1}


HOSTILE = """origin => {
  const post = message => opener.postMessage(Object.assign({dagnet: 'dagnet-realtime/1', page: 'p', sdks: []}, message), origin);
  const hear = new Promise(done => addEventListener('message', ({data}) => { if (data.kind === 'welcome') done(data) }));
  const head = {kind: 'report', missed: 0, skipped: 0};
  window.send = (from, messages) => hear.then(({session}) => post({...head, session, from, to: from + messages.length, messages}));
  const plain = {type: 'track', name: 'view_item', names: ['view_item'], stage: 'called', traces: [], properties: {}};
  window.good = (messageId, more) => ({...plain, messageId, occurredAt: Date.now(), at: Date.now(), ...more});
  window.flood = (from, batches, make) => {
    for (let at = from; at < from + batches * 1000; at += 1000) send(at, Array.from({length: 1000}, (_, n) => make(`f${at + n}`)));
  };
  post({kind: 'hello', nonce: 'n', url: location.href});
  return hear.then(() => true);
}"""


def test_hostile_reports_are_refused_by_name_and_the_rest_still_counts(
    live: Page, road: Road, web: Site
) -> None:
    """TAP-9: malformed, huge, excessive and foreign reports are refused and counted, and the tab
    goes on.
    """
    shop = open_page(live, tapped(web, road))
    track(shop, "view_item")
    assert wait_counts(live, {"Product page": 1}) == {"Product page": 1}
    live.locator("button.connect-button").click()
    live.get_by_label("Address of your page").fill(
        web.put("/empty.html", tap=None).replace("127.0.0.1", "localhost")
    )
    with live.expect_popup() as popup:
        live.get_by_role("button", name="Open", exact=True).click()
    stranger = popup.value
    live.get_by_role("button", name="Close").click()
    assert stranger.evaluate(HOSTILE, road.url)
    stolen = web.sent[-1]["messageId"]
    stranger.evaluate(
        """stolen => send(0, [good('ok'), good(stolen, {name: 'add_to_cart', names: ['add_to_cart']}), {junk: 1}, null,
             good('x', {traces: 'all'}), good('y', {nodes: ['evil'], properties: {deep: {er: 1}}}),
             good('z', {properties: {long: 'x'.repeat(100000)}}), good('w', {occurredAt: Infinity})])""",
        stolen,
    )
    assert wait_counts(live, {"Product page": 2}) == {"Product page": 2}
    said = panel(live)
    assert re.search(r"Refused 1 from http://localhost:\d+: another origin’s message id", said)
    assert re.search(r"Refused 5 from http://localhost:\d+: malformed", said)
    assert re.search(r"Refused 1 from http://localhost:\d+: too large", said)
    stranger.evaluate("flood(8, 11, good)")
    live.wait_for_function(
        "() => Number(document.querySelector('.strip .figure-cut strong').textContent.replace(',', '')) > 10000"
    )
    stranger.evaluate("flood(11_008, 60, () => null)")
    live.locator("button.connect-button").click()
    expect(live.locator(".connect-refused").filter(has_text="too fast")).to_be_visible()
    live.get_by_role("button", name="Close").click()
    track(shop, "add_to_cart")
    live.wait_for_function(
        "() => [...document.querySelectorAll('.row-open')].some(row => row.textContent === 'add_to_cart')"
    )


def test_tabs_of_one_origin_report_to_each_realtime_tab_there_is(
    live: Page, road: Road, context: BrowserContext, web: Site
) -> None:
    """TAP-10: by BroadcastChannel two pages report to two Realtime tabs; a tab that was closed
    shows nothing from before.
    """
    web.put("/tab.html", "/analytics.umd.js", load_npm(host=f"'{web.url.removeprefix('http://')}'"))
    for path in ("/tab.html", "/analytics.umd.js"):
        # The site's page, at Realtime's own origin.
        context.route(
            f"{road.url}{path}",
            lambda route: route.fulfill(
                response=route.fetch(url=web.url + urlsplit(route.request.url).path)
            ),
        )
    first, second = context.new_page(), context.new_page()
    for one in (first, second):
        one.goto(f"{road.url}/tab.html")
        one.wait_for_function("window.analytics?.instance")
    track(first, "view_item")
    track(second, "add_to_cart")
    assert wait_counts(live, {"Product page": 1, "Basket": 1}) == {"Product page": 1, "Basket": 1}
    assert panel(live).count("another tab of this address") == 2
    live.close()
    track(first, "view_item")
    again = context.new_page()
    switch_on(again, road)
    track(second, "add_to_cart")
    assert wait_counts(again, {"Basket": 1}) == {"Basket": 1}


def test_one_event_on_both_lanes_lights_once_and_shows_its_whole_way(
    live: Page, road: Road, web: Site
) -> None:
    """TAP-13: the page's SDK sends to this server, the tap tells it too: one light, one trace, and the server follows it."""
    followed: list[Any] = []
    live.on(
        "request",
        lambda request: (
            followed.append(request.post_data_json) if request.method == "PATCH" else None
        ),
    )
    shop = open_page(
        live, tapped(web, road, host=f"'{road.url.removeprefix('http://')}'", key=road.write_key)
    )
    track(shop, "view_item")
    shop.wait_for_timeout(300)
    track(shop, "add_to_cart")
    expected = {"Product page": 1, "Basket": 1}
    assert wait_counts(live, expected) == expected
    live.wait_for_function("() => document.querySelector('.strip').textContent.includes('1 trace')")
    live.locator(".row-open").first.click()
    way = live.locator(".way")
    for word in ("called in the page", "left the page", "reached us by webhook", "shown here"):
        expect(way).to_contain_text(word)
    expect(live.locator(".fields")).to_contain_text("me_")
    live.wait_for_timeout(1500)
    assert followed
    assert not [token for token in followed[-1]["follows"] if token.startswith("me_")]
