"""Identifiers that tie events together: read from a message, and kept as pseudonyms under a workspace's keys."""

import hashlib
import re
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, Literal, TypedDict
from unicodedata import normalize

import msgspec

from dagnet_realtime.core.json_text import decode
from dagnet_realtime.core.segment.message import text_of
from dagnet_realtime.model.event import Event, RawJson, Token
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel

LONGEST = 128  # characters; a longer text is no placeholder

# As JavaScript's engine knows them, so that both languages see the same.
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
            "(?:undefined|null|nil|none|nan)*",  # also twice, as where two parts were joined, or nothing at all
            "0+",  # nil UUIDs among them
            "0x0+",
            "f{32}",  # the greatest UUID
            "infinity|true|false|unknown|unset|not(?:set|available|applicable|authenticated|loggedin)",
            "anonymous|guest|distinctid|userid|anonymousid|id|email|objectobject",
        )
    )
)


def is_placeholder(text: str) -> bool:
    """Whether `text`, in any case and spacing, and with any signs about it, stands for no identifier."""
    if len(text) > LONGEST:
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
    """The keyed hash of one key. SHA-1 is there only because Segment signs with it."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes, digest: Literal["sha1", "sha256"]) -> None:
        padded = (hashlib.new(digest, key).digest() if len(key) > _BLOCK else key).ljust(
            _BLOCK, b"\0"
        )
        self._inner = hashlib.new(digest, padded.translate(_INNER))
        self._outer = hashlib.new(digest, padded.translate(_OUTER))

    def digest(self, message: bytes | memoryview) -> bytes:
        """The keyed hash of `message`: 20 bytes of SHA-1, 32 of SHA-256."""
        inner = self._inner.copy()
        inner.update(message)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()


PERSON = ("userId", "anonymousId", "previousId")
MAX_VALUE = 512  # characters of an identifier that count
_OVERLAP = (
    24 * 3600 * 1000
)  # ms after a change of keys in which both periods' tokens are given: longer than any watch is likely to be
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_LENGTH = (
    12  # characters: among a million tokens two are the same with a chance of one in two million
)
_CHARACTERS = "".join(_DIGITS[byte & 31] for byte in range(256)).encode()
_TAG_SPACES = dict.fromkeys(PERSON, b"person\0")
_EVER = 2**63  # ms
_KNOWN = 20_000  # identifiers whose tokens are remembered, by a fingerprint: most events come from somebody seen a moment ago


TOKEN = f"[a-z]_[0-9a-v]{{{_LENGTH}}}"
_TOKEN = re.compile(TOKEN)


def is_token(text: str) -> bool:
    """Whether `text` can be a token; nothing else that comes as one is stored, answered or noted."""
    return _TOKEN.fullmatch(text) is not None


class Pseudonymizer:
    """The tokens of one channel. `key` is the workspace's secret, `rotation` seconds to a period (0: the key never changes)."""

    def __init__(self, channel: Channel, key: bytes, rotation: float) -> None:
        self._channel = channel
        self._key = key
        self._rotation = max(0, int(rotation * 1000))
        self._overlap = min(_OVERLAP, self._rotation // 2)
        self._seals: tuple[tuple[str, Hmac], ...] = ()
        self._until = -1
        self._from = 0
        self._known: dict[tuple[str, int], tuple[Token, ...]] = {}

    def tokens_for(self, kind: str, value: str, at: int) -> tuple[str, ...]:
        """The token of `value` at `at` (ms since 1970), and after a change of keys, for a while, the one of the period before as well."""
        return tuple(trace.token for trace in self.traces(kind, value, at))

    def traces(self, kind: str, value: str, at: int) -> tuple[Token, ...]:
        """What `of` gives, each with its kind.

        They are remembered under Python's own 64-bit keyed hash of the value, never under the value itself.
        """
        if not self._from <= at < self._until:
            self._rotate_keys(at)
        fingerprint = (kind, hash(value))
        known = self._known.get(fingerprint)
        if known is None:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            known = self._known[fingerprint] = self._made(kind, value)
        return known

    def _made(self, kind: str, value: str) -> tuple[Token, ...]:
        space = _TAG_SPACES.get(kind) or kind.encode() + b"\0"
        message = space + value[:MAX_VALUE].encode("utf-8", "replace")
        return tuple(
            [
                Token(kind, letter + seal.digest(message)[:_LENGTH].translate(_CHARACTERS).decode())
                for letter, seal in self._seals
            ]
        )

    def _rotate_keys(self, at: int) -> None:
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
            self._from, self._until = (
                begun + (self._overlap if period > 0 else 0),
                begun + self._rotation,
            )

    def _seal(self, period: int) -> tuple[str, Hmac]:
        of = f"dagnet-realtime token\0{self._channel.workspace}\0{self._channel.env}\0{period}"
        return f"{chr(ord('a') + period % 26)}_", Hmac(
            Hmac(self._key, "sha256").digest(of.encode()), "sha256"
        )


FINGERPRINT = 8  # bytes: among two million ids, two share one with a chance of one in ten million
_UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_TIME = "[1-3][0-9]{12}"  # milliseconds since 1970, of this century
SHAPES = (
    _UUID,  # iOS, Android, Python and others
    f"(?:ajs|node)-next-{_TIME}-{_UUID}",
    "ajs-(?:next-)?[0-9a-f]{32}",  # analytics.js of before
    f"node-[0-9a-f]{{32}}-{_UUID}",  # analytics-node of before
    "api-[0-9A-Za-z]{27}",  # Segment's own, a KSUID
    "sch-[0-9A-Za-z]{27,32}",  # a violation that Protocols forwards
    f"(?:segment-)?test-message-(?:[0-9a-z]{{6}}|{_UUID})",  # the Event Tester, and this program's test events
    f"(?:delete|resent)-{_UUID}",
    "tap-[0-9]{1,10},[0-9]{1,10},[0-9]{1,10}",
)
_SHAPE = re.compile("|".join(SHAPES))
_DIGEST_DIGITS = 32


class MessageIds:
    """The ids of one channel. `token_key` is the workspace's secret."""

    def __init__(self, channel: Channel, token_key: bytes) -> None:
        self._mac = Hmac(message_key(channel, token_key), "sha256")

    def display(self, id: str) -> str:
        """`id` as it may be kept and shown."""
        if _SHAPE.fullmatch(id):
            return id
        return f"derived-{self._mac.digest(id.encode('utf-8', 'replace')).hex()[:_DIGEST_DIGITS]}"


def message_key(channel: Channel, token_key: bytes) -> bytes:
    """The key of a channel's digests. It follows from the workspace's key and tells nothing of it."""
    return Hmac(token_key, "sha256").digest(
        f"dagnet-realtime message id\0{channel.workspace}\0{channel.env}".encode()
    )


def fingerprint(id: str) -> bytes:
    """What the window of a log remembers of an id, the same on every process."""
    return hashlib.blake2b(id.encode("utf-8", "surrogatepass"), digest_size=FINGERPRINT).digest()


_EMPTY = 2  # bytes of an object without members


class PartialDecoder:
    """Picks the members called `keys`, or all where it is None. `wanted` is the type that does so within a larger one."""

    def __init__(self, keys: Iterable[str] | None) -> None:
        self.wanted: Any = (
            dict[str, Any]
            if keys is None
            else TypedDict("Members", dict.fromkeys(keys, Any), total=False)  # type: ignore[operator]
        )
        self._decoder: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(self.wanted)

    def pick(self, part: RawJson) -> dict[str, Any]:
        """The members that are there; nothing where `part` is no object, and itself where it was picked as it was read."""
        if isinstance(part, dict):
            return part
        if len(part) <= _EMPTY:
            return {}
        try:
            return decode(self._decoder, part)
        except Problem:
            return {}


def get_path(path: str, found: Any) -> Any:
    """The value at a dotted `path` of nested objects, where a key may itself hold dots; None where there is none."""
    while isinstance(found, dict):
        if path in found:
            return found[path]
        first, dot, path = path.partition(".")
        if not dot:
            return None
        found = found.get(first)
    return None


PERSONAL = ("userId", "anonymousId", "previousId", "groupId")
SESSION_PLACES = (  # Segment has no session of its own; these are where its plugins and users put one
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
    """The read members of a message's large parts."""

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
    """Finds identifiers by `kinds`: `userId`, `anonymousId`, `groupId`, `session`, or the path of anything in a message.

    A path without `properties.`, `context.`, `integrations.` or `traits.` in front is one of a property.
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
        """The top-level members of `part` (`properties`, `context` …) that may hold an identifier."""
        keys: set[str] = set()
        for kind in self.kinds:
            if kind == "session":
                keys |= {
                    key
                    for of, places in SESSION_PLACES
                    if of == part
                    for path in places
                    for key in (path, path.partition(".")[0])
                }
            elif kind not in PERSONAL:
                of, path = _place(kind)
                if of == part:
                    keys |= {path, path.partition(".")[0]}
        return frozenset(keys)

    def find(self, event: Event, parts: MessageParts) -> list[tuple[str, str]]:
        """Pairs of kind and identifier, in order. An `alias` gives the identifier it replaces as well."""
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
    """Finds `kind` in the large parts of a message."""
    if kind == "session":
        return _session
    part, path = _place(kind)
    members = attrgetter(part)
    return lambda parts: text_of(get_path(path, members(parts)))


def _place(kind: str) -> tuple[str, str]:
    part, _, path = kind.partition(".")
    return (part, path) if path and part in _PARTS else ("properties", kind)


def _session(parts: MessageParts) -> str | None:
    for of, places in SESSION_PLACES:
        part = getattr(parts, of)
        if part:
            for path in places:
                text = text_of(get_path(path, part))
                if text is not None and not is_placeholder(
                    text
                ):  # Amplitude says by -1 or 0 that there is none
                    return text
    return None
