"""The socket that the server listens on, and where it may be opened."""

import errno
import ipaddress
import socket

from dagnet_realtime.config.config import Config
from dagnet_realtime.model.problem import Problem

BACKLOG = 2048  # connections that may wait to be accepted: a rolling restart sends everybody at once
STUCK_SECONDS = 20  # after which the kernel cuts a connection whose reader takes nothing


def listen(config: Config) -> socket.socket:
    """A bound socket. Raises `Problem`: `forbidden` off loopback in `local` access, `unavailable` where the address is taken."""
    host, port = config.server.host, config.server.port
    if config.access.mode == "local" and not is_loopback(host):
        raise Problem(
            "forbidden",
            f"Local access listens on this machine only, not on {host}",
            "Anybody who could reach it could watch",
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
        title = f"Port {port} is taken" if taken else f"Cannot listen on {host}:{port}"
        remedy = "Stop the other program, or choose another port with --port (0 takes any free one)"
        raise Problem("unavailable", title, "" if taken else str(error.strerror), remedy) from None
    bound.listen(BACKLOG)
    bound.setblocking(False)  # noqa: FBT003  # the standard library's own signature
    return bound


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
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
