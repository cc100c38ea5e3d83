"""Local access of several processes that one command has started: the same keys, and one link for all of them."""

import base64
import hmac
import os
import secrets
import select

from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.sign_outs import SignOuts
from dagnet_realtime.web.access.local import LocalAccess, same


class Sharing:
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
        return base64.urlsafe_b64encode(hmac.digest(self._key, purpose.encode(), "sha256")[:24]).decode()

    @property
    def key(self) -> str:
        """The key of the one-time link, "" once it was used, in whichever process."""
        asked = select.poll()
        asked.register(self._link, select.POLLIN)
        spent = not any(event & select.POLLIN for _, event in asked.poll(0))
        return "" if spent else self.secret("link")

    def spend(self, key: str) -> bool:
        """Uses the link; False if another process was quicker, or `key` is another."""
        if not same(key, self.secret("link")):
            return False
        try:
            return os.read(self._link, 1) == b"1"
        except BlockingIOError:
            return False


def shared(sharing: Sharing | None, clock: Clock, public_url: str, sign_outs: SignOuts, key: bytes | None = None) -> LocalAccess:
    """The local access of a process: its own, or one of several. `key` seals cookies."""
    if sharing is None:
        return LocalAccess(clock, public_url, key=key, sign_outs=sign_outs)
    own = key or sharing.secret("cookie").encode()
    return LocalAccess(clock, public_url, key=own, program=sharing.secret("program"), link=sharing, sign_outs=sign_outs)
