"""From SIGTERM to the end of the process with 200 open streams, beside the same with none."""

import os
import signal
import socket
import time

import psutil

from benchmarks.report import Figure, median_of, say
from benchmarks.served import ours
from benchmarks.watching import first_graph, open_session, stream_request

RUNS = 5
STREAMS = 200
SESSIONS = 20
GOAL_SECONDS = 1.0


def _stop(streams: int) -> float:
    """Seconds that one stop takes, every stream having said hello."""
    with ours() as served:
        graph = first_graph(served)
        sessions = [open_session(served, graph) for _ in range(SESSIONS)]
        opened = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(streams)]
        for number, stream in enumerate(opened):
            stream.sendall(stream_request(served, sessions[number % SESSIONS]))
        for stream in opened:
            heard = b""
            while b'"op":"hello"' not in heard:
                heard += stream.recv(65536)
        began = time.perf_counter()
        os.kill(served.pid, signal.SIGTERM)
        psutil.Process(served.pid).wait()
        took = time.perf_counter() - began
        for stream in opened:
            stream.close()
        return took


def measure() -> list[Figure]:
    """Medians of several stops."""
    held, empty = median_of(RUNS, lambda: _stop(STREAMS)), median_of(RUNS, lambda: _stop(0))
    return [
        Figure(
            f"Stop with {STREAMS} streams",
            "ms",
            held * 1000,
            empty * 1000,
            "no stream",
            "≤ 1,000 ms",
            held <= GOAL_SECONDS,
        )
    ]


if __name__ == "__main__":
    for figure in measure():
        say(figure.sentence())
