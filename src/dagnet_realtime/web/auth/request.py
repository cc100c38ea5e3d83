"""The parts of a request that authentication reads, and the people that it finds.

`Authenticator` is what the four modes `local`, `token`, `oidc` and `proxy` implement.
"""

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
"""The only white space that HTTP allows around a value; a no-break space belongs to it."""


class AuthRequest(msgspec.Struct, frozen=True):
    """What authentication reads of one request; "" stands for an absent header.

    `peer` is the client's IP address, `headers` are all headers.
    """

    method: str
    host: str = ""
    origin: str = ""
    site: str = ""
    authorization: str = ""
    cookie: str = ""
    peer: str = ""
    headers: Headers = ()

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of header `name` (lower case), decoded as UTF-8 or else as ISO 8859-1."""
        wanted = name.encode("latin-1")
        return tuple(_text(value) for other, value in self.headers if other == wanted)

    @property
    def bearer(self) -> str:
        """The token of `Authorization: Bearer …`, "" if there is none."""
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
    """Reads what authentication needs of a request."""
    all_headers = tuple(headers)
    found = {name: value.decode("latin-1") for name, value in all_headers if name in _WANTED}
    host, origin, site, authorization, cookie = (found.get(name, "") for name in _WANTED)
    return AuthRequest(method, host, origin, site, authorization, cookie, peer, all_headers)


LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
DEFAULT_PORT = {"http": "80", "https": "443"}


class OriginPolicy:
    """Which Host and Origin headers the server accepts.

    Hosts: this machine's loopback names and the host of `public_url`, or any if `any_host` is set
    and `public_url` is not. Origins of commands: `public_url` exactly, scheme included. Under a
    loopback name both schemes count, since the scheme is unknown there. Under any other name only
    https counts, unless `plain`: browsers keep our cookies over https only.
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

    def check_origin(self, request: AuthRequest) -> None:
        """Raises `Problem("forbidden")` for an unknown Host, and for commands from other origins.

        An unknown Host is how a page shows that it rebound its own name to this server.
        """
        if self._hosts is not None and host_name(request.host) not in self._hosts:
            raise Problem(
                "forbidden",
                "This server is not known by that name",
                "The Host header names another",
                "Use http://127.0.0.1, or the server's public address",
            )
        if request.method in ("GET", "HEAD"):
            return
        own = self._own(request.host)
        origin = normalise_origin(request.origin) if request.origin else ""
        if (
            origin.startswith("http://")
            and origin not in own
            and f"https://{origin.removeprefix('http://')}" in own
        ):
            raise Problem(
                "forbidden",
                "This page was not opened over https",
                "Browsers keep a sign-in over https only; its address is an https:// one",
                "Open the address with https://; without TLS yet, see “Behind a proxy” in "
                "docs/how-to/deployment.md",
            )
        if (request.origin and origin not in own) or request.site not in (
            "",
            "same-origin",
            "none",
        ):
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


MAX_NAME_LENGTH = 256  # characters of a person's name


class Person(msgspec.Struct, frozen=True):
    """A signed-in person: `name` is how they are shown, `roles` say what they may do where.

    What they signed in with lapses at `expires_at` (ms since 1970), None if never or unknown.
    `minter` is the id by which viewer tokens that they mint name their access token; "" if they may
    mint none.

    Watch sessions and quotas belong to `id`: the name, unless an identity provider has a `subject`
    that stays the same when the name changes.
    """

    name: str
    roles: Roles = EVERYTHING
    subject: str = ""
    expires_at: int | None = None
    minter: str = ""

    @property
    def id(self) -> str:
        """The key of their sessions and quotas."""
        return self.subject or self.name

    def role(self, channel: Channel) -> Role | None:
        """Their role on a channel; None if they may not watch it."""
        return self.roles.on(channel)

    def has_role(self, wanted: Role, channel: Channel) -> bool:
        """Whether their role on `channel` implies `wanted`."""
        return has_role(self.roles.on(channel), wanted)

    def require(self, wanted: Role, channel: Channel) -> None:
        """Raises `Problem("forbidden")` if their role on `channel` does not imply `wanted`.

        If they may not even watch it is `not_found`, so that guesses learn nothing.
        """
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
        """Roles on at least one channel; `administer` implies `send` (test events, visitors)."""
        roles = implied_roles(self.roles.anywhere)
        return (*roles, "send") if "administer" in roles else roles


class Authenticator(Protocol):
    """Authenticates requests.

    Methods raise `Problem`: `unauthorized`, `forbidden`, or `unavailable` if the answer cannot be
    known at this moment.
    """

    mode: str

    def check_origin(self, request: AuthRequest) -> None:
        """Refuses a foreign Host header, and commands from pages of other origins."""
        ...

    async def person(self, request: AuthRequest) -> Person:
        """The person with their present roles; called again and again while a stream is open."""
        ...


def named(text: str) -> str | None:
    """`text` if it can be a person's name, else None.

    It must be printable and in the form NFKC, so that two names that look the same are the same.
    """
    unambiguous = text.isprintable() and unicodedata.is_normalized("NFKC", text)
    return text if 0 < len(text) <= MAX_NAME_LENGTH and unambiguous else None


def forbidden(wanted: Role) -> Problem:
    """The refusal of a request that needs the role `wanted`."""
    return Problem(
        "forbidden",
        "You may not do that here",
        f"It needs the role “{wanted}”",
        "Ask an administrator of this server",
    )
