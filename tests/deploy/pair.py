"""Two processes on one Redis, run by the very `deploy/realtime.toml`: what a proxy stands before."""

import contextlib
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dagnet_realtime.config import token_file
from dagnet_realtime.core.access_tokens import create_token
from tests.support.program import Program
from tests.support.server import SAMPLE, SECRET
from tests.support.sockets import free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
SECRETS = {
    "cookie_key": b"a cookie key of tests",
    "token_key": b"a token key of tests, the same for both",
    "segment_web": SECRET,
}


def configured(folder: Path) -> Path:
    """`deploy/realtime.toml` in `folder`, for the sample shop, with its secrets and its state beside it."""
    (folder / "secrets").mkdir()
    for name, value in SECRETS.items():
        (folder / "secrets" / name).write_bytes(value + b"\n")
    text = (DEPLOY / "realtime.toml").read_text()
    for there, here in {
        "/var/lib/dagnet-realtime": str(folder),
        "/srv/acme": str(SAMPLE),
        "acme-main": "shop",
        '"prod"': '"test"',
    }.items():
        assert there in text, there
        text = text.replace(there, here)
    file = folder / "realtime.toml"
    file.write_text(text)
    return file


def access_token(folder: Path) -> str:
    """A fresh access token that may do everything, kept where `configured` says."""
    kept, text = create_token("a test", "administer", ("*",), 0, None, os.urandom)
    token_file.write_token_file(folder / "tokens", [kept])
    return text


class Process:
    """One `serve`; `stop` and `start` bring it back on its port."""

    def __init__(self, config: Path, environ: dict[str, str]) -> None:
        self.port = free_port()
        self._config = config
        self.environ = environ
        self._program: Program | None = None

    def start(self) -> None:
        self._program = Program(
            "serve", "--config", str(self._config), "--port", str(self.port), environ=self.environ
        )
        self._program.wait_line(re.compile("Realtime is at https://"), 90)

    def stop(self) -> int:
        return self._program.stop() if self._program else 0


@contextlib.contextmanager
def pair(folder: Path, log: str, public_url: str) -> Iterator[list[Process]]:
    """Two processes that are ready."""
    config = configured(folder)
    environ = {
        "DAGNET_REALTIME_LOG": log,
        "DAGNET_REALTIME_PUBLIC_URL": public_url,
        "DAGNET_REALTIME_STATE_DIR": str(folder / "state"),
        "DAGNET_REALTIME_WORKSPACE_1_CARRIED_PER_SECOND": "20000",
    }
    processes = [Process(config, environ) for _ in range(2)]
    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(Process.start, processes))
        yield processes
    finally:
        for process in processes:
            process.stop()
