"""Bodies that cost a server more than their senders, at a real one. What others wait meanwhile is measured by `make bench`."""

import json
import subprocess
import sys
from pathlib import Path

from tests.hostile.soak import configuration
from tests.support.program import running

MOST_MB = 48


def peak(pid: int) -> float:
    """The most memory that a process has had, in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def test_strangers_cost_the_server_little_memory_and_no_mistake(tmp_path: Path) -> None:
    """DOOR-8, DOOR-14 to DOOR-16: costly bodies of unknown senders, five at once, are refused with
    the right status.
    """
    (tmp_path / "realtime.toml").write_text(
        configuration()
        + '\n[[workspace.source]]\nid = "sdk"\nkind = "tracking"\nwrite_key = "somebody"\n'
    )
    with running("serve", "--config", str(tmp_path / "realtime.toml")) as program:
        before = peak(program.pid)
        crowd = [
            sys.executable,
            "-m",
            "tests.hostile.costly",
            program.url.rpartition(":")[2],
            "4",
            "11",
        ]
        told = subprocess.run(crowd, check=True, capture_output=True, text=True, timeout=120).stdout
        grown = peak(program.pid) - before
        assert program.stop() == 0
    answers = json.loads(told)
    assert sum(answers.values()) > 5
    assert set(answers) <= {"400", "401", "413", "503"}
    assert not [line for line in program.lines if "failed" in line]
    assert grown <= MOST_MB
