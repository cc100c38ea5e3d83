"""Following traces in a real Chromium, over scripted deliveries: a jump, a join, a late event, an unmapped one, a bridge."""

import io
import json
import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from dagnet_realtime.cli.expect.modes import Asked, expect_run
from tests.e2e.demo import faults
from tests.e2e.road import GRAPH
from tests.e2e.traces import Stage, event, identify, row, steps, tab

WRITTEN = """() => { window.written = []; const write = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        window.written.push(text); return write.call(this, text, ...rest); }; }"""
PICTURE = """async (bytes) => {
    const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    return { width: image.width, ground: [...context.getImageData(3, 3, 1, 1).data].slice(0, 3) }; }"""
COLOURS = "all => all.map(one => getComputedStyle(one).backgroundColor)"


def follows(page: Page) -> list[str]:
    """The tokens that are followed, as the picture's chip has them under their names."""
    names = page.locator(".following-token bdi")
    return [str(name.get_attribute("title")) for name in names.all()]


def name_of(page: Page, token: str) -> str:
    """What a followed trace is called."""
    return page.locator(f'.following-token bdi[title="{token}"]').inner_text()


def test_a_followed_trace_tells_its_way_with_every_doubt(
    context: BrowserContext, stage: Stage
) -> None:
    """TRC-25: numbered moves, what came in between, late ones in their place, inferred parts, jumps; properties and both times."""
    page = stage.enter(context, GRAPH)
    stage.send(
        event("email_click", "anna", 108),
        event("view_item", "anna", 102),
        event("scroll_depth", "anna", 90),
    )
    stage.send(event("begin_checkout", "anna", 20, method="card"))
    row(page, "at Checkout").click()
    expect(page.locator(".step")).to_have_count(4)
    stage.send(event("add_to_cart", "anna", 60), event("search", "anna", 0.1))
    expect(page.locator(".step")).to_have_count(6)
    assert steps(page) == [
        ("1", "Email click", "1 m 48 s late"),
        ("2", "Product page", "1 m 42 s late"),
        ("?", "scroll_depth", "1 m 30 s late"),
        ("3", "Basket", "1 m 0 s late"),
        ("4", "Checkout", "way inferred"),
        ("5", "Site search", "unexpected"),
    ]
    page.locator(".step-open", has_text="Checkout").click()
    detail = page.locator(".step-detail")
    expect(detail).to_contain_text(
        "Basket → Payment test → Checkout. The part in between is inferred"
    )
    for said in ("occurred", "arrived", "20.0 s later", "method", "card"):
        expect(detail).to_contain_text(said)
    page.get_by_role("button", name="By node").click()
    expect(page.locator(".grouped")).to_contain_text("Product page1 visit · 2 events · 1 unmapped")


def exported(page: Page, kind: str) -> tuple[str, bytes]:
    """The name and the bytes of the file that an open trace is exported as."""
    sheet = page.get_by_role("dialog", name="Export this trace")
    with page.expect_download() as saving:
        sheet.get_by_role("button", name=kind).press("Enter")
    expect(sheet.get_by_role("status")).to_have_text(f"Saved {saving.value.suggested_filename}.")
    return saving.value.suggested_filename, Path(saving.value.path()).read_bytes()


def test_an_open_trace_is_exported(context: BrowserContext, stage: Stage) -> None:
    """TRC-40, PIC-26: by keyboard, as JSON and as a picture in both themes; both times, the unexpected step, and what is missing, under the trace's name and not the person's."""
    page = stage.enter(context, GRAPH)
    stage.send(
        event("view_item", "eve", 30, method="card"),
        event("scroll_depth", "eve", 20),
        event("search", "eve", 0.1),
    )
    row(page, "at Site search").click()
    expect(page.locator(".step")).to_have_count(3)
    name = page.locator(".trace-view .trace-name").inner_text()
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Name of this trace").fill("Eve Adams")
    page.keyboard.press("Enter")
    expect(page.locator(".trace-view .trace-name")).to_have_text("Eve Adams")
    page.wait_for_selector("html[data-parts=loaded]", state="attached")
    context.set_offline(True)  # what exports was fetched ahead
    page.get_by_role("button", name="Export", exact=True).press("Enter")
    file, text = exported(page, "JSON")
    told = json.loads(text)
    assert file.startswith(f"{GRAPH}-trace-{name.replace(' ', '-')}-")
    assert (told["graph"]["name"], told["trace"]["name"], told["trace"]["events"]) == (
        GRAPH,
        name,
        3,
    )
    said = [
        (one["n"], one["move"], one["unexpected"], (one["node"] or {}).get("label"))
        for one in told["steps"]
    ]
    assert said == [
        (1, "entry", False, "Product page"),
        (None, "unmapped", False, "Product page"),
        (2, "jump", True, "Site search"),
    ]
    assert told["steps"][0]["properties"] == {"method": "card"}
    assert all(one["occurred_at"] < one["arrived_at"] for one in told["steps"])
    assert told["missing"]["start_lost"] is False
    assert b"Eve" not in text
    page.evaluate(WRITTEN)
    grounds = []
    for theme in ("dark", "light"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        file, picture = exported(page, "Picture")
        assert file.endswith(".png")
        looks = page.evaluate(PICTURE, list(picture))
        assert looks["width"] == 2000
        grounds.append(looks["ground"])
        assert faults(page) == []
    assert (sum(grounds[0]) < 120, sum(grounds[1]) > 700) == (True, True), grounds
    written = page.evaluate("window.written")
    title = page.get_by_role("heading", level=1).text_content()
    assert name in written
    assert any(str(title) in one for one in written)
    assert any("unexpected, from Product page" in one for one in written)
    assert any(re.search(r"\d\d:\d\d:\d\d\.\d{3}", one) for one in written)
    assert not any("Eve" in one for one in written)
    context.set_offline(False)


def test_a_join_is_shown_and_can_be_undone(context: BrowserContext, stage: Stage) -> None:
    """TRC-12: two traces become one by an identify, two again when it is undone, and one when it is done again; the strip counts along."""
    page = stage.enter(context, GRAPH)
    traces = page.locator(".strip .figure", has_text=re.compile("trace"))
    stage.send(event("view_item", "phone", 60), event("view_item", "laptop", 50, user="u-1"))
    expect(traces).to_have_text("2 traces")
    stage.send(identify("phone", "u-1", 40), event("add_to_cart", "phone", 20))
    expect(traces).to_have_text("1 trace")
    row(page, "at Basket").click()
    joined = page.locator(".join", has_text="An identify joined two traces.")
    expect(page.locator(".step")).to_have_count(4)
    joined.get_by_role("button", name="Undo").click()
    expect(traces).to_have_text("2 traces")
    page.locator(".join", has_text="Undone").get_by_role("button", name="Join again").click()
    expect(traces).to_have_text("1 trace")


def test_several_are_followed_pinned_and_let_go(context: BrowserContext, stage: Stage) -> None:
    """TRC-27: a click follows until another is opened, Ctrl adds, the pin keeps; the server hears of it; Escape lets all go."""
    page = stage.enter(context, GRAPH)
    stage.send(
        event("email_click", "one", 9), event("view_item", "two", 8), event("search", "three", 7)
    )
    # A page that was left before asks for its session, by a PATCH as well.
    with page.expect_request(
        lambda request: request.method == "PATCH" and "follows" in (request.post_data or "")
    ) as told:
        row(page, "at Email click").click()
    one = follows(page)[0]
    assert told.value.post_data_json == {"follows": [one]}
    row(page, "at Product page").click()
    expect(page.locator(".following-token")).to_have_count(1)
    (two,) = follows(page)
    page.get_by_role("button", name=f"Keep following {name_of(page, two)}").click()
    row(page, "at Site search").click()
    row(page, "at Email click").click(modifiers=["Control"])
    expect(page.locator(".following-token")).to_have_count(3)
    assert (follows(page)[0], follows(page)[2]) == (two, one)
    assert len(set(page.locator(".following-one i").evaluate_all(COLOURS))) == 3
    page.get_by_role("button", name="Only these move").click()
    expect(page.get_by_role("button", name="Only these move")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name=f"Stop following {name_of(page, one)}").click()
    expect(page.locator(".following-token")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator(".following")).to_have_count(0)
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Keep following", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


def test_a_person_is_found_and_a_link_opens_the_same(
    browser: Browser, context: BrowserContext, stage: Stage
) -> None:
    """TRC-29, TRC-31, TRC-34: an identifier becomes a token and is forgotten; a link follows the trace elsewhere before it comes."""
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=stage.program.url)
    page = stage.enter(context, GRAPH)
    page.get_by_text("Find a person").click()
    page.get_by_label("Identifier", exact=True).fill("bob@example.com")
    page.get_by_label("Identifier", exact=True).press("Enter")
    expect(page.get_by_text("Nothing has been seen of this trace yet.")).to_be_visible()
    expect(page.get_by_label("Identifier", exact=True)).to_have_value("")
    assert "bob" not in page.content() + page.url
    page.get_by_label(re.compile("^Filter events")).fill("type:track")
    page.get_by_label(re.compile("^Filter events")).press("Enter")
    page.get_by_role("button", name="Copy a link to this trace").click()
    link = page.evaluate("() => navigator.clipboard.readText()")
    (token,) = follows(page)
    name = name_of(page, token)
    assert re.fullmatch("[a-z]+ [a-z]+", name)
    expect(page.locator(".find-says")).to_contain_text("No such identifier since")
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Name of this trace").fill("Bob’s phone")
    page.get_by_label("Name of this trace").press("Enter")
    expect(page.locator(".following-token")).to_have_text("Bob’s phone")
    page.reload()
    expect(page.locator(".following-token")).to_have_text("Bob’s phone")
    page.get_by_role("button", name="Bob’s phone", exact=True).click()
    page.get_by_text("Token", exact=True).click()
    expect(page.locator(".trace-identity li")).to_contain_text([token])
    other = browser.new_context()
    stage.signed_in.enter(other)
    second = other.new_page()
    second.goto(link)
    expect(second.locator(".following-token")).to_have_text(name)
    expect(second.get_by_label("Remove the filter type:track")).to_be_visible()
    stage.send(event("view_item", "bobs-phone", 1, user="bob@example.com"))
    for one in (page, second):
        expect(one.locator(".step-label")).to_have_text("Product page")
    other.close()


def test_the_same_traces_are_followed_after_a_reload_and_after_off(
    context: BrowserContext, stage: Stage
) -> None:
    """TRC-27: a reload and Off with On in the same channel keep the followed traces."""
    page = stage.enter(context, GRAPH)
    stage.send(event("view_item", "stays", 5))
    row(page, "at Product page").click()
    token = name_of(page, follows(page)[0])
    page.reload()
    expect(page.locator(".following-token")).to_have_text(token)
    page.get_by_role("switch", name="Realtime").click()
    expect(page.get_by_role("button", name=re.compile("^OFF"))).to_be_visible()
    page.get_by_role("switch", name="Realtime").click()
    expect(page.locator(".following-token")).to_have_text(token)
    tab(page, "Traces")


def test_what_was_seen_is_saved_as_an_expectation(
    context: BrowserContext, stage: Stage, tmp_path: Path
) -> None:
    """EXP-18: one trace, or all since On, is saved as an expectation, and the saved log
    meets both.
    """
    page = stage.enter(context, GRAPH)
    stage.send(event("view_item", "saves", 50), event("add_to_cart", "saves", 44))
    stage.send(
        event("begin_checkout", "saves", 40, method="card"), event("email_click", "another", 9)
    )
    row(page, "at Checkout").click()
    expect(page.locator(".step")).to_have_count(3)
    files = [tmp_path / name for name in ("trace.yaml", "all.yaml", "run.ndjson")]
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as expectation").click()
    saved.value.save_as(files[0])
    for file, item in ((files[1], "Save as expectation"), (files[2], "Save log")):
        page.get_by_role("button", name=re.compile("^Graph: ")).click()
        with page.expect_download() as saved:
            page.get_by_role("menuitem", name=re.compile(f"^{item}")).click()
        saved.value.save_as(file)
    assert "path: [product-page, basket, checkout]" in files[0].read_text()
    assert "email" not in files[0].read_text()
    assert "email" in files[1].read_text()
    out = io.StringIO()
    assert expect_run(Asked(specs=files[:2], logs=[files[2]]), {}, out) == 0, out.getvalue()
