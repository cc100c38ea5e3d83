"""What people watched is not lost: by another graph, a reload, Off, or a deletion elsewhere."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.demo import faults
from tests.e2e.traces import Stage, event, staged

SAMPLE = Path(__file__).parents[2] / "src/dagnet_realtime/samples/shop"
GRAPH = "uk-checkout-journey"
FULL = """() => { IDBObjectStore.prototype.put = () => {
    throw new DOMException("no room", "QuotaExceededError"); }; }"""
STAGE_SIGN_UP = {"form": "newsletter"}


@pytest.fixture(scope="module")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A server of its own: what it counts must not be mixed with others' events."""
    folder = tmp_path_factory.mktemp("lost") / "shop"
    copytree(SAMPLE, folder)
    with staged(browser, folder) as served:
        yield served


def count(page: Page) -> Any:
    """The count since On."""
    return page.locator(".strip .figure-cut strong").first


def menu(page: Page) -> None:
    """Opens the menu of graphs."""
    page.get_by_role("button", name=re.compile("Choose another")).click()


def saved(page: Page) -> list[dict[str, Any]]:
    """The session log, as it is saved."""
    menu(page)
    with page.expect_download() as saving:
        page.get_by_role("menuitem", name="Save log").click()
    return [json.loads(line) for line in Path(saving.value.path()).read_text().splitlines()]


def test_a_graph_switch_a_reload_and_off_lose_nothing(
    context: BrowserContext, stage: Stage
) -> None:
    """PIC-98, PIC-97, ENG-28, ENG-19: counts on the other graph, the times of the log, the list of earlier sessions, and a browser that has no room for them."""
    page = stage.enter(context, GRAPH, "&shop=0")
    stage.send(event("Viewed Landing Page", "v1"), event("view_item", "v1"))
    expect(count(page)).to_have_text("2")
    stage.send(event("sign_up", "v2", **STAGE_SIGN_UP))
    expect(count(page)).to_have_text("3")

    menu(page)
    page.get_by_role("menuitem", name=re.compile("Newsletter")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Newsletter"))
    expect(count(page)).to_have_text("3")
    expect(page.locator(".dr-card", has_text="Signed up")).to_contain_text(re.compile("seen|ago|s"))
    expect(page.get_by_role("switch", name="Realtime")).to_be_checked()
    stage.send(event("sign_up", "v3", **STAGE_SIGN_UP))
    expect(count(page)).to_have_text("4")

    before = [line for line in saved(page) if line.get("op") == "batch"]
    page.reload()
    expect(count(page)).to_have_text("4")
    after = [line for line in saved(page) if line.get("op") == "batch"]
    assert [(line["at"], line["counts"], line["events"]) for line in after] == [
        (line["at"], line["counts"], line["events"]) for line in before
    ]
    assert len(before) >= 2

    page.get_by_role("switch", name="Realtime").click()
    expect(page.get_by_role("switch", name="Realtime")).not_to_be_checked()
    menu(page)
    page.get_by_role("menuitem", name="Earlier sessions…").click()
    sheet = page.get_by_role("dialog", name="Earlier sessions")
    expect(sheet.locator("li")).to_have_count(1)
    expect(sheet).to_contain_text("4 events")
    assert faults(page) == []
    sheet.locator(".session-open").click()
    expect(page.locator(".replay")).to_be_visible()
    page.keyboard.press("End")
    expect(count(page)).to_have_text("4")

    page.reload()
    menu(page)
    page.get_by_role("menuitem", name="Earlier sessions…").click()
    sheet.get_by_role("button", name=re.compile("^Delete the session")).click()
    expect(sheet.locator("li")).to_have_count(0)
    expect(sheet.get_by_role("status")).to_contain_text("No earlier session")
    expect(sheet.get_by_role("button", name="Close")).to_be_focused()

    page.keyboard.press("Escape")
    page.evaluate(FULL)
    expect(page.get_by_role("button", name=re.compile("^LIVE"))).to_be_visible()
    stage.send(event("sign_up", "v4", **STAGE_SIGN_UP))
    expect(count(page)).to_have_text("1")
    page.get_by_role("switch", name="Realtime").click()
    menu(page)
    page.get_by_role("menuitem", name="Earlier sessions…").click()
    expect(sheet.get_by_role("alert")).to_contain_text("storage is full")
    expect(sheet.locator("li")).to_have_count(0)
