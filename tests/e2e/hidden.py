"""An hour in a hidden tab, within seconds: the page's time is the test's, and so is its visibility."""

from collections.abc import Callable

from playwright.sync_api import CDPSession, Page

HOUR_MS = 3_600_000
STEP_MS = 20_000
"""The clock goes on by this; between two steps the page has time for what the server answers."""
LISTEN = """() => {
  window.planned = {frames: 0, timers: 0};
  for (const [name, kind] of [["requestAnimationFrame", "frames"], ["setTimeout", "timers"], ["setInterval", "timers"]]) {
    const plan = window[name];
    window[name] = (...args) => { window.planned[kind] += 1; return plan.call(window, ...args); };
  }
}"""
"""Counts what the page plans from now on."""
SHOW = """state => {
  Object.defineProperty(document, "hidden", {value: state === "hidden", configurable: true});
  Object.defineProperty(document, "visibilityState", {value: state, configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
HEAP_BYTES = 4_000_000
"""What the page may have grown by: a few visits, and the test's own clock."""
TIMERS_PER_SECOND = 12
"""Looks at the time, at the connection and at nodes, each a few times a second at most."""


def an_hour_hidden(page: Page, visit: Callable[[int], None]) -> int:
    """Hides a live page whose clock is paused, lets an hour pass, and shows it again.

    `visit` sends events, in every tenth minute; answers how often it was called. Fails if the page
    asks or plans more than a hidden tab may.
    """
    session = page.context.new_cdp_session(page)
    polls: list[str] = []
    page.on("request", lambda sent: polls.append(sent.url) if "/frames" in sent.url else None)
    page.evaluate(LISTEN)
    page.evaluate(SHOW, "hidden")
    while not polls:
        page.clock.run_for(STEP_MS)
    polls.clear()
    page.evaluate("Object.assign(planned, {frames: 0, timers: 0})")
    before = _heap(session)
    visits = 0
    for passed in range(0, HOUR_MS, STEP_MS):
        if passed % (HOUR_MS // 6) == 0:
            visit(visits)
            visits += 1
        page.clock.run_for(STEP_MS)
    planned = page.evaluate("planned")
    assert planned["frames"] == 0
    assert planned["timers"] <= HOUR_MS // 1000 * TIMERS_PER_SECOND
    assert 30 <= len(polls) <= 61, "it asks once a minute, or later if the answer was late"
    assert _heap(session) - before <= HEAP_BYTES
    with page.expect_response(lambda answer: "/stream" in answer.url):
        page.evaluate(SHOW, "visible")
    page.clock.run_for(1_000)
    return visits


def _heap(session: CDPSession) -> int:
    """Bytes that the page's scripts keep."""
    session.send("HeapProfiler.collectGarbage")
    return int(session.send("Runtime.getHeapUsage")["usedSize"])
