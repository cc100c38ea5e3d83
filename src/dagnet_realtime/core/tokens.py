"""Pseudonyms: who sent an event becomes a short keyed token, different in every channel and every rotation period.

A token is a letter for the key's period, `_`, and the low five bits of each of the first twelve bytes of an HMAC-SHA256, written `0` to
`v`. The key of a period derives from the workspace's key, the channel and the period's number, so that without the key nobody can tell
whether tokens of two channels or periods are one person's. What names a person (`userId`, `anonymousId`, `previousId`) shares one space
of values, so that an alias is seen to join; every other kind has its own. `conformance/tokens.json` is the contract.
"""

import re

from dagnet_realtime.core.mac import Mac
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.entry import Token

PERSON = ("userId", "anonymousId", "previousId")
MAX_VALUE = 512  # characters of an identifier that count
_OVERLAP = 24 * 3600 * 1000  # ms after a change of keys in which both periods' tokens are given: longer than any watch is likely to be
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_LENGTH = 12  # characters: among a million tokens two are the same with a chance of one in two million
_CHARACTERS = "".join(_DIGITS[byte & 31] for byte in range(256)).encode()
_SPACES = dict.fromkeys(PERSON, b"person\0")
_EVER = 2**63  # ms
_KNOWN = 20_000  # identifiers whose tokens are remembered, by a fingerprint: most events come from somebody seen a moment ago


TOKEN = f"[a-z]_[0-9a-v]{{{_LENGTH}}}"
_TOKEN = re.compile(TOKEN)


def is_token(text: str) -> bool:
    """Whether `text` can be a token; nothing else that comes as one is stored, answered or noted."""
    return _TOKEN.fullmatch(text) is not None


class Tokens:
    """The tokens of one channel. `key` is the workspace's secret, `rotation` seconds to a period (0: the key never changes)."""

    def __init__(self, channel: Channel, key: bytes, rotation: float) -> None:
        self._channel = channel
        self._key = key
        self._rotation = max(0, int(rotation * 1000))
        self._overlap = min(_OVERLAP, self._rotation // 2)
        self._period = -1
        self._seals: tuple[tuple[str, Mac], ...] = ()
        self._until = -1
        self._from = 0
        self._known: dict[tuple[str, int], tuple[Token, ...]] = {}

    def of(self, kind: str, value: str, at: int) -> tuple[str, ...]:
        """The token of `value` at `at` (ms since 1970), and after a change of keys, for a while, the one of the period before as well."""
        return tuple(trace.token for trace in self.traces(kind, value, at))

    def traces(self, kind: str, value: str, at: int) -> tuple[Token, ...]:
        """What `of` gives, each with its kind.

        They are remembered under Python's own 64-bit keyed hash of the value, never under the value itself.
        """
        if not self._from <= at < self._until:
            self._turn(at)
        fingerprint = (kind, hash(value))
        known = self._known.get(fingerprint)
        if known is None:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            known = self._known[fingerprint] = self._made(kind, value)
        return known

    def _made(self, kind: str, value: str) -> tuple[Token, ...]:
        space = _SPACES.get(kind) or kind.encode() + b"\0"
        message = space + value[:MAX_VALUE].encode("utf-8", "replace")
        return tuple([Token(kind, letter + seal.of(message)[:_LENGTH].translate(_CHARACTERS).decode()) for letter, seal in self._seals])

    def _turn(self, at: int) -> None:
        """Takes up the keys that hold at `at`, and until when they do."""
        self._known.clear()
        if not self._rotation:
            self._seals = (self._seal(0),)
            self._from, self._until = -_EVER, _EVER
            return
        period, since = divmod(at, self._rotation)
        begun = period * self._rotation
        if period > 0 and since < self._overlap:
            self._seals = (self._seal(period), self._seal(period - 1))
            self._from, self._until = begun, begun + self._overlap
        else:
            self._seals = (self._seal(period),)
            self._from, self._until = begun + (self._overlap if period > 0 else 0), begun + self._rotation

    def _seal(self, period: int) -> tuple[str, Mac]:
        of = f"dagnet-realtime token\0{self._channel.workspace}\0{self._channel.env}\0{period}"
        return f"{chr(ord('a') + period % 26)}_", Mac(Mac(self._key, "sha256").of(of.encode()), "sha256")
