"""The listening socket, the uvicorn server on it, and how many connections it may have."""

import asyncio
import contextlib
import errno
import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

from dagnet_realtime.config.config import Config
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.connection import LimitedHttpProtocol

BACKLOG = 2048  # connections waiting to be accepted: after a restart all clients come at once
STUCK_SECONDS = 20  # after which the kernel closes a connection whose client reads nothing


def listen(config: Config) -> socket.socket:
    """Binds the configured address.

    Raises `Problem`: `forbidden` off loopback in `local` access, `unavailable` if the address is in
    use.
    """
    host, port = config.server.host, config.server.port
    if config.access.mode == "local" and not is_loopback(host):
        raise Problem(
            "forbidden",
            f"Local access listens on loopback only, not on {host}",
            "Everyone who can reach the address could watch",
            'Use host = "127.0.0.1", or choose another [access] mode',
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STUCK_SECONDS * 1000)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        taken = error.errno == errno.EADDRINUSE
        title = f"Port {port} is already in use" if taken else f"Cannot listen on {host}:{port}"
        remedy = "Stop the other program, or choose another port with --port (0 takes any free one)"
        raise Problem("unavailable", title, "" if taken else str(error.strerror), remedy) from None
    bound.listen(BACKLOG)
    bound.setblocking(False)  # noqa: FBT003  # the standard library's own signature
    return bound


def is_loopback(host: str) -> bool:
    """Whether `host` can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin_of(bound: socket.socket) -> str:
    """`http://host:port` of a bound socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


SPARE_FILES = 700  # for the store's connections, graphs, logs and the program itself
MIN_CONNECTIONS = 64  # even if the system allows fewer files
GRACE_SECONDS = 0.4  # for responses under way when the server stops; streams are closed by then


class UvicornServer(uvicorn.Server):
    """Serves until `stop`; `listening` is set once connections are accepted.

    `protocol` is the class of a connection, with its limits.
    """

    def __init__(self, app: Any, protocol: type[LimitedHttpProtocol]) -> None:
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
                timeout_graceful_shutdown=GRACE_SECONDS,  # type: ignore[arg-type]  # for wait_for
            )
        )
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handles no signal: `app.serve` does."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to accept connections, and sets `listening`."""
        await super().startup(sockets)
        self.listening.set()

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serves until `stop`. If it is cancelled, it drops its sockets at once.

        Otherwise the event loop would wait for clients that stay connected or come again, and a
        server that has crashed would never end.
        """
        try:
            await super().serve(sockets)
        except BaseException:
            for listener in getattr(self, "servers", ()):
                listener.close()
            for one in list(self.server_state.connections):
                if (transport := getattr(one, "transport", None)) is not None:
                    transport.abort()
            await asyncio.sleep(0)
            raise

    def stop(self) -> None:
        """Ends `serve`: no new connections, and `GRACE_SECONDS` for responses under way."""
        self.should_exit = True


def max_connections(wanted: int) -> int:
    """How many connections this process may have open, at most `wanted`.

    Limited by the number of files that the system allows, minus `SPARE_FILES`; raises the soft
    limit as far as the hard one allows.
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
    return wanted if soft == unlimited else min(wanted, max(MIN_CONNECTIONS, soft - SPARE_FILES))
