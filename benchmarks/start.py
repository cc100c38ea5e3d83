"""From process start to ready, beside a Python that only imports the server's framework; and what the interface weighs."""

import gzip
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.report import Figure, median_of, say
from benchmarks.served import SERVER_CORE, ours, pinned

RUNS = 7
GOAL_SECONDS = 0.7
GOAL_KB = 255.0
STATIC = Path(__file__).parent.parent / "src/dagnet_realtime/web/static"


def _framework() -> float:
    began = time.perf_counter()
    subprocess.run(
        pinned(
            SERVER_CORE, sys.executable, "-c", "import uvicorn, starlette.routing, msgspec, uvloop"
        ),
        check=True,
    )
    return time.perf_counter() - began


def _ready() -> float:
    with ours() as served:
        return served.ready_seconds


def _weight() -> float:
    """Gzipped kilobytes of what the first page loads: the entry's scripts and styles."""
    page = (STATIC / "index.html").read_text()
    first = [
        file
        for file in (STATIC / "assets").iterdir()
        if file.suffix in (".js", ".css") and file.name in page
    ]
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in first) / 1000


def measure() -> list[Figure]:
    """Medians of several starts."""
    ready, framework = median_of(RUNS, _ready), median_of(RUNS, _framework)
    weight = _weight()
    return [
        Figure(
            "Start to ready",
            "ms",
            ready * 1000,
            framework * 1000,
            "importing the framework",
            "≤ 700 ms",
            ready <= GOAL_SECONDS,
        ),
        Figure("Interface, gzipped", "kB", weight, None, "", "≤ 255 kB", weight <= GOAL_KB),
    ]


if __name__ == "__main__":
    for figure in measure():
        say(figure.sentence())
