"""A real redis-server on a free port, nothing of it on disk."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.support.sockets import free_port


class RedisServer:
    """A running server. `pause` and `resume` stop and continue it, `kill` ends it at once, `start` begins it anew on its port."""

    def __init__(self, *settings: str, folder: str) -> None:
        self._folder = folder
        self._settings = settings
        self._child: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program, "no redis-server on this machine: install Debian's `redis-server`"
        plain = (
            "--save",
            "",
            "--appendonly",
            "no",
            "--bind",
            "127.0.0.1",
            "--dir",
            self._folder,
            "--loglevel",
            "warning",
        )
        with (Path(self._folder) / "log").open("ab") as out:
            command = [
                program,
                *self._leading(),
                "--port",
                str(self.port),
                *plain,
                *self._settings[len(self._leading()) :],
            ]
            self._child = subprocess.Popen(
                command, stdout=out, stderr=out, stdin=subprocess.DEVNULL
            )
        deadline = time.monotonic() + 30
        while not self._answers():
            running = self._child.poll() is None and time.monotonic() < deadline
            assert running, (Path(self._folder) / "log").read_text()
            time.sleep(0.01)

    def command(self, *words: str | int) -> bytes:
        """Sends one command over a fresh connection and returns the raw answer."""
        line = b"*%d\r\n" % len(words) + b"".join(
            b"$%d\r\n%b\r\n" % (len(part), part) for part in (str(word).encode() for word in words)
        )
        with socket.create_connection(("127.0.0.1", self.port), 2) as connection:
            connection.sendall(line)
            connection.settimeout(2)
            answer = connection.recv(65536)
            with contextlib.suppress(TimeoutError):
                connection.settimeout(0.02)
                while more := connection.recv(65536):
                    answer += more
        return answer

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.kill()
            self._child.wait()

    def _leading(self) -> tuple[str, ...]:
        """A configuration file comes before all options."""
        return (
            self._settings[:1] if self._settings and not self._settings[0].startswith("--") else ()
        )

    def _answers(self) -> bool:
        try:
            return self.command("PING").startswith((b"+PONG", b"-"))
        except OSError:
            return False


@contextlib.contextmanager
def redis_server(*settings: str) -> Iterator[RedisServer]:
    """A server for the time of the context."""
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(*settings, folder=folder)
        try:
            yield server
        finally:
            server.kill()
