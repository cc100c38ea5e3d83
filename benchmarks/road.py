"""The road of one event inside the process, stage by stage, on the memory log; beside the HMAC and orjson alone. No HTTP.

Each figure is the least processor time of many short stretches, every event new: what others do on the machine does not show in it.
"""

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from itertools import count
from typing import Any

import orjson

from benchmarks.intake import NAMES
from benchmarks.load import SECRET, event
from benchmarks.report import Figure, say
from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.core.codec import encode_entry
from dagnet_realtime.core.sanitizer import EventSanitizer
from dagnet_realtime.core.segment.webhook import parse_events, split_delivery
from dagnet_realtime.core.signature import Verifier
from dagnet_realtime.core.window import DedupeWindow
from dagnet_realtime.hub.ingest import Intake
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.graph import Catalogue
from dagnet_realtime.model.workspace import Channel, Policy, Source, Workspace
from dagnet_realtime.stores.memory import MemoryLog

CHANNEL = Channel("shop", "bench")
SOURCE = Source(id="bench", channel=CHANNEL, kind="webhook", secrets=(Secret(SECRET),))
POLICY = Policy(max_rate=1e9, properties=("sku", "value", "currency", "list"))
NOW = 1_767_323_045_678
STRETCHES, EVENTS = 300, 50
_NUMBERS = count(300_000_000)


def _least(
    call: Callable[[Any], object], stretch: Callable[[], Sequence[Any]], each: int = 1
) -> float:
    """Microseconds of one call, divided by `each`."""
    least = float("inf")
    for _ in range(STRETCHES):
        given = stretch()
        began = time.thread_time_ns()
        for one in given:
            call(one)
        least = min(least, (time.thread_time_ns() - began) / len(given) / each / 1000)
    return least


def _signed() -> list[tuple[bytes, str]]:
    bodies = [event(next(_NUMBERS), NAMES) for _ in range(EVENTS)]
    return [(body, _seal(body)) for body in bodies]


def _batch() -> list[tuple[bytes, str]]:
    events = [event(next(_NUMBERS), NAMES) for _ in range(100)]
    return [(b"[" + b",".join(events) + b"]", _seal(events[0]))]


def _seal(body: bytes) -> str:
    return hmac.new(SECRET, body, hashlib.sha1).hexdigest()


def _at_once(delivery: Coroutine[Any, Any, object]) -> None:
    try:
        delivery.send(None)
    except StopIteration:
        return
    raise AssertionError("a delivery waited")


def _stages() -> None:
    """Where each microsecond goes: every stage alone, the one after the other, as the whole road runs them."""
    verifier, admission = (
        Verifier(SOURCE),
        EventSanitizer(POLICY, frozenset({"device", "plan"}), CHANNEL, b"k" * 32),
    )
    window = DedupeWindow(NOW)
    bodies = lambda: [body for body, _ in _signed()]  # noqa: E731
    parsed = lambda: [parse_events((body,), admission.reader).events[0] for body in bodies()]  # noqa: E731
    entries = lambda: [admission.entry(one, "bench", NOW) for one in parsed()]  # noqa: E731
    for name, call, stretch in (
        ("verify the signature", lambda one: verifier.verify(*one), _signed),
        ("split the delivery", split_delivery, bodies),
        (
            "decode what is asked for, and its times",
            lambda body: parse_events((body,), admission.reader),
            bodies,
        ),
        (
            "admit: names, tokens, allow-list, flags",
            lambda one: admission.entry(one, "bench", NOW),
            parsed,
        ),
        ("new to the window", lambda entry: window.add_if_new(entry.id, NOW), entries),
        ("encode the entry", encode_entry, entries),
    ):
        say(f"    {name:<42}{_least(call, stretch):6.2f} µs")


class _Graphs:
    """A workspace whose graphs filter on two properties."""

    def catalogue(self, workspace: str) -> Catalogue:
        return Catalogue(version=workspace, needed=frozenset({"device", "plan"}))

    async def changes(self) -> AsyncIterator[str]:
        await asyncio.sleep(3600)
        yield ""


def measure() -> list[Figure]:
    """The whole of a delivery's road in one process, and its stages in words."""
    log = MemoryLog({CHANNEL: POLICY}, SystemClock())
    intake = Intake(
        [Workspace(channel=CHANNEL, path="", policy=POLICY, sources=(SOURCE,))],
        _Graphs(),
        log,
        SystemClock(),
    )
    _at_once(log.acquire_lease(CHANNEL, "bench", 1e9))
    _stages()
    bare = _least(lambda one: (_seal(one[0]), orjson.loads(one[0])), _signed)
    single = _least(lambda one: _at_once(intake.webhook(SOURCE, *one)), _signed)
    bare_batch = _least(lambda one: orjson.loads(one[0]), _batch, each=100)
    batch = _least(lambda one: _at_once(intake.webhook(SOURCE, *one)), _batch, each=100)
    door = intake.ingest_counters(CHANNEL)["bench"]
    assert door.taken == door.received, door
    return [
        Figure(
            "Road of a single event, without HTTP", "µs", single, bare, "HMAC and orjson", "—", None
        ),
        Figure(
            "Road of an event in a batch of 100, without HTTP",
            "µs",
            batch,
            bare_batch,
            "orjson",
            "—",
            None,
        ),
    ]


if __name__ == "__main__":
    for figure in measure():
        say(figure.sentence())
