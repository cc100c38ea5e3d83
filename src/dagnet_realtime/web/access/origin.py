"""Requests that must not even be looked at: by a foreign host's name, or a command from a foreign page."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.access.asked import Asked

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Origins:
    """The names that the server goes by: this machine's own and that of `public_url`; any, where `any_host` and no URL is set."""

    def __init__(self, public_url: str = "", *, any_host: bool = False) -> None:
        parts = urlsplit(public_url)
        self._public = parts.netloc.lower()
        self._hosts = None if any_host and not public_url else frozenset({*LOOPBACK, *_only(host_name(parts.netloc))})

    def admit(self, asked: Asked) -> None:
        """Raises `Problem("forbidden")` for a page that rebinds its own name to this server, and for commands from other pages."""
        if self._hosts is not None and host_name(asked.host) not in self._hosts:
            raise Problem(
                "forbidden",
                "This server is not known by that name",
                "The Host header names another",
                "Use http://127.0.0.1, or the server's public address",
            )
        if asked.method in ("GET", "HEAD"):
            return
        foreign = asked.origin and urlsplit(asked.origin).netloc.lower() not in {asked.host.lower(), self._public} - {""}
        if foreign or asked.site not in ("", "same-origin", "none"):
            raise Problem(
                "forbidden", "Another site may not command this server", "The request comes from another origin", "Use its own page"
            )


def host_name(host: str) -> str:
    """The host without its port, in lower case."""
    return re.sub(r":\d{1,5}$", "", host).lower()


def _only(name: str) -> Iterable[str]:
    return (name,) if name else ()
