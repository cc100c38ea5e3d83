"""From the POST to the lit frame: a needle event on a quiet node, looked for in the pixels of the overlay, while other traffic flows."""

import hashlib
import hmac
import multiprocessing
import re
import statistics
import time
from itertools import count
from multiprocessing.synchronize import Event

import httpx
import msgspec
from playwright.sync_api import Page, sync_playwright
from tests.support.chromium import launch

from benchmarks.intake import NAMES
from benchmarks.load import SECRET, event, signed_request
from benchmarks.report import Figure, say
from benchmarks.served import Served, ours

GRAPH = "uk-checkout-journey"
NEEDLE, NEEDLE_LABEL = "store_lookup", "Store finder"
RATES = (1, 100, 1000)
NEEDLES = 40
GOAL_MS = 150.0
_NUMBERS = count(50_000_000)

# Watches a strip just outside the needle's card and notes every moment at which it grows brighter.
WATCH = """label => {
  const card = [...document.querySelectorAll(".react-flow__node")].find(node => node.innerText.includes(label)).getBoundingClientRect();
  const canvas = [...document.querySelectorAll("canvas")].sort((a, b) => b.width * b.height - a.width * a.height)[0];
  const box = canvas.getBoundingClientRect(), ratio = canvas.width / box.width;
  const x = (card.left + card.width / 2 - box.left) * ratio - 8, y = (card.bottom - box.top) * ratio;
  const pen = canvas.getContext("2d");
  let last = 0;
  window.__lit = [];
  const look = () => {
    const pixels = pen.getImageData(x, y, 16, 8).data;
    let light = 0;
    for (let place = 3; place < pixels.length; place += 4) light += pixels[place];
    if (light > last + 200) window.__lit.push(performance.timeOrigin + performance.now());
    last = light;
    requestAnimationFrame(look);
  };
  look();
}"""


class Seen(msgspec.Struct, frozen=True):
    """Milliseconds from POST to light, and how many needles were seen."""

    p50: float
    p95: float
    seen: int


def traffic(port: int, rate: int, stop: Event) -> None:
    """Posts `rate` events a second until it is stopped."""
    import socket  # in the child alone

    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.settimeout(5)
        due = time.perf_counter()
        while not stop.is_set():
            wire.sendall(signed_request("/segment/webhook/bench", event(next(_NUMBERS), NAMES)))
            wire.recv(4096)
            due += 1 / rate
            if (left := due - time.perf_counter()) > 0:
                time.sleep(left)


def _needle(client: httpx.Client, number: int) -> float:
    """Posts one needle event on a connection that stands, as Segment's do; when it left, in milliseconds since 1970."""
    body = msgspec.json.encode(
        {
            "type": "track",
            "event": NEEDLE,
            "messageId": f"needle-{number}",
            "anonymousId": f"n{number}",
        }
    )
    headers = {"x-signature": hmac.new(SECRET, body, hashlib.sha1).hexdigest()}
    sent = time.time() * 1000
    client.post("/segment/webhook/bench", content=body, headers=headers).raise_for_status()
    return sent


def _measure(page: Page, served: Served, rate: int) -> Seen:
    stop = multiprocessing.Event()
    posting = multiprocessing.Process(target=traffic, args=(served.port, rate, stop))
    posting.start()
    page.wait_for_timeout(2000)
    page.evaluate(WATCH, NEEDLE_LABEL)
    sent = []
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}", trust_env=False) as client:
        _needle(client, next(_NUMBERS))  # makes the connection
        page.wait_for_timeout(650)
        for _ in range(NEEDLES):
            sent.append(_needle(client, next(_NUMBERS)))
            page.wait_for_timeout(650)
    stop.set()
    posting.join()
    lit: list[float] = page.evaluate("window.__lit")
    spans = [next((at - left for at in lit if at >= left), None) for left in sent]
    found = sorted(span for span in spans if span is not None and span < 600)
    return Seen(statistics.median(found), found[int(len(found) * 0.95)], len(found))


def lit(rate: int, **policy: object) -> Seen:
    """A page that signs in as a person does, beside `rate` events a second; with a `relay`, once frames come through it."""
    with ours(**policy) as served, sync_playwright() as playwright:  # type: ignore[arg-type]
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.goto(served.link)
        page.goto(f"http://127.0.0.1:{served.port}/?graph=shop%2Fbench%2F{GRAPH}")
        page.get_by_role("switch", name="Realtime").click()
        page.locator(".react-flow__node").first.wait_for()
        if "relay" in policy:
            page.get_by_role("button", name=re.compile("^LIVE.*provider")).wait_for()
        page.wait_for_timeout(1500)
        seen = _measure(page, served, rate)
        browser.close()
    return seen


def measure() -> list[Figure]:
    """Every rate gets a server and a page of its own."""
    figures = []
    for rate in RATES:
        seen = lit(rate)
        say(
            f"  {rate}/s: p50 {seen.p50:.0f} ms, p95 {seen.p95:.0f} ms, {seen.seen} of {NEEDLES} needles seen"
        )
        figures.append(
            Figure(
                f"POST to lit frame, p95, at {rate}/s",
                "ms",
                seen.p95,
                50.0,
                "one tick",
                "p95 ≤ 150 ms",
                seen.p95 <= GOAL_MS,
            )
        )
    return figures


if __name__ == "__main__":
    for figure in measure():
        say(figure.sentence())
