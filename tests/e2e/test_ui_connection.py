"""What the screen says when the road breaks, and what survives it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.demo import Demo, count, demo, live, visitors, wait_count
from tests.e2e.hidden import an_hour_hidden
from tests.e2e.traces import Stage, event
from tests.support.server import GRAPH

LIT = """() => {
  const canvas = document.querySelector("canvas.dr-light");
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let lit = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 20) lit += 1;
  return lit;
}"""
"""How many pixels of the layer have light."""

LARGE = """(proportion) => {
  const scale = new DOMMatrix(getComputedStyle(document.querySelector(".react-flow__viewport")).transform).a;
  const small = [...document.querySelectorAll(".dr-picture :is(.dr-card-title, .dr-card-event, .dr-card-rate, .dr-wire-label, .dr-tag), .tv-head :is(h1, p, strong, .live)")]
    .filter((one) => one.checkVisibility() && parseFloat(getComputedStyle(one).fontSize) * (one.closest(".react-flow__viewport") ? scale : 1) < innerWidth * 0.012 - 0.01);
  const cards = [...document.querySelectorAll(".dr-card")].map((card) => card.getBoundingClientRect());
  const [left, top] = [Math.min(...cards.map((card) => card.left)), Math.min(...cards.map((card) => card.top))];
  const [right, bottom] = [Math.max(...cards.map((card) => card.right)), Math.max(...cards.map((card) => card.bottom))];
  const fits = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
  const turned = proportion > 1 ? right - left > (bottom - top) * proportion : right - left < (bottom - top) * proportion;
  return cards.length > 8 && small.length === 0 && fits && turned;
}"""
"""Whether all text is large, and the graph in view, wider or narrower than so many times its height."""


@pytest.fixture(scope="module")
def shown(browser: Browser) -> Iterator[Demo]:
    with demo(browser) as served:
        yield served


def test_a_reload_goes_on_where_it_was(context: BrowserContext, shown: Demo) -> None:
    """PIC-37: counts, since and session survive a reload within the lease."""
    page = shown.enter(context)
    live(page)
    visitors(page)
    since = page.get_by_role("button", name=re.compile("^since ")).inner_text()
    opened: list[str] = []
    page.on(
        "request", lambda request: opened.append(request.url) if request.method == "POST" else None
    )
    before = count(page)
    page.reload()
    live(page)
    expect(page.get_by_role("button", name=since)).to_be_visible()
    wait_count(page, before)
    assert opened == []


def test_a_session_that_is_gone_says_so_and_offers_on(context: BrowserContext, shown: Demo) -> None:
    """PIC-36: what was collected stays, and On is one click away."""
    sessions: list[str] = []
    context.on(
        "response",
        lambda answer: (
            sessions.append(answer.json()["watch_session_id"]) if answer.status == 201 else None
        ),
    )
    page = shown.enter(context)
    live(page)
    visitors(page)
    page.request.delete(
        f"{shown.program.url}/api/watch/{sessions[-1]}",
        headers={"origin": shown.program.url, "x-realtime-page": shown.signed_in.secrets[0][1]},
    )
    notice = page.locator(".banner")
    expect(notice).to_contain_text("This watch session has ended")
    assert count(page) > 0
    notice.get_by_role("button", name="Turn on").click()
    live(page)


def test_the_room_screen_turns_on_by_itself_and_has_no_panels(
    context: BrowserContext, shown: Demo
) -> None:
    """PIC-45, PIC-1: no text is under 1.2 % of the width, lying or standing; there are goals and no
    panels; another graph follows.
    """
    shown.signed_in.enter(context)
    page = context.new_page()
    page.set_viewport_size({"width": 3840, "height": 2160})
    page.clock.install()
    page.goto(f"{shown.program.url}/?screen=tv")
    live(page)
    title = page.get_by_role("heading", level=1).inner_text()
    assert page.locator(".side, .feed").count() == 0
    expect(page.locator(".tv-goal")).to_contain_text("Purchase")
    page.wait_for_function(LARGE, arg=1.5)
    page.set_viewport_size({"width": 1080, "height": 1920})
    page.wait_for_function(LARGE, arg=0.8)
    page.clock.fast_forward(31_000)
    expect(page.get_by_role("heading", level=1)).not_to_have_text(title)


def test_a_server_that_goes_away_is_reconnecting_then_stale(
    context: BrowserContext, browser: Browser
) -> None:
    """PIC-34: LIVE is said only while frames come."""
    with demo(browser) as served:
        served.signed_in.enter(context)
        page = context.new_page()
        page.clock.install()
        page.goto(served.program.url)
        live(page)
        visitors(page)
        served.program.stop()
        expect(page.get_by_role("button", name=re.compile("^RECONNECTING"))).to_be_visible()
        page.clock.run_for(25_000)
        expect(page.get_by_role("button", name=re.compile("^STALE"))).to_be_visible()
        assert page.locator(".dr-picture").get_attribute("data-stale") == "yes"


@pytest.mark.proof
def test_an_hour_in_a_hidden_tab(context: BrowserContext, stage: Stage) -> None:
    """PIC-31, EMB-42: it asks once a minute and draws nothing; shown again, it streams, and its counts are exact."""
    stage.signed_in.enter(context)
    page = context.new_page()
    page.clock.install()
    page.goto(stage.address(GRAPH, "&shop=0"))
    live(page)
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))

    def visit(minute: int) -> None:
        names = ("Viewed Landing Page", "view_item_list", "view_item")
        stage.send(*(event(name, f"hidden-{minute}") for name in names))

    visits = an_hour_hidden(page, visit)
    live(page)
    assert count(page) == visits * 3
    assert page.evaluate(LIT) == 0
    page.clock.resume()
    visit(60)
    wait_count(page, visits * 3 + 3)
    page.wait_for_function(f"() => ({LIT})() > 500")
