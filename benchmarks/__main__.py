"""Runs every benchmark, or those named, and writes `benchmarks/results.md`: `python -m benchmarks [intake delivery …]`."""

import importlib
import os
import platform
import sys
from pathlib import Path

from benchmarks.report import Figure, say, table

ALL = (
    "start",
    "stop",
    "intake",
    "delivery",
    "several",
    "polling",
    "hostile",
    "light",
    "provider",
    "serverless",
    "memory",
    "picture",
    "tap",
)
RESULTS = Path(__file__).parent / "results.md"


def main() -> int:
    """Says each figure as it comes; a missed goal is told, not an error: machines differ."""
    named = sys.argv[1:] or list(ALL)
    figures: list[Figure] = []
    for name in named:
        say(f"── {name}: {(importlib.import_module(f'benchmarks.{name}').__doc__ or '').strip().splitlines()[0]}")
        found = _figures(name)
        figures += found
        for figure in found:
            say("  " + figure.sentence())
    if named == list(ALL):
        machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
        about = (
            f"Written by `make bench` on {machine}, the server pinned to one core. Each figure stands beside a baseline of the same run."
        )
        RESULTS.write_text(f"# Results\n\n{about}\n\n{table(figures)}")
    missed = [figure.name for figure in figures if figure.met is False]
    say(f"── {len(figures)} figures, {len(missed)} goals missed" + (": " + "; ".join(missed) if missed else ""))
    return 0


def _figures(name: str) -> list[Figure]:
    module = importlib.import_module(f"benchmarks.{name}")
    found: list[Figure] = module.figures() if hasattr(module, "figures") else module.measure()
    return found


if __name__ == "__main__":
    raise SystemExit(main())
