"""The engine's own figures in Node: the reducer and the traces, microseconds an event and the heap as it goes."""

import re
import subprocess
import sys
from pathlib import Path

from benchmarks.report import Figure, say

HERE = Path(__file__).parent
SECONDS = 900
"""A run of all events on a slow machine."""
GOAL_MICROSECONDS = 20.0
FLAT = 1.25
"""The heap at the end, as a share of the heap at two fifths, by when everything that is bounded is full."""

REDUCER = re.compile(
    r"^with traces\s+mean (?P<mean>[\d.]+) .*?, median (?P<median>[\d.]+), .*?"
    r"JSON\.parse (?P<parse>[\d.]+), .*?heap MB at each fifth: (?P<heap>[-\d. ]+);",
    re.MULTILINE,
)
TRACES = re.compile(
    r"^traces\s+mean (?P<mean>[\d.]+) µs, median (?P<median>[\d.]+) µs.*?heap MB at each fifth: (?P<heap>[-\d ]+)$\n"
    r"^bare Map\s+mean [\d.]+ µs, median (?P<bare>[\d.]+) µs",
    re.MULTILINE,
)


def measure() -> list[Figure]:
    """The reducer with traces on, and the traces alone at 100,000 visitors; each beside the least that could be done with the same events."""
    return [*reducer(_run("engine.mjs")), *traces(_run("traces.mjs"))]


def reducer(text: str) -> list[Figure]:
    """The figures that `engine.mjs` printed; raises ValueError if it printed something else."""
    found = _found(REDUCER, text, "engine.mjs")
    return [
        _time(
            "reducer with traces, median",
            found["median"],
            float(found["parse"]),
            "JSON.parse of the same frames",
        ),
        _heap("reducer with traces, heap at 1,000,000 events", found["heap"]),
    ]


def traces(text: str) -> list[Figure]:
    """The figures that `traces.mjs` printed; raises ValueError if it printed something else."""
    found = _found(TRACES, text, "traces.mjs")
    return [
        _time("traces alone, median", found["median"], float(found["bare"]), "a bare Map"),
        _heap("traces alone, heap at 100,000 traces", found["heap"]),
    ]


def _time(name: str, median: str, baseline: float, baseline_name: str) -> Figure:
    ours = float(median)
    goal = f"≤ {GOAL_MICROSECONDS:.0f} µs an event"
    return Figure(name, "µs", ours, baseline, baseline_name, goal, ours <= GOAL_MICROSECONDS)


def _heap(name: str, fifths: str) -> Figure:
    _, second, *_, last = (float(one) for one in fifths.split())
    return Figure(
        name,
        "MB",
        last,
        second,
        "heap at two fifths",
        f"flat: ≤ {FLAT} times",
        last <= second * FLAT,
    )


def _found(pattern: re.Pattern[str], text: str, script: str) -> re.Match[str]:
    found = pattern.search(text)
    if found is None:
        raise ValueError(f"{script} printed no figures:\n{text}")
    return found


def _run(script: str) -> str:
    node = subprocess.run(
        [sys.executable, str(HERE.parent / "tools" / "node.py")],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    command = [node.stdout.strip(), "--expose-gc", str(HERE / script)]
    printed = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        stdin=subprocess.DEVNULL,
    ).stdout
    for line in printed.splitlines():
        say(f"  {line}")
    return printed
