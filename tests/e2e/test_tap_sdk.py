"""The tap against Segment's real SDK: each call once, in its true order, at every stage that can be seen."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.e2e.site import KEY, PICTURE, Site, content, load_npm, site, snippet

STAGES = "() => heard.map(one => one.name + ':' + one.stage)"


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    with site() as made:
        yield made


@pytest.fixture
def web(served: Site) -> Site:
    """The site, with an empty collector that answers well."""
    served.sent.clear()
    served.status = 200
    return served


def wait_heard(page: Page, stage: str, least: int) -> list[dict[str, Any]]:
    """Waits until so many messages were heard at a stage; all messages of that stage."""
    page.wait_for_function(
        "([stage, least]) => heard.filter(one => one.stage === stage).length >= least",
        arg=[stage, least],
    )
    found: list[dict[str, Any]] = page.evaluate(
        "stage => heard.filter(one => one.stage === stage)", stage
    )
    return found


EARLY = """
  analytics.page('Start'); analytics.track('A'); analytics.identify('u-1');
  analytics.track('B'); analytics.page('Two'); analytics.track('C');
"""
IN_ORDER = ["Viewed Start Page", "A", "identify", "B", "Viewed Two Page", "C"]


def test_calls_before_the_snippet_has_loaded_come_in_the_order_of_the_calls(
    page: Page, web: Site
) -> None:
    """TAP-2: calls come in the order in which they were made, with their own times, though the SDK
    replays them by method.
    """
    late = f"const wait = performance.now() + 30; while (performance.now() < wait); analytics.track('D'); analytics.load('{KEY}')"
    page.goto(web.put("/early.html", snippet(), PICTURE, EARLY + late))
    called = wait_heard(page, "called", 7)
    assert [one["name"] for one in called] == [*IN_ORDER, "D"]
    assert called[-1]["occurredAt"] - called[0]["occurredAt"] >= 29
    wait_heard(page, "delivered", 7)
    assert web.names() != [*IN_ORDER, "D"]
    assert {event["messageId"] for event in web.sent} == {one["messageId"] for one in called}
    page.evaluate("analytics.track('E')")
    wait_heard(page, "delivered", 8)
    stages = page.evaluate(STAGES)
    assert len(stages) == len(set(stages)) == 8 * 3


def test_calls_before_an_npm_build_has_loaded_come_in_the_order_of_the_calls(
    page: Page, web: Site
) -> None:
    """TAP-2: the loader of the npm package gathers calls as the snippet does."""
    page.goto(web.put("/npm.html", "/analytics.umd.js", PICTURE, load_npm() + EARLY))
    assert [one["name"] for one in wait_heard(page, "called", 6)] == IN_ORDER
    wait_heard(page, "delivered", 6)


def test_every_kind_of_call_is_heard_once(page: Page, web: Site) -> None:
    """TAP-1: track, page, screen, identify, group and alias are heard, with tokens and without
    identifiers.
    """
    calls = """analytics.track('T', {plan: 'free', email: 'bob@example.com'}); analytics.page('cat', 'P'); analytics.screen('S');
        analytics.group('g-1', {name: 'G'}); analytics.identify('u-1', {plan: 'pro'}); analytics.alias('u-2', 'u-1')"""
    page.goto(
        web.put(
            "/kinds.html",
            "/analytics.umd.js",
            PICTURE,
            load_npm() + f"window.ready = analytics.then(() => {{ {calls} }})",
        )
    )
    called = {one["type"]: one for one in wait_heard(page, "called", 6)}
    assert sorted(called) == ["alias", "group", "identify", "page", "screen", "track"]
    assert called["track"]["properties"] == {"plan": "free"}
    assert called["page"]["names"][:2] == ["P", "cat P"]
    assert called["identify"]["traits"] == {"plan": "pro"}
    tokens = {
        kind: token
        for one in called.values()
        for kind, token in ((trace["kind"], trace["token"]) for trace in one["traces"])
    }
    assert set(tokens) == {"userId", "anonymousId", "previousId"}
    told = page.evaluate("() => JSON.stringify(heard)")
    assert not [
        secret
        for secret in ("u-1", "u-2", "g-1", "bob@", page.evaluate("localStorage.ajs_anonymous_id"))
        if secret in told
    ]


def test_what_middleware_drops_is_reported_as_dropped(page: Page, web: Site) -> None:
    """TAP-3: a middleware that does not go on, and an event whose integrations leave Segment out."""
    drop = "analytics.addSourceMiddleware(({payload, next}) => { if (payload.obj.event !== 'Secret') next(payload) });"
    calls = "analytics.track('Secret'); analytics.track('Away', {}, {integrations: {'Segment.io': false}}); analytics.track('Kept')"
    page.goto(
        web.put(
            "/drop.html",
            "/analytics.umd.js",
            PICTURE,
            load_npm() + drop + f"analytics.then(() => {{ {calls} }})",
        )
    )
    dropped = {one["name"]: one["reason"] for one in wait_heard(page, "dropped", 2)}
    wait_heard(page, "delivered", 1)
    assert dropped == {"Secret": "Middleware `next` function skipped", "Away": "left out"}
    assert web.names() == ["Kept"]


def test_a_failing_network_is_reported_and_so_is_the_retry_that_succeeds(
    page: Page, web: Site
) -> None:
    """TAP-3: the call fails with its reason, then is delivered, each reported once."""
    web.status = 500
    page.goto(
        web.put("/retry.html", "/analytics.umd.js", PICTURE, load_npm() + "analytics.track('Late')")
    )
    assert wait_heard(page, "failed", 1)[0]["reason"] == "the answer was 500"
    web.status = 200
    wait_heard(page, "delivered", 1)
    assert page.evaluate(STAGES) == [
        "Late:called",
        "Late:enriched",
        "Late:failed",
        "Late:delivered",
    ]
    assert web.names() == ["Late"]


def test_a_message_that_a_reload_interrupts_is_delivered_by_the_next_page_under_the_same_id(
    page: Page, web: Site
) -> None:
    """TAP-3: the SDK keeps what was not sent; the next page's tap hears it leave."""
    web.status = 500
    address = web.put(
        "/reload.html",
        "/analytics.umd.js",
        PICTURE,
        load_npm() + "if (!sessionStorage.before) analytics.track('Kept')",
    )
    page.goto(address)
    first = wait_heard(page, "failed", 1)[0]["messageId"]
    page.evaluate("sessionStorage.before = 1")
    web.status = 200
    page.reload()
    assert wait_heard(page, "delivered", 1)[0]["messageId"] == first
    assert [event["messageId"] for event in web.sent] == [first]


def test_batches_are_delivered_when_they_have_left(page: Page, web: Site) -> None:
    """TAP-3: a message that waits in a batch has not left the page."""
    strategy = """{integrations: {'Segment.io': {apiHost: location.host + '/v1', protocol: 'http',
        deliveryStrategy: {strategy: 'batching', config: {size: 3, timeout: 60000}}}}}"""
    page.goto(
        web.put(
            "/batch.html",
            "/analytics.umd.js",
            PICTURE,
            load_npm(strategy) + "analytics.track('A'); analytics.track('B')",
        )
    )
    wait_heard(page, "enriched", 2)
    assert not page.evaluate("heard.some(one => one.stage === 'delivered')")
    page.evaluate("analytics.track('C')")
    assert [one["name"] for one in wait_heard(page, "delivered", 3)] == ["A", "B", "C"]


def test_instances_names_and_inspectors_side_by_side(page: Page, web: Site) -> None:
    """TAP-1: a renamed snippet, a second instance and an inspector that was there already; each is heard, and told of."""
    # Under another name the snippet's build looks for its settings at Segment's own CDN.
    page.route(
        "https://cdn.segment.com/**",
        lambda route: route.fulfill(body=content(web, urlsplit(route.request.url).path)),
    )
    inspector = "window.seen = []; window.__SEGMENT_INSPECTOR__ = {attach(sdk) { seen.push(sdk.settings.writeKey) }};"
    second = load_npm(key="other-key-wxyz", name="second") + "second.track('Second')"
    first = f"metrics.track('First'); metrics.load('{KEY}');"
    page.goto(
        web.put(
            "/many.html",
            inspector,
            snippet("metrics"),
            PICTURE,
            "/analytics.umd.js",
            first + second,
            attributes="data-key='metrics'",
        )
    )
    assert {one["name"] for one in wait_heard(page, "delivered", 2)} == {"First", "Second"}
    assert sorted(page.evaluate("seen")) == ["other-key-wxyz", KEY]
    sdks = page.evaluate("reports.at(-1).sdks")
    assert sorted(sdk["key"] for sdk in sdks) == ["abcd", "wxyz"]
    assert all(sdk["version"].startswith("1.84") for sdk in sdks)


def test_calls_that_no_sdk_takes_are_reported_after_ten_seconds(page: Page, web: Site) -> None:
    """TAP-2: an ad blocker that keeps the SDK away is no silence."""
    page.clock.install()
    page.goto(
        web.put(
            "/never.html",
            snippet(),
            PICTURE,
            "analytics.page('Start'); analytics.track('A', {plan: 'free'})",
        )
    )
    page.clock.run_for(12_000)
    called = wait_heard(page, "called", 2)
    assert [(one["name"], one["reason"]) for one in called] == [
        ("Viewed Start Page", "the SDK has not loaded"),
        ("A", "the SDK has not loaded"),
    ]
    assert called[1]["properties"] == {"plan": "free"}
    assert called[1]["messageId"].startswith("tap-")


HOSTILE = """
  const cyclic = {}; cyclic.self = cyclic;
  let deep = {}; for (let n = 0; n < 1000; n++) deep = {deep};
  const bad = {ok: 1, cyclic, deep, element: document.body, win: window, call() {}, get throwing() { throw new Error('no') },
    proxy: new Proxy({}, {ownKeys() { throw new Error('no') }}), big: 10n, long: 'x'.repeat(1e6)};
"""


def test_hostile_values_neither_break_the_page_nor_the_tap(page: Page, web: Site) -> None:
    """TAP-7: cycles, elements, functions, throwing getters and a depth of 1,000 raise the same
    errors as without the tap.
    """
    track = "Promise.resolve().then(() => analytics.track('Bad', bad)).then(() => 'fine', error => error.name)"
    script = load_npm() + HOSTILE + f"window.outcome = {track}"
    page.goto(web.put("/untapped.html", "/analytics.umd.js", PICTURE, script, tap=None))
    without = page.evaluate("outcome")
    page.goto(web.put("/hostile.html", "/analytics.umd.js", PICTURE, script))
    assert page.evaluate("outcome") == without
    properties = wait_heard(page, "called", 1)[0]["properties"]
    assert properties["ok"] == 1
    assert len(properties["long"]) == 256
    assert not {"element", "call", "throwing", "big"} & set(properties)
    page.evaluate("analytics.track('Good')")
    assert [one["name"] for one in wait_heard(page, "called", 2)] == ["Bad", "Good"]


def test_a_flood_of_calls_is_bounded_and_what_was_left_out_is_said(page: Page, web: Site) -> None:
    """TAP-9: of 5,000 calls at once each is reported, or counted as missed."""
    page.goto(
        web.put(
            "/flood.html",
            "/analytics.umd.js",
            PICTURE,
            load_npm() + "window.ready = analytics.then(() => true)",
        )
    )
    page.evaluate("ready")
    page.evaluate(
        """() => { for (let n = 0; n < 5000; n++)
            analytics.instance.emit('dispatch_start', {event: {type: 'track', event: 'Flood', messageId: 'm' + n, properties: {n}}}) }"""
    )
    page.wait_for_function("reports.at(-1)?.to === 5000")
    last = page.evaluate("reports.at(-1)")
    assert last["missed"] == 3000
    assert page.evaluate("heard.length") == 2000
    assert page.evaluate("Math.max(...reports.map(report => report.messages))") <= 1000
