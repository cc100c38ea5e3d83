"""The screen in a real Chromium, over real traffic of the demo's visitors."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.demo import Demo, count, demo, faults, live, visitors, wait_count

STATIC = Path(__file__).parents[2] / "src/dagnet_realtime/web/static"


@pytest.fixture(scope="module")
def shown(browser: Browser) -> Iterator[Demo]:
    with demo(browser) as served:
        yield served


@pytest.fixture
def walking(context: BrowserContext, shown: Demo) -> Page:
    """A live page with visitors."""
    page = shown.enter(context)
    live(page)
    visitors(page)
    return page


def test_axe_finds_nothing_in_any_state_of_the_screen(walking: Page) -> None:
    """PIC-26: axe finds nothing in any state of the screen, in both themes."""
    page = walking
    found: dict[str, list[str]] = {"traffic, dark": faults(page, targets=True)}
    page.keyboard.press("d")
    found["traffic, light"] = faults(page, targets=True)
    page.locator(".row-open").nth(2).click()
    found["an opened row"] = faults(page, targets=True)
    page.get_by_role("button", name="JSON", exact=True).click()
    found["its JSON"] = faults(page, targets=True)
    page.locator(".trace-row").nth(1).click()
    expect(page.get_by_role("button", name="Following", exact=True)).to_be_visible()
    found["a followed trace"] = faults(page, targets=True)
    page.get_by_role("tab", name="Unmapped").click()
    expect(page.get_by_role("button", name=re.compile("^Map…")).first).to_be_visible()
    found["unmapped"] = faults(page, targets=True)
    page.get_by_role("button", name=re.compile("^Map…")).first.click()
    found["the map sheet"] = faults(page, targets=True)
    page.locator(".pick-row").first.click()
    found["a mapped name"] = faults(page, targets=True)
    page.locator(".react-flow__node").nth(2).click()
    expect(page.get_by_role("button", name="Send a test event")).to_be_visible()
    found["a node"] = faults(page, targets=True)
    for name in ("Coverage", "Nothing lost", "LIVE", "since ", r"[>\d.]+%.* mapped"):
        page.get_by_role("button", name=re.compile(f"^{name}")).click()
        expect(page.locator(".pop")).to_be_visible()
        found[name] = faults(page, targets=True)
        page.keyboard.press("Escape")
        expect(page.locator(".pop")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("product")
    expect(page.get_by_role("dialog", name="Search").get_by_role("option").first).to_be_visible()
    found["the search"] = faults(page, targets=True)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Help")).to_be_visible()
    found["help"] = faults(page, targets=True)
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.get_by_role("region", name="Nodes and their traffic")).to_be_visible()
    found["the table"] = faults(page, targets=True)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear").click()
    found["a toast"] = faults(page, targets=True)
    page.get_by_role("switch", name="Realtime").click()
    expect(page.get_by_role("button", name=re.compile("^OFF"))).to_be_visible()
    found["off"] = faults(page, targets=True)
    assert {state: rules for state, rules in found.items() if rules} == {}


def test_the_page_asks_no_other_server_and_breaks_no_policy(
    context: BrowserContext, shown: Demo
) -> None:
    """ACC-9: no other origin is asked, and nothing is refused by the content security policy."""
    asked: list[str] = []
    said: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page = shown.enter(context)
    live(page)
    visitors(page)
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Help")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Coverage")).click()
    strangers = [url for url in asked if not url.startswith((shown.program.url, "blob:", "data:"))]
    assert (strangers, [line for line in said if line.startswith(("error", "warning"))]) == ([], [])


def test_a_small_screen_holds_everything(browser: Browser, shown: Demo) -> None:
    """PIC-45: a screen of 1280×720 cuts nothing off, and the page does not scroll."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = shown.enter(context)
    live(page)
    visitors(page)
    assert page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    ) == [1280, 720]
    outside = page.evaluate(
        """() => [...document.querySelectorAll(".top > *, .strip > *, .side, .feed-head > *")]
            .filter(one => one.offsetParent && one.getBoundingClientRect().right > innerWidth + 0.5).map(one => one.className)"""
    )
    assert outside == []
    context.close()


def test_the_page_starts_light() -> None:
    """PIC-46: script and style at the start weigh at most 255 kB gzipped."""
    index = (STATIC / "index.html").read_text()
    first = re.findall(r'(?:src|href)="\./(assets/[^"]+\.(?:js|css))"', index)
    assert first
    weight = sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in first)
    assert weight <= 255_000, f"{weight} bytes"


@pytest.mark.parametrize(
    ("system", "kept", "first"),
    [("light", "", "light"), ("dark", "light", "light"), ("light", "dark", "dark")],
)
def test_the_first_paint_has_the_theme(
    browser: Browser, shown: Demo, system: Literal["light", "dark"], kept: str, first: str
) -> None:
    """PIC-47: before the page's script has come, the theme is the remembered one, or the system's."""
    context = browser.new_context(color_scheme=system)
    if kept:
        context.add_init_script(f"localStorage['dagnet-realtime'] = '{{\"theme\": \"{kept}\"}}'")
    context.route("**/assets/*.js", lambda route: route.abort())
    page = shown.enter(context)
    expect(page.locator("html")).to_have_attribute("data-theme", first)
    shade = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (int(re.findall(r"\d+", shade)[0]) > 127) is (first == "light")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == first
    context.close()


def test_a_toast_covers_nothing_that_is_followed(browser: Browser, shown: Demo) -> None:
    """PIC-45: at 1280×720 toasts leave the banners, the followed traces and the events free, and a
    filter can be read."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = shown.enter(context)
    live(page)
    visitors(page)
    page.locator("#filter").fill("device:mobile")
    page.keyboard.press("Enter")
    for n in range(3):
        page.locator(".trace-row").nth(n).click(modifiers=["Control"])
    page.keyboard.press("c")
    expect(page.locator(".toast")).to_be_visible()
    boxes = [
        page.locator(place).bounding_box()
        for place in (
            ".toasts",
            ".following",
            ".state-banner-filtered",
            ".feed",
            ".side",
            ".dr-legend",
        )
    ]
    toast, *others = [box for box in boxes if box]
    assert len(others) == 5
    for box in others:
        assert (
            toast["x"] + toast["width"] <= box["x"]
            or box["x"] + box["width"] <= toast["x"]
            or toast["y"] + toast["height"] <= box["y"]
            or box["y"] + box["height"] <= toast["y"]
        ), (toast, box)
    chip = page.locator(".filter-chips").evaluate("one => one.scrollWidth - one.clientWidth")
    assert chip <= 0
    context.close()


def test_the_feed_stands_still_while_it_is_read(walking: Page) -> None:
    """PIC-100: an opened row stays, new rows are counted, and one click is live again."""
    expect(walking.locator(".feed").get_by_role("columnheader")).to_have_text(
        ["Occurred", "Event", "Node", "Trace", "Properties", "Lag"]
    )
    row = walking.locator(".row-open").nth(3)
    row.click()
    name = walking.locator(".row-opened .row-open").inner_text()
    fresh = walking.get_by_role("button", name=re.compile(r"^\d+ new$"))
    expect(fresh).to_be_visible()
    assert walking.locator(".row-opened .row-open").inner_text() == name
    expect(walking.locator(".payload")).to_contain_text("occurred")
    fresh.click()
    expect(walking.locator(".payload")).to_have_count(0)


def test_columns_are_chosen_by_key_and_remembered(walking: Page) -> None:
    """PIC-110: a column is left out and another widened by keys alone, also after a reload."""
    page = walking
    heads = page.locator(".feed").get_by_role("columnheader")
    event = page.locator(".feed [data-column=event]")
    before = event.evaluate("one => one.offsetWidth")
    page.get_by_role("button", name="Columns").focus()
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="Node").focus()
    page.keyboard.press("Space")
    page.get_by_role("slider", name="Width of Event").focus()
    page.keyboard.press("End")
    left = ["Occurred", "Event", "Trace", "Properties", "Lag"]
    expect(heads).to_have_text(left)
    assert faults(page, targets=True) == []
    page.keyboard.press("Escape")
    expect(page.locator(".pop")).to_have_count(0)
    page.reload()
    expect(heads).to_have_text(left)
    assert event.evaluate("one => one.offsetWidth") > before + 100


def test_a_value_becomes_a_filter_and_a_wrong_filter_says_why(walking: Page) -> None:
    """PIC-83: terms are chips; a filter that cannot be read says which term and why."""
    walking.locator(".row-open").first.click()
    kind = walking.locator(".fields button[title^='Filter by type:']")
    term = f"type:{kind.inner_text()}"
    kind.click()
    expect(walking.locator(".filter-chip")).to_contain_text(term)
    walking.keyboard.press("/")
    walking.keyboard.type('"never closed')
    walking.keyboard.press("Enter")
    expect(walking.get_by_role("alert")).to_contain_text("filter")


def test_pause_clear_and_undo_by_key(walking: Page) -> None:
    """ENG-12: a pause says how many wait; Clear empties and can be undone."""
    walking.locator(".strip").click(position={"x": 4, "y": 4})
    walking.keyboard.press(" ")
    expect(walking.get_by_role("button", name=re.compile(r"^Resume \+[1-9]"))).to_be_visible()
    walking.keyboard.press(" ")
    before = count(walking)
    walking.keyboard.press("c")
    expect(walking.get_by_text("Cleared.")).to_be_visible()
    walking.get_by_role("button", name="Undo").click()
    wait_count(walking, before)


def test_silence_teaches(context: BrowserContext, shown: Demo) -> None:
    """PIC-51: while nothing has been heard a test event is one click away, and lights its node."""
    page = shown.enter(context)
    live(page)
    if page.locator("button.visitors").inner_text() == "Stop visitors":
        page.locator("button.visitors").click()
        page.get_by_role("switch", name="Realtime").click()
        page.get_by_role("switch", name="Realtime").click()
        live(page)
    teaching = page.locator(".empty-deeds")
    expect(teaching.get_by_role("button")).to_have_text(["Simulate visitors", "Send a test event"])
    page.get_by_text("Send one from a terminal").click()
    expect(page.locator(".copyable")).to_contain_text("curl")
    page.get_by_role("button", name="Send a test event").click()
    expect(page.locator(".row-open").first).to_be_visible()
