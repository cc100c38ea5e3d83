"""Each row of the table of states as it looks: measured pixels and words, dark and light.

With `STATES_SHEET=FILE` the looks are saved side by side, as docs/pictures/states.jpg shows them.
"""

import base64
import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import msgspec
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect

from tests.e2e.demo import faults
from tests.e2e.traces import Stage, event, staged
from tests.support.chromium import signed_in
from tests.support.program import running

SAMPLE = Path(__file__).parents[2] / "src/dagnet_realtime/samples/shop"
GRAPH = "uk-checkout-journey"
THEMES = ("dark", "light")
MEASURE = """async (picture) => {
    const bytes = Uint8Array.from(atob(picture), (sign) => sign.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height), brush = canvas.getContext("2d");
    brush.drawImage(bitmap, 0, 0);
    const {data} = brush.getImageData(0, 0, bitmap.width, bitmap.height);
    const found = {blue: 0, coloured: 0, violet: 0, green: 0};
    for (let at = 0; at < data.length; at += 4) {
        const [red, green, blue] = [data[at], data[at + 1], data[at + 2]];
        if (blue - red > 60 && blue - green > 8) found.blue += 1;
        if (Math.max(red, green, blue) - Math.min(red, green, blue) > 48) found.coloured += 1;
        if (blue - green > 40 && red - green > 20) found.violet += 1;
        if (green - red > 40 && green - blue > 8) found.green += 1;
    }
    return found;
}"""
SHEET = """async ({pictures, columns, width}) => {
    const image = ({picture}) => createImageBitmap(new Blob(
        [Uint8Array.from(atob(picture), (sign) => sign.charCodeAt(0))], {type: "image/png"}));
    const images = await Promise.all(pictures.map(image));
    const height = Math.round(width * images[0].height / images[0].width), line = 22, gap = 10;
    const rows = Math.ceil(images.length / columns);
    const canvas = new OffscreenCanvas(
        columns * (width + gap) + gap, rows * (height + line + gap) + gap);
    const brush = canvas.getContext("2d");
    brush.fillStyle = "#5a5e66";
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.font = "600 14px sans-serif";
    brush.imageSmoothingQuality = "high";
    images.forEach((one, n) => {
        const x = gap + (n % columns) * (width + gap);
        const y = gap + Math.floor(n / columns) * (height + line + gap);
        brush.fillStyle = "#ffffff";
        brush.fillText(pictures[n].name, x, y + 15);
        brush.drawImage(one, x, y + line, width, height);
    });
    const blob = await canvas.convertToBlob({type: "image/jpeg", quality: 0.7});
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192)
        text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
}"""

# As if so many other tabs had streams, so that this one polls until it is loaded anew.
FOUR_TABS = """() => {
    for (let n = 0; n < 4; n += 1)
        void navigator.locks.request(`dagnet-realtime-stream-${n}`, () => new Promise(() => {}));
}"""

END = """session => fetch(`/api/watch/${session}`, {
    method: "DELETE", headers: {"x-realtime-page": localStorage.getItem("dagnet-realtime-page")}})"""


class Colours(msgspec.Struct, frozen=True):
    """Pixels of the canvas in the colour of traffic, in any strong colour, and in the violet of a replay; of the sign in green."""

    blue: int
    coloured: int
    violet: int
    green: int


class Looks:
    """What was seen of each state, by theme."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pictures: list[dict[str, str]] = []
        self.standing = False

    @contextlib.contextmanager
    def still(self) -> Iterator[None]:
        """The page's time stands, so that nothing fades or grows old between two pictures."""
        self.page.clock.pause_at(self.page.evaluate("() => (Date.now() + 2000) / 1000"))
        self.standing = True
        yield
        self.standing = False
        self.page.clock.resume()

    def of(
        self,
        state: str,
        tint: str,
        sign: str,
        title: str,
        banner: str | None,
        *,
        name: str = "",
    ) -> dict[str, Colours]:
        """The colours of a state in both themes; its name, tint, sign, tab and first banner are of one moment."""
        page = self.page
        found: dict[str, Colours] = {}
        for theme in THEMES:
            expect(page.locator("#canvas")).to_have_attribute("data-state", state)
            if page.locator("html").get_attribute("data-theme") != theme:
                page.keyboard.press("d")
            expect(page.locator("html")).to_have_attribute("data-theme", theme)
            expect(page.locator("#canvas")).to_have_attribute("data-tint", tint)
            expect(page.locator(".live")).to_have_text(re.compile(f"^{sign}"))
            expect(page).to_have_title(re.compile(title))
            banners = page.locator("#canvas .state-banner")
            if banner is None:
                expect(banners).to_have_count(0)
            else:
                expect(banners.first).to_have_text(re.compile(banner))
            picture = page.screenshot()
            self.pictures.append(
                {"name": f"{name or state}, {theme}", "picture": base64.b64encode(picture).decode()}
            )
            canvas = base64.b64encode(page.locator("#canvas").screenshot()).decode()
            pixels = page.evaluate(MEASURE, canvas)
            shown = base64.b64encode(page.locator(".live").screenshot()).decode()
            pixels["green"] = page.evaluate(MEASURE, shown)["green"]
            found[theme] = msgspec.convert(pixels, Colours)
            assert (found[theme].green > 20) is (sign == "LIVE"), (state, theme, found)
            # Another theme changes colours alone.
            rules = () if theme == "dark" else ("color-contrast",)
            wrong = faults(page, *rules, targets=theme == "dark", standing=self.standing)
            assert wrong == [], (state, theme)
        return found

    def save(self) -> None:
        """Writes the sheet, if it is asked for."""
        if file := os.environ.get("STATES_SHEET"):
            asked = {"pictures": self.pictures, "columns": 4, "width": 400}
            Path(file).write_bytes(base64.b64decode(self.page.evaluate(SHEET, asked)))


class Roads:
    """The ways between the page and the server: each is open, shut as without a network, or holds
    what is asked until it is open or shut. Answers to polls can be held too.
    """

    def __init__(self, page: Page) -> None:
        self.polls = True
        self._ways = dict.fromkeys(("workspaces", "watch", "stream"), "open")
        self._waiting: list[tuple[str, Route]] = []
        # The page waits as long as the test does.
        page.add_init_script("AbortSignal.timeout = () => new AbortController().signal")
        page.route(re.compile("/api/workspaces$"), lambda route: self._take("workspaces", route))
        page.route(re.compile("/api/watch$"), lambda route: self._take("watch", route))
        page.route(re.compile("/api/watch/[^/]+/stream"), lambda route: self._take("stream", route))
        page.route(re.compile("/api/watch/[^/]+/frames"), self._poll)

    def set(self, way: str, how: str) -> None:
        """Opens, shuts or holds a way; what waited there goes it anew."""
        self._ways[way] = how
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            self._take(*one)

    def _take(self, way: str, route: Route) -> None:
        with contextlib.suppress(Error):  # of a page that was left meanwhile
            match self._ways[way]:
                case "open":
                    route.continue_()
                case "shut":
                    route.abort()
                case _:
                    self._waiting.append((way, route))

    def _poll(self, route: Route) -> None:
        with contextlib.suppress(Error):
            answer = route.fetch()
            if self.polls:
                route.fulfill(response=answer)


def visit(who: str) -> list[dict[str, Any]]:
    """A visitor who gets as far as the product page."""
    return [
        event(name, who, ago)
        for name, ago in (("Viewed Landing Page", 3), ("view_item_list", 2), ("view_item", 1))
    ]


def counts(page: Page, tests: int = 1) -> set[str]:
    """The number of events in the strip, and of rows over the list of events but for tests."""
    rows = int(page.locator(".feed-head .chip").first.inner_text())
    return {page.locator(".strip .figure-cut strong").first.inner_text(), str(rows - tests)}


def test_each_state_has_a_look_of_its_own_and_counts_agree(
    browser: Browser, context: BrowserContext, tmp_path: Path
) -> None:
    """PIC-21, PIC-26: traffic's colour shows only with traffic, green only if live, and other
    states are drained, in both themes; axe finds nothing in any.
    """
    folder = tmp_path / "shop"
    copytree(SAMPLE, folder)
    with staged(browser, folder) as stage:
        page = context.new_page()
        page.set_viewport_size({"width": 1280, "height": 720})
        page.clock.install()
        roads = Roads(page)
        stage.signed_in.enter(context)
        looks = Looks(page)
        roads.set("workspaces", "shut")
        page.goto(stage.address(GRAPH, "&shop=0").replace("&on", ""))
        looks.of("failed", "drained", "NOT STARTED", "^⚠ Not started ", None)
        roads.set("workspaces", "held")
        page.get_by_role("button", name="Reload", exact=True).click()
        looks.of("starting", "drained", "STARTING", "^DagNet Realtime$", None)
        roads.set("workspaces", "open")
        _look_at(looks, roads, stage)
    _look_at_no_graph(browser, looks, tmp_path / "empty")


def _look_at(looks: Looks, roads: Roads, stage: Stage) -> None:
    page = looks.page
    switch = page.get_by_role("switch", name="Realtime")
    total = page.locator(".strip .figure-cut strong").first
    hot = page.locator(".dr-card[data-fresh='yes']")
    drained: dict[str, dict[str, Colours]] = {}
    looks.of("off", "drained", "OFF", "^○ Off ", None, name="off, never on")

    roads.set("watch", "held")
    roads.set("stream", "held")
    with looks.still():
        switch.click()
        looks.of("opening", "drained", "OPENING", "^… Connecting ", None)
        roads.set("watch", "open")
        looks.of("connecting", "drained", "CONNECTING", "^… Connecting ", None)
        roads.set("stream", "shut")
        looks.of("reconnecting", "drained", "RECONNECTING", "^⚠ Reconnecting ", "Not live")
        page.evaluate(FOUR_TABS)
    looks.of("polling", "live", "LIVE", "^● 0/s ", "nothing received yet", name="nothing heard")
    page.get_by_role("button", name="Send a test event").click()
    expect(page.locator(".dr-card[data-seen='test']")).to_have_count(1)
    looks.of("polling", "live", "LIVE", "^● 0/s ", "1 test event", name="test traffic")
    stage.send(*visit("v1"), *visit("v2"), event("Viewed Landing Page", "v3"))
    expect(total).to_have_text("7")
    expect(hot.first).to_be_visible()
    with looks.still():
        polling = looks.of("polling", "live", "LIVE", "^● ", None)
    assert all(one.blue > 300 for one in polling.values()), polling
    assert counts(page) == {"7"}

    page.keyboard.press("/")
    page.keyboard.type("event:view_item")
    page.keyboard.press("Enter")
    page.locator(".strip").click(position={"x": 4, "y": 4})
    looks.of("polling", "live", "LIVE", r"\(filtered\)", "2 of 7 pass", name="filtered")
    page.get_by_role("button", name="Clear the filter").click()

    page.locator(".strip").click(position={"x": 4, "y": 4})
    page.keyboard.press(" ")
    stage.send(*visit("v4"), *visit("v5"))
    expect(page).to_have_title(re.compile(r"^‖ \+6 "))
    looks.of("paused", "paused", "PAUSED", r"^‖ \+6 ", r"\+6 waiting")
    assert counts(page) == {"7"}
    page.clock.fast_forward(12_000)
    with looks.still():
        page.keyboard.press(" ")
        page.clock.run_for(200)
        looks.of("catching-up", "live", "CATCHING UP", "^» catching up ", "Catching up: ")
        page.clock.run_for(5_000)
    expect(total).to_have_text("13")
    assert counts(page) == {"13"}

    stage.send(event("search", "v6"))
    expect(total).to_have_text("14")
    # The page's time goes ahead of what the events say, as if they had been long on their way.
    page.clock.fast_forward(15_000)
    stage.send(event("search", "v6"))
    expect(total).to_have_text("15")
    roads.polls = False
    with looks.still():
        looks.of("behind", "live", r"BEHIND ?\d\d s", r"^● \d\d s behind ", None)
    page.clock.fast_forward(21_000)
    drained["stale"] = looks.of("stale", "drained", "STALE", "^⚠ Stale ", "Not live")
    roads.set("stream", "open")
    roads.polls = True
    page.reload()
    expect(page.locator("#canvas")).to_have_attribute("data-state", "live")
    stage.send(*visit("v7"))
    expect(total).to_have_text("18")
    expect(hot.first).to_be_visible()
    with looks.still():
        live = looks.of("live", "live", "LIVE", "^● ", None)
    assert all(one.blue > 300 for one in live.values()), live
    page.get_by_role("button", name=re.compile("^Graph: ")).click()
    with page.expect_download() as saved:
        page.get_by_role("menuitem", name="Save log").click()

    switch.click()
    drained["off"] = looks.of("off", "drained", "OFF", "^○ Off ", "Off: 18 events until")
    assert counts(page) == {"18"}
    expect(page.locator(".dr-card", has_text="Product page")).to_contain_text("5 events")
    with page.expect_response(lambda answer: answer.url.endswith("/api/watch")) as opened:
        switch.click()
    stage.send(*visit("v8"))
    expect(total).to_have_text("3")
    page.evaluate(END, opened.value.json()["watch_session_id"])
    drained["ended"] = looks.of("ended", "drained", "ENDED", "^■ Ended ", "ended: 3 events")
    assert counts(page, 0) == {"3"}
    for name, one in drained.items():
        for theme in THEMES:
            assert one[theme].blue < live[theme].blue / 10, (name, theme, one, live)

    page.locator("input[type=file][accept*=ndjson]").set_input_files(saved.value.path())
    expect(page.locator("#canvas")).to_have_attribute("data-state", "replay")
    with looks.still():
        looks.of("replay", "replay", "REPLAY", "^▶ Replay ", "Replay")
        page.get_by_role("button", name="Hold the replay").click()
        looks.of("replay-held", "replay", "REPLAY", "^‖ Replay ", ", held$")
    page.keyboard.press("End")
    replay = looks.of("replay-ended", "replay", "REPLAY", "^■ Replay ", "Replay")
    assert all(replay[theme].violet > live[theme].violet + 300 for theme in THEMES), replay


def _look_at_no_graph(browser: Browser, looks: Looks, folder: Path) -> None:
    (folder / "graphs").mkdir(parents=True)
    with running("serve", "--workspace", str(folder), "--port", "0") as program:
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        signed_in(browser, program.link).enter(context)
        looks.page = context.new_page()
        looks.page.goto(f"{program.url}/")
        empty = looks.of("no-graph", "drained", "NO GRAPH", "^DagNet Realtime$", None)
        assert all(one.blue < 200 for one in empty.values()), empty
        looks.save()
        context.close()
