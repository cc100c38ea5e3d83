"""Runs every benchmark, or those named, and writes `benchmarks/results.md`: `python -m benchmarks [intake delivery …]`."""

import importlib
import os
import platform
import re
import sys
import time
from pathlib import Path

from benchmarks.report import Figure, say, table

ALL = (
    *(
        "start",
        "stop",
        "opened",
        "road",
        "kafka",
        "intake",
        "delivery",
        "beside",
        "several",
        "polling",
        "hostile",
    ),
    *(
        "light",
        "provider",
        "serverless",
        "picture",
        "large",
        "heap",
        "engines",
        "tap",
        "memory",
        "expect",
    ),
)
RESULTS = Path(__file__).parent / "results.md"
_SECTION = re.compile(r"^## ([a-z]+)\n\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def main() -> int:
    """Prints each figure as it is measured; a missed goal is reported, but is no error: machines
    differ.
    """
    named = sys.argv[1:] or list(ALL)
    unknown = [name for name in named if name not in ALL]
    if unknown:
        say(f"There is no benchmark {unknown[0]!r}; there are {', '.join(ALL)}")
        return 2
    figures: list[Figure] = []
    told: dict[str, str] = {}
    broken: list[str] = []
    for name in named:
        module = importlib.import_module(f"benchmarks.{name}")
        say(f"── {name}: {(module.__doc__ or '').strip().splitlines()[0]}")
        began = time.monotonic()
        try:
            found = _figures(name)
        except Exception as error:  # noqa: BLE001 -- one that cannot run here must not take the others' figures along
            say(f"  {name} broke off: {type(error).__name__}: {str(error)[:300]}")
            broken.append(name)
            continue
        for figure in found:
            say("  " + figure.sentence())
        say(f"  ({time.monotonic() - began:.0f} s)")
        figures += found
        told[name] = table(found)
        _write(told)
    say("\n" + table(figures))
    missed = [figure.name for figure in figures if figure.met is False]
    say(
        f"── {len(figures)} figures, {len(missed)} goals missed"
        + (": " + "; ".join(missed) if missed else "")
    )
    return 1 if broken else 0


def _figures(name: str) -> list[Figure]:
    module = importlib.import_module(f"benchmarks.{name}")
    found: list[Figure] = module.figures() if hasattr(module, "figures") else module.measure()
    return found


def _write(told: dict[str, str]) -> None:
    """The results, with what was measured now in the place of what stood there."""
    before = dict(_SECTION.findall(RESULTS.read_text())) if RESULTS.exists() else {}
    sections = {**before, **told}
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    about = f"Written by `make bench` on {machine}, the server pinned to one core. Each figure stands beside a baseline of the same run."
    body = "".join(f"## {name}\n\n{sections[name].strip()}\n\n" for name in ALL if name in sections)
    RESULTS.write_text(f"# Results\n\n{about}\n\n{body}".rstrip() + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
