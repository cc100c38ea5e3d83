"""Local access: a one-time link for browsers, a key file for programs, shared by every process of one command."""

import base64
import hmac
import os
import re
import secrets
import select
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple, Protocol

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import PAGE_HEADER
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import RevocationList
from dagnet_realtime.stores.memory import MemoryRevocationList
from dagnet_realtime.web.auth.cookie import NAME, cookies, fresh_id, ported
from dagnet_realtime.web.auth.request import AuthRequest, OriginPolicy, Person, loopback

SESSION_SECONDS = 12 * 3600  # a browser that is signed in stays so, from its last request
RENEWED_SECONDS = 3600  # after which a page that is loaded renews its cookie
LINK_SECONDS = 600  # that a link which was asked for can be opened
MOST_BROWSERS = 100

_LINK = re.compile(r"([0-9a-f]{1,16})-([0-9a-f]{24})-([A-Za-z0-9_-]{32})")


class OneTimeLink(Protocol):
    """The link that is printed at the start: one browser, once, whichever process it asks."""

    @property
    def key(self) -> str:
        """Its key, "" once it is spent."""
        ...

    def consume_link(self, key: str) -> bool:
        """Whether `key` is the link's, which is now spent."""
        ...


class ProcessLink:
    """Implements `Link` for one process."""

    def __init__(self, key: str) -> None:
        self.key = key

    def consume_link(self, key: str) -> bool:
        """As the port says."""
        found = bool(self.key) and constant_time_equal(key, self.key)
        if found:
            self.key = ""
        return found


class BrowserCredentials(NamedTuple):
    """What a browser gets that has spent a link: a `Set-Cookie` value and its page's secret; both "" if it had signed in before."""

    cookie: str = ""
    page: str = ""


class LocalAuthenticator:
    """The access of one user of this machine.

    `key` seals cookies: with the same key a browser stays signed in over a restart. `program` is what programs send, `link` the
    first link, `sign_outs` are shared with other processes of the same key; by default all are this process's own.
    """

    mode = "local"

    def __init__(
        self,
        clock: Clock,
        public_url: str = "",
        chance: Callable[[], str] = lambda: secrets.token_urlsafe(24),
        *,
        key: bytes | None = None,
        program: str = "",
        link: OneTimeLink | None = None,
        sign_outs: RevocationList | None = None,
    ) -> None:
        self._clock = clock
        self._key = key or secrets.token_bytes(32)
        self._link = link or ProcessLink(chance())
        self._program = program or chance()
        self._sign_outs = sign_outs or MemoryRevocationList(clock)
        self._began = clock.now()
        self._browsers: OrderedDict[str, float] = OrderedDict()
        self._origins = OriginPolicy(public_url)

    @property
    def link_key(self) -> str:
        """The key of the one-time link, "" once it is spent."""
        return self._link.key

    @property
    def program_key(self) -> str:
        """The key that programs send as `Authorization: Bearer …`."""
        return self._program

    def check_origin(self, asked: AuthRequest) -> None:
        """Refuses other names for this machine and commands from other pages."""
        self._origins.check_origin(asked)

    async def person(self, asked: AuthRequest) -> Person:
        """The one person that local access knows."""
        if asked.bearer and constant_time_equal(asked.bearer, self._program):
            return Person("local")
        browser = await self._browser(asked)
        if browser is None:
            raise _nobody(
                "Open the link that the program printed, or one that `dagnet-realtime link` prints, or paste it at /sign-in"
            )
        given = asked.all(PAGE_HEADER)
        if len(given) != 1 or not constant_time_equal(given[0], self._sealed("page", browser)):
            raise _nobody(
                "Open a link that `dagnet-realtime link` prints in this browser, or paste it at /sign-in",
                "The cookie alone is not enough: this page was not opened by a link",
            )
        self._remember(browser)
        return Person("local")

    async def sign_in(self, key: str, asked: AuthRequest) -> BrowserCredentials:
        """For a browser that brings the key of a link, which is now spent. A browser that is signed in keeps its cookie.

        Raises `Problem("unauthorized")`.
        """
        if self._link.consume_link(key) or await self._spent(key):
            browser = fresh_id()
            self._remember(browser)
            return BrowserCredentials(
                self._cookie(browser, asked.host), self._sealed("page", browser)
            )
        if await self._browser(asked) is None:
            raise _nobody(
                "Open another one: `dagnet-realtime link` prints it",
                "The link is unknown, too old or has been used",
            )
        return BrowserCredentials()

    async def renewed(self, asked: AuthRequest) -> str:
        """A `Set-Cookie` value that lets the browser stay signed in for longer; "" if that is not due, or it is not signed in."""
        for token in cookies(asked.cookie, self._name(asked.host)):
            browser = await self._known(token, asked.host)
            if (
                browser is not None
                and self._until(token) - self._clock.now()
                < (SESSION_SECONDS - RENEWED_SECONDS) * 1000
            ):
                return self._cookie(browser, asked.host)
        return ""

    async def sign_out(self, asked: AuthRequest) -> str:
        """Ends the browser's sign-in; returns the `Set-Cookie` value that takes its cookie away."""
        for token in cookies(asked.cookie, self._name(asked.host)):
            browser = await self._known(token, asked.host)
            if browser is not None:
                await self._sign_outs.revoke(
                    "local", browser, self._clock.now() + SESSION_SECONDS * 1000
                )
                self._browsers.pop(browser, None)
        return f"{self._name(asked.host)}=; {_attributes(asked.host)}; Max-Age=0"

    async def _browser(self, asked: AuthRequest) -> str | None:
        for token in cookies(asked.cookie, self._name(asked.host)):
            if (browser := await self._known(token, asked.host)) is not None:
                return browser
        return None

    async def _known(self, token: str, host: str) -> str | None:
        """The browser that a cookie was made for, unless it has lapsed, was signed out or is not ours."""
        until, browser, seal = (*token.split("-", 2), "", "", "")[:3]
        if not constant_time_equal(
            seal, self._sealed("cookie", f"{self._name(host)}-{until}-{browser}")
        ):
            return None
        lasts = (
            int(until, 16) > self._clock.now()
            or self._browsers.get(browser, 0.0) > self._clock.monotonic()
        )
        return browser if lasts and not await self._sign_outs.is_revoked("local", browser) else None

    def _remember(self, browser: str) -> None:
        self._browsers[browser] = self._clock.monotonic() + SESSION_SECONDS
        self._browsers.move_to_end(browser)
        while len(self._browsers) > MOST_BROWSERS:
            self._browsers.popitem(last=False)

    async def _spent(self, key: str) -> bool:
        """Whether `key` is that of a link which `link_key` made since we started, and nobody has used it; it is now spent."""
        found = _LINK.fullmatch(key)
        if found is None or not constant_time_equal(
            found[3], _sealed(self._key, "link", f"{found[1]}-{found[2]}")
        ):
            return False
        until, now = int(found[1], 16), self._clock.now()
        fresh = self._began <= until - LINK_SECONDS * 1000 and until > now
        return fresh and await self._sign_outs.revoke("link", found[2], until)

    def _cookie(self, browser: str, host: str) -> str:
        name, said = self._name(host), f"{self._clock.now() + SESSION_SECONDS * 1000:x}-{browser}"
        return f"{name}={said}-{self._sealed('cookie', f'{name}-{said}')}; {_attributes(host)}; Max-Age={SESSION_SECONDS}"

    def _until(self, token: str) -> int:
        return int(token.partition("-")[0], 16)

    def _name(self, host: str) -> str:
        return ported(NAME, host) if loopback(host) else f"__Host-{NAME}"

    def _sealed(self, purpose: str, text: str) -> str:
        return _sealed(self._key, purpose, text)


def link_key(key: bytes, now: int, browser: Callable[[], str] = fresh_id) -> str:
    """The key of a fresh one-time link to a server whose local access has `key`; good for ten minutes from `now` (ms since 1970)."""
    said = f"{now + LINK_SECONDS * 1000:x}-{browser()}"
    return f"{said}-{_sealed(key, 'link', said)}"


def constant_time_equal(one: str, other: str) -> bool:
    """Whether two secrets are equal, in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())


def _sealed(key: bytes, purpose: str, text: str) -> str:
    return base64.urlsafe_b64encode(
        hmac.digest(key, f"dagnet-realtime local {purpose}\0{text}".encode(), "sha256")[:24]
    ).decode()


def _attributes(host: str) -> str:
    return "HttpOnly; SameSite=Strict; Path=/" + ("" if loopback(host) else "; Secure")


def _nobody(remedy: str, detail: str = "") -> Problem:
    return Problem("unauthorized", "You are not signed in", detail, remedy)


class ForkedAuthState:
    """What the processes inherit: a key, and a pipe that holds one byte until a browser spends the one-time link.

    Implements `Link`.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._link, write = os.pipe()
        os.set_blocking(self._link, False)
        os.write(write, b"1")
        os.close(write)

    def secret(self, purpose: str) -> str:
        """32 characters that only these processes know."""
        return base64.urlsafe_b64encode(
            hmac.digest(self._key, purpose.encode(), "sha256")[:24]
        ).decode()

    @property
    def key(self) -> str:
        """The key of the one-time link, "" once it was used, in whichever process."""
        asked = select.poll()
        asked.register(self._link, select.POLLIN)
        spent = not any(event & select.POLLIN for _, event in asked.poll(0))
        return "" if spent else self.secret("link")

    def consume_link(self, key: str) -> bool:
        """Uses the link; False if another process was quicker, or `key` is another."""
        if not constant_time_equal(key, self.secret("link")):
            return False
        try:
            return os.read(self._link, 1) == b"1"
        except BlockingIOError:
            return False


def shared(
    sharing: ForkedAuthState | None,
    clock: Clock,
    public_url: str,
    sign_outs: RevocationList,
    key: bytes | None = None,
) -> LocalAuthenticator:
    """The local access of a process: its own, or one of several. `key` seals cookies."""
    if sharing is None:
        return LocalAuthenticator(clock, public_url, key=key, sign_outs=sign_outs)
    own = key or sharing.secret("cookie").encode()
    return LocalAuthenticator(
        clock,
        public_url,
        key=own,
        program=sharing.secret("program"),
        link=sharing,
        sign_outs=sign_outs,
    )
