"""Local access: whoever opened this machine's one-time link, and programs that can read the key file."""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.web.access.asked import Asked
from dagnet_realtime.web.access.cookie import cookies
from dagnet_realtime.web.access.origin import Origins
from dagnet_realtime.web.access.person import Person

SESSION_SECONDS = 12 * 3600  # a browser that is signed in stays so, from its last request
MOST_BROWSERS = 100


class LocalAccess:
    """The access of one process on this machine. Keys and cookies live as long as the process; nothing is stored."""

    mode = "local"

    def __init__(self, clock: Clock, public_url: str = "", chance: Callable[[], str] = lambda: secrets.token_urlsafe(24)) -> None:
        self._clock = clock
        self._chance = chance
        self._once: str | None = chance()
        self._program = chance()
        self._browsers: OrderedDict[str, float] = OrderedDict()
        self._origins = Origins(public_url)
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
        """Refuses other names for this machine and commands from other pages."""
        self._origins.admit(asked)

    async def person(self, asked: Asked) -> Person:
        """The one person that local access knows."""
        if asked.bearer and _same(asked.bearer, self._program):
            return Person("local")
        for token in cookies(asked.cookie, self._cookie):
            if await self._knows(token):
                return Person("local")
        raise Problem("unauthorized", "You are not signed in", "", "Open the link that the program printed when it started")

    async def sign_in(self, key: str, asked: Asked) -> str:
        """A `Set-Cookie` value for whoever brings the one-time key, which is spent. Who is signed in already keeps their cookie."""
        if self._once is not None and _same(key, self._once):
            self._once = None
            token = self._chance()
            self._browsers[token] = self._clock.monotonic() + SESSION_SECONDS
            while len(self._browsers) > MOST_BROWSERS:
                self._browsers.popitem(last=False)
            return f"{self._cookie}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={SESSION_SECONDS}"
        await self.person(asked)
        return ""

    async def sign_out(self, asked: Asked) -> str:
        """Forgets the browser; returns the `Set-Cookie` value that takes its cookie away."""
        for token in cookies(asked.cookie, self._cookie):
            self._browsers.pop(token, None)
        return f"{self._cookie}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0"

    async def _knows(self, token: str) -> bool:
        until = self._browsers.get(token)
        if until is None or until <= self._clock.monotonic():
            self._browsers.pop(token, None)
            return False
        self._browsers[token] = self._clock.monotonic() + SESSION_SECONDS
        return True


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())
