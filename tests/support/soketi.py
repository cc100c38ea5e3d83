"""A real server of the Pusher protocol, as a child process: soketi, from `web/relay-server`."""

import contextlib
import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.support.sockets import free_port

FOLDER = Path(__file__).parents[2] / "web/relay-server"
SCRIPT = FOLDER / "node_modules/@soketi/soketi/bin/server.js"
APP_ID, KEY, SECRET = "4711", "a-key-of-tests", "a-secret-of-tests"


class Soketi:
    """A running server; `url` is what a workspace's `relay` says. It can be stopped and started
    again on the same port.

    Arrivals and departures on channels are posted to `hook`, if one is given.
    """

    def __init__(self, hook: str = "") -> None:
        assert SCRIPT.is_file(), "soketi is not installed: run `make setup`"
        self.port = free_port()
        self._hook = hook
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"pusher://{KEY}:{SECRET}@127.0.0.1:{self.port}/{APP_ID}"

    def start(self) -> "Soketi":
        environ = {
            "SOKETI_PORT": str(self.port),
            "SOKETI_HOST": "127.0.0.1",
            "SOKETI_METRICS_SERVER_PORT": str(free_port()),
            "SOKETI_DEFAULT_APP_ID": APP_ID,
            "SOKETI_DEFAULT_APP_KEY": KEY,
            "SOKETI_DEFAULT_APP_SECRET": SECRET,
            "SOKETI_EVENT_MAX_SIZE_IN_KB": "10",
            "SOKETI_SHUTDOWN_GRACE_PERIOD": "0",
            "NODE_NO_WARNINGS": "1",
        }
        if self._hook:
            hooks = [{"url": self._hook, "event_types": ["channel_occupied", "channel_vacated"]}]
            environ["SOKETI_DEFAULT_APP_WEBHOOKS"] = json.dumps(hooks)
        node = shutil.which("node")
        assert node, "the tests of the relay need node"
        quiet = subprocess.DEVNULL
        self._child = subprocess.Popen(
            [node, SCRIPT, "start"],
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
            env={**os.environ, **environ},
        )
        self._wait()
        return self

    def stop(self) -> None:
        """Soketi takes no notice of SIGTERM, so it is killed."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def _wait(self, seconds: float = 60.0) -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                opener.open(f"http://127.0.0.1:{self.port}/", timeout=1).close()
                return
            time.sleep(0.05)
        raise AssertionError("soketi did not start")


@contextlib.contextmanager
def soketi(hook: str = "") -> Iterator[Soketi]:
    """A server that runs while the context is open."""
    server = Soketi(hook)
    try:
        yield server.start()
    finally:
        server.stop()
