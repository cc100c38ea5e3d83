"""The page's heap at 2,000 events a second, collected at half of the time and at its end (`BENCH_HEAP_SECONDS`, 90 unless said)."""

import multiprocessing
import os

from playwright.sync_api import CDPSession, sync_playwright
from tests.support.chromium import launch

from benchmarks.light import GRAPH, traffic
from benchmarks.report import Figure, say
from benchmarks.served import ours

RATE = 2000
SECONDS = float(os.environ.get("BENCH_HEAP_SECONDS", "90"))
"""Half of it must fill the ring: 20,000 events at the 500 a second that a view carries."""
FLAT = 1.05


def _heap(wire: CDPSession) -> float:
    """Megabytes of JavaScript that are alive."""
    for _ in range(2):
        wire.send("HeapProfiler.collectGarbage")
    return float(wire.send("Runtime.getHeapUsage")["usedSize"]) / 1e6


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
            found = []
            for _ in range(2):
                page.wait_for_timeout(SECONDS * 500)
                found.append(_heap(wire))
        finally:
            stop.set()
            posting.join()
            browser.close()
    half, last = found
    say(f"  {half:.1f} MB at {SECONDS / 2:.0f} s, {last:.1f} MB at {SECONDS:.0f} s")
    name = f"The page's heap after {SECONDS:.0f} s at {RATE:,} events/s"
    return [Figure(name, "MB", last, half, "at half of the time", "≤ 5 % more", last <= half * FLAT)]


if __name__ == "__main__":
    for figure in measure():
        say(figure.sentence())
