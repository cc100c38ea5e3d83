"""uvicorn as a library: it serves one socket and leaves the signals alone."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

from dagnet_realtime.app.listen import BACKLOG
from dagnet_realtime.web.connection import Connection

SPARE_FILES = 700  # for the store's connections, graphs, logs and the program itself
LEAST = 64  # connections, however few files there are
GRACE_SECONDS = 0.4  # for answers under way when the server stops; streams have said goodbye by then


class Server(uvicorn.Server):
    """Serves until `stop`; `listening` is set once connections are accepted. `protocol` bounds what a connection may take."""

    def __init__(self, app: Any, protocol: type[Connection]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                http=protocol,
                ws="none",
                interface="asgi3",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=GRACE_SECONDS,  # type: ignore[arg-type]  # it is only handed to wait_for
            )
        )
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to `app`."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accepts connections and says so."""
        await super().startup(sockets)
        self.listening.set()

    def stop(self) -> None:
        """Ends `serve` soon: no new connections, a moment for answers under way."""
        self.should_exit = True


def room(wanted: int) -> int:
    """How many connections this process may have open, `wanted` at most: as many as the system gives it files, and some for the rest.

    The system's soft limit is raised for that where it may be.
    """
    try:
        import resource
    except ImportError:
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    asked = wanted + SPARE_FILES if hard == unlimited else min(hard, wanted + SPARE_FILES)
    if soft != unlimited and soft < asked:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (asked, hard))
            soft = asked
    return wanted if soft == unlimited else min(wanted, max(LEAST, soft - SPARE_FILES))
