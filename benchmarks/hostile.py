"""Hostile clients at one server: what good ones wait beside them, and what bodies of strangers cost that are made to be dear."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from tests.hostile.soak import GOOD, Told, configuration, soak
from tests.support.program import running

from benchmarks.report import Figure, say

SECONDS = 20.0
SEEDS = (11, 12, 13)
EVERY = 0.01  # seconds between two probes
HEALTHY_MS = 100.0
MOST_MB = 48.0


def once(*, hostile: bool, seconds: float = SECONDS) -> Told:
    """One run on a fresh server."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "realtime.toml").write_text(configuration())
        key_file = Path(folder) / "key"
        with running(
            "serve", "--config", str(Path(folder) / "realtime.toml"), "--key-file", str(key_file)
        ) as program:
            return asyncio.run(
                soak(
                    int(program.url.rpartition(":")[2]),
                    key_file.read_text().strip(),
                    seconds,
                    hostile=hostile,
                )
            )


def _peak(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def _probed(url: str, until: "subprocess.Popen[str] | float") -> list[float]:
    """The milliseconds that each probe waited, sorted, until a moment or the end of a process."""
    waits = []
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        while time.monotonic() < until if isinstance(until, float) else until.poll() is None:
            began = time.monotonic()
            client.get("/healthz").raise_for_status()
            waits.append((time.monotonic() - began) * 1000)
            time.sleep(EVERY)
    return sorted(waits)


def strangers(seconds: float = SECONDS) -> tuple[float, float, float]:
    """The worst of several seeds, beside five clients whose bodies are made at random to cost what
    they can.

    Returns the p99 of a probe in ms, the same without the clients, and the megabytes by which the
    server's peak of memory grew.
    """
    worst, alone, grown = 0.0, 0.0, 0.0
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "realtime.toml").write_text(
                configuration()
                + '\n[[workspace.source]]\nid = "sdk"\nkind = "tracking"\nwrite_key = "somebody"\n'
            )
            with running("serve", "--config", str(Path(folder) / "realtime.toml")) as program:
                quiet = _probed(program.url, time.monotonic() + 2)
                before = _peak(program.pid)
                crowd = [
                    sys.executable,
                    "-m",
                    "tests.hostile.costly",
                    program.url.rpartition(":")[2],
                    str(seconds / len(SEEDS)),
                    str(seed),
                ]
                with subprocess.Popen(crowd, stdout=subprocess.PIPE, text=True) as attack:
                    waits = _probed(program.url, attack)
                    told = json.loads(attack.communicate()[0])
                more = _peak(program.pid) - before
        say(
            f"  strangers, seed {seed}: {told}, {len(waits)} probes, p99 {_p99(waits):.0f} ms, {more:+.0f} MB"
        )
        worst, alone, grown = max(worst, _p99(waits)), max(alone, _p99(quiet)), max(grown, more)
    return worst, alone, grown


def _p99(ordered: list[float]) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


def measure() -> list[Figure]:
    """From POST to frame, over all events and all good viewers; a run ends when every good viewer
    has seen every event.
    """
    alone, beside = once(hostile=False), once(hostile=True)
    for way, answers in beside.answers.items():
        say(
            f"  {way}: "
            + (
                ", ".join(f"{count} × {status}" for status, count in sorted(answers.items()))
                or "no answer"
            )
        )
    for told in (alone, beside):
        good = [count for id, count in told.seen.items() if id.startswith("good")]
        say(
            f"  {len(good)} events, each seen by {min(good)} to {max(good)} of {GOOD} viewers, {told.gaps} gaps"
        )
    complete = beside.gaps == 0 and all(
        count == GOOD for id, count in beside.seen.items() if id.startswith("good")
    )
    goal = "no event missed, no gap, p99 ≤ 500 ms"
    name = f"p99 of {GOOD} good clients, POST to frame, beside ten hostile ones"
    worst, quiet, grown = strangers()
    probe = "p99 of /healthz beside five strangers with costly bodies"
    memory = "Peak memory, grown by five strangers with costly bodies"
    return [
        Figure(
            probe, "ms", worst, quiet, "without them", f"≤ {HEALTHY_MS:g} ms", worst <= HEALTHY_MS
        ),
        Figure(memory, "MB", grown, None, "", f"≤ {MOST_MB:g} MB", grown <= MOST_MB),
        Figure(
            name,
            "ms",
            beside.p99(),
            alone.p99(),
            "without hostile ones",
            goal,
            complete and beside.p99() <= 500,
        ),
    ]


if __name__ == "__main__":
    for figure in measure():
        say(figure.sentence())
