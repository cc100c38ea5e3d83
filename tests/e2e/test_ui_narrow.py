"""Narrow windows, forced colours and the keyboard alone, over the demo's traffic."""

import base64
import itertools
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from tests.e2e.demo import Demo, demo, faults, live

CUT = """() => [...document.querySelectorAll("button, a[href], input, [role=switch], [role=tab]")]
    .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.closest("[inert]")
        && !one.matches(".skip, .react-flow__node *"))
    .filter(one => {
        const box = one.getBoundingClientRect();
        if (box.left >= -0.5 && box.right <= innerWidth + 0.5) return false;
        for (let up = one.parentElement; up; up = up.parentElement)
            if (/auto|scroll/.test(getComputedStyle(up).overflowX)) return false;
        return true;
    }).map(one => one.className + " " + one.innerText)"""
WIDE = "() => document.documentElement.scrollWidth - innerWidth"
# A link within a sentence may be as low as its line.
SMALL = """() => [...document.querySelectorAll("button, a[href], input:not([type=file]), summary")]
    .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.closest("[inert]")
        && !one.matches(".skip, :is(p, li, span) .link, .react-flow__attribution *"))
    .filter(one => {
        const box = one.getBoundingClientRect(), whole = one.closest("label, .filter, .row-line");
        const around = whole ? whole.getBoundingClientRect() : box;
        return Math.max(box.width, around.width) < 23.9 || Math.max(box.height, around.height) < 23.9;
    }).map(one => `${one.className} ${one.innerText || one.ariaLabel}`)"""
OVER = """() => {
    const box = (name) => document.querySelector(name).getBoundingClientRect();
    const [legend, zoom, canvas] = [box(".dr-legend"), box(".dr-zoom"), box(".dr-picture")];
    const bad = [...document.querySelectorAll(".dr-legend-item, .dr-legend-item *")]
        .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > legend.right + 0.5)
        .map(one => one.textContent);
    if (legend.right > zoom.left && legend.bottom > zoom.top && zoom.bottom > legend.top) bad.push("over zoom");
    if (legend.right > canvas.right || zoom.left < canvas.left) bad.push("outside");
    return bad;
}"""
CLONES = """(states) => {
    const card = document.querySelector(".dr-card");
    states.forEach(([seen, heat, fresh], n) => {
        const one = card.cloneNode(true);
        Object.assign(one.dataset, {seen, heat, fresh, room: "all"});
        one.className += " clone";
        one.removeAttribute("data-node");
        Object.assign(one.style, {position: "fixed", left: "20px", top: `${20 + n * 100}px`, width: "172px", height: "84px", zIndex: 99});
        document.querySelector(".dr-picture").append(one);
    });
}"""
DIFFERENT = """async ([first, second]) => {
    const data = await Promise.all([first, second].map(async (picture) => {
        const bytes = Uint8Array.from(atob(picture), (sign) => sign.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
        const brush = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
        brush.drawImage(bitmap, 0, 0);
        return brush.getImageData(0, 0, bitmap.width, bitmap.height).data;
    }));
    let count = 0;
    for (let at = 0; at < Math.min(data[0].length, data[1].length); at += 4)
        if ([0, 1, 2].some((part) => Math.abs(data[0][at + part] - data[1][at + part]) > 40)) count += 1;
    return count;
}"""
PAUSE_WITH_MARKS = """(pause) => {
    const both = [".mark-unmapped", ".mark:not(.mark-unmapped, .mark-followed)"];
    if (!both.every((mark) => document.querySelector(`.feed ${mark}`))) return false;
    pause.click();
    return true;
}"""
SIZES = ((390, 844), (768, 1024), (640, 360))


@pytest.fixture(scope="module")
def shown(browser: Browser) -> Iterator[Demo]:
    with demo(browser) as served:
        yield served


def walk(page: Page) -> None:
    """Turns the visitors on, unless they walk already."""
    live(page)
    deed = page.locator("button.visitors")
    if (deed.get_attribute("aria-label") or "").startswith("Simulate"):
        deed.click()


GAP = """() => {
    const {bottom} = document.querySelector(".payload").getBoundingClientRect();
    const last = document.querySelector(".fields > :last-child").getBoundingClientRect().bottom;
    const tops = [...document.querySelectorAll(".row")].map(one => one.getBoundingClientRect().top);
    return bottom - last < 24 && tops.some(top => Math.abs(top - bottom) < 2);
}"""


def test_a_narrow_window_shows_one_part_at_a_time(browser: Browser, shown: Demo) -> None:
    """PIC-99: on a phone, a tablet and at 200 % zoom tabs lead to every part, all of it in reach."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = shown.enter(context)
    walk(page)
    tabs = page.get_by_role("navigation", name="Parts of the page")
    found: dict[str, object] = {}
    parts = {
        "Graph": ".canvas",
        "Events": ".row-open",
        "Traces": ".trace-row",
        "Node": ".side",
        "Unmapped": ".side",
        "Shop": ".shop iframe",
    }
    for (width, height), (name, part) in itertools.product(SIZES, parts.items()):
        page.set_viewport_size({"width": width, "height": height})
        tabs.get_by_role("button", name=re.compile(f"^{name}")).click()
        expect(page.locator(part).first).to_be_visible()
        state = f"{name}, {width}"
        found[state] = [page.evaluate(WIDE), *page.evaluate(CUT)]
        if name == "Graph":
            found[f"{state}, legend"] = [0, *page.evaluate(OVER)]
        elif width == 390 and name != "Shop":
            found[f"{state}, axe"] = [0, *faults(page)]
            found[f"{state}, targets"] = [0, *page.evaluate(SMALL)]
    assert {name: fault for name, fault in found.items() if fault != [0]} == {}
    tabs.get_by_role("button", name="Graph").click()
    page.locator(".react-flow__node").first.click()
    expect(page.get_by_role("heading", name="Leads to")).to_be_visible()
    # What an opened event says takes no more room than it needs.
    page.set_viewport_size({"width": 390, "height": 844})
    tabs.get_by_role("button", name="Events").click()
    page.locator(".row-open").nth(2).click()
    expect(page.locator(".payload .fields")).to_be_visible()
    page.wait_for_function(GAP)
    context.close()


def stops(of: Locator) -> int:
    """Tab stops within."""
    found: int = of.evaluate(
        "list => [...list.querySelectorAll('button, a[href]')].filter(one => one.tabIndex === 0).length"
    )
    return found


def test_the_keyboard_alone_goes_from_on_to_off(browser: Browser, shown: Demo) -> None:
    """PIC-100, PIC-26: On, a payload, follow, an edge, pause and Off without a pointer, each said in the accessibility tree."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = shown.enter(context)
    walk(page)
    tree = page.locator("body")
    switch = page.get_by_role("switch", name="Realtime")
    switch.focus()
    page.keyboard.press("Space")
    expect(tree).to_match_aria_snapshot('- switch "Realtime" [checked=false]')
    page.keyboard.press("Space")
    expect(tree).to_match_aria_snapshot('- switch "Realtime" [checked]')
    live(page)
    for part in ("graph", "events", "details"):
        page.get_by_role("link", name=f"Skip to the {part}").focus()
        page.keyboard.press("Enter")
        target = {"graph": "canvas"}.get(part, part)
        expect(page.locator(f"#{target}")).to_be_focused()
    events = page.get_by_role("table", name="Events, newest first")
    expect(events.get_by_role("row").nth(5)).to_be_visible()
    assert stops(events) == 1
    events.locator("[tabindex='0']").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "End", "Home", "ArrowDown"):
        page.keyboard.press(key)
        expect(events.locator("[data-row]:focus")).to_have_count(1)
    page.keyboard.press("Enter")
    opened = events.get_by_role("button", expanded=True)
    expect(opened).to_be_focused()
    expect(tree).to_match_aria_snapshot("- text: /occurred/")
    page.keyboard.press("Enter")
    traces = page.locator(".traces")
    expect(traces.get_by_role("button").nth(1)).to_be_visible()
    assert stops(traces) == 1
    traces.locator(".trace-row:not([tabindex='-1'])").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(tree).to_match_aria_snapshot('- group "Followed traces"')
    node = page.locator(".react-flow__node[tabindex='0']")
    assert node.count() == 1
    node.focus()
    page.keyboard.press("Enter")
    edge = page.locator(".way-row:not([tabindex='-1'])").first
    expect(edge).to_be_visible()
    edge.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("How long it took")).to_be_visible()
    page.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Space")
    expect(tree).to_match_aria_snapshot("- button /^Resume/")
    switch.focus()
    page.keyboard.press("Space")
    expect(tree).to_match_aria_snapshot("- button /^OFF/")
    context.close()


def picture(of: Locator) -> str:
    """What is seen of an element and, around it, of its outline."""
    box = of.bounding_box()
    assert box is not None
    clip = FloatRect(
        x=max(0, box["x"] - 6),
        y=max(0, box["y"] - 6),
        width=box["width"] + 12,
        height=box["height"] + 12,
    )
    return base64.b64encode(of.page.screenshot(clip=clip)).decode()


def test_forced_colours_still_tell_states_apart(browser: Browser, shown: Demo) -> None:
    """PIC-104: cards, heat, the switch, the sign, marks, tabs and the focus differ where fills are gone; text grows with the browser's."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 720}, forced_colors="active", reduced_motion="reduce"
    )
    page = shown.enter(context)
    walk(page)
    expect(page.locator(".dr-card[data-seen='lit']").nth(3)).to_be_visible()
    looks: dict[str, list[str]] = {}
    # Rows would move on while they are pictured: the page stands once both kinds are among them.
    pause = page.get_by_role("button", name=re.compile("^Pause")).element_handle()
    page.wait_for_function(PAUSE_WITH_MARKS, arg=pause)
    expect(page.locator(".live")).to_have_text(re.compile("^PAUSED"))
    marks = [
        page.locator(f".feed .mark{which}").first
        for which in (".mark-unmapped", ":not(.mark-unmapped, .mark-followed)")
    ]
    looks["marks"] = []
    for mark in marks:
        mark.scroll_into_view_if_needed()
        looks["marks"].append(picture(mark))
    page.keyboard.press(" ")
    live(page)
    looks["tabs"] = [
        picture(page.locator(f".tab[data-state='{state}']").last)
        for state in ("active", "inactive")
    ]
    squares = [
        page.locator(f".square{which}:visible")
        for which in (":not(.square-dark, .square-never)", ".square-dark")
    ]
    if all(one.count() > 0 for one in squares):
        looks["coverage"] = [picture(one.first) for one in squares]
    switch, sign = page.locator(".switch"), page.locator(".live-dot")
    looks["switch"], looks["sign"] = [picture(switch)], [picture(sign)]
    node = page.locator(".react-flow__node").first
    looks["focus"] = [picture(node)]
    page.get_by_role("link", name="Skip to the graph").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(node).to_be_focused()
    looks["focus"].append(picture(node))
    states = [
        ("waiting", "0", "no"),
        ("dark", "0", "no"),
        ("test", "0", "no"),
        *[("lit", str(heat), "no") for heat in (1, 3, 6, 8)],
    ]
    page.get_by_role("switch", name="Realtime").click()
    expect(page.get_by_role("button", name=re.compile("^OFF"))).to_be_visible()
    looks["switch"].append(picture(switch))
    looks["sign"].append(picture(sign))
    page.evaluate("() => document.querySelector('.dr-picture').removeAttribute('data-stale')")
    page.evaluate(CLONES, states)
    looks["cards"] = [picture(one) for one in page.locator(".clone").all()]
    least = {"focus": 60, "sign": 8, "marks": 8}
    same = [
        (name, n, m)
        for name, some in looks.items()
        for (n, one), (m, other) in itertools.combinations(enumerate(some), 2)
        if page.evaluate(DIFFERENT, [one, other]) < least.get(name, 20)
    ]
    assert same == []
    sizes = "() => [...document.querySelectorAll('.top *, .strip *, .side *, .feed *, .dr-legend *')].map(one => parseFloat(getComputedStyle(one).fontSize))"
    before = page.evaluate(sizes)
    page.evaluate("() => { document.documentElement.style.fontSize = '20px'; }")
    assert [after / was for was, after in zip(before, page.evaluate(sizes), strict=True)] == [
        pytest.approx(1.25, abs=0.02)
    ] * len(before)
    context.close()
