"""Requests that must not even be looked at: by a foreign host's name, or a command from a foreign page."""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.access.asked import Asked

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
DEFAULT_PORT = {"http": "80", "https": "443"}


class Origins:
    """The names that the server goes by: this machine's own and that of `public_url`; any, if `any_host` and no URL is set.

    Under its public name commands come from that very origin, scheme included. Under another name of this machine the scheme is
    not known; under any other name it is https, unless `plain`: cookies are kept over nothing else.
    """

    def __init__(self, public_url: str = "", *, any_host: bool = False, plain: bool = False) -> None:
        parts = urlsplit(public_url)
        self._public = normal(public_url) if public_url else ""
        self._scheme = parts.scheme.lower()
        self._plain = plain
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
        own = self._own(asked.host)
        origin = normal(asked.origin) if asked.origin else ""
        if origin.startswith("http://") and origin not in own and f"https://{origin.removeprefix('http://')}" in own:
            raise Problem(
                "forbidden",
                "This page was not opened over https",
                "Browsers keep a sign-in over https alone, and the server's address is an https:// one",
                "Open the address with https://; if nothing speaks TLS yet, see “Behind a proxy” in docs/deployment.md",
            )
        if (asked.origin and origin not in own) or asked.site not in ("", "same-origin", "none"):
            raise Problem(
                "forbidden", "Another site may not command this server", "The request comes from another origin", "Use its own page"
            )

    def _own(self, host: str) -> set[str]:
        """The origins that may command the server under the name `host`."""
        own = {self._public} - {""}
        if host and normal(f"{self._scheme}://{host}") != self._public:
            schemes = ("http", "https") if self._plain or loopback(host) else ("https",)
            own |= {normal(f"{scheme}://{host}") for scheme in schemes}
        return own


def normal(url: str) -> str:
    """The origin of a URL as browsers write it: lower case, without the scheme's own port."""
    scheme, _, rest = url.lower().partition("://")
    authority = rest.split("/", 1)[0]
    return f"{scheme}://{authority.removesuffix(':' + DEFAULT_PORT.get(scheme, ''))}" if authority else "null"


def host_name(host: str) -> str:
    """The host without its port, in lower case."""
    return re.sub(r":\d{1,5}$", "", host).lower()


def loopback(host: str) -> bool:
    """Whether a Host header names this machine alone, as browsers see it."""
    name = host_name(host)
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _only(name: str) -> Iterable[str]:
    return (name,) if name else ()
