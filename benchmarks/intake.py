"""How many signed deliveries one core takes through the whole road, beside a bare ASGI app that only reads, verifies and decodes.

Both take short rounds in turn, on the same core, and a round's figure is events per second of the
server's own processor time, which is what a core of its own would take: other load on the machine
hardly shows. The ratio is the median over the pairs of rounds.
"""

import hashlib
import hmac
import json
import statistics
from itertools import count

from benchmarks.load import SECRET, event, flood, signed_request
from benchmarks.report import Figure, say
from benchmarks.served import Served, baseline, ours, pin_load
from benchmarks.watching import first_graph, open_session

ROUNDS = 40
WARM = 5
"""Rounds before those that count."""
SINGLES = 1_500
BATCHES = 30
BATCH = 100
NAMES = (
    "page_view",
    "view_item_list",
    "search",
    "view_item",
    "add_to_cart",
    "begin_checkout",
    "purchase",
    "scroll_depth",
)
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
    busy = served.busy_seconds()
    answered = flood("127.0.0.1", served.port, requests)
    assert not answered.wrong, f"{answered.wrong} answers were not 200"
    return len(requests) * each / (served.busy_seconds() - busy)


def _pair(name: str, kind: str, each: int, goal: float, log: str) -> Figure:
    make = _singles if kind == "single" else _batches
    pairs: list[tuple[float, float]] = []
    with baseline(kind) as bare, ours(log) as served:
        open_session(served, first_graph(served))
        for _ in range(WARM + ROUNDS):
            theirs = _rate(bare, make("/x"), each)
            pairs.append((_rate(served, make("/segment/webhook/bench"), each), theirs))
    counted = pairs[WARM:]
    ratios = sorted(mine / theirs for mine, theirs in counted)
    ratio, mine, theirs = (
        statistics.median(column) for column in (ratios, *zip(*counted, strict=True))
    )
    low, high = ratios[len(ratios) // 10], ratios[len(ratios) * 9 // 10]
    say(
        f"  {kind}: ours {mine:,.0f}/s, bare {theirs:,.0f}/s, ratio {ratio:.2f} (eight of ten rounds {low:.2f} to {high:.2f})"
    )
    return Figure(
        name,
        "events/s",
        mine,
        mine / ratio,
        "bare ASGI: read, HMAC, orjson",
        f"≥ {goal:.0%} of bare",
        ratio >= goal,
    )


def measure(log: str = "memory://") -> list[Figure]:
    """Single events and batches of 100, watched, everything new."""
    pin_load()
    suffix = "" if log == "memory://" else " on Redis"
    return [
        _pair(f"Intake of signed single 1 KB events{suffix}", "single", 1, 0.7, log),
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
