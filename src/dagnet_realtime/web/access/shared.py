"""Local access of several processes that one command has started: the same keys, and cookies that each of them can read."""

import base64
import hmac
import os
import secrets
import select

from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.sign_outs import SignOuts
from dagnet_realtime.web.access.asked import Asked
from dagnet_realtime.web.access.cookie import cookies
from dagnet_realtime.web.access.local import SESSION_SECONDS, LocalAccess


class Sharing:
    """What the processes inherit: a key, and a pipe that holds one byte until somebody spends the one-time link."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._link, write = os.pipe()
        os.set_blocking(self._link, False)
        os.write(write, b"1")
        os.close(write)

    def key(self, purpose: str) -> str:
        """32 characters that only these processes know."""
        return base64.urlsafe_b64encode(hmac.digest(self._key, purpose.encode(), "sha256")[:24]).decode()

    @property
    def spent(self) -> bool:
        """Whether the link was used, in whichever process."""
        asked = select.poll()
        asked.register(self._link, select.POLLIN)
        return not any(event & select.POLLIN for _, event in asked.poll(0))

    def spend(self) -> bool:
        """Uses the link; False where another was quicker."""
        try:
            return os.read(self._link, 1) == b"1"
        except BlockingIOError:
            return False


class SharedLocalAccess(LocalAccess):
    """A browser that one process signed in is signed in at all of them, for twelve hours, and signed out at all of them."""

    def __init__(self, clock: Clock, public_url: str, sharing: Sharing, sign_outs: SignOuts) -> None:
        super().__init__(clock, public_url, lambda: sharing.key("program"))
        self._sharing = sharing
        self._sign_outs = sign_outs

    @property
    def link_key(self) -> str:
        """The key of the one-time link, "" once it is spent."""
        return "" if self._sharing.spent else self._sharing.key("link")

    async def sign_in(self, key: str, asked: Asked) -> str:
        """A `Set-Cookie` value for whoever brings the one-time key first. Who is signed in already keeps their cookie."""
        if hmac.compare_digest(key.encode("utf-8", "replace"), self._sharing.key("link").encode()) and self._sharing.spend():
            said = f"{self._clock.now() + SESSION_SECONDS * 1000:x}-{secrets.token_hex(8)}"
            token = f"{said}-{self._sharing.key(f'cookie {said}')}"
            return f"{self._cookie}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={SESSION_SECONDS}"
        await self.person(asked)
        return ""

    async def sign_out(self, asked: Asked) -> str:
        """Ends the browser's sign-in; returns the `Set-Cookie` value that takes its cookie away."""
        for token in cookies(asked.cookie, self._cookie):
            if await self._knows(token):
                until, nonce = token.split("-", 2)[:2]
                await self._sign_outs.end(self._cookie, nonce, int(until, 16))
        return await super().sign_out(asked)

    async def _knows(self, token: str) -> bool:
        until, nonce, seal = (*token.split("-", 2), "", "", "")[:3]
        said = f"{until}-{nonce}"
        if not hmac.compare_digest(seal.encode(), self._sharing.key(f"cookie {said}").encode()):
            return False
        return int(until, 16) > self._clock.now() and not await self._sign_outs.ended(self._cookie, nonce)


def shared(sharing: Sharing | None, clock: Clock, public_url: str, sign_outs: SignOuts) -> LocalAccess:
    """The local access of a process: its own, or one of several."""
    return LocalAccess(clock, public_url) if sharing is None else SharedLocalAccess(clock, public_url, sharing, sign_outs)
