"""Authentication of this machine's user: a one-time link for browsers, a key for programs.

Both are shared by the processes of one command.
"""

import base64
import hmac
import os
import re
import secrets
import select
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple, Protocol

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import PAGE_HEADER
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import RevocationList
from dagnet_realtime.stores.memory import MemoryRevocationList
from dagnet_realtime.web.auth.cookie import NAME, cookies, fresh_id, ported
from dagnet_realtime.web.auth.request import AuthRequest, OriginPolicy, Person, loopback

SESSION_SECONDS = 12 * 3600  # a sign-in lasts this long after the last request
RENEWED_SECONDS = 3600  # a page load renews a cookie that is older than this
LINK_SECONDS = 600  # validity of a link from `dagnet-realtime link`
MAX_BROWSERS = 100

_LINK = re.compile(r"([0-9a-f]{1,16})-([0-9a-f]{24})-([A-Za-z0-9_-]{32})")


class OneTimeLink(Protocol):
    """The link that is printed at the start, for one browser, in any of the processes."""

    @property
    def key(self) -> str:
        """Its key, "" once it has been used."""
        ...

    def consume_link(self, key: str) -> bool:
        """Uses the link up; True if `key` is its key and it had not been used."""
        ...


class ProcessLink:
    """Implements `OneTimeLink` for one process."""

    def __init__(self, key: str) -> None:
        self.key = key

    def consume_link(self, key: str) -> bool:
        """As `OneTimeLink` says."""
        valid = bool(self.key) and constant_time_equal(key, self.key)
        if valid:
            self.key = ""
        return valid


class BrowserCredentials(NamedTuple):
    """What a browser gets for a link: a `Set-Cookie` value and the secret of its page.

    Both are "" if it had signed in before.
    """

    cookie: str = ""
    page: str = ""


class LocalAuthenticator:
    """Implements `Authenticator` for the one user of this machine.

    `key` signs cookies: with the same key a browser stays signed in over a restart. `program` is
    the key that programs send, `link` the first link; `sign_outs` are shared with other processes
    of the same key. By default all are this process's own.
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
        """The key of the one-time link, "" once it has been used."""
        return self._link.key

    @property
    def minter(self) -> str:
        """How viewer tokens name the program's key, so that they end with it."""
        return f"local-{sha256(self._program.encode()).hexdigest()[:16]}"

    @property
    def program_key(self) -> str:
        """The key that programs send as `Authorization: Bearer …`."""
        return self._program

    def check_origin(self, request: AuthRequest) -> None:
        """Refuses foreign Host headers, and commands from pages of other origins."""
        self._origins.check_origin(request)

    async def person(self, request: AuthRequest) -> Person:
        """This mode's one person, if the request has the program's key or comes from our page."""
        if request.bearer and constant_time_equal(request.bearer, self._program):
            return Person("local", minter=self.minter)
        browser = await self._browser(request)
        if browser is None:
            raise _not_signed_in(
                "Open the link that the program printed, or one that `dagnet-realtime link` "
                "prints, or paste it at /sign-in"
            )
        page_secrets = request.all(PAGE_HEADER)
        if len(page_secrets) != 1 or not constant_time_equal(
            page_secrets[0], self._sealed("page", browser)
        ):
            raise _not_signed_in(
                "In this browser open a link that `dagnet-realtime link` prints, or paste it at "
                "/sign-in",
                "The cookie alone is not enough: this page was not opened by a link",
            )
        self._remember(browser)
        return Person("local")

    async def sign_in(self, key: str, request: AuthRequest) -> BrowserCredentials:
        """Signs a browser in by the key of a link. A browser that is signed in keeps its cookie.

        Raises `Problem("unauthorized")`.
        """
        if self._link.consume_link(key) or await self._spent(key):
            browser = fresh_id()
            self._remember(browser)
            return BrowserCredentials(
                self._cookie(browser, request.host), self._sealed("page", browser)
            )
        if await self._browser(request) is None:
            raise _not_signed_in(
                "Open another one: `dagnet-realtime link` prints it",
                "The link is unknown, too old or has been used",
            )
        return BrowserCredentials()

    async def renewed(self, request: AuthRequest) -> str:
        """A `Set-Cookie` value that prolongs the sign-in; "" if it is recent, or there is none."""
        for token in cookies(request.cookie, self._name(request.host)):
            browser = await self._known(token, request.host)
            if (
                browser is not None
                and self._until(token) - self._clock.now()
                < (SESSION_SECONDS - RENEWED_SECONDS) * 1000
            ):
                return self._cookie(browser, request.host)
        return ""

    async def sign_out(self, request: AuthRequest) -> str:
        """Ends the browser's sign-in; the `Set-Cookie` value that deletes its cookie."""
        for token in cookies(request.cookie, self._name(request.host)):
            browser = await self._known(token, request.host)
            if browser is not None:
                await self._sign_outs.revoke(
                    "local", browser, self._clock.now() + SESSION_SECONDS * 1000
                )
                self._browsers.pop(browser, None)
        return f"{self._name(request.host)}=; {_attributes(request.host)}; Max-Age=0"

    async def _browser(self, request: AuthRequest) -> str | None:
        for token in cookies(request.cookie, self._name(request.host)):
            if (browser := await self._known(token, request.host)) is not None:
                return browser
        return None

    async def _known(self, token: str, host: str) -> str | None:
        """The browser that a cookie is for; None if it expired, was signed out or is forged."""
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
        while len(self._browsers) > MAX_BROWSERS:
            self._browsers.popitem(last=False)

    async def _spent(self, key: str) -> bool:
        """Uses up a link that `link_key` made after this process began; False if it is invalid."""
        match = _LINK.fullmatch(key)
        if match is None or not constant_time_equal(
            match[3], _sealed(self._key, "link", f"{match[1]}-{match[2]}")
        ):
            return False
        until, now = int(match[1], 16), self._clock.now()
        fresh = self._began <= until - LINK_SECONDS * 1000 and until > now
        return fresh and await self._sign_outs.revoke("link", match[2], until)

    def _cookie(self, browser: str, host: str) -> str:
        name, payload = (
            self._name(host),
            f"{self._clock.now() + SESSION_SECONDS * 1000:x}-{browser}",
        )
        seal = self._sealed("cookie", f"{name}-{payload}")
        return f"{name}={payload}-{seal}; {_attributes(host)}; Max-Age={SESSION_SECONDS}"

    def _until(self, token: str) -> int:
        return int(token.partition("-")[0], 16)

    def _name(self, host: str) -> str:
        return ported(NAME, host) if loopback(host) else f"__Host-{NAME}"

    def _sealed(self, purpose: str, text: str) -> str:
        return _sealed(self._key, purpose, text)


def link_key(key: bytes, now: int, browser: Callable[[], str] = fresh_id) -> str:
    """The key of a new one-time link, for a server whose cookies are signed with `key`.

    It is valid for ten minutes from `now` (ms since 1970).
    """
    payload = f"{now + LINK_SECONDS * 1000:x}-{browser()}"
    return f"{payload}-{_sealed(key, 'link', payload)}"


def constant_time_equal(one: str, other: str) -> bool:
    """Whether two secrets are equal, in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())


def _sealed(key: bytes, purpose: str, text: str) -> str:
    return base64.urlsafe_b64encode(
        hmac.digest(key, f"dagnet-realtime local {purpose}\0{text}".encode(), "sha256")[:24]
    ).decode()


def _attributes(host: str) -> str:
    return "HttpOnly; SameSite=Strict; Path=/" + ("" if loopback(host) else "; Secure")


def _not_signed_in(remedy: str, detail: str = "") -> Problem:
    return Problem("unauthorized", "You are not signed in", detail, remedy)


class ForkedAuthState:
    """What processes inherit by fork: a key, and a pipe with one byte, the unused one-time link.

    Implements `OneTimeLink`: to use the link is to read the byte, which one process can do.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._link, write = os.pipe()
        os.set_blocking(self._link, False)
        os.write(write, b"1")
        os.close(write)

    def secret(self, purpose: str) -> str:
        """A secret of 32 characters for `purpose`, the same in all these processes."""
        return base64.urlsafe_b64encode(
            hmac.digest(self._key, purpose.encode(), "sha256")[:24]
        ).decode()

    @property
    def key(self) -> str:
        """The key of the one-time link, "" once a process has used it."""
        poll = select.poll()
        poll.register(self._link, select.POLLIN)
        spent = not any(event & select.POLLIN for _, event in poll.poll(0))
        return "" if spent else self.secret("link")

    def consume_link(self, key: str) -> bool:
        """Uses the link up; False if another process was quicker, or `key` is wrong."""
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
    """The authenticator of a process that is alone or one of several. `key` signs cookies."""
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
