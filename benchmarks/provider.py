"""The provider's road on a real soketi: from the POST to the lit frame, and messages billed per 1,000 events, thinned and not."""

import json
import time
from itertools import count

import httpx
from tests.support.soketi import Soketi, soketi

from benchmarks import light
from benchmarks.intake import NAMES
from benchmarks.load import event, signed_request
from benchmarks.report import Figure, say
from benchmarks.served import Served, ours
from benchmarks.watching import first_graph, open_session

EVENTS = 1_000
PER_SECOND = 250
LIT_AT = 1  # events a second beside the needles
_NUMBERS = count(300_000_000)


def measure() -> list[Figure]:
    """Light with one page; messages with one seat that counts as subscribed."""
    with soketi() as provider:
        own, carried = light.lit(LIT_AT), light.lit(LIT_AT, relay=provider.url)
        say(f"  p50 {carried.p50:.0f} ms through the provider, {own.p50:.0f} ms by our own push")
        thinned, whole = _billed(provider, 2), _billed(provider, 20)
    return [
        Figure(
            "POST to lit frame through a provider, p95",
            "ms",
            carried.p95,
            own.p95,
            "our own push",
            "p95 ≤ 600 ms",
            carried.p95 <= 600,
        ),
        Figure(
            f"Messages per {EVENTS} events at {PER_SECOND}/s, thinned to two a frame",
            "",
            thinned,
            whole,
            "nothing left out",
            "—",
            None,
        ),
    ]


def _billed(provider: Soketi, pieces: int) -> float:
    """Messages published for `EVENTS` events to one view."""
    with ours(
        relay=f"{provider.url}?pieces={pieces}&rate=1000", carried_per_second=100_000
    ) as served:
        session = open_session(served, first_graph(served))
        headers = {"authorization": f"Bearer {served.key}"}
        with httpx.Client(
            base_url=f"http://127.0.0.1:{served.port}", headers=headers, trust_env=False
        ) as client:
            channel = client.get(f"/api/watch/{session}/relay").json()["channel"]
            asked = {"watch_session_id": session, "channel_name": channel, "socket_id": "1.2"}
            client.post("/api/channels/auth", json=asked).raise_for_status()
            _send(served)
            time.sleep(1.5)
            ledger = client.get(f"/api/watch/{session}/relay").json()["ledger"]
    say(f"  {pieces} messages a frame at most: {json.dumps(ledger)}")
    return float(ledger["published"])


def _send(served: Served) -> None:
    import socket

    with socket.create_connection(("127.0.0.1", served.port)) as wire:
        wire.settimeout(10)
        due = time.perf_counter()
        for _ in range(EVENTS):
            wire.sendall(signed_request("/segment/webhook/bench", event(next(_NUMBERS), NAMES)))
            wire.recv(4096)
            due += 1 / PER_SECOND
            if (left := due - time.perf_counter()) > 0:
                time.sleep(left)


if __name__ == "__main__":
    for figure in measure():
        say(figure.sentence())
