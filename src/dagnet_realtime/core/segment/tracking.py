"""Segment's tracking API: what an SDK posts, one call or a batch in an envelope."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from dagnet_realtime.core.json_text import (
    SPACE,
    NeedsRepair,
    decode,
    decode_utf8,
    members,
    strip_boms,
)
from dagnet_realtime.core.segment.message import (
    UNTYPED_READER,
    Reader,
    RepeatNumbers,
    from_tracking,
    known_type,
    read,
    text_of,
)
from dagnet_realtime.core.segment.webhook import MAX_STEPS, Element, Parsed, known, split_list
from dagnet_realtime.model.event import EMPTY, Event, EventType
from dagnet_realtime.model.problem import Problem

E = TypeVar("E", bytes, msgspec.Raw)
MAX_EVENTS = 2_500  # in one batch, as at Segment
MAX_EVENT = 32_768  # bytes of one event, as at Segment
ROUTES: Mapping[str, EventType | None] = {
    "t": "track",
    "i": "identify",
    "p": "page",
    "s": "screen",
    "g": "group",
    "a": "alias",
    "b": None,
    "track": "track",
    "identify": "identify",
    "page": "page",
    "screen": "screen",
    "group": "group",
    "alias": "alias",
    "batch": None,
    "import": None,
}


class Envelope(msgspec.Struct, rename="camel"):
    """What stands around the events of a batch."""

    batch: msgspec.Raw = EMPTY
    sent_at: Any = None
    write_key: Any = None
    context: msgspec.Raw = EMPTY
    integrations: msgspec.Raw = EMPTY


class EnvelopeDefaults(msgspec.Struct, frozen=True):
    """What each event of a batch gets from its envelope: the members of `context` and `integrations` as the text of an object, or b""."""

    context: bytes = b""
    integrations: bytes = b""
    sent_at: Any = None

    @property
    def size(self) -> int:
        """Bytes that each event is greater by."""
        return len(self.context) + len(self.integrations)


class _Shape(msgspec.Struct, rename="camel"):
    """What tells a single call and a batch apart."""

    batch: msgspec.Raw = EMPTY
    type: Any = None
    event: Any = None


class _Keyed(msgspec.Struct, rename="camel"):
    write_key: Any = None


_ENVELOPE = msgspec.json.Decoder(Envelope)
_SHAPE = msgspec.json.Decoder(_Shape)
_KEYED = msgspec.json.Decoder(_Keyed)
_TEXT = msgspec.json.Decoder(str)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ENCODER = msgspec.json.Encoder()
_KEY = b'"writeKey"'
_KEYS = 8  # places from either end of a body where its write key is looked for
_VALUE = re.compile(
    rb'[ \t\r\n]*+:[ \t\r\n]*+("(?:[^"\\]|\\.){1,200}+"|-?[0-9.]{1,40}+)', re.DOTALL
)


def write_key(body: bytes) -> str:
    """The write key that the body names, "" if it names none. Nothing is mended. Raises `Problem("invalid")` if it is no JSON object."""
    try:
        return text_of(decode(_KEYED, decode_utf8(body), mending=False).write_key) or ""
    except NeedsRepair:
        raise Problem(
            "invalid",
            "The body cannot be read",
            "It is not a JSON object",
            "Send JSON as Segment's SDKs do",
        ) from None


def write_keys(body: bytes) -> Iterator[str]:
    """What may be the body's write key, wherever it stands, from both ends: a search that costs no more for a body of half a megabyte.

    An SDK writes it at the start or the end of the envelope.
    """
    first, last = 0, len(body)
    for _ in range(_KEYS):
        last = body.rfind(_KEY, 0, last)
        if last < 0:
            return
        yield from _key_at(body, last)
        first = body.find(_KEY, first, last)
        if first < 0:
            return
        yield from _key_at(body, first)
        first += len(_KEY)


def _key_at(body: bytes, place: int) -> Iterator[str]:
    found = _VALUE.match(body, place + len(_KEY))
    if found is None:
        return
    try:
        yield _TEXT.decode(found[1]) if found[1][:1] == b'"' else found[1].decode()
    except ValueError:
        return


def is_batch(body: bytes, *, mending: bool = True) -> bool:
    """Whether the body is a batch, whatever route it came by: it has a list `batch`, and is no event itself."""
    if b'"batch"' not in body:
        return False
    try:
        shape = _SHAPE.decode(body)
    except (ValueError, RecursionError):
        if not mending:
            raise NeedsRepair from None
        parts = members(body, MAX_STEPS) or {}
        start, _ = parts.get(b'"batch"', (0, 0))
        return body[start : start + 1] == b"[" and not parts.keys() & {b'"event"', b'"type"'}
    return bytes(shape.batch)[:1] == b"[" and shape.event is None and known_type(shape.type) is None


def says_what_it_is(body: bytes) -> bool:
    """Whether the body needs no route to be known by: it is a batch, or says its own type; or it must be mended first."""
    try:
        shape = _SHAPE.decode(strip_boms(body))
    except (ValueError, RecursionError):
        return True
    return bytes(shape.batch)[:1] == b"[" or known_type(shape.type) is not None


def open_batch(body: bytes, *, mending: bool = True) -> tuple[Envelope, Sequence[Element]]:
    """A batch's envelope and its events as they came. Raises `Problem`, or without `mending` `Strange` if patience alone opens it.

    If it is no JSON as a whole, it is cut by commas and brackets, so that what is wrong with one event stays its own.
    """
    body = strip_boms(body)
    try:
        if not body.isascii():
            body.decode()
        envelope = _ENVELOPE.decode(body)
        batch = bytes(envelope.batch)
    except (ValueError, RecursionError):
        if not mending:
            raise NeedsRepair from None
        envelope, batch = _cut_open(body)
    if batch[:1] == b"[":
        return envelope, split_list(batch, MAX_EVENTS, mending=mending)
    lone = decode(_SHAPE, decode_utf8(body), mending=mending)
    if known_type(lone.type) is not None:
        return Envelope(), (body,)
    raise Problem(
        "invalid",
        "The batch is missing",
        'The body has no list "batch"',
        "Post single events to /v1/track and its like",
    )


def _cut_open(body: bytes) -> tuple[Envelope, bytes]:
    """The envelope of a batch of which something cannot be read, without its batch; and that."""
    start, end = (members(body, MAX_STEPS) or {}).get(b'"batch"', (0, 0))
    if start == end:
        return decode(_ENVELOPE, decode_utf8(body)), b""
    return decode(_ENVELOPE, decode_utf8(body[:start] + b"0" + body[end:])), body[start:end]


def around(envelope: Envelope) -> EnvelopeDefaults:
    """What the envelope says of each event, read once for all of them. Raises `Problem("too_large")` beyond what one event may have."""
    _bounded(bytes(envelope.context) + bytes(envelope.integrations))
    return EnvelopeDefaults(
        _object(envelope.context), _object(envelope.integrations), envelope.sent_at
    )


def batch_events(
    around: EnvelopeDefaults,
    elements: Sequence[Element],
    arrived_at: int,
    first: int = 0,
    *,
    repeats: RepeatNumbers | None = None,
    mending: bool = True,
) -> Parsed:
    """What the elements of a batch say, with the context and integrations that lie `around` them under their own.

    `first` is the place of the first of them in the batch, and `repeats` are the batch's. Without `mending` raises `Strange` at the
    first that must be mended.
    """
    repeats = repeats or RepeatNumbers()
    events = []
    refused = []
    for place, element in enumerate(elements, first):
        try:
            message = read(known(_bounded(element)), mending=mending)
            message.context = with_outer(around.context, message.context)
            message.integrations = with_outer(around.integrations, message.integrations)
            events.append(
                from_tracking(
                    message, element, arrived_at, around.sent_at, place=place, repeats=repeats
                )
            )
        except Problem as problem:
            refused.append(problem)
    return Parsed(tuple(events), tuple(refused))


def parse_single(
    body: bytes,
    type: EventType,
    arrived_at: int,
    using: Reader = UNTYPED_READER,
    *,
    mending: bool = True,
) -> Event:
    """One call; the route says its type. Raises `Problem`, or without `mending` `Strange`."""
    body = _bounded(decode_utf8(body))
    return from_tracking(read(body, using, mending=mending), body, arrived_at, type=type)


def _bounded(text: E) -> E:
    if len(text) > MAX_EVENT:
        raise Problem(
            "too_large",
            "The event is too large",
            f"More than {MAX_EVENT} bytes",
            "Send less in its properties",
        )
    return text


def with_outer(outer: bytes, own: msgspec.Raw) -> msgspec.Raw:
    """`own` with the members of `outer` that it lacks: of a name that comes twice in an object the last counts."""
    if not outer:
        return own
    text = bytes(own)
    inner = text[1:-1].strip(SPACE) if text[:1] == b"{" else b""
    return msgspec.Raw(outer[:-1] + b"," + inner + b"}" if inner else outer)


def _object(text: msgspec.Raw) -> bytes:
    """The object that came, with each name once; b"" if there is none, or it is empty."""
    if not text:
        return b""
    try:
        found = decode(_MEMBERS, text)
    except Problem:
        return b""
    return _ENCODER.encode(found) if found else b""
