"""What traces tell in a real Chromium: jumps with their advice, edges, coverage, near misses; by pointer, by keyboard, and to axe."""

import json
import re
import uuid
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.e2e.demo import faults
from tests.e2e.road import GRAPH
from tests.e2e.traces import Stage, event, figure, identify, row, steps, tab

ADVICE = (
    "Of 10 traces from Site search to Basket, 9 went by Product page, 1 by no other step: "
    "an event may be lost at times, or an edge from Site search to Basket be missing."
)
MIDDLE = """(selector) => {
    const path = document.querySelector(selector);
    const at = path.getPointAtLength(path.getTotalLength() * 0.7).matrixTransform(path.getScreenCTM());
    return [at.x, at.y];
}"""


def edge(page: Page, place: int) -> tuple[float, float]:
    """A point upon the `place`th edge of the picture, in CSS pixels."""
    uuid = page.locator(".dr-wire").nth(place).get_attribute("data-edge")
    x, y = page.evaluate(MIDDLE, f'[data-edge="{uuid}"] .dr-reach')
    return x, y


def test_a_jump_says_what_is_probably_wrong_and_can_be_ignored(
    context: BrowserContext, stage: Stage
) -> None:
    """TRC-17: count, distinct traces, median gap, the advice with its evidence; ignored, a jump is gone for good."""
    page = stage.enter(context, GRAPH)
    for n in range(9):
        stage.send(
            event("search", f"s{n}", 60),
            event("view_item", f"s{n}", 50),
            event("add_to_cart", f"s{n}", 40),
        )
    stage.send(event("search", "lost", 30), event("add_to_cart", "lost", 22))
    ghost = page.locator(".dr-ghosts g")
    expect(ghost).to_have_count(1)
    ghost.locator("rect").click()
    expect(page.get_by_role("tab", name="Step")).to_be_visible()
    assert [figure(page, name) for name in ("seen", "traces")] == ["1", "1"]
    assert figure(page, "median gap").startswith(("7.9", "8.0", "8.1"))
    expect(page.locator(".advice")).to_contain_text(ADVICE)
    page.get_by_role("button", name="Ignore this step").click()
    expect(ghost).to_have_count(0)
    tab(page, "Traces")
    page.locator(".jumps-title").wait_for()
    expect(page.locator(".jump-row")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name="Show 1 more")).to_be_visible()
    expect(ghost).to_have_count(0)


def test_steps_of_one_moment_are_a_way_and_no_jumps(context: BrowserContext, stage: Stage) -> None:
    """TRC-9: a batch without times, or with one time for all, has its steps in its order, also
    after a reload.
    """
    page = stage.enter(context, GRAPH)
    names = ("Landing", "view_item_list", "view_item", "add_to_cart", "begin_checkout", "purchase")
    moment = event("", "")["timestamp"]
    for who, time in (("timeless", {}), ("instant", {"timestamp": moment})):
        batch = [event(name, who, method="card", currency="GBP") for name in names]
        batch[0] |= {"type": "page", "name": batch[0].pop("event")}
        for one in batch:
            del one["timestamp"]
            one["messageId"] = str(uuid.uuid4())  # of which no order follows
        stage.send(*[one | time for one in batch])
    for _ in range(2):
        tab(page, "Traces")
        expect(page.locator(".trace-row")).to_have_count(2)
        expect(page.locator(".jump-row")).to_have_count(0)
        expect(page.locator(".dr-ghosts g")).to_have_count(0)
        page.reload()
        expect(page.get_by_role("button", name=re.compile("^LIVE"))).to_be_visible(timeout=60_000)


def test_an_edge_tells_what_was_seen(context: BrowserContext, stage: Stage) -> None:
    """TRC-28: pointer and keyboard show an edge's traversals, traces, dwell with n, waiting, and
    the graph's own probability.
    """
    page = stage.enter(context, GRAPH)
    for n in range(4):
        stage.send(
            event("view_item", f"e{n}", 50), *([event("add_to_cart", f"e{n}", 44)] if n else [])
        )
    row(page, "at Product page").wait_for()
    place = next(
        n
        for n in range(page.locator(".dr-wire").count())
        if leads(page, stage, n) == ("product-page", "basket")
    )
    page.mouse.move(*edge(page, place))
    expect(page.locator(".way-tip")).to_contain_text(
        "Product page → BasketSeen 3 times, by 3 traces"
    )
    page.mouse.click(*edge(page, place))
    assert [figure(page, name) for name in ("seen", "traces", "waiting", "graph says")] == [
        "3",
        "3",
        "1",
        "42%",
    ]
    panel = page.get_by_role("tabpanel")
    expect(panel).to_contain_text(
        "3 of 4 traces that came to Product page went on here (75.0%). So far; those who wait may still go."
    )
    expect(panel).to_contain_text(
        re.compile(r"median (5\.9|6\.0|6\.1) s · p95 (5\.9|6\.0|6\.1) s · n 3")
    )
    page.get_by_role("button", name="Close this edge").click()
    card = page.locator(".react-flow__node", has_text="Basket")
    card.focus()
    card.press("Enter")
    way = page.locator(".way-row", has_text="Product page")
    expect(way).to_contain_text("3 of 4 · 75%")
    expect(way).to_contain_text("graph 42%")
    way.focus()
    way.press("Enter")
    assert figure(page, "seen") == "3"
    card.press("Enter")
    page.locator(".last-row").first.click()
    expect(page.get_by_role("button", name="Following", exact=True)).to_be_visible()


def leads(page: Page, stage: Stage, place: int) -> tuple[str, str]:
    """The ids of the nodes that the `place`th edge joins."""
    headers = {"x-realtime-page": stage.signed_in.secrets[0][1]}
    asking = "([address, headers]) => fetch(address, { headers }).then(answer => answer.json())"
    graph = page.evaluate(asking, [f"/api/workspaces/{stage.folder}/local/graphs/{GRAPH}", headers])
    ids = {node["uuid"]: node["id"] for node in graph["nodes"]}
    uuid = page.locator(".dr-wire").nth(place).get_attribute("data-edge")
    found = next(one for one in graph["edges"] if one["uuid"] == uuid)
    return ids[found["source"]], ids[found["target"]]


def test_coverage_points_out_the_dark_and_is_saved(context: BrowserContext, stage: Stage) -> None:
    """TRC-26: coverage lists lit and dark nodes and edges, and why some never can light; all of it
    is saved as JSON.
    """
    page = stage.enter(context, GRAPH)
    stage.send(
        event("view_item", "c", 50), event("add_to_cart", "c", 44), event("begin_checkout", "c", 40)
    )
    button = page.get_by_role("button", name=re.compile("^Coverage: 3 of 11"))
    button.click()
    lists = page.locator(".coverage-lists")
    expect(lists).to_contain_text("3 of 14 edges seen, of the traces shown")
    lists.get_by_text("2 nodes and 1 edge can never be seen").click()
    expect(lists).to_contain_text("Checkout → Abandonedit leads to nothing that can light")
    with page.expect_download() as saved:
        lists.get_by_role("button", name="Save as JSON").click()
    told = json.loads(Path(saved.value.path()).read_text())
    assert [
        sum(one["state"] == state for one in told["edges"]) for state in ("lit", "dark", "never")
    ] == [3, 11, 1]
    lists.get_by_role("button", name="Select those not seen").click()
    expect(page.locator(".react-flow__node.selected")).to_have_count(8)
    expect(page.locator(".dr-wire[data-chosen]")).to_have_count(11)


def test_a_click_is_of_the_row_that_was_pressed(context: BrowserContext, stage: Stage) -> None:
    """PIC-100: what comes between a press and its click moves no row of the traces or the events."""
    page = stage.enter(context, GRAPH)
    total = page.locator(".strip .figure-cut strong").first

    def press(one: Locator, much: list[dict[str, Any]], count: int) -> None:
        one.hover()
        page.mouse.down()
        stage.send(*much)
        expect(total).to_have_text(str(count))
        page.mouse.up()

    stage.send(event("search", "p1", 9), event("view_item", "p2", 8))
    expect(page.locator(".trace-row")).to_have_count(2)
    press(
        row(page, "last search"), [event("add_to_cart", f"q{n}", 7 - n / 9) for n in range(12)], 14
    )
    page.locator(".step-open").first.wait_for()
    assert [name for _, name, _ in steps(page)] == ["Site search"]
    stage.send(event("scroll_depth", "p3"))
    pressed = page.locator(".row-open", has_text="scroll_depth")
    press(pressed, [event("search", f"r{n}") for n in range(5)], 20)
    expect(page.locator(".row-opened .row-open")).to_have_text("scroll_depth")


def test_near_misses_are_shown_at_their_node(context: BrowserContext, stage: Stage) -> None:
    """MAT-9: an event that misses a node only by case or by a filter's value is shown there, as
    seen and as expected.
    """
    page = stage.enter(context, GRAPH)
    stage.send(
        event("Add_To_Cart", "n", 3),
        event("purchase", "n", 2, currency="SEK"),
        event("purchase", "n", 1),
    )
    page.locator(".react-flow__node", has_text="Basket").click()
    expect(page.locator(".near")).to_contain_text(
        "A name like its own came 1×: Add_To_Cart was sent, add_to_cart is listened for."
    )
    page.locator(".react-flow__node", has_text="Purchase").click()
    expect(page.locator(".near")).to_contain_text(
        "its property currency was “SEK”, and must be “GBP”"
    )
    expect(page.locator(".near")).to_contain_text(
        "its property currency is missing, and must be “GBP”"
    )
    page.get_by_role("tab", name=re.compile("^Unmapped")).click()
    expect(page.locator(".unmapped-row", has_text="purchase")).to_contain_text(
        "Nearly Purchase: its property currency is missing"
    )
    page.locator(".row-open", has_text="Add_To_Cart").click()
    expect(page.locator(".payload")).to_contain_text(
        "Nearly Basket: the name was sent as “Add_To_Cart”"
    )


def test_axe_finds_nothing_in_what_traces_show(browser: Browser, stage: Stage) -> None:
    """PIC-26, PIC-21: traces, joins, jumps, edges and coverage are clean in both themes, also with reduced motion."""
    context = browser.new_context(
        viewport={"width": 1600, "height": 1000}, reduced_motion="reduce", color_scheme="dark"
    )
    context.set_default_timeout(30_000)
    page = stage.enter(context, GRAPH)
    stage.send(
        event("view_item", "x", 60),
        event("scroll_depth", "x", 55),
        event("search", "x", 50),
        event("view_item", "y", 45, user="u-9"),
        identify("x", "u-9", 40),
    )
    stage.send(event("begin_checkout", "x", 20), event("Add_To_Cart", "z", 3))
    found: dict[str, list[str]] = {}

    def look(state: str, times: int = 1) -> None:
        for _ in range(times):
            theme = page.evaluate("document.documentElement.dataset.theme")
            found[f"{state}, {theme}"] = faults(page)
            page.keyboard.press("d")

    row(page, "last begin_checkout").click()
    page.locator(".join").first.wait_for()
    page.get_by_text("Find a person").click()
    page.locator(".step-open").first.click()
    row(page, "last Add_To_Cart").click(modifiers=["Control"])
    look("two traces, a join, an opened step", 2)
    page.get_by_role("button", name="By node").click()
    look("by node")
    page.locator(".jump-row").first.click()
    look("a jump")
    page.mouse.move(*edge(page, 5))
    page.locator(".way-tip").wait_for()
    page.mouse.click(*edge(page, 5))
    look("an edge", 2)
    page.locator(".react-flow__node", has_text="Basket").click()
    page.locator(".near").wait_for()
    look("a near miss")
    page.get_by_role("button", name=re.compile("^Coverage")).click()
    page.get_by_text("can never be seen").click()
    look("coverage", 2)
    page.get_by_role("button", name="Select those not seen").click()
    look("the dark ones")
    context.close()
    assert {state: rules for state, rules in found.items() if rules} == {}
