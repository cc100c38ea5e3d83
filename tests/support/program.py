"""The real program as a child process, as a user would start it."""

import contextlib
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

READY = re.compile(r"Realtime is at (http://[^/]+)/\?key=(\S+)")


class Program:
    """A running `dagnet-realtime` command; `url` is its origin, `link` the one-time link, `lines` what it printed so far."""

    def __init__(
        self, *arguments: str, environ: dict[str, str] | None = None, folder: Path | None = None
    ) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "dagnet_realtime", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            cwd=folder,
            env={**os.environ, "BROWSER": "true", **(environ or {})},
        )
        self.lines: list[str] = []
        self._fresh: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = ""
        self.key = ""

    @property
    def link(self) -> str:
        """The one-time link that signs a browser in."""
        return f"{self.url}/?key={self.key}"

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def wait_ready(self, seconds: float = 60.0) -> "Program":
        """Waits for the line with Realtime's address; raises AssertionError with the output if it
        never comes.
        """
        found = self.wait_line(READY, seconds)
        self.url, self.key = found[1], found[2]
        return self

    def wait_line(self, pattern: re.Pattern[str], seconds: float) -> re.Match[str]:
        """Waits for a line of output that `pattern` finds."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._fresh.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                break
            if found := pattern.search(line):
                return found
        raise AssertionError(f"no line like {pattern.pattern!r} in:\n" + "".join(self.lines))

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        self._child.send_signal(number)

    def stop(self, seconds: float = 20.0) -> int:
        """Asks it to stop and returns its exit code; kills it if it does not."""
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            try:
                self._child.wait(seconds)
            except subprocess.TimeoutExpired:
                self._child.kill()
        code = self._child.wait()
        self._reader.join(5)
        if self._child.stdout is not None:
            self._child.stdout.close()
        return code

    def _read(self) -> None:
        assert self._child.stdout is not None
        with contextlib.suppress(ValueError):
            for line in self._child.stdout:
                self.lines.append(line)
                self._fresh.put(line)
        self._fresh.put(None)


@contextlib.contextmanager
def running(
    *arguments: str, environ: dict[str, str] | None = None, folder: Path | None = None
) -> Iterator[Program]:
    """A program that is ready, and stopped at the end."""
    program = Program(*arguments, environ=environ, folder=folder)
    try:
        yield program.wait_ready()
    finally:
        program.stop()
