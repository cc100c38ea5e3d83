"""The server's memory over two million events (`BENCH_EVENTS` for more) of a million people: it must not grow with what passed."""

import os
from itertools import count

from benchmarks.intake import NAMES
from benchmarks.load import event, flood, signed_request
from benchmarks.report import Figure, say
from benchmarks.served import ours, pin_load
from benchmarks.watching import first_graph, open_session

EVENTS = int(os.environ.get("BENCH_EVENTS", "2000000"))
BATCH = 500
PEOPLE = 1_000_000
ROUNDS = 10
FLAT = 1.10
LIMIT_MB = 200.0
_NUMBERS = count(100_000_000)


def _round(events: int) -> list[bytes]:
    made = []
    for _ in range(events // BATCH):
        batch = [event(next(_NUMBERS), NAMES, PEOPLE) for _ in range(BATCH)]
        made.append(
            signed_request(
                "/segment/webhook/bench", b"[" + b",".join(batch) + b"]", signed=batch[0]
            )
        )
    return made


def measure(events: int = EVENTS) -> list[Figure]:
    """Resident memory after each tenth; the figure is the last beside the one when log and dedupe window were full."""
    pin_load()
    with ours() as served:
        open_session(served, first_graph(served))
        sizes = [served.memory()]
        for done in range(ROUNDS):
            per_call = 100_000  # a round is sent in slices, so that the generator stays small
            for _ in range(max(1, events // ROUNDS // per_call)):
                answered = flood(
                    "127.0.0.1", served.port, _round(min(per_call, events // ROUNDS)), connections=8
                )
                assert not answered.wrong
            sizes.append(served.memory())
            say(f"  after {(done + 1) * events // ROUNDS:,} events: {sizes[-1]:.0f} MB")
    half, last = sizes[len(sizes) // 2], sizes[-1]
    name = f"Server memory after {events:,} events"
    return [
        Figure(
            name,
            "MB",
            last,
            half,
            "at half of them",
            "flat, under 200 MB",
            last <= half * FLAT and last < LIMIT_MB,
        )
    ]


if __name__ == "__main__":
    for figure in measure():
        say(figure.sentence())
