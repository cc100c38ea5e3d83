"""What access looks at in a request."""

from collections.abc import Iterable

import msgspec

Headers = tuple[tuple[bytes, bytes], ...]

BLANKS = " \t"
"""All that HTTP allows around a value; a no-break space is part of it."""


class Asked(msgspec.Struct, frozen=True):
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


def asked_of(method: str, headers: Iterable[tuple[bytes, bytes]], peer: str = "") -> Asked:
    """What access needs of a request."""
    kept = tuple(headers)
    found = {name: value.decode("latin-1") for name, value in kept if name in _WANTED}
    host, origin, site, authorization, cookie = (found.get(name, "") for name in _WANTED)
    return Asked(method, host, origin, site, authorization, cookie, peer, kept)
