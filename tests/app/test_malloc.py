"""The C library's memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from dagnet_realtime.app.malloc import return_freed_memory

PROGRAM = """
import sys
from pathlib import Path
from dagnet_realtime.app.malloc import return_freed_memory

def resident():
    return int(next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")).split()[1])

assert return_freed_memory() or len(sys.argv) > 1
bytes(30_000_000)
kept = [b"x" * 100]
before = resident()
large = [bytes(b"x" * 2_000_000) for _ in range(20)]
small = [b"y" * 50_000 for _ in range(20)]
del large
print(resident() - before)
"""


@pytest.mark.skipif(
    not Path("/proc/self/status").exists() or not return_freed_memory(), reason="another C library"
)
def test_what_large_bodies_took_goes_back_to_the_system() -> None:
    """DOOR-14: freed memory goes back to the system at once, even if other memory was allocated
    meanwhile.
    """
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True, timeout=60
    ).stdout
    assert int(told) < 5_000
