"""Trace identifiers and message ids: extraction, placeholders, and pseudonyms under a workspace's
keys.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, Literal, TypedDict
from unicodedata import normalize

import msgspec

from dagnet_realtime.core.json_text import decode
from dagnet_realtime.core.segment.message import as_text
from dagnet_realtime.model.event import Event, RawJson, Token
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel

MAX_PLACEHOLDER = 128  # characters; a longer text is no placeholder

# JavaScript's white space and invisible characters, so that both languages agree.
_SPACES = re.compile(
    "[\0-\x20\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]+"
)
_SIGNS = re.compile(r"[!-/:-@\[-`{-~]+")
_ESCAPED = re.compile("%([0-9A-Fa-f]{2})")
_WRITTEN = re.compile(
    r"-1(?:\.0+)?|#?n/a!?|\[object.*\]|\{\{.*\}\}|\$\{.*\}|<%.*%>|\{%.*%\}|%%.*%%|\*\|.*\|\*",
    re.DOTALL,
)
_WORDS = re.compile(
    "|".join(
        (
            "(?:undefined|null|nil|none|nan)*",  # repeated if two parts were joined; also empty
            "0+",  # nil UUIDs among them
            "0x0+",
            "f{32}",  # the maximal UUID
            "infinity|true|false|unknown|unset",
            "not(?:set|available|applicable|authenticated|loggedin)",
            "anonymous|guest|distinctid|userid|anonymousid|id|email|objectobject",
        )
    )
)


def is_placeholder(text: str) -> bool:
    """Whether `text` stands for no identifier: `null`, `unknown`, `{{userId}}`, 0 …

    Case, spacing and surrounding signs don't count.
    """
    if len(text) > MAX_PLACEHOLDER:
        return False
    if "%" in text:
        text = _ESCAPED.sub(_character, text)
    bare = _SPACES.sub("", normalize("NFKC", text).lower())
    return (
        _WRITTEN.fullmatch(bare) is not None or _WORDS.fullmatch(_SIGNS.sub("", bare)) is not None
    )


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))


_BLOCK = 64  # bytes, of SHA-1 and SHA-256 alike
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


class Hmac:
    """A keyed hash with a precomputed key. SHA-1 is needed only for Segment's signatures."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes, digest: Literal["sha1", "sha256"]) -> None:
        padded = (hashlib.new(digest, key).digest() if len(key) > _BLOCK else key).ljust(
            _BLOCK, b"\0"
        )
        self._inner = hashlib.new(digest, padded.translate(_INNER))
        self._outer = hashlib.new(digest, padded.translate(_OUTER))

    def digest(self, message: bytes | memoryview) -> bytes:
        """The hash of `message`: 20 bytes with SHA-1, 32 with SHA-256."""
        inner = self._inner.copy()
        inner.update(message)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()


PERSON = ("userId", "anonymousId", "previousId")
MAX_VALUE = 512  # characters of an identifier that count
_OVERLAP_MS = (
    24 * 3600 * 1000
)  # after a key rotation with both keys' tokens; longer than a session is likely to last
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_TOKEN_LENGTH = (
    12  # characters: among a million tokens two are the same with a chance of one in two million
)
_CHARACTERS = "".join(_DIGITS[byte & 31] for byte in range(256)).encode()
_TAG_SPACES = dict.fromkeys(PERSON, b"person\0")
_EVER = 2**63  # ms
_MAX_REMEMBERED = (
    20_000  # identifiers whose tokens are cached, since most events are of recent people
)


TOKEN = f"[a-z]_[0-9a-v]{{{_TOKEN_LENGTH}}}"
_TOKEN = re.compile(TOKEN)


def is_token(text: str) -> bool:
    """Whether `text` has the form of a token; anything else is never stored, answered or logged."""
    return _TOKEN.fullmatch(text) is not None


class Pseudonymizer:
    """Derives the tokens of one channel.

    `key` is the workspace's secret; keys rotate every `rotation` seconds, never if it is 0.
    """

    def __init__(self, channel: Channel, key: bytes, rotation: float) -> None:
        self._channel = channel
        self._key = key
        self._rotation = max(0, int(rotation * 1000))
        self._overlap = min(_OVERLAP_MS, self._rotation // 2)
        self._keys: tuple[tuple[str, Hmac], ...] = ()
        self._until = -1
        self._from = 0
        self._known: dict[tuple[str, int], tuple[Token, ...]] = {}

    def tokens_for(self, kind: str, value: str, at: int) -> tuple[str, ...]:
        """The tokens of `value` at `at` (ms since 1970): two for a while after a key rotation, else
        one.
        """
        return tuple(trace.token for trace in self.traces(kind, value, at))

    def traces(self, kind: str, value: str, at: int) -> tuple[Token, ...]:
        """The tokens with their kind; see `tokens_for`.

        They are cached by Python's own 64-bit keyed hash of the value, never by the value itself.
        """
        if not self._from <= at < self._until:
            self._rotate_keys(at)
        fingerprint = (kind, hash(value))
        known = self._known.get(fingerprint)
        if known is None:
            if len(self._known) >= _MAX_REMEMBERED:
                self._known.clear()
            known = self._known[fingerprint] = self._compute(kind, value)
        return known

    def _compute(self, kind: str, value: str) -> tuple[Token, ...]:
        space = _TAG_SPACES.get(kind) or kind.encode() + b"\0"
        message = space + value[:MAX_VALUE].encode("utf-8", "replace")
        return tuple(
            [
                Token(
                    kind,
                    letter + seal.digest(message)[:_TOKEN_LENGTH].translate(_CHARACTERS).decode(),
                )
                for letter, seal in self._keys
            ]
        )

    def _rotate_keys(self, at: int) -> None:
        """Sets the keys that are valid at `at`, and until when they are."""
        self._known.clear()
        if not self._rotation:
            self._keys = (self._derive_key(0),)
            self._from, self._until = -_EVER, _EVER
            return
        period, since = divmod(at, self._rotation)
        begun = period * self._rotation
        if period > 0 and since < self._overlap:
            self._keys = (self._derive_key(period), self._derive_key(period - 1))
            self._from, self._until = begun, begun + self._overlap
        else:
            self._keys = (self._derive_key(period),)
            self._from, self._until = (
                begun + (self._overlap if period > 0 else 0),
                begun + self._rotation,
            )

    def _derive_key(self, period: int) -> tuple[str, Hmac]:
        of = f"dagnet-realtime token\0{self._channel.workspace}\0{self._channel.env}\0{period}"
        return f"{chr(ord('a') + period % 26)}_", Hmac(
            Hmac(self._key, "sha256").digest(of.encode()), "sha256"
        )


FINGERPRINT_BYTES = (
    8  # bytes: among two million ids, two share one with a chance of one in ten million
)
_UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_TIME = "[1-3][0-9]{12}"  # milliseconds since 1970, of this century
ID_SHAPES = (
    _UUID,  # iOS, Android, Python and others
    f"(?:ajs|node)-next-{_TIME}-{_UUID}",
    "ajs-(?:next-)?[0-9a-f]{32}",  # older analytics.js
    f"node-[0-9a-f]{{32}}-{_UUID}",  # older analytics-node
    "api-[0-9A-Za-z]{27}",  # Segment's own, a KSUID
    "sch-[0-9A-Za-z]{27,32}",  # a violation that Protocols forwards
    f"(?:segment-)?test-message-(?:[0-9a-z]{{6}}|{_UUID})",  # Event Tester, our test events
    f"(?:delete|resent)-{_UUID}",
    "tap-[0-9]{1,10},[0-9]{1,10},[0-9]{1,10}",
)
_SHAPE = re.compile("|".join(ID_SHAPES))
_DIGEST_DIGITS = 32


class MessageIds:
    """Message ids of one channel as they may be shown. `token_key` is the workspace's secret."""

    def __init__(self, channel: Channel, token_key: bytes) -> None:
        self._hmac = Hmac(message_key(channel, token_key), "sha256")

    def display(self, id: str) -> str:
        """`id` itself if its form is a known library's, so that it cannot be personal; else its
        digest.
        """
        if _SHAPE.fullmatch(id):
            return id
        return f"derived-{self._hmac.digest(id.encode('utf-8', 'replace')).hex()[:_DIGEST_DIGITS]}"


def message_key(channel: Channel, token_key: bytes) -> bytes:
    """The key of a channel's digests, derived from the workspace's key and revealing nothing of
    it.
    """
    return Hmac(token_key, "sha256").digest(
        f"dagnet-realtime message id\0{channel.workspace}\0{channel.env}".encode()
    )


def fingerprint(id: str) -> bytes:
    """The dedupe window's fingerprint of an id, the same in every process."""
    return hashlib.blake2b(
        id.encode("utf-8", "surrogatepass"), digest_size=FINGERPRINT_BYTES
    ).digest()


_EMPTY = 2  # bytes of an object without members


class PartialDecoder:
    """Decodes only the members `keys` of a JSON object, or all if it is None.

    `wanted` is the type that does the same within a larger one.
    """

    def __init__(self, keys: Iterable[str] | None) -> None:
        self.wanted: Any = dict[str, Any]
        if keys is not None:
            fields = dict.fromkeys(keys, Any)
            self.wanted = TypedDict("Members", fields, total=False)  # type: ignore[misc]
        self._decoder: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(self.wanted)

    def pick(self, part: RawJson) -> dict[str, Any]:
        """The members that are present.

        Empty if `part` is no object; `part` itself if it is decoded already.
        """
        if isinstance(part, dict):
            return part
        if len(part) <= _EMPTY:
            return {}
        try:
            return decode(self._decoder, part)
        except Problem:
            return {}


def get_path(path: str, found: Any) -> Any:
    """The value at a dotted `path` of nested objects, None if there is none. A key may contain
    dots.
    """
    while isinstance(found, dict):
        if path in found:
            return found[path]
        first, dot, path = path.partition(".")
        if not dot:
            return None
        found = found.get(first)
    return None


PERSONAL = ("userId", "anonymousId", "previousId", "groupId")
SESSION_PATHS = (  # Segment has no session itself; its plugins and users put one here
    (
        "integrations",
        (
            "Actions Amplitude.session_id",
            "Amplitude.session_id",
            "Amplitude.sessionId",
            "actions-optimizely-web.session_id",
        ),
    ),
    ("context", ("sessionId", "session_id")),
    ("properties", ("session_id", "$session_id")),
)
_PARTS = ("properties", "context", "integrations", "traits")


class MessageParts(msgspec.Struct, gc=False):
    """The decoded members of a message's large parts."""

    properties: dict[str, Any] = {}
    context: dict[str, Any] = {}
    integrations: dict[str, Any] = {}
    traits: dict[str, Any] = {}


Own = Callable[[Event], str | None]
Inside = Callable[[MessageParts], str | None]
_OWN: dict[str, Own] = {
    "userId": attrgetter("user_id"),
    "anonymousId": attrgetter("anonymous_id"),
    "groupId": attrgetter("group_id"),
}


class IdentifierExtractor:
    """Extracts identifiers by `kinds`: `userId`, `anonymousId`, `groupId`, `session`, or a path.

    A path that does not begin with `properties.`, `context.`, `integrations.` or `traits.` is a
    property's.
    """

    def __init__(self, kinds: Iterable[str]) -> None:
        self.kinds = tuple(dict.fromkeys(kinds))
        self._finds = tuple(
            (kind, _OWN.get(kind), _inside(kind)) for kind in self.kinds if kind != "previousId"
        )
        self._owns = tuple(find for find in self._finds if find[1] is not None)
        self._keys = tuple(self.keys(part) for part in _PARTS)
        self._aliases = "userId" in self.kinds or "anonymousId" in self.kinds

    def keys(self, part: str) -> frozenset[str]:
        """The top-level members of `part` (`properties`, `context` …) that may hold an
        identifier.
        """
        keys: set[str] = set()
        for kind in self.kinds:
            if kind == "session":
                keys |= {
                    key
                    for of, places in SESSION_PATHS
                    if of == part
                    for path in places
                    for key in (path, path.partition(".")[0])
                }
            elif kind not in PERSONAL:
                of, path = _split_kind(kind)
                if of == part:
                    keys |= {path, path.partition(".")[0]}
        return frozenset(keys)

    def find(self, event: Event, parts: MessageParts) -> list[tuple[str, str]]:
        """Pairs of kind and identifier, in order.

        An `alias` adds the identifier that it replaces.
        """
        found = []
        properties, context, integrations, traits = self._keys
        nothing_inside = (
            properties.isdisjoint(parts.properties)
            and (not parts.context or context.isdisjoint(parts.context))
            and (not parts.integrations or integrations.isdisjoint(parts.integrations))
            and (not parts.traits or traits.isdisjoint(parts.traits))
        )
        for kind, own, inside in self._owns if nothing_inside else self._finds:
            value = own(event) if own is not None else inside(parts)
            if value is not None:
                found.append((kind, value))
        if event.previous_id is not None and self._aliases:
            found.append(("previousId", event.previous_id))
        return found


def _inside(kind: str) -> Inside:
    """A function that reads `kind` from the large parts of a message."""
    if kind == "session":
        return _session
    part, path = _split_kind(kind)
    members = attrgetter(part)
    return lambda parts: as_text(get_path(path, members(parts)))


def _split_kind(kind: str) -> tuple[str, str]:
    part, _, path = kind.partition(".")
    return (part, path) if path and part in _PARTS else ("properties", kind)


def _session(parts: MessageParts) -> str | None:
    for of, places in SESSION_PATHS:
        part = getattr(parts, of)
        if part:
            for path in places:
                text = as_text(get_path(path, part))
                if text is not None and not is_placeholder(text):  # Amplitude's -1 or 0 means none
                    return text
    return None
