"""Who may watch, in `local` access: whoever opened this machine's one-time link, and programs that can read the key file."""

import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.clock import Clock

SESSION_SECONDS = 12 * 3600  # a browser that is signed in stays so, from its last request
MOST_BROWSERS = 100
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

_COOKIE = re.compile(r"(?:^|;\s*)([A-Za-z0-9_]+)=([A-Za-z0-9_-]{20,64})(?=\s*(?:;|$))")


class Person(msgspec.Struct, frozen=True):
    """Somebody who may watch, and what they may do: `watch`, `follow`, `send` (test events and visitors)."""

    name: str
    can: tuple[str, ...] = ("watch", "follow", "send")


class Asked(msgspec.Struct, frozen=True):
    """What access looks at in a request; "" where a header is missing."""

    method: str
    host: str = ""
    origin: str = ""
    site: str = ""
    authorization: str = ""
    cookie: str = ""


class Access(Protocol):
    """Decides about every request. Methods raise `Problem("unauthorized")` or `Problem("forbidden")`."""

    mode: str

    def admit(self, asked: Asked) -> None:
        """Refuses what must not even be looked at: a foreign host's name, a foreign page's command."""
        ...

    def person(self, asked: Asked) -> Person:
        """Who asks."""
        ...

    def sign_in(self, key: str, asked: Asked) -> str:
        """A `Set-Cookie` value for whoever brings `key`."""
        ...


class LocalAccess:
    """The access of one process on this machine. Keys and cookies live as long as the process; nothing is stored."""

    mode = "local"

    def __init__(self, clock: Clock, public_url: str = "", chance: Callable[[], str] = lambda: secrets.token_urlsafe(24)) -> None:
        self._clock = clock
        self._chance = chance
        self._once: str | None = chance()
        self._program = chance()
        self._browsers: OrderedDict[str, float] = OrderedDict()
        self._hosts = {*LOOPBACK, *_host_of(public_url)}
        self._cookie = "dagnet_realtime"

    @property
    def link_key(self) -> str:
        """The key of the one-time link, "" once it is spent."""
        return self._once or ""

    @property
    def program_key(self) -> str:
        """The key that programs send as `Authorization: Bearer …`."""
        return self._program

    def listen_on(self, port: int) -> None:
        """Cookies do not tell ports apart, so the name does."""
        self._cookie = f"dagnet_realtime_{port}"

    def admit(self, asked: Asked) -> None:
        """Refuses other names for this machine (a page that rebinds its name to 127.0.0.1) and commands from other pages."""
        if _name(asked.host) not in self._hosts:
            raise Problem(
                "forbidden", "This server is not known by that name", "The Host header is not this machine's", "Use http://127.0.0.1"
            )
        if asked.method in ("GET", "HEAD"):
            return
        foreign = asked.origin and urlsplit(asked.origin).netloc != asked.host
        if foreign or asked.site not in ("", "same-origin", "none"):
            raise Problem(
                "forbidden", "Another site may not command this server", "The request comes from another origin", "Use its own page"
            )

    def person(self, asked: Asked) -> Person:
        """The one person that local access knows."""
        scheme, _, key = asked.authorization.partition(" ")
        if scheme.lower() == "bearer" and _same(key.strip(), self._program):
            return Person("local")
        if any(self._knows(token) for name, token in _COOKIE.findall(asked.cookie) if name == self._cookie):
            return Person("local")
        raise Problem("unauthorized", "You are not signed in", "", "Open the link that the program printed when it started")

    def sign_in(self, key: str, asked: Asked) -> str:
        """Spends the one-time key. Who is signed in already keeps their cookie."""
        if self._once is not None and _same(key, self._once):
            self._once = None
            token = self._chance()
            self._browsers[token] = self._clock.monotonic() + SESSION_SECONDS
            while len(self._browsers) > MOST_BROWSERS:
                self._browsers.popitem(last=False)
            return f"{self._cookie}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={SESSION_SECONDS}"
        self.person(asked)
        return ""

    def _knows(self, token: str) -> bool:
        until = self._browsers.get(token)
        if until is None or until <= self._clock.monotonic():
            self._browsers.pop(token, None)
            return False
        self._browsers[token] = self._clock.monotonic() + SESSION_SECONDS
        return True


def asked_of(method: str, headers: Iterable[tuple[bytes, bytes]]) -> Asked:
    """What access needs of a request."""
    found = {name: value.decode("latin-1") for name, value in headers if name in _WANTED}
    return Asked(method, *(found.get(name, "") for name in _WANTED))


_WANTED = (b"host", b"origin", b"sec-fetch-site", b"authorization", b"cookie")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())


def _name(host: str) -> str:
    """The host without its port, in lower case."""
    return re.sub(r":\d{1,5}$", "", host).lower()


def _host_of(url: str) -> tuple[str, ...]:
    return (_name(urlsplit(url).netloc),) if url else ()
