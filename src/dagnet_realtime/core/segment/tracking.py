"""Segment's tracking API: an SDK posts one call, or a batch in an envelope."""

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
    as_text,
    from_tracking,
    known_type,
    read_message,
)
from dagnet_realtime.core.segment.webhook import (
    MAX_STEPS,
    Element,
    Parsed,
    require_utf8,
    split_list,
)
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
    """The fields around the events of a batch."""

    batch: msgspec.Raw = EMPTY
    sent_at: Any = None
    write_key: Any = None
    context: msgspec.Raw = EMPTY
    integrations: msgspec.Raw = EMPTY


class EnvelopeDefaults(msgspec.Struct, frozen=True):
    """What each event of a batch takes from its envelope.

    `context` and `integrations` are the text of an object, or b"".
    """

    context: bytes = b""
    integrations: bytes = b""
    sent_at: Any = None

    @property
    def size(self) -> int:
        """Bytes added to each event."""
        return len(self.context) + len(self.integrations)


class _Shape(msgspec.Struct, rename="camel"):
    """The fields that tell a single call from a batch."""

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
_MAX_KEYS = 8  # places from either end of a body where its write key is looked for
_VALUE = re.compile(
    rb'[ \t\r\n]*+:[ \t\r\n]*+("(?:[^"\\]|\\.){1,200}+"|-?[0-9.]{1,40}+)', re.DOTALL
)


def write_key(body: bytes) -> str:
    """The write key in the body, "" if there is none. Nothing is repaired.

    Raises `Problem("invalid")` if the body is no JSON object.
    """
    try:
        return as_text(decode(_KEYED, decode_utf8(body), repair=False).write_key) or ""
    except NeedsRepair:
        raise Problem(
            "invalid",
            "The body cannot be read",
            "It is not a JSON object",
            "Send JSON as Segment's SDKs do",
        ) from None


def write_keys(body: bytes) -> Iterator[str]:
    """Candidates for the body's write key, from both ends of the body inwards.

    SDKs write it at the start or the end of the envelope, so the search costs no more for a body of
    half a megabyte.
    """
    first, last = 0, len(body)
    for _ in range(_MAX_KEYS):
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


def is_batch(body: bytes, *, repair: bool = True) -> bool:
    """Whether the body is a batch: it has a list `batch` and is no event itself. The route doesn't
    count.
    """
    if b'"batch"' not in body:
        return False
    try:
        shape = _SHAPE.decode(body)
    except (ValueError, RecursionError):
        if not repair:
            raise NeedsRepair from None
        parts = members(body, MAX_STEPS) or {}
        start, _ = parts.get(b'"batch"', (0, 0))
        return body[start : start + 1] == b"[" and not parts.keys() & {b'"event"', b'"type"'}
    return bytes(shape.batch)[:1] == b"[" and shape.event is None and known_type(shape.type) is None


def is_self_describing(body: bytes) -> bool:
    """Whether the body needs no route: it is a batch, states its type, or needs repair."""
    try:
        shape = _SHAPE.decode(strip_boms(body))
    except (ValueError, RecursionError):
        return True
    return bytes(shape.batch)[:1] == b"[" or known_type(shape.type) is not None


def open_batch(body: bytes, *, repair: bool = True) -> tuple[Envelope, Sequence[Element]]:
    """A batch's envelope and its raw events.

    Raises `Problem`, or, without `repair`, `NeedsRepair` if the body is not valid JSON. With
    `repair` such a body is cut by commas and brackets, so that what is wrong with one event affects
    no other.
    """
    body = strip_boms(body)
    try:
        if not body.isascii():
            body.decode()
        envelope = _ENVELOPE.decode(body)
        batch = bytes(envelope.batch)
    except (ValueError, RecursionError):
        if not repair:
            raise NeedsRepair from None
        envelope, batch = _split_envelope(body)
    if batch[:1] == b"[":
        return envelope, split_list(batch, MAX_EVENTS, repair=repair)
    lone = decode(_SHAPE, decode_utf8(body), repair=repair)
    if known_type(lone.type) is not None:
        return Envelope(), (body,)
    raise Problem(
        "invalid",
        "The batch is missing",
        'The body has no list "batch"',
        "Post single events to /v1/track and its like",
    )


def _split_envelope(body: bytes) -> tuple[Envelope, bytes]:
    """The envelope without its batch, and the raw batch, of a body that is not valid JSON."""
    start, end = (members(body, MAX_STEPS) or {}).get(b'"batch"', (0, 0))
    if start == end:
        return decode(_ENVELOPE, decode_utf8(body)), b""
    return decode(_ENVELOPE, decode_utf8(body[:start] + b"0" + body[end:])), body[start:end]


def envelope_defaults(envelope: Envelope) -> EnvelopeDefaults:
    """The defaults for each event, parsed once for all.

    Raises `Problem("too_large")` if they exceed the size of an event.
    """
    _bounded(bytes(envelope.context) + bytes(envelope.integrations))
    return EnvelopeDefaults(
        _object(envelope.context), _object(envelope.integrations), envelope.sent_at
    )


def parse_batch_events(
    defaults: EnvelopeDefaults,
    elements: Sequence[Element],
    arrived_at: int,
    first: int = 0,
    *,
    repeats: RepeatNumbers | None = None,
    repair: bool = True,
) -> Parsed:
    """The events of a batch, with `defaults` under their own context and integrations.

    `first` is the place of the first element in the batch; `repeats` are the batch's. Without
    `repair` raises `NeedsRepair` at the first element that is not valid JSON.
    """
    repeats = repeats or RepeatNumbers()
    events = []
    refused = []
    for place, element in enumerate(elements, first):
        try:
            message = read_message(require_utf8(_bounded(element)), repair=repair)
            message.context = with_outer(defaults.context, message.context)
            message.integrations = with_outer(defaults.integrations, message.integrations)
            events.append(
                from_tracking(
                    message, element, arrived_at, defaults.sent_at, place=place, repeats=repeats
                )
            )
        except Problem as problem:
            refused.append(problem)
    return Parsed(tuple(events), tuple(refused))


def parse_single(
    body: bytes,
    type: EventType,
    arrived_at: int,
    reader: Reader = UNTYPED_READER,
    *,
    repair: bool = True,
) -> Event:
    """One call; the route gives its type. Raises `Problem`, or, without `repair`, `NeedsRepair`."""
    body = _bounded(decode_utf8(body))
    return from_tracking(read_message(body, reader, repair=repair), body, arrived_at, type=type)


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
    """`own` with the members of `outer` that it lacks.

    Of repeated names in an object the last wins, so `outer` is written first.
    """
    if not outer:
        return own
    text = bytes(own)
    inner = text[1:-1].strip(SPACE) if text[:1] == b"{" else b""
    return msgspec.Raw(outer[:-1] + b"," + inner + b"}" if inner else outer)


def _object(text: msgspec.Raw) -> bytes:
    """The object with each name once; b"" if it is none or empty."""
    if not text:
        return b""
    try:
        found = decode(_MEMBERS, text)
    except Problem:
        return b""
    return _ENCODER.encode(found) if found else b""
