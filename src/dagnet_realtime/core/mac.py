"""HMAC (RFC 2104) with the key's paddings hashed once, which makes each further message two to four times cheaper."""

import hashlib
from typing import Literal

_BLOCK = 64  # bytes, of SHA-1 and SHA-256 alike
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


class Mac:
    """The keyed hash of one key. SHA-1 is there only because Segment signs with it."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes, digest: Literal["sha1", "sha256"]) -> None:
        padded = (hashlib.new(digest, key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = hashlib.new(digest, padded.translate(_INNER))
        self._outer = hashlib.new(digest, padded.translate(_OUTER))

    def of(self, message: bytes | memoryview) -> bytes:
        """The keyed hash of `message`: 20 bytes of SHA-1, 32 of SHA-256."""
        inner = self._inner.copy()
        inner.update(message)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()
