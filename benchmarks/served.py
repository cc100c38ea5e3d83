"""Ours and the baseline as child processes pinned to one core, the measuring process on the other."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil

from benchmarks.load import SECRET

SERVER_CORE = 0
LOAD_CORE = 1
SHOP = Path(__file__).parent.parent / "src/dagnet_realtime/samples/shop"


class Served(msgspec.Struct):
    """A server under measurement: where it is, its process, and the key for programs."""

    port: int
    pid: int
    key: str = ""
    link: str = ""
    ready_seconds: float = 0.0

    def cpu_seconds(self) -> float:
        """Processor time of it and its children so far."""
        whole = psutil.Process(self.pid)
        return sum(sum(part.cpu_times()[:2]) for part in [whole, *whole.children(recursive=True)])

    def busy_seconds(self) -> float:
        """Processor time of its own process so far, to the nanosecond if the kernel tells it."""
        with contextlib.suppress(OSError):
            return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[0]) / 1e9
        return sum(psutil.Process(self.pid).cpu_times()[:2])

    def memory(self) -> float:
        """Resident megabytes."""
        return float(psutil.Process(self.pid).memory_info().rss / 1e6)


def pinned(core: int | str, *command: str) -> list[str]:
    """The command on one core (or several, as `taskset` writes them), if the machine
    can do that.
    """
    return (
        ["taskset", "-c", str(core), *command]
        if shutil.which("taskset") and (os.cpu_count() or 1) > 1
        else list(command)
    )


@contextlib.contextmanager
def baseline(*kind: str, of: str = "benchmarks.baseline") -> Iterator[Served]:
    """The bare ASGI app of `benchmarks.baseline`, or of another module."""
    command = pinned(SERVER_CORE, sys.executable, "-m", of, *kind)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield Served(int(child.stdout.readline()), child.pid)
        finally:
            child.terminate()


@contextlib.contextmanager
def ours(
    log: str = "memory://", workspace: Path = SHOP, workers: int = 0, **policy: object
) -> Iterator[Served]:
    """`dagnet-realtime serve` on the sample shop, without a rate limit in practice; `policy`
    replaces defaults.

    One process has a core to itself; several `workers` share both with the measuring process.
    """
    with tempfile.TemporaryDirectory() as folder:
        key_file = Path(folder) / "key"
        config = Path(folder) / "realtime.toml"
        rules = {
            "max_rate": 10_000_000,
            "properties": ["sku", "value", "currency", "list"],
            **policy,
        }
        lines = [f"{name} = {msgspec.json.encode(value).decode()}" for name, value in rules.items()]
        config.write_text(
            f'[server]\nport = 0\nlog = "{log}"\n[[workspace]]\nid = "shop"\nenv = "bench"\npath = "{workspace}"\n'
            + "\n".join(lines)
            + '\n[[workspace.source]]\nid = "bench"\nkind = "webhook"\nsecrets = ["env:BENCH_SECRET"]\nbatch_signature = "first"\n'
        )
        several = ("--workers", str(workers)) if workers else ()
        program = (
            sys.executable,
            "-m",
            "dagnet_realtime",
            "serve",
            "--config",
            str(config),
            "--key-file",
            str(key_file),
            *several,
        )
        command = pinned(f"{SERVER_CORE},{LOAD_CORE}" if workers > 1 else SERVER_CORE, *program)
        began = time.perf_counter()
        environ = {**os.environ, "BENCH_SECRET": SECRET.decode()}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as child:
            assert child.stdout is not None
            try:
                line = next(text for text in child.stdout if "Realtime is at" in text)
                ready = time.perf_counter() - began
                port = int(line.split("127.0.0.1:")[1].split("/")[0])
                link = line[line.index("http") :].strip()
                yield Served(port, child.pid, key_file.read_text().strip(), link, ready)
            finally:
                child.terminate()


def pin_load() -> None:
    """Puts the measuring process on its own core."""
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setaffinity(0, {LOAD_CORE})
