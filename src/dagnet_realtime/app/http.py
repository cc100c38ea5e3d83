"""uvicorn as a library: it serves one socket and leaves the signals alone."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

from dagnet_realtime.app.listen import BACKLOG

GRACE_SECONDS = 0.4  # for answers under way when the server stops; streams have said goodbye by then
KEEP_ALIVE_SECONDS = 75  # a sender like Segment reuses its connections


class Server(uvicorn.Server):
    """Serves until `stop`; `listening` is set once connections are accepted. `protocol` may take the place of uvicorn's own."""

    def __init__(self, app: Any, protocol: type[asyncio.Protocol] | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                http=protocol or "httptools",
                ws="none",
                interface="asgi3",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=BACKLOG,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
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
