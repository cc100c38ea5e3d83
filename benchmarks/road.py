"""The road of one event inside the process, stage by stage: microseconds, median of several runs. No HTTP, no log.

.venv/bin/python benchmarks/road.py
"""

import statistics
import sys
import time
from collections.abc import Callable

import msgspec

from dagnet_realtime.core.admission import Admission
from dagnet_realtime.core.codec import encode_entry
from dagnet_realtime.core.segment.message import delivered, read
from dagnet_realtime.core.segment.webhook import events_of, parse, split
from dagnet_realtime.core.signature import Verifier, sign
from dagnet_realtime.model.channel import Channel, Source
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.secret import Secret

SECRET = b"a-shared-secret-of-fair-length"
ARRIVED = 1_767_323_045_678
RUNS, CALLS = 15, 2_000


def main() -> int:
    """Prints one line a stage, for single events of 1 KB and for batches of 100."""
    channel = Channel("acme", "prod")
    source = Source(id="web", channel=channel, kind="webhook", secrets=(Secret(SECRET),))
    verifier = Verifier(source)
    policy = Policy(properties=("checkout_*",))
    exact = Admission(Policy(), frozenset({"device", "plan"}), channel, b"k" * 32)
    globs = Admission(policy, frozenset({"device", "plan"}), channel, b"k" * 32)
    body = message(1)
    signature = sign(SECRET, body)
    event = parse(body).events[0]
    entry = exact.entry(event, "web", ARRIVED)
    print(f"single event of {len(body)} bytes")
    total = 0.0
    for name, call in (
        ("verify", lambda: verifier.verify(body, signature)),
        ("split", lambda: split(body)),
        ("parse", lambda: events_of((body,))),
        ("admit", lambda: exact.entry(event, "web", ARRIVED)),
        ("encode", lambda: encode_entry(entry)),
    ):
        total += report(name, call)
    print(f"  {'road':<28}{total:8.2f} µs")
    report("admit, with globs", lambda: globs.entry(event, "web", ARRIVED))
    report("read alone", lambda: read(body))
    wire = read(body)
    report("delivered alone", lambda: delivered(wire, body))
    batch = b"[" + b",".join(message(place) for place in range(100)) + b"]"
    sealed = sign(SECRET, batch)

    def road() -> None:
        verifier.verify(batch, sealed)
        for one in parse(batch).events:
            encode_entry(exact.entry(one, "web", ARRIVED))

    print(f"batch of 100, {len(batch)} bytes, an event")
    report("verify", lambda: verifier.verify(batch, sealed), calls=50, per=100)
    report("split", lambda: split(batch), calls=50, per=100)
    report("road", road, calls=20, per=100)
    return 0


def message(place: int) -> bytes:
    """One event of about a kilobyte, as Segment delivers it."""
    return msgspec.json.encode(
        {
            "anonymousId": "3bc83968-14b8-4dae-9fa6-a081f6bba4da",
            "channel": "client",
            "context": {
                "library": {"name": "analytics.js", "version": "next-1.84.1"},
                "locale": "en-GB",
                "page": {"path": "/shop", "referrer": "", "search": "", "title": "Shop", "url": "https://shop.example.com/shop"},
                "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36",
                "timezone": "Europe/London",
            },
            "event": "Product Added",
            "integrations": {},
            "messageId": f"ajs-next-1767323045000-c93bc839-6814-485d-ae5f-{place:012d}",
            "originalTimestamp": "2026-01-02T03:04:05.100Z",
            "properties": {"device": "mobile", "plan": "free", "price": 19.99, "currency": "GBP", "quantity": 1, "product_id": "sku-129"},
            "receivedAt": "2026-01-02T03:04:05.400Z",
            "sentAt": "2026-01-02T03:04:05.200Z",
            "timestamp": "2026-01-02T03:04:05.300Z",
            "type": "track",
            "userId": "user-0001",
            "version": 2,
        }
    )


def report(name: str, call: Callable[[], object], calls: int = CALLS, per: int = 1) -> float:
    """Prints and returns the median microseconds of one call, divided by `per`."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        for _ in range(calls):
            call()
        times.append((time.perf_counter() - began) / calls / per * 1e6)
    median = statistics.median(times)
    print(f"  {name:<28}{median:8.2f} µs   (best {min(times):.2f})")
    return median


if __name__ == "__main__":
    sys.exit(main())
