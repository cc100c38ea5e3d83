"""Intake and delivery on Redis by one and by two processes, each beside `memory://` in the same run, and what a channel weighs in Redis."""

import statistics
from collections import defaultdict
from contextlib import ExitStack
from itertools import count

import psutil
from tests.support.redis import RedisServer, redis_server

from benchmarks.delivery import RATE, Delivered, once
from benchmarks.intake import NAMES
from benchmarks.load import event, flood, signed_request
from benchmarks.report import Figure, say
from benchmarks.served import Served, ours, pin_load
from benchmarks.watching import first_graph, open_session

ROUNDS = 5
EVENTS = 6_000  # a round: some tenths of a second of processor time, which the system counts in hundredths
BATCH = 100
VIEWERS = 100
PATH = "/segment/webhook/bench"
WAYS = (("one process on Redis", 1), ("two processes on Redis", 2))
_NUMBERS = count(300_000_000)


def measure() -> list[Figure]:
    """Intake and delivery with several workers on one Redis.

    Their ratio has no goal: on Redis a delivery waits for a round trip, and two processes share two
    cores with Redis and the load. Intake is in events per second of our own processor time, all
    processes together, as one core of ours would take them.
    """
    pin_load()
    with redis_server("--maxmemory-policy", "noeviction") as redis:
        figures = [*_intake(redis, 1), *_intake(redis, BATCH), _weight(redis)]
        return [*figures, *_delivery(redis)]


def _intake(redis: RedisServer, each: int) -> list[Figure]:
    """The median of several rounds in which every way has its turn, so that all meet the same machine; the first round warms up."""
    what = "single 1 KB events" if each == 1 else f"batches of {each}"
    costs: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    with ExitStack() as stack:
        served = {"memory://": stack.enter_context(ours())}
        for name, workers in WAYS:
            served[name] = stack.enter_context(
                ours(f"{redis.url}?prefix={workers}", workers=workers)
            )
        for one in served.values():
            open_session(one, first_graph(one))
        for run in range(ROUNDS + 1):
            for name, one in served.items():
                cost = _cost(redis, one, each)
                if run:
                    costs[name].append(cost)
    found = {
        name: [statistics.median(column) for column in zip(*rounds, strict=True)]
        for name, rounds in costs.items()
    }
    for name, (rate, own, theirs) in found.items():
        say(
            f"  {what}, {name}: {rate:,.0f} events/s, {own * 1e6:.0f} µs of ours an event, {theirs * 1e6:.0f} µs of Redis"
        )
    alone = 1 / found["memory://"][1]
    return [
        Figure(
            f"Intake of signed {what}, {name}",
            "events/s",
            1 / found[name][1],
            alone,
            "memory:// in the same run",
            "—",
            None,
        )
        for name, _ in WAYS
    ]


def _cost(redis: RedisServer, served: Served, each: int) -> tuple[float, float, float]:
    """Events a second as they came to pass, and seconds of processor time an event: ours and that of Redis."""
    requests = [_request(each) for _ in range(EVENTS // each)]
    own, theirs = served.cpu_seconds(), _busy(redis)
    answered = flood("127.0.0.1", served.port, requests)
    assert not answered.wrong, f"{answered.wrong} answers were not 200"
    return (
        answered.rate * each,
        (served.cpu_seconds() - own) / EVENTS,
        (_busy(redis) - theirs) / EVENTS,
    )


def _request(each: int) -> bytes:
    events = [event(next(_NUMBERS), NAMES) for _ in range(each)]
    if each == 1:
        return signed_request(PATH, events[0])
    return signed_request(PATH, b"[" + b",".join(events) + b"]", signed=events[0])


def _busy(redis: RedisServer) -> float:
    return float(sum(psutil.Process(redis.pid).cpu_times()[:2]))


def _weight(redis: RedisServer) -> Figure:
    """What one of the two channels weighs that were filled alike."""
    used = int(redis.command("INFO", "memory").split(b"used_memory:")[1].split(b"\r\n")[0]) / len(
        WAYS
    )
    events = 2 * (ROUNDS + 1) * EVENTS
    return Figure(
        f"Redis, a channel with {events:,} entries and their fingerprints",
        "MB",
        used / 1e6,
        None,
        "",
        "—",
        None,
    )


def _delivery(redis: RedisServer) -> list[Figure]:
    runs: dict[str, Delivered] = {}
    for name, workers in (("memory://", 0), *WAYS):
        log = f"{redis.url}?prefix=delivery{workers}" if workers else name
        runs[name] = run = once(VIEWERS, log, workers)
        say(
            f"  {VIEWERS} viewers, {name}: p50 {run.p50:.0f} ms, p99 {run.p99:.0f} ms, {run.cpu:.0%} of a core, {run.gaps} gaps"
        )
    return [
        Figure(
            f"Delivery p99 at {RATE}/s to {VIEWERS} viewers, {name}",
            "ms",
            runs[name].p99,
            runs["memory://"].p99,
            "memory:// in the same run",
            "no gap",
            runs[name].gaps == 0,
        )
        for name, _ in WAYS
    ]


if __name__ == "__main__":
    for figure in measure():
        say(figure.sentence())
