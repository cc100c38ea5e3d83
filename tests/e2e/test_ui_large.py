"""Graphs of hundreds of nodes in a real Chromium: searched, seen from afar and followed."""

import re
import time

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.odd import BROAD, COLUMN
from tests.e2e.traces import Stage, event

CAMERA = """() => {
    const [, x, y, zoom] = /translate\\(([-\\d.]+)px, ([-\\d.]+)px\\) scale\\(([\\d.]+)\\)/.exec(document.querySelector(".react-flow__viewport").style.transform);
    return [Number(x), Number(y), Number(zoom)];
}"""
IN_VIEW = """node => {
    const card = document.querySelector(`.react-flow__node[data-id="${node}"]`).getBoundingClientRect(), around = document.querySelector(".dr-picture").getBoundingClientRect();
    return card.left >= around.left && card.top >= around.top && card.right <= around.right && card.bottom <= around.bottom;
}"""


def zoom(page: Page) -> float:
    """The scale of the picture."""
    found: list[float] = page.evaluate(CAMERA)
    return found[2]


def search(page: Page, text: str) -> None:
    """Opens the search by its key and types into it."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name=re.compile("^Search nodes"))).to_be_focused()
    page.keyboard.type(text)


def test_hundreds_of_nodes_are_searched_and_seen_from_afar(
    context: BrowserContext, stage: Stage
) -> None:
    """PIC-101, PIC-102, PIC-25, PIC-15: the search finds and does everything by key; far views have names and a map; the picture goes along with a followed trace."""
    page = stage.enter(context, "broad")
    stage.send(*[event(f"large_{COLUMN * n}", "far", 60 - n) for n in range(5)])
    stage.send(*[event(f"large_{n}", f"v{n}") for n in range(10, 14)])
    last = f"L{BROAD - 1}"
    expect(page.locator(f".react-flow__node[data-id='{last}']")).to_be_attached()
    # From afar: no card has room for its name, so that those of busy nodes float; a map shows all.
    assert zoom(page) < 0.3
    expect(page.locator(".dr-far-name", has_text=re.compile("^Node L")).first).to_be_visible()
    page.locator(".react-flow__node[data-id='L140']").hover()
    expect(page.locator(".dr-far-name", has_text="Node L140")).to_be_visible()
    expect(page.locator(".dr-map .dr-map-view")).to_be_attached()
    assert page.locator(".dr-map [data-heat='0']").get_attribute("d")

    # A node: found by part of a word, selected, gone to and given the keyboard.
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("group", name="Commands")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    search(page, f"ode {last}".lower())
    dialog = page.get_by_role("dialog", name="Search")
    option = dialog.get_by_role("option", selected=True)
    expect(option).to_contain_text(f"Node {last}")
    field = page.get_by_role("combobox", name=re.compile("^Search nodes"))
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    page.keyboard.press("Enter")
    expect(page.locator(".react-flow__node.selected")).to_have_attribute("data-id", last)
    assert page.evaluate(IN_VIEW, last)
    assert zoom(page) >= 0.75
    expect(page.locator(f".react-flow__node[data-id='{last}']")).to_be_focused()

    # All that is found can be reached, by key.
    search(page, "node l")
    nodes = dialog.get_by_role("group", name="Nodes")
    rest = nodes.get_by_role("option").last
    expect(rest).to_have_text(re.compile(r"^Show \d+ more$"))
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    expect(rest).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(nodes.get_by_role("option")).to_have_count(BROAD)
    expect(option).to_be_in_viewport()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Coverage")).click()
    page.get_by_role("button", name=re.compile(r"^Show \d+ more$")).first.click()
    names = page.get_by_role("list", name="Nodes not seen yet")
    names.get_by_role("button").first.focus()
    page.keyboard.press("End")
    expect(names.locator("li:focus-within")).to_contain_text(f"Node {last}")
    assert names.get_by_role("button").count() < 60
    page.keyboard.press("Escape")

    # The map: a press goes there.
    before = page.evaluate(CAMERA)
    page.locator(".dr-map > svg").click(position={"x": 20, "y": 20})
    moved = time.monotonic()
    assert page.evaluate(CAMERA) != before
    assert not page.evaluate(IN_VIEW, last)

    # Commands, by arrows too; a field of text does not stop the key.
    page.keyboard.press("/")
    search(page, "fit")
    expect(option).to_contain_text("Fit the graph")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert page.evaluate(IN_VIEW, last)
    search(page, "dark theme")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    search(page, "pause")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile("^PAUSED"))).to_be_visible()
    search(page, "skip to now")
    page.keyboard.press("Enter")
    search(page, "nothing is named so")
    expect(dialog.get_by_role("option")).to_have_count(0)
    expect(dialog.get_by_role("status").filter(has_text="Nothing found")).to_be_attached()
    page.keyboard.press("Escape")

    # Events and graphs.
    search(page, f"large_{BROAD - COLUMN}")
    page.get_by_role("group", name=re.compile("^Events")).get_by_role("option").first.click()
    expect(page.locator(".filter-chip")).to_contain_text(f"large_{BROAD - COLUMN}")
    search(page, "remove the filter")
    page.keyboard.press("Enter")
    expect(page.locator(".filter-chip")).to_have_count(0)

    # A trace, and the picture goes along with it.
    search(page, f"at node l{4 * COLUMN}")
    page.get_by_role("group", name=re.compile("^Traces")).get_by_role("option").first.click()
    expect(page.locator(".following-token")).to_have_count(1)
    search(page, f"node l{COLUMN}")
    page.keyboard.press("Enter")
    far = f"L{BROAD - COLUMN}"
    assert not page.evaluate(IN_VIEW, far)
    # The camera is left alone for a while after a person moved it.
    page.wait_for_timeout(max(0, 5.5 - (time.monotonic() - moved)) * 1000)
    stage.send(event(f"large_{BROAD - COLUMN}", "far"))
    page.wait_for_function(f"() => ({IN_VIEW})('{far}')")
