"""Records of a stream become events: framings are taken off, envelopes opened, batches split.

    {"type": "track", …}                                an event (Segment to Kafka, RudderStack)
    [{…}, {…}]   {"batch": […], "sentAt": …}            an array, an SDK's batch
    {…}\\n{…}                                            one event a line
    {"detail-type": …, "detail": {…}}                   EventBridge
    {"writeKey": …, "httpHeaders": …, "httpPayload": …}  Jitsu
    {"schema": …, "payload": {…}}                       Kafka Connect
    {"httpMethod": …, "body": "…", "isBase64Encoded": …} an API gateway before a bridge
    "{\\"type\\": …}"   eyJ0eXBlIjoi…                       JSON in a JSON string, base64
    00 xx xx xx xx {…}                                  Confluent's JSON Schema framing

Of an envelope nothing reaches an event but what is named here: the write key, the source's id, the
call's type and when it arrived. Headers, cookies and addresses stay behind. What can be no event is
a `Problem` that says what to configure at the producer.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from dagnet_realtime.core.json_text import (
    SPACE,
    NeedsRepair,
    decode,
    decode_utf8,
    strip_boms,
    value_end,
)
from dagnet_realtime.core.segment.message import (
    UNTYPED_READER,
    Message,
    Reader,
    RepeatNumbers,
    as_text,
    from_tracking,
    from_webhook,
    known_type,
    read_message,
)
from dagnet_realtime.core.segment.tracking import (
    ROUTES,
    EnvelopeDefaults,
    envelope_defaults,
    open_batch,
    with_outer,
)
from dagnet_realtime.core.segment.webhook import (
    MAX_EVENTS,
    MAX_STEPS,
    Element,
    require_utf8,
    split_delivery,
    split_list,
)
from dagnet_realtime.core.stream_framing import from_base64, unframed
from dagnet_realtime.core.times import TOLERANCE_MS, parse_time
from dagnet_realtime.model.event import EMPTY, Event, EventType
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.stream import Only, Record

MAX_RECORD = 8 * 1024 * 1024  # bytes of a value, as of a webhook's delivery
SHAPES = ("auto", "event", "batch")
_MOST_ENVELOPES = 6  # around one another
_PARTNER = "aws.partner/segment.com/"
_BASIC = re.compile(r"[Bb]asic +([A-Za-z0-9+/_-]{1,400}={0,2})")


class Envelope(msgspec.Struct, frozen=True):
    """What stands around events in a record, as far as it means something here.

    `sdk` says that an SDK sent them and nothing has corrected their times yet. `arrived_at` is when
    they reached the first server (ms since 1970), if the envelope says so. `seed` names the record.
    """

    seed: bytes
    written_at: int | None = None
    arrived_at: int | None = None
    sdk: bool = False
    around: EnvelopeDefaults = EnvelopeDefaults()
    type: EventType | None = None
    write_key: str = ""
    source_id: str = ""


class Found(msgspec.Struct, frozen=True, gc=False):
    """One event as it came, in its envelope. `place` counts within the record; `repeats` are the
    record's, and None if it is alone.
    """

    element: Element
    envelope: Envelope
    place: int = 0
    repeats: RepeatNumbers | None = None


class Opened(msgspec.Struct, frozen=True):
    """What a record holds: events yet to be read, and why the rest are none."""

    found: tuple[Found, ...] = ()
    refused: tuple[Problem, ...] = ()


class StreamParsed(msgspec.Struct, frozen=True):
    """The events of some records in their order; why others are none, by their places in what was
    given; and the places of those that are another source's.
    """

    events: tuple[Event, ...] = ()
    refused: tuple[tuple[int, Problem], ...] = ()
    others: tuple[int, ...] = ()


class _Shape(msgspec.Struct, rename="camel"):
    """What tells the shapes apart."""

    type: Any = None
    event: Any = None
    batch: msgspec.Raw = EMPTY
    detail: msgspec.Raw = EMPTY
    detail_type: Any = msgspec.field(default=None, name="detail-type")
    entry_detail: msgspec.Raw = msgspec.field(default=EMPTY, name="Detail")
    entry_source: Any = msgspec.field(default=None, name="Source")
    source: Any = None
    http_payload: msgspec.Raw = EMPTY
    http_headers: msgspec.Raw = EMPTY
    message_created: Any = None
    write_key: Any = None
    payload: msgspec.Raw = EMPTY
    specversion: Any = None
    data: msgspec.Raw = EMPTY
    body: Any = None
    is_base64_encoded: Any = msgspec.field(default=None, name="isBase64Encoded")
    request_context: msgspec.Raw = EMPTY
    headers: msgspec.Raw = EMPTY
    raw_path: Any = None
    path: Any = None
    json: msgspec.Raw = EMPTY


class _Request(msgspec.Struct, rename="camel"):
    time_epoch: Any = None
    request_time_epoch: Any = None


class _Inner(msgspec.Struct, rename="camel"):
    source_id: Any = None


class _Origin(msgspec.Struct, rename="camel"):
    """Where an event says that it comes from."""

    write_key: Any = None
    project_id: Any = None
    source_id: Any = None
    context: Any = None


_SHAPE = msgspec.json.Decoder(_Shape)
_REQUEST = msgspec.json.Decoder(_Request)
_ORIGIN = msgspec.json.Decoder(_Origin)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
_STRING = msgspec.json.Decoder(str)
_HEADERS = msgspec.json.Decoder(dict[str, Any])


def open_record(record: Record, shape: str = "auto", *, repair: bool = True) -> Opened:
    """The raw events in a record. A tombstone or a blank value holds none.

    `shape` is one of `SHAPES`, or a JSON pointer to what holds the event. Raises `Problem` if
    nothing in the record can be an event, or, without `repair`, `NeedsRepair` if it is not valid
    JSON.
    """
    value = record.value
    if not value:
        return Opened()
    if len(value) > MAX_RECORD:
        raise Problem(
            "too_large",
            "The record is too large",
            f"{len(value)} bytes, of at most {MAX_RECORD}",
            "Send smaller records",
        )
    text = value if value[:1] == b"{" else unframed(value)
    headers = record.headers
    outer = Envelope(
        seed=f"{record.partition.topic}/{record.partition.number}@{record.offset}".encode(),
        written_at=record.timestamp,
        write_key=_header(headers, "writekey") if headers else "",
        source_id=_header(headers, "sourceid") if headers else "",
    )
    opening = _Opening(shape, repair=repair)
    opening.open(text, outer, 0)
    if opening.refused and not opening.found:
        raise opening.refused[0]
    repeats = RepeatNumbers() if len(opening.found) > 1 else None
    found = tuple(
        [
            Found(element, envelope, place, repeats)
            for place, (element, envelope) in enumerate(opening.found)
        ]
    )
    return Opened(found, tuple(opening.refused))


def record_events(
    found: Sequence[Found],
    arrived_at: int,
    using: Reader = UNTYPED_READER,
    only: Only | None = None,
    *,
    deletes: bool = True,
    repair: bool = True,
) -> StreamParsed:
    """What the events of records say, those that are `only` some sources' if it says so.

    `arrived_at` is our clock. Without `deletes` each delete and suppression is refused. Without
    `repair` raises `NeedsRepair` at the first that must be mended.
    """
    events: list[Event] = []
    refused: list[tuple[int, Problem]] = []
    others: list[int] = []
    for place, one in enumerate(found):
        try:
            if only and not _belongs(one, only, repair=repair):
                others.append(place)
                continue
            event = _event(one, arrived_at, using, repair=repair)
            if event.type == "delete" and not deletes:
                raise _no_delete()
            events.append(event)
        except Problem as problem:
            refused.append((place, problem))
    return StreamParsed(tuple(events), tuple(refused), tuple(others))


def valid_shape(shape: str) -> bool:
    """Whether `shape` is one that `open_record` knows."""
    return shape in SHAPES or (shape.startswith("/") and len(shape) <= 200)


def _event(one: Found, arrived_at: int, using: Reader, *, repair: bool) -> Event:
    """The event; its times by the first receiver's clock.

    Segment delivers `timestamp` corrected, with `receivedAt` or `originalTimestamp` beside it. What
    has neither and says when it was sent is an SDK's call, whose clock is corrected by the arrival.
    """
    envelope = one.envelope
    outer = envelope.around
    message = read_message(
        require_utf8(one.element), UNTYPED_READER if outer.size else using, repair=repair
    )
    if outer.size:
        message.context = with_outer(outer.context, message.context)
        message.integrations = with_outer(outer.integrations, message.integrations)
    if not (
        (type(message.message_id) is str and message.message_id) or as_text(message.message_id)
    ):
        message.message_id = _derived_id(one, message)
    first_seen = _first_seen(envelope, arrived_at)
    corrected = message.received_at is not None or message.original_timestamp is not None
    if envelope.sdk or (message.sent_at is not None and not corrected):
        event = from_tracking(
            message,
            one.element,
            first_seen,
            outer.sent_at,
            type=envelope.type,
            place=one.place,
            repeats=one.repeats,
        )
    else:
        event = from_webhook(message, one.element, one.place, one.repeats)
    return (
        event
        if event.occurred_at is not None
        else msgspec.structs.replace(event, occurred_at=first_seen)
    )


def _derived_id(one: Found, message: Message) -> str:
    """The id of an event that has none: its bytes, so that a retry is the same event; and its place
    in the stream if no time tells two of them apart.
    """
    text = bytes(one.element)
    stamps = (message.timestamp, message.original_timestamp, message.sent_at, message.received_at)
    if all(stamp is None for stamp in stamps):
        text += b"\n" + one.envelope.seed
    return (one.repeats or RepeatNumbers()).id(text, one.place)


def _first_seen(envelope: Envelope, arrived_at: int) -> int:
    """When the first server had the event: as the envelope says, else when the record was written.

    Either is believed if it is at most a minute from our clock, and never after it.
    """
    for stamp in (envelope.arrived_at, envelope.written_at):
        if stamp is not None and abs(arrived_at - stamp) <= TOLERANCE_MS:
            return min(stamp, arrived_at)
    return arrived_at


def _belongs(one: Found, only: Only, *, repair: bool) -> bool:
    """Whether the event is of one of the sources that are asked for."""
    envelope = one.envelope
    if envelope.write_key in only.write_keys or envelope.source_id in only.source_ids:
        return True
    origin = decode(_ORIGIN, require_utf8(one.element), repair=repair)
    inner = origin.context.get("sourceId") if isinstance(origin.context, dict) else None
    ids = (origin.project_id, origin.source_id, inner)
    return as_text(origin.write_key) in only.write_keys or any(
        as_text(id) in only.source_ids for id in ids
    )


class _Opening:
    """Opens one record, envelope by envelope."""

    def __init__(self, shape: str, *, repair: bool) -> None:
        self.found: list[tuple[Element, Envelope]] = []
        self.refused: list[Problem] = []
        self._shape = shape
        self._mending = repair

    def open(self, text: bytes, envelope: Envelope, depth: int) -> None:
        """Adds what `text` holds. What cannot be an event is a refusal, and costs its neighbours
        nothing.
        """
        try:
            self._text(
                text if text[:1] == b"{" and text[-1:] == b"}" else strip_boms(text).strip(SPACE),
                envelope,
                depth,
            )
        except Problem as problem:
            self.refused.append(problem)

    def _text(self, text: bytes, envelope: Envelope, depth: int) -> None:
        if depth > _MOST_ENVELOPES:
            raise Problem(
                "invalid",
                "The record has too many envelopes",
                f"More than {_MOST_ENVELOPES}",
                _POINT,
            )
        match text[:1]:
            case b"":
                return
            case b"{":
                self._object(text, envelope, depth)
            case b"[":
                self._array(text, envelope, depth)
            case b'"':
                if parts := _lines(text):
                    self._parts(parts, envelope, depth)
                else:
                    self._inner(_string(text), envelope, depth)
            case _:
                for part in from_base64(text):
                    self._inner(part, envelope, depth)

    def _inner(self, text: bytes, envelope: Envelope, depth: int) -> None:
        """What was written as text within text, or as base64: it may have a framing of its own."""
        if not text:
            return
        if depth >= _MOST_ENVELOPES:
            raise Problem(
                "invalid",
                "The record has too many envelopes",
                f"More than {_MOST_ENVELOPES}",
                _POINT,
            )
        self.open(unframed(text), envelope, depth + 1)

    def _array(self, text: bytes, envelope: Envelope, depth: int) -> None:
        if self._shape == "event":
            raise Problem(
                "invalid",
                "The record is no event",
                "It is an array",
                'Set shape = "auto" or "batch" on the source',
            )
        try:
            elements = split_list(text, MAX_EVENTS, repair=False)
        except NeedsRepair:
            if parts := _lines(text):
                self._parts(parts, envelope, depth)
                return
            elements = split_list(text, MAX_EVENTS, repair=self._mending)
        for element in elements:
            self._room()
            part = bytes(element).strip(SPACE)
            if part[:1] in (b"{", b'"'):
                self.open(part, envelope, depth + 1)
            else:
                self.refused.append(_no_event())

    def _object(self, text: bytes, envelope: Envelope, depth: int) -> None:
        try:
            shape = _SHAPE.decode(text)
        except (ValueError, RecursionError):
            parts = _lines(text)
            if parts:
                self._parts(parts, envelope, depth)
                return
            if not self._mending:
                raise NeedsRepair from None
            shape = decode(_SHAPE, decode_utf8(text))
        self._shaped(text, shape, envelope, depth)

    def _parts(self, parts: Sequence[bytes], envelope: Envelope, depth: int) -> None:
        if len(parts) > MAX_EVENTS:
            raise Problem(
                "too_large",
                "The record holds too many events",
                f"{len(parts)}, of at most {MAX_EVENTS}",
                "Send smaller records",
            )
        for part in parts:
            self.open(part, envelope, depth + 1)

    def _shaped(self, text: bytes, shape: _Shape, envelope: Envelope, depth: int) -> None:
        if self._shape.startswith("/"):
            self._pointed(text, envelope, depth)
        elif shape.http_payload or shape.http_headers:
            self._jitsu(shape, envelope, depth)
        elif self._shape == "event":
            self._add(text, envelope)
        elif (
            bytes(shape.batch)[:1] == b"["
            and shape.event is None
            and known_type(shape.type) is None
        ):
            self._batch(text, envelope)
        elif self._shape == "batch":
            raise Problem(
                "invalid",
                "The record is no batch",
                'It has no list "batch"',
                'Set shape = "auto" or "event" on the source',
            )
        elif known_type(shape.type) is not None or (
            type(shape.type) is not str and type(shape.event) is str
        ):
            self._add(text, envelope)
        else:
            self._enveloped(text, shape, envelope, depth)

    def _enveloped(self, text: bytes, shape: _Shape, envelope: Envelope, depth: int) -> None:
        detail = shape.detail or shape.entry_detail
        source = shape.source if type(shape.source) is str else shape.entry_source
        if detail and (shape.detail_type is not None or type(source) is str):
            told = source.removeprefix(_PARTNER) if type(source) is str else ""
            self._value(
                detail,
                msgspec.structs.replace(envelope, source_id=told or envelope.source_id),
                depth,
            )
        elif shape.payload:
            self._value(shape.payload, envelope, depth)
        elif type(shape.body) is str and shape.body:
            self._request(shape, envelope, depth)
        elif shape.json:
            self._value(shape.json, envelope, depth)
        elif shape.specversion is not None and shape.data:
            self._value(shape.data, envelope, depth)
        elif envelope.type is not None:
            self._add(text, envelope)
        else:
            raise _no_event()

    def _value(self, value: msgspec.Raw, envelope: Envelope, depth: int) -> None:
        """A member that holds the event: an object, array, or either as text. Null has none."""
        text = bytes(value)
        if text[:1] == b'"':
            self._inner(_string(text), envelope, depth)
        elif text[:1] in (b"{", b"["):
            self.open(text, envelope, depth + 1)
        elif text != b"null":
            raise _no_event()

    def _jitsu(self, shape: _Shape, envelope: Envelope, depth: int) -> None:
        if not shape.http_payload or self._shape != "auto":
            told = "It is Jitsu's envelope, with headers and cookies in it"
            raise Problem(
                "invalid",
                "The record is no event",
                told,
                'Set shape = "auto" or "/httpPayload" on the source',
            )
        inner = msgspec.structs.replace(
            envelope,
            sdk=True,
            arrived_at=parse_time(shape.message_created),
            write_key=as_text(shape.write_key) or envelope.write_key,
            type=known_type(shape.type),
        )
        self._value(shape.http_payload, inner, depth)

    def _request(self, shape: _Shape, envelope: Envelope, depth: int) -> None:
        """A request as API gateways pass it to functions: its body and what its address says."""
        body = shape.body.encode("utf-8", "replace")
        if shape.is_base64_encoded is True:
            body = b"\n".join(from_base64(body.strip(SPACE)))
        path = next((text for text in (shape.raw_path, shape.path) if type(text) is str), "")
        inner = msgspec.structs.replace(
            envelope,
            type=ROUTES.get(path.rstrip("/").rpartition("/")[2]),
            arrived_at=_request_time(shape.request_context),
            write_key=_basic(shape.headers) or envelope.write_key,
        )
        text = strip_boms(unframed(body)).strip(SPACE)
        if text[:1] in (b"{", b"[", b'"'):
            self.open(text, inner, depth + 1)
        else:
            for element in split_delivery(text):
                self._add(bytes(element), inner)

    def _batch(self, text: bytes, envelope: Envelope) -> None:
        opened, elements = open_batch(text, repair=self._mending)
        inner = msgspec.structs.replace(
            envelope,
            sdk=True,
            around=envelope_defaults(opened),
            type=None,
            write_key=as_text(opened.write_key) or envelope.write_key,
        )
        for element in elements:
            self._room()
            self.found.append((element, inner))

    def _pointed(self, text: bytes, envelope: Envelope, depth: int) -> None:
        value = _at(text, self._shape)
        if value is None:
            raise Problem(
                "invalid",
                "The record holds no event",
                f"There is nothing at {self._shape}",
                "Correct `shape` on the source",
            )
        inner = _Opening("auto", repair=self._mending)
        inner._value(value, envelope, depth)
        self.found += inner.found
        self.refused += inner.refused

    def _add(self, element: bytes, envelope: Envelope) -> None:
        self._room()
        self.found.append((element, envelope))

    def _room(self) -> None:
        if len(self.found) >= MAX_EVENTS:
            raise Problem(
                "too_large",
                "The record holds too many events",
                f"More than {MAX_EVENTS}",
                "Send smaller records",
            )


_POINT = 'Say where the event lies, e.g. shape = "/data/event" on the source'


def _no_event() -> Problem:
    return Problem(
        "invalid",
        "The record is no Segment event",
        "It has no type that Segment knows (track, page, screen, identify, group, alias, delete)",
        _POINT,
    )


def _no_delete() -> Problem:
    return Problem(
        "forbidden",
        "This source takes no delete or suppress",
        "Nothing proves who wrote it into the topic",
        "Set allow_delete = true on the source in realtime.toml, "
        "if only your own systems can write there",
    )


def _string(text: bytes) -> bytes:
    """What a JSON string says, as bytes. Raises `Problem`."""
    return decode(_STRING, decode_utf8(text)).encode("utf-8", "replace").strip(SPACE)


def _lines(text: bytes) -> list[bytes]:
    """The values of a text that holds several: one a line, or one after another. None of any other
    text.

    The first line alone decides, so that a broken line is refused alone.
    """
    lines = [line for line in (part.strip(SPACE) for part in text.split(b"\n")) if line]
    if len(lines) > 1 and value_end(lines[0], 0, MAX_STEPS) == len(lines[0]):
        return lines
    found: list[bytes] = []
    at = 0
    while at < len(text):
        end = value_end(text, at, MAX_STEPS)
        if end < 0 or text[at : at + 1] != b"{":
            return []
        found.append(text[at:end])
        at = (
            end + len(text[end:]) - len(text[end:].lstrip(SPACE))
            if text[end : end + 1] in (b" ", b"\t", b"\r", b"\n")
            else end
        )
    return found if len(found) > 1 else []


def _at(text: bytes, pointer: str) -> msgspec.Raw | None:
    """The value at a JSON pointer, None if there is none. It leads through text that holds JSON,
    too.
    """
    value = msgspec.Raw(text)
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        here = bytes(value)
        if here[:1] == b'"':
            here = _string(here)
        try:
            if here[:1] == b"[":
                value = _ITEMS.decode(here)[int(name)] if name.isdecimal() else EMPTY
            else:
                value = _MEMBERS.decode(here).get(name, EMPTY)
        except (ValueError, RecursionError, IndexError):
            return None
        if not value:
            return None
    return value


def _header(headers: Sequence[tuple[str, bytes]], name: str) -> str:
    """What the record's headers say under `name`, however it is written: `writeKey`, `write_key`,
    `X-Write-Key`.
    """
    for key, value in headers:
        if re.sub(r"^x|[^a-z]", "", key.lower()) == name and value:
            return value.decode("utf-8", "replace")[:200]
    return ""


def _basic(headers: msgspec.Raw) -> str:
    """The write key that an SDK gives as the user of its Authorization header."""
    if not headers:
        return ""
    try:
        given = _HEADERS.decode(headers)
    except (ValueError, RecursionError):
        return ""
    value = next((value for key, value in given.items() if key.lower() == "authorization"), None)
    match = _BASIC.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return ""
    try:
        return (
            base64.b64decode(match[1] + "=" * (-len(match[1]) % 4))
            .decode("utf-8", "replace")
            .partition(":")[0]
        )
    except binascii.Error:
        return ""


def _request_time(context: msgspec.Raw) -> int | None:
    """When an API gateway took the request (ms since 1970)."""
    if not context:
        return None
    try:
        told = _REQUEST.decode(context)
    except (ValueError, RecursionError):
        return None
    return parse_time(told.time_epoch if told.time_epoch is not None else told.request_time_epoch)
