"""Several real servers on one real Redis."""

import contextlib
import os
import ssl
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.program import Program
from tests.support.redis import RedisServer
from tests.support.server import SAMPLE, SECRET

CONFIG = """
[server]
port = {port}
log = "{log}"
[[workspace]]
id = "shop"
env = "test"
path = "{folder}"
token_key = "env:TOWN_TOKEN_KEY"
carried_per_second = 20000
max_rate = 100000
retention = "15m"
[[workspace.source]]
id = "web"
kind = "webhook"
secrets = ["env:TOWN_SECRET"]
"""


class Address:
    """Where a process is reached, and the key that signs in there; with `tls` over HTTPS."""

    def __init__(
        self,
        name: str,
        port: int = 0,
        key: str = "",
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.name = name
        self.port = port
        self.key = key
        self.host = host
        self.tls = tls

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"


class House(Address):
    """One `dagnet-realtime serve`. `start` after `kill` or `stop` brings it back on its port."""

    def __init__(self, folder: Path, name: str, log: str, *flags: str) -> None:
        super().__init__(name)
        self._folder = folder
        self._log = log
        self._flags = flags
        self._program: Program | None = None

    @property
    def program(self) -> Program:
        assert self._program is not None
        return self._program

    def start(self) -> None:
        config, key_file = self._folder / f"{self.name}.toml", self._folder / f"{self.name}.key"
        config.write_text(CONFIG.format(port=self.port, log=self._log, folder=SAMPLE))
        environ = {
            "TOWN_SECRET": SECRET.decode(),
            "TOWN_TOKEN_KEY": "the same for all houses of the town",
            "XDG_STATE_HOME": str(self._folder),
        }
        self._program = Program(
            "serve",
            "--config",
            str(config),
            "--key-file",
            str(key_file),
            *self._flags,
            environ=environ,
        )
        self._program.wait_ready(90)
        self.port = int(self._program.url.rpartition(":")[2])
        self.key = key_file.read_text().strip()

    def kill(self) -> None:
        os.kill(self.program.pid, 9)
        self.program.stop()

    def stop(self) -> int:
        return self._program.stop() if self._program else 0


@contextlib.contextmanager
def town(redis: RedisServer, folder: Path, ports: Sequence[int]) -> Iterator[list[House]]:
    """A house for each port by which it reaches Redis; all start at once."""
    houses = [
        House(folder, f"house{number}", f"redis://127.0.0.1:{port}/0?prefix=town")
        for number, port in enumerate(ports)
    ]
    try:
        with ThreadPoolExecutor(len(houses)) as pool:
            list(pool.map(House.start, houses))
        yield houses
    finally:
        for house in houses:
            house.stop()
