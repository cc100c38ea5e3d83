"""The page's heap at 2,000 events a second, collected again and again for `BENCH_HEAP_SECONDS` (600 unless said).

What is remembered for dedupe is forgotten a generation at a time, so the heap is a saw: its highest tooth is what is compared.
"""

import multiprocessing
import os

from playwright.sync_api import CDPSession, Page, sync_playwright
from tests.support.chromium import launch

from benchmarks.light import GRAPH, traffic
from benchmarks.report import Figure, say
from benchmarks.served import ours

RATE = 2000
SECONDS = float(os.environ.get("BENCH_HEAP_SECONDS", "600"))
"""Half of it must fill what is bounded: 20,000 events and 100,000 ids at the 500 a second that a view carries, 60,000 counted names."""
LOOKS = 20  # in each half of the time
FLAT = 1.05


def _heap(wire: CDPSession) -> float:
    """Megabytes of JavaScript that are alive."""
    for _ in range(2):
        wire.send("HeapProfiler.collectGarbage")
    return float(wire.send("Runtime.getHeapUsage")["usedSize"]) / 1e6


def _most(page: Page, wire: CDPSession) -> float:
    """Megabytes at most in half of the time."""
    found = []
    for _ in range(LOOKS):
        page.wait_for_timeout(SECONDS * 500 / LOOKS)
        found.append(_heap(wire))
    return max(found)


def measure() -> list[Figure]:
    """The whole interface on a real server."""
    with ours() as served, sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.goto(served.link)
        page.goto(f"http://127.0.0.1:{served.port}/?graph=shop%2Fbench%2F{GRAPH}&on")
        page.locator(".react-flow__node").first.wait_for()
        wire = page.context.new_cdp_session(page)
        stop = multiprocessing.Event()
        posting = multiprocessing.Process(target=traffic, args=(served.port, RATE, stop))
        posting.start()
        try:
            half, last = _most(page, wire), _most(page, wire)
        finally:
            stop.set()
            posting.join()
            browser.close()
    say(
        f"  {half:.1f} MB at most in the first {SECONDS / 2:.0f} s, {last:.1f} MB in as many after them"
    )
    name = (
        f"The page's heap at most, after {SECONDS / 2:.0f} of {SECONDS:.0f} s at {RATE:,} events/s"
    )
    return [Figure(name, "MB", last, half, "at most before", "≤ 5 % more", last <= half * FLAT)]


if __name__ == "__main__":
    for figure in measure():
        say(figure.sentence())
