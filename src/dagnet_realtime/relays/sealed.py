"""End-to-end encryption of `private-encrypted-` channels: NaCl's secretbox, which the provider cannot open.

Source: https://pusher.com/docs/channels/using_channels/encrypted-channels/
"""

import base64
import hashlib
import secrets
from collections.abc import Callable

import msgspec

from dagnet_realtime.model.problem import Problem

PREFIX = "private-encrypted-"
_NONCE_BYTES = 24


class Seal:
    """Encrypts by channel. `master` (32 bytes) is ours alone: the provider knows the app's secret, so it must not follow from that."""

    def __init__(self, master: bytes, chance: Callable[[int], bytes] = secrets.token_bytes) -> None:
        try:
            from nacl.secret import SecretBox  # an optional dependency: most relays do without
        except ImportError:
            raise Problem(
                "invalid", "Encrypted channels need PyNaCl", "It is not installed", "pip install 'dagnet-realtime[encrypted]'"
            ) from None
        self._box = SecretBox
        self._master = master
        self._chance = chance

    def key(self, channel: str) -> bytes:
        """The channel's own key, which its subscribers get with their signature."""
        return hashlib.sha256(channel.encode() + self._master).digest()

    def shut(self, channel: str, body: bytes) -> bytes:
        """`body` as the protocol carries it: nonce and ciphertext."""
        nonce = self._chance(_NONCE_BYTES)
        sealed = self._box(self.key(channel)).encrypt(body, nonce).ciphertext
        return msgspec.json.encode({"nonce": _text(nonce), "ciphertext": _text(sealed)})


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
