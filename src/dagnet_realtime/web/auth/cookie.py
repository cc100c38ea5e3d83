"""Encrypted cookies that keep a browser signed in, readable by each process with the same key."""

import base64
import binascii
import re
import secrets
from collections.abc import Callable
from copy import copy
from hashlib import sha256
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import msgspec

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import RevocationList
from dagnet_realtime.stores.memory import MemoryRevocationList
from dagnet_realtime.web.auth.request import loopback

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NAME = "dagnet_realtime"
LARGEST = 3900  # characters of a value; browsers refuse cookies beyond 4 KB
_NONCE = 12

_PORT = re.compile(r":(\d{1,5})$")
_COOKIE = re.compile(r"(?:^|;\s*)([A-Za-z0-9_-]{1,64})=([A-Za-z0-9_-]{20,3900})(?=\s*(?:;|$))")


class Expiring(Protocol):
    """The content of a cookie: it has an `id`, and is invalid from `until` (ms since 1970) on."""

    @property
    def id(self) -> str: ...

    @property
    def until(self) -> int: ...


Content = TypeVar("Content", bound=Expiring)


class SealedCookie(Generic[Content]):
    """Encodes and reads a cookie whose content is a `kind`.

    With `secure` it travels over HTTPS only, and its `__Host-` name binds it to the host; with None
    that depends on the request's host, see `at`. `sign_outs` are shared with the other processes
    that have the same key; by default they are this process's own.
    """

    def __init__(
        self,
        kind: type[Content],
        key: bytes,
        clock: Clock,
        *,
        name: str = NAME,
        secure: bool | None = True,
        same_site: str = "Strict",
        sign_outs: RevocationList | None = None,
    ) -> None:
        self._plain = name
        self._open = secure is None
        self._same_site = same_site
        self._name = f"__Host-{name}" if secure is not False else name
        self._ended_as = self._name
        self._attributes = f"HttpOnly; SameSite={same_site}; Path=/" + (
            "; Secure" if secure is not False else ""
        )
        self._kind = kind
        self._key = sha256(b"dagnet-realtime cookie\0" + name.encode() + b"\0" + key).digest()
        self._clock = clock
        self._sign_outs = sign_outs or MemoryRevocationList(clock)

    def at(self, host: str) -> "SealedCookie[Content]":
        """The cookie for a browser that knows the server as `host` (a Host header).

        On a loopback host it works over plain HTTP, and its name contains the port that the
        browser sees, since the scope of a cookie does not. Elsewhere it is `Secure` and bound to
        its host.
        """
        if not self._open or not loopback(host):
            return self
        jar = copy(self)
        jar._name = ported(self._plain, host)  # noqa: SLF001  # a copy of our own
        jar._attributes = f"HttpOnly; SameSite={self._same_site}; Path=/"  # noqa: SLF001
        return jar

    def encode(self, content: Content) -> str | None:
        """A `Set-Cookie` value; None if it is too large for a browser.

        Raises `Problem("unavailable")` if the package that encrypts it is not installed.
        """
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + self._box.encrypt(
            nonce, msgspec.msgpack.encode(content), self._name.encode()
        )
        value = base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()
        lasts = max(0, (content.until - self._clock.now()) // 1000)
        return (
            None
            if len(value) > LARGEST
            else f"{self._name}={value}; {self._attributes}; Max-Age={lasts}"
        )

    async def read(self, header: str) -> Content | None:
        """The content of the request's cookie; None if it is absent, invalid or signed out.

        Raises `Problem("unavailable")` if the store of sign-outs cannot be read.
        """
        for value in cookies(header, self._name):
            content = self._unsealed(value)
            if content is None or content.until <= self._clock.now():
                continue
            if not await self._sign_outs.is_revoked(self._ended_as, content.id):
                return content
        return None

    async def end(self, content: Content) -> None:
        """Revokes the cookie and its copies; raises `Problem("unavailable")` if that failed."""
        await self._sign_outs.revoke(self._ended_as, content.id, content.until)

    @property
    def cleared(self) -> str:
        """The `Set-Cookie` value that deletes the cookie."""
        return f"{self._name}=; {self._attributes}; Max-Age=0"

    @property
    def _box(self) -> "AESGCM":
        # Imported when first needed, since it takes 40 ms. A lean installation may lack it.
        try:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        except ImportError:
            raise Problem(
                "unavailable",
                "Sign-in is not installed",
                "The package `cryptography` is not installed",
                "Install dagnet-realtime with the extra `sign-in`",
            ) from None

        return AESGCM(self._key)

    def _unsealed(self, value: str) -> Content | None:
        try:
            from cryptography.exceptions import InvalidTag
        except ImportError:
            return None  # no cookie was sealed here

        try:
            sealed = base64.b64decode(
                value + "=" * (-len(value) % 4), altchars=b"-_", validate=True
            )
            plain = self._box.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._name.encode())
            return msgspec.msgpack.decode(plain, type=self._kind)
        except (binascii.Error, ValueError, InvalidTag, msgspec.DecodeError):
            return None


def cookies(header: str, name: str) -> list[str]:
    """Every value of the cookie called `name`."""
    return [value for given, value in _COOKIE.findall(header) if given == name]


def ported(name: str, host: str) -> str:
    """`name` with the port of a Host header, or that of the scheme if it has none."""
    found = _PORT.search(host)
    return f"{name}_{found[1]}" if found else name


def fresh_id(chance: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """An id for one sign-in."""
    return chance(12).hex()
