"""Free ports, and another program's server in the test's own loop on one."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

PORTS = range(
    12_000, 32_000
)  # below those that the kernel gives to connections, so that none of them takes it first


def free_port() -> int:
    """A port that no socket is bound to at this moment."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@asynccontextmanager
async def listening(config: uvicorn.Config) -> AsyncIterator[str]:
    """Serves while the context is open; its address."""
    server = uvicorn.Server(config)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        bound.settimeout(0)
        running = asyncio.create_task(server._serve(sockets=[bound]))
        while not server.started:
            await asyncio.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
