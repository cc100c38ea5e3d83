"""What the screen claims in each of its states, and that it is there in all of them."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.e2e.demo import faults, live
from tests.e2e.traces import Stage, event, staged
from tests.support.chromium import signed_in
from tests.support.program import running
from tests.support.sockets import free_port

SAMPLE = Path(__file__).parents[2] / "src/dagnet_realtime/samples/shop"
GRAPH = "uk-checkout-journey"
COLOUR = """async (picture) => {
    const bytes = Uint8Array.from(atob(picture), (sign) => sign.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height), brush = canvas.getContext("2d");
    brush.drawImage(bitmap, 0, 0);
    const {data} = brush.getImageData(0, 0, bitmap.width, bitmap.height);
    let blue = 0;
    for (let at = 0; at < data.length; at += 4)
        if (data[at + 2] - data[at] > 60 && data[at + 2] - data[at + 1] > 8) blue += 1;
    return blue;
}"""


@pytest.fixture(scope="module")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A server of its own: what it counts must not be mixed with others' events."""
    folder = tmp_path_factory.mktemp("truth") / "shop"
    copytree(SAMPLE, folder)
    with staged(browser, folder) as served:
        yield served


def card(page: Page, label: str) -> Any:
    """A node's card."""
    return page.locator(".dr-card", has=page.locator(f".dr-card-title[title='{label}']"))


def blue(page: Page) -> int:
    """Pixels of the canvas in the colour of traffic."""
    picture = base64.b64encode(page.locator("#canvas").screenshot()).decode()
    return int(page.evaluate(COLOUR, picture))


def seen(page: Page, state: str, title: str, word: str) -> None:
    """The state's name, the tab's title and the sign, all of one moment."""
    expect(page.locator("#canvas")).to_have_attribute("data-state", state)
    expect(page).to_have_title(re.compile(title))
    expect(page.get_by_role("button", name=re.compile(f"^{word}"))).to_be_visible()


def visit(who: str) -> list[dict[str, Any]]:
    """A visitor who gets as far as the product page."""
    return [
        event(name, who, ago)
        for name, ago in (("Viewed Landing Page", 3), ("view_item_list", 2), ("view_item", 1))
    ]


def test_every_state_has_its_own_look_and_claims_no_more(
    context: BrowserContext, stage: Stage
) -> None:
    """PIC-21, PIC-83, PIC-84: canvas, cards, strip and tab, dark and light: off, nothing received, tests alone, live, filtered, paused, catching up, off again."""
    page = context.new_page()
    stage.signed_in.enter(context)
    page.goto(stage.address(GRAPH).replace("&on", "&shop=0"))
    seen(page, "off", "^○ Off ", "OFF")
    expect(card(page, "Product page")).to_contain_text("not watched")
    page.get_by_role("switch", name="Realtime").click()
    seen(page, "live", "^● 0/s ", "LIVE")
    expect(page.locator(".state-banner-silent")).to_contain_text("nothing received yet")
    page.get_by_role("button", name="Send a test event").click()
    expect(page.locator(".state-banner-test")).to_contain_text("1 test event")
    expect(page.locator(".dr-card[data-seen='test']")).to_have_count(1)
    expect(page.get_by_role("button", name=re.compile("^Coverage: 0 of"))).to_be_visible()
    expect(page.locator(".strip .figure-cut strong").first).to_have_text("0")

    stage.send(*visit("v1"), *visit("v2"), event("Viewed Landing Page", "v3"))
    expect(page.locator(".strip .figure-cut strong").first).to_have_text("7")
    expect(card(page, "Product page")).to_contain_text("/s")
    expect(page.get_by_role("button", name=re.compile("^Coverage: 3 of"))).to_be_visible()
    lit = {"dark": blue(page)}
    page.keyboard.press("d")
    lit["light"] = blue(page)

    page.keyboard.press("/")
    page.keyboard.type("event:view_item")
    page.keyboard.press("Enter")
    expect(page.locator(".state-banner-filtered")).to_contain_text(
        "Filtered by event:view_item · 2 of 7 pass"
    )
    expect(card(page, "Product page")).to_contain_text("2 of 2")
    expect(card(page, "Landing page")).to_contain_text("0 of 3")
    assert "not seen yet" not in card(page, "Landing page").inner_text()
    expect(page.locator(".strip")).to_contain_text("2 of 7")
    assert "filter=event%3Aview_item" in page.url
    expect(page).to_have_title(re.compile(r"\(filtered\)"))
    assert faults(page) == []
    page.reload()
    expect(page.locator(".state-banner-filtered")).to_contain_text("2 of 7 pass")
    page.get_by_role("button", name="Clear the filter").click()
    expect(page.locator(".state-banner-filtered")).to_have_count(0)
    assert "filter=" not in page.url

    page.locator(".strip").click(position={"x": 4, "y": 4})
    page.keyboard.press(" ")
    seen(page, "paused", "^‖ ", "PAUSED")
    stage.send(*visit("v4"))
    expect(page.locator(".state-banner-paused")).to_contain_text(
        re.compile(r"Paused at \d\d:\d\d:\d\d · \+3 waiting")
    )
    expect(page).to_have_title(re.compile(r"^‖ \+3 "))
    page.keyboard.press(" ")
    seen(page, "live", "^● ", "LIVE")
    expect(page.locator(".strip .figure-cut strong").first).to_have_text("10")

    page.get_by_role("switch", name="Realtime").click()
    seen(page, "off", "^○ Off ", "OFF")
    expect(page.locator(".state-banner-drained")).to_contain_text("Off: 10 events until")
    expect(card(page, "Product page")).to_contain_text("3 events")
    for text in (page.locator(".strip").inner_text(), page.locator(".dr-picture").inner_text()):
        assert not re.search(r"\bnow\b|\d/s", text), text
    for theme in ("light", "dark"):
        assert blue(page) < lit[theme] / 10, theme
        assert faults(page) == []
        page.keyboard.press("d")


def test_a_log_plays_as_in_any_player(
    context: BrowserContext, stage: Stage, tmp_path: Path
) -> None:
    """PIC-54: Space, arrows, Home and End work from anywhere; at the end it holds, and plays anew;
    time reads "2:55 / 4:49".
    """
    page = stage.enter(context, GRAPH, "&shop=0")
    stage.send(*visit("p1"))
    expect(page.locator(".row-open").nth(2)).to_be_visible()
    menu = page.get_by_role("button", name=re.compile("^Graph: "))
    menu.click()
    with page.expect_download() as saved:
        page.get_by_role("menuitem", name="Save log").click()
    log = tmp_path / "session.ndjson"
    lines = saved.value.path().read_text().splitlines()
    # The same session, but 4 minutes and 49 seconds long.
    began = int(page.evaluate("text => Date.parse(JSON.parse(text).started_at)", lines[0]))
    last = re.sub(r'^\{"at":\d+', f'{{"at":{began + 289_000}', lines[-1])
    log.write_text("\n".join([*lines[:-1], last]) + "\n")
    page.locator("input[type=file][accept*=ndjson]").set_input_files(log)
    seen(page, "replay", r"^▶ Replay 0:0\d / 4:49 ", "REPLAY")
    at = page.locator(".replay-at")
    page.keyboard.press(" ")
    seen(page, "replay-held", "^‖ Replay ", "REPLAY")
    page.keyboard.press("Home")
    expect(at).to_contain_text("0:00 / 4:49")
    page.keyboard.press("ArrowRight")
    expect(at).to_contain_text("0:05 / 4:49")
    page.keyboard.press("Shift+ArrowRight")
    expect(at).to_contain_text("0:35 / 4:49")
    slider = page.get_by_role("slider", name="Moment of the log")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(at).to_contain_text("0:30 / 4:49")
    page.keyboard.press("End")
    expect(at).to_contain_text("4:49 / 4:49")
    seen(page, "replay-ended", "^■ Replay 4:49 / 4:49 ", "REPLAY")
    expect(page.get_by_role("button", name="Play from the beginning")).to_be_visible()
    assert faults(page) == []
    page.keyboard.press(" ")
    seen(page, "replay", r"^▶ Replay 0:0\d / 4:49 ", "REPLAY")


def test_names_are_mapped_unmapped_ignored_and_exported_with_their_diff(
    context: BrowserContext, stage: Stage
) -> None:
    """PIC-87: a mapping is listed and ends in one click, a patch shows what it changes and replaces no name unasked, and names stand in groups."""
    page = stage.enter(context, GRAPH, "&shop=0")
    noise = [event(f"noise_event_{n:05}", "n1") for n in range(6)]
    stage.send(
        *visit("m1"),
        *noise,
        event("View_Item ", "m1"),
        event("checkout_error_v2", "m1"),
        event("newsletter_shown", "m1"),
        event("Newsletter Shown", "m1"),
    )
    page.get_by_role("tab", name="Unmapped").click()
    panel = page.get_by_role("tabpanel", name="Unmapped")
    nearly = panel.get_by_role("region", name="Nearly")
    expect(nearly.locator("mark").first).to_have_text("V")
    expect(nearly).to_contain_text("␠")
    unknown = panel.get_by_role("region", name="Unknown")
    expect(unknown).to_contain_text("noise_event_*")
    expect(unknown).to_contain_text("6 names")
    expect(unknown).to_contain_text("checkout_error_v2")
    expect(panel).not_to_contain_text("begin_checkout")
    before = page.locator(".strip").get_by_role("button", name=re.compile("mapped")).inner_text()
    panel.get_by_role("button", name="Ignore noise_event_*").click()
    expect(panel.get_by_role("region", name="Ignored")).to_contain_text("noise_event_")
    expect(
        page.locator(".strip").get_by_role("button", name=re.compile("mapped"))
    ).not_to_have_text(before)

    panel.get_by_role("button", name="Map… checkout_error_v2 to a node").click()
    page.locator(".pick-row", has_text="Wishlist").click()
    mapped = panel.get_by_role("region", name="Mapped here")
    expect(mapped).to_contain_text("checkout_error_v2")
    expect(card(page, "Wishlist")).to_have_attribute("data-seen", "lit")
    mapped.get_by_role("button", name="Export as a patch…").click()
    sheet = page.get_by_role("dialog", name="What the patch changes")
    expect(sheet.locator(".diff")).to_contain_text('+   segment: "checkout_error_v2"')
    expect(sheet).not_to_contain_text("add_to_wishlist")
    sheet.get_by_role("radio", name="in the node’s definition").check()
    expect(sheet.locator(".diff-cut")).to_contain_text("add_to_wishlist")
    expect(sheet).to_contain_text("Replaces add_to_wishlist")
    expect(sheet.get_by_role("button", name="Save, replacing add_to_wishlist")).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.locator(".toast").get_by_role("button", name="Dismiss").first.click()
    mapped.get_by_role("button", name="Unmap checkout_error_v2").click()
    expect(mapped).to_have_count(0)
    expect(card(page, "Wishlist")).to_contain_text("not seen yet")


def test_the_page_is_never_blank_and_a_restart_is_only_a_gap(
    browser: Browser, context: BrowserContext, tmp_path: Path
) -> None:
    """PIC-82, PIC-36: every part opens while the server is dead; when it is back the session goes on, counts and all; a part that cannot be fetched takes nothing else along."""
    state = {"DAGNET_REALTIME_STATE_DIR": str(tmp_path / "state")}
    folder = tmp_path / "shop"
    copytree(SAMPLE, folder)
    serve = ("serve", "--workspace", str(folder), "--port", str(free_port()))
    broken: list[str] = []
    with running(*serve, environ=state) as program:
        key = program.wait_line(re.compile(r"^\s+key\s+(\S+)"), 30)[1]
        entry = signed_in(browser, program.link)
        first = Stage(program, folder.name, key, entry)
        page = first.enter(context, GRAPH, "&shop=0")
        page.on("pageerror", lambda error: broken.append(str(error)))
        first.send(*visit("r1"), event("No Such Event", "r1"))
        expect(page.locator(".strip .figure-cut strong").first).to_have_text("4")
        page.wait_for_selector("html[data-parts=loaded]", state="attached")
    sign = page.get_by_role("button", name=re.compile("^(RECONNECTING|STALE)"))
    expect(page.locator("#canvas")).to_have_attribute("data-tint", "drained")
    expect(card(page, "Product page")).to_contain_text("1 event")
    sign.click()
    expect(page.locator(".pop")).to_contain_text("goes on")
    page.keyboard.press("Escape")
    for key, heading in (("?", "Help"), ("t", "as a table")):
        page.keyboard.press(key)
        expect(page.get_by_role("heading", name=re.compile(heading))).to_be_visible()
        page.keyboard.press("Escape")
    for name in ("Coverage", "Nothing lost"):
        page.get_by_role("button", name=re.compile(f"^{name}")).click()
        expect(page.locator(".pop")).to_be_visible()
        page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Graph: ")).click()
    expect(page.get_by_role("menuitem", name="Save log")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".row-open").first.click()
    expect(page.locator(".payload")).to_be_visible()
    page.get_by_role("tab", name="Node").click()
    page.get_by_role("tab", name="Unmapped").click()
    page.get_by_role("button", name=re.compile("^Map…")).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Connect|pages?$")).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    assert broken == []

    with running(*serve, environ=state) as program:
        live(page)
        assert page.locator(".banner").count() == 0
        again = Stage(
            program, folder.name, program.wait_line(re.compile(r"^\s+key\s+(\S+)"), 30)[1], entry
        )
        again.send(*visit("r2"))
        expect(page.locator(".strip .figure-cut strong").first).to_have_text("7")
        page.get_by_role("button", name="missed some events").click()
        expect(page.locator(".pop")).to_contain_text("gap of unknown size")
        page.keyboard.press("Escape")

        def refuse(route: Route) -> None:
            route.abort()

        context.route("**/assets/Help-*.js", refuse)
        page.goto(again.address(GRAPH, "&shop=0"))
        live(page)
        page.keyboard.press("?")
        expect(page.get_by_role("alert")).to_contain_text("This part could not be shown")
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
        live(page)
        assert faults(page) == []
