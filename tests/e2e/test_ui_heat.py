"""Heat as it is seen: pixels of cards at known rates, at half size, in both themes and to colour-blind eyes."""

import base64
import itertools
import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.e2e.traces import Stage, event, staged
from tests.support.redis_many import wait_for

GRAPH = "five-rates"
BUSY = {"Basket": 0.2, "Landing page": 1, "Delivery options": 5, "Search": 20, "Order placed": 100}
QUIET = {
    "Basket": 0.05,
    "Landing page": 0.15,
    "Delivery options": 0.4,
    "Search": 1,
    "Order placed": 2,
}
SECONDS = 90  # of traffic: the scale has been found, and the slowest node has fired a few times
STEP = 0.25  # seconds that a frame of the log covers
AROUND = 6  # pixels of light around a card that are measured with it
TRIES = 3  # more, if the cards are not in order at once
# How linear red, green and blue are seen without one kind of cone (Machado, Oliveira and Fernandes 2009).
EYES = {
    "normal": [1, 0, 0, 0, 1, 0, 0, 0, 1],
    "protan": [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
    "deutan": [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881],
    "tritan": [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900],
}  # fmt: skip
MEANS = """async ({picture, boxes, eyes}) => {
    const bytes = Uint8Array.from(atob(picture), (sign) => sign.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
    const brush = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    brush.drawImage(bitmap, 0, 0);
    const linear = Array.from({length: 256}, (_, n) => n < 11 ? n / 255 / 12.92 : ((n / 255 + 0.055) / 1.055) ** 2.4);
    const clip = (value) => Math.min(1, Math.max(0, value));
    return boxes.map(([x, y, width, height]) => {
        const {data} = brush.getImageData(x, y, width, height);
        const means = Object.fromEntries([...Object.keys(eyes), "saturation"].map((name) => [name, 0]));
        for (let at = 0; at < data.length; at += 4) {
            const [r, g, b] = [data[at], data[at + 1], data[at + 2]], [R, G, B] = [linear[r], linear[g], linear[b]];
            for (const [name, m] of Object.entries(eyes)) means[name] += 0.2126 * clip(m[0] * R + m[1] * G + m[2] * B) + 0.7152 * clip(m[3] * R + m[4] * G + m[5] * B) + 0.0722 * clip(m[6] * R + m[7] * G + m[8] * B);
            const most = Math.max(r, g, b);
            if (most > 0) means.saturation += (most - Math.min(r, g, b)) / most;
        }
        for (const name in means) means[name] /= data.length / 4;
        return means;
    });
}"""


@pytest.fixture(scope="module")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A server of its own, on a graph of five nodes that know one event each."""
    folder = tmp_path_factory.mktemp("heat") / "shop"
    copytree(Path(__file__).parents[2] / "src/dagnet_realtime/samples/shop", folder)
    nodes = [
        {
            "id": name(label),
            "uuid": f"node-{number}",
            "label": label,
            "event_id": name(label),
            "layout": {"x": number % 3 * 260, "y": number // 3 * 160},
        }
        for number, label in enumerate(BUSY)
    ]
    graph = {
        "nodes": nodes,
        "edges": [],
        "policies": {"default_outcome": "other"},
        "metadata": {"version": "1.0.0", "created_at": "2026-01-05T09:00:00Z"},
    }
    (folder / "graphs" / f"{GRAPH}.json").write_text(json.dumps(graph))
    with staged(browser, folder) as served:
        yield served


def name(label: str) -> str:
    """The event that a label's node listens for."""
    return label.lower().replace(" ", "_")


def at_half(page: Page) -> None:
    """The picture as near to 50 % as its buttons come: 48 %."""
    page.get_by_title("Zoom to 100 %").click()
    for _ in range(4):
        page.get_by_role("button", name="Zoom out").click()
    expect(page.locator(".dr-zoom-value")).to_have_text("48%")


def means(page: Page) -> dict[str, dict[str, float]]:
    """Of each card: its mean luminance to each kind of eye, and its mean saturation."""
    boxes: list[list[int]] = page.evaluate(
        """([labels, around]) => labels.map((label) => {
            const title = [...document.querySelectorAll(".dr-card-title")].find((one) => one.textContent === label);
            const {x, y, width, height} = title.closest(".dr-card").getBoundingClientRect();
            return [x - around, y - around, width + 2 * around, height + 2 * around].map(Math.round);
        })""",
        [list(BUSY), AROUND],
    )
    picture = base64.b64encode(page.screenshot()).decode()
    found = page.evaluate(MEANS, {"picture": picture, "boxes": boxes, "eyes": EYES})
    return dict(zip(BUSY, found, strict=True))


def check_order(
    page: Page, rates: Mapping[str, float], again: Callable[[int], None], moments: int
) -> None:
    """Of the means over some moments: the busier, the further from the ground in luminance, and the more saturated."""
    order = sorted(rates, key=lambda label: rates[label])

    def wrong(theme: str) -> list[tuple[str, list[float]]]:
        taken = []
        for number in range(moments):
            again(number)
            taken.append(means(page))
        found = []
        for what in (*EYES, "saturation"):
            seen = [sum(one[label][what] for one in taken) / moments for label in order]
            rising = seen if theme == "dark" or what == "saturation" else [-one for one in seen]
            if not all(a < b for a, b in itertools.pairwise(rising)):
                found.append((what, seen))
        return found

    for theme in ("light", "dark"):
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        # A card is written within a second of what it shows; a busy machine takes longer.
        found = wrong(theme)
        for _ in range(TRIES):
            found = found and wrong(theme)
        assert not found, (theme, found)
        page.keyboard.press("d")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def log_of(rates: Mapping[str, float], header: str, start: str, began: int) -> str:
    """A session log in which events of these rates came by chance, the same at each run."""
    chance = random.Random(18)
    due = {label: chance.expovariate(rate) for label, rate in rates.items()}
    uuids = {label: f"node-{number}" for number, label in enumerate(BUSY)}
    lines = [header]
    position = start
    for number in range(1, int(SECONDS / STEP) + 1):
        counts: dict[str, int] = {}
        for label, rate in rates.items():
            while due[label] < number * STEP:
                counts[uuids[label]] = counts.get(uuids[label], 0) + 1
                due[label] += chance.expovariate(rate)
        all_ = sum(counts.values())
        frame: dict[str, Any] = {
            "at": began + round(number * STEP * 1000),
            "op": "batch",
            "from": position,
            "position": f"{number}",
            "counts": counts,
            "ledger": {"offered": all_, "lit": all_, "thinned": all_},
        }
        position = frame["position"]
        lines.append(json.dumps(frame))
    return "\n".join(lines) + "\n"


def test_cards_stand_in_the_order_of_their_rates(
    context: BrowserContext, stage: Stage, tmp_path: Path
) -> None:
    """PIC-6, ENG-5: measured pixels order cards by rates of 0.2 to 100/s and 0.05 to 2/s; the
    legend's ends are the scale's.
    """
    page = stage.enter(context, GRAPH, "&shop=0")
    stage.send(event("basket", "v1"))
    expect(page.locator(".row-open").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Graph: ")).click()
    with page.expect_download() as saved:
        page.get_by_role("menuitem", name="Save log").click()
    header, *frames = saved.value.path().read_text().splitlines()
    start = next(frame["from"] for frame in map(json.loads, frames) if frame["op"] == "batch")
    began = int(page.evaluate("text => Date.parse(JSON.parse(text).started_at)", header))
    for rates, least in ((BUSY, 85), (QUIET, 2)):
        log = tmp_path / "session.ndjson"
        log.write_text(log_of(rates, header, start, began))
        page.locator("input[type=file][accept*=ndjson]").set_input_files(log)
        expect(page.get_by_role("button", name=re.compile("^REPLAY"))).to_be_visible()
        wait_for(lambda: at_end(page))
        at_half(page)
        legend = page.locator(".dr-legend-item .dr-num")
        expect(legend.first).to_have_text("0.05")
        wait_for(lambda least=least, legend=legend: least <= top_of(legend) <= least * 2)

        def sought(number: int) -> None:
            page.keyboard.press("End" if number == 0 else "ArrowLeft")
            expect(page.locator(".replay-at")).to_contain_text(f"1:{30 - 5 * number:02} / 1:30")

        check_order(page, rates, sought, 4)


def at_end(page: Page) -> bool:
    """Goes to the end of the log, once it has opened."""
    page.keyboard.press("End")
    return "1:30 / 1:30" in page.locator(".replay-at").inner_text()


def top_of(legend: Locator) -> float:
    """The upper end of the scale that the legend tells."""
    return float(legend.last.inner_text().removesuffix("/s"))


@pytest.mark.proof
@pytest.mark.parametrize("rates", [BUSY, QUIET], ids=["busy", "quiet"])
def test_real_traffic_is_seen_in_the_order_of_its_rates(
    context: BrowserContext, stage: Stage, rates: Mapping[str, float]
) -> None:
    """PIC-6, ENG-5: the order holds for traffic through the server, as it happens."""
    page = stage.enter(context, GRAPH, "&shop=0")
    chance = random.Random(18)
    began = time.monotonic()
    due = {label: chance.expovariate(rate) for label, rate in rates.items()}

    def run_until(end: float) -> None:
        while (now := time.monotonic() - began) < end:
            events: list[dict[str, Any]] = []
            for label, rate in rates.items():
                while due[label] <= now:
                    events.append(event(name(label), f"v{len(events)}"))
                    due[label] += chance.expovariate(rate)
            if events:
                stage.send(*events)
            page.wait_for_timeout(50)

    at_half(page)
    run_until(60)
    check_order(page, rates, lambda _: run_until(time.monotonic() - began + 3), 6)
