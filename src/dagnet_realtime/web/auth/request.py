"""What authentication looks at in a request: host, origin, credentials; and the people it finds."""

import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from typing import Literal, Protocol
from urllib.parse import urlsplit

import msgspec

from dagnet_realtime.core.roles import EVERYTHING, Roles, has_role, implied_roles
from dagnet_realtime.model.access import Role
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel

Headers = tuple[tuple[bytes, bytes], ...]

BLANKS = " \t"
"""All that HTTP allows around a value; a no-break space is part of it."""


class AuthRequest(msgspec.Struct, frozen=True):
    """One request; "" where a header is missing. `peer` is the address that it came from, `headers` are all of its headers."""

    method: str
    host: str = ""
    origin: str = ""
    site: str = ""
    authorization: str = ""
    cookie: str = ""
    peer: str = ""
    headers: Headers = ()

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, `name` in lower case; read as UTF-8, or as ISO 8859-1 if it is not UTF-8."""
        wanted = name.encode("latin-1")
        return tuple(_text(value) for given, value in self.headers if given == wanted)

    @property
    def bearer(self) -> str:
        """What was sent as `Authorization: Bearer …`, "" where nothing was."""
        scheme, _, key = self.authorization.partition(" ")
        return key.strip(BLANKS) if scheme.lower() == "bearer" else ""


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


_WANTED = (b"host", b"origin", b"sec-fetch-site", b"authorization", b"cookie")


def auth_request(
    method: str, headers: Iterable[tuple[bytes, bytes]], peer: str = ""
) -> AuthRequest:
    """What access needs of a request."""
    kept = tuple(headers)
    found = {name: value.decode("latin-1") for name, value in kept if name in _WANTED}
    host, origin, site, authorization, cookie = (found.get(name, "") for name in _WANTED)
    return AuthRequest(method, host, origin, site, authorization, cookie, peer, kept)


LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
DEFAULT_PORT = {"http": "80", "https": "443"}


class OriginPolicy:
    """The names that the server goes by: this machine's own and that of `public_url`; any, if `any_host` and no URL is set.

    Under its public name commands come from that very origin, scheme included. Under another name of this machine the scheme is
    not known; under any other name it is https, unless `plain`: cookies are kept over nothing else.
    """

    def __init__(
        self, public_url: str = "", *, any_host: bool = False, plain: bool = False
    ) -> None:
        parts = urlsplit(public_url)
        self._public = normalise_origin(public_url) if public_url else ""
        self._scheme = parts.scheme.lower()
        self._plain = plain
        self._hosts = (
            None
            if any_host and not public_url
            else frozenset({*LOOPBACK, *_only(host_name(parts.netloc))})
        )

    def check_origin(self, asked: AuthRequest) -> None:
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
        origin = normalise_origin(asked.origin) if asked.origin else ""
        if (
            origin.startswith("http://")
            and origin not in own
            and f"https://{origin.removeprefix('http://')}" in own
        ):
            raise Problem(
                "forbidden",
                "This page was not opened over https",
                "Browsers keep a sign-in over https alone, and the server's address is an https:// one",
                "Open the address with https://; if nothing speaks TLS yet, see “Behind a proxy” in docs/deployment.md",
            )
        if (asked.origin and origin not in own) or asked.site not in ("", "same-origin", "none"):
            raise Problem(
                "forbidden",
                "Another site may not command this server",
                "The request comes from another origin",
                "Use its own page",
            )

    def _own(self, host: str) -> set[str]:
        """The origins that may command the server under the name `host`."""
        own = {self._public} - {""}
        if host and normalise_origin(f"{self._scheme}://{host}") != self._public:
            schemes = ("http", "https") if self._plain or loopback(host) else ("https",)
            own |= {normalise_origin(f"{scheme}://{host}") for scheme in schemes}
        return own


def normalise_origin(url: str) -> str:
    """The origin of a URL as browsers write it: lower case, without the scheme's own port."""
    scheme, _, rest = url.lower().partition("://")
    authority = rest.split("/", 1)[0]
    return (
        f"{scheme}://{authority.removesuffix(':' + DEFAULT_PORT.get(scheme, ''))}"
        if authority
        else "null"
    )


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


LONGEST = 256  # characters of a name


class Person(msgspec.Struct, frozen=True):
    """Who asks: `name` is how they are shown, `roles` are what they may do where.

    Watch sessions and quotas belong to `id`. It is the name, unless an identity provider vouches for something that outlives it.
    """

    name: str
    roles: Roles = EVERYTHING
    subject: str = ""

    @property
    def id(self) -> str:
        """What is theirs alone."""
        return self.subject or self.name

    def role(self, channel: Channel) -> Role | None:
        """What they may do on a channel."""
        return self.roles.on(channel)

    def has_role(self, wanted: Role, channel: Channel) -> bool:
        """Whether they may do on `channel` what `wanted` is needed for."""
        return has_role(self.roles.on(channel), wanted)

    def require(self, wanted: Role, channel: Channel) -> None:
        """Raises `Problem`: `not_found` where they may not even watch, so that guessing tells nothing, else `forbidden`."""
        if not self.has_role("watch", channel):
            name = f"{channel.workspace[:80]}/{channel.env[:80]}"
            raise Problem(
                "not_found",
                "No such workspace",
                f"There is no workspace “{name}” here",
                "Open one of those listed",
            )
        if not self.has_role(wanted, channel):
            raise forbidden(wanted)

    @property
    def capabilities(self) -> tuple[Role | Literal["send"], ...]:
        """What they may do on at least one channel; `send` (test events, visitors) comes with `administer`."""
        held = implied_roles(self.roles.anywhere)
        return (*held, "send") if "administer" in held else held


class Authenticator(Protocol):
    """Decides about every request. Methods raise `Problem`: `unauthorized`, `forbidden`, or `unavailable` where nobody can know."""

    mode: str

    def check_origin(self, asked: AuthRequest) -> None:
        """Refuses what must not even be looked at: a foreign host's name, a foreign page's command."""
        ...

    async def person(self, asked: AuthRequest) -> Person:
        """Who asks, as permitted at this moment; asked again while a stream is open."""
        ...


def named(text: str) -> str | None:
    """`text` if it can be a person's name: printable, and not another way to write what looks the same (NFKC). Else None."""
    told_apart = text.isprintable() and unicodedata.is_normalized("NFKC", text)
    return text if 0 < len(text) <= LONGEST and told_apart else None


def forbidden(wanted: Role) -> Problem:
    """The refusal of what another role is needed for."""
    return Problem(
        "forbidden",
        "You may not do that here",
        f"It needs the role “{wanted}”",
        "Ask whoever administers this server",
    )
