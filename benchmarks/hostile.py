"""Ten good clients beside ten hostile ones at one server: what the good ones wait, beside the same without hostile ones."""

import asyncio
import tempfile
from pathlib import Path

from tests.hostile.soak import GOOD, Told, configuration, soak
from tests.support.program import running

from benchmarks.report import Figure, say

SECONDS = 20.0


def once(*, hostile: bool, seconds: float = SECONDS) -> Told:
    """One run on a fresh server."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "realtime.toml").write_text(configuration())
        key_file = Path(folder) / "key"
        with running("serve", "--config", str(Path(folder) / "realtime.toml"), "--key-file", str(key_file)) as program:
            return asyncio.run(soak(int(program.url.rpartition(":")[2]), key_file.read_text().strip(), seconds, hostile=hostile))


def measure() -> list[Figure]:
    """From POST to frame, over all events and all good viewers; both runs end only when every good viewer was told of every event."""
    alone, beside = once(hostile=False), once(hostile=True)
    for way, answers in beside.answers.items():
        say(f"  {way}: " + (", ".join(f"{count} × {status}" for status, count in sorted(answers.items())) or "no answer"))
    for told in (alone, beside):
        good = [count for id, count in told.seen.items() if id.startswith("good")]
        say(f"  {len(good)} events, each seen by {min(good)} to {max(good)} of {GOOD} viewers, {told.gaps} gaps")
    complete = beside.gaps == 0 and all(count == GOOD for id, count in beside.seen.items() if id.startswith("good"))
    goal = "no event missed, no gap, p99 ≤ 500 ms"
    name = f"p99 of {GOOD} good clients, POST to frame, beside ten hostile ones"
    return [Figure(name, "ms", beside.p99(), alone.p99(), "without hostile ones", goal, complete and beside.p99() <= 500)]


if __name__ == "__main__":
    for figure in measure():
        say(figure.sentence())
