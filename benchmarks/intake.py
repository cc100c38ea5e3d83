"""How many signed deliveries one core takes through the whole road, beside a bare ASGI app that only reads, verifies and decodes."""

import hashlib
import hmac
import json
from itertools import count

from benchmarks.load import SECRET, event, flood, signed_request
from benchmarks.report import Figure, say
from benchmarks.served import Served, baseline, ours, pin_load
from benchmarks.watching import first_graph, open_session

RUNS = 5
SINGLES = 20_000
BATCHES = 400
BATCH = 100
NAMES = ("page_view", "view_item_list", "search", "view_item", "add_to_cart", "begin_checkout", "purchase", "scroll_depth")
_NUMBERS = count()


def _singles(path: str) -> list[bytes]:
    return [signed_request(path, event(next(_NUMBERS), NAMES)) for _ in range(SINGLES)]


def _batches(path: str) -> list[bytes]:
    made = []
    for _ in range(BATCHES):
        events = [event(next(_NUMBERS), NAMES) for _ in range(BATCH)]
        made.append(signed_request(path, b"[" + b",".join(events) + b"]", signed=events[0]))
    return made


def _rate(served: Served, requests: list[bytes], each: int) -> float:
    answered = flood("127.0.0.1", served.port, requests)
    assert not answered.wrong, f"{answered.wrong} answers were not 200"
    return answered.rate * each


def _pair(name: str, kind: str, each: int, goal: float, log: str) -> Figure:
    make = _singles if kind == "single" else _batches
    ratios: list[tuple[float, float, float]] = []
    with baseline(kind) as bare, ours(log) as served:
        open_session(served, first_graph(served))
        for run in range(RUNS + 1):
            theirs = _rate(bare, make("/x"), each)
            mine = _rate(served, make("/segment/webhook/bench"), each)
            say(f"  run {run}: ours {mine:,.0f}/s, bare {theirs:,.0f}/s, ratio {mine / theirs:.2f}" + (" (warm-up)" if run == 0 else ""))
            if run:
                ratios.append((mine / theirs, mine, theirs))
    ratio, mine, theirs = sorted(ratios)[len(ratios) // 2]
    return Figure(name, "events/s", mine, theirs, "bare ASGI: read, HMAC, orjson", f"≥ {goal:.0%} of bare", ratio >= goal)


def measure(log: str = "memory://") -> list[Figure]:
    """Single events and batches of 100, watched, everything new; the median pair of several runs."""
    pin_load()
    suffix = "" if log == "memory://" else " on Redis"
    return [
        _pair(f"Intake of signed single 1 KB events{suffix}", "single", 1, 0.8, log),
        _pair(f"Intake of signed batches of {BATCH}{suffix}", "batch", BATCH, 0.6, log),
    ]


def check_signature() -> None:
    """The generator signs as Segment does; a benchmark of refusals would measure nothing."""
    body = json.dumps({"a": 1}).encode()
    assert hmac.new(SECRET, body, hashlib.sha1).hexdigest().encode() in signed_request("/x", body)


if __name__ == "__main__":
    check_signature()
    for figure in measure():
        say(figure.sentence())
