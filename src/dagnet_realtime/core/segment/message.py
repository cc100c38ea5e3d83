"""One Segment message: from JSON to an `Event`, tolerating fields of any type."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from dagnet_realtime.core.js_string import js_string
from dagnet_realtime.core.json_text import decode
from dagnet_realtime.core.times import occurrence_time, parse_time
from dagnet_realtime.model.event import EMPTY, Event, EventType
from dagnet_realtime.model.problem import Problem

MAX_ID = 100  # characters of a messageId; Segment promises fewer
MAX_TEXT = 512  # characters of a name or identifier that count
TYPES: dict[object, EventType] = {
    "track": "track",
    "page": "page",
    "screen": "screen",
    "identify": "identify",
    "group": "group",
    "alias": "alias",
    "delete": "delete",
    "suppress": "delete",
    "suppression": "delete",
}


Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]


class Message(msgspec.Struct, rename="camel", gc=False):
    """The fields of a message that matter here. Large parts stay raw, or are read in part: see
    `make_reader`.
    """

    type: Any = None
    message_id: Any = None
    event: Text | None = None
    name: Text | None = None
    category: Text | None = None
    user_id: Text | None = None
    anonymous_id: Text | None = None
    previous_id: Text | None = None
    group_id: Text | None = None
    properties: msgspec.Raw = EMPTY
    traits: msgspec.Raw = EMPTY
    context: msgspec.Raw = EMPTY
    integrations: msgspec.Raw = EMPTY
    timestamp: Any = None
    original_timestamp: Any = None
    sent_at: Any = None
    received_at: Any = None
    replay: Any = None
    write_key: Any = None


Reader = msgspec.json.Decoder[Message]
PARTS = ("properties", "traits", "context", "integrations")
_TEXTS = ("event", "name", "category", "user_id", "anonymous_id", "previous_id", "group_id")


def make_reader(types: Mapping[str, Any]) -> Reader:
    """A decoder that reads a message and, in the same pass, its large parts as the given `types`.

    Those are dicts of the members that matter; see `PartialDecoder.wanted`.
    """
    fields: list[tuple[str, Any, Any]] = [
        (part, types[part], msgspec.field(default_factory=dict)) for part in PARTS
    ]
    return msgspec.json.Decoder(
        msgspec.defstruct("Picked", fields, bases=(Message,), rename="camel", gc=False)
    )


UNTYPED_READER: Reader = msgspec.json.Decoder(Message)
_LENIENT_READER: Reader = msgspec.json.Decoder(
    msgspec.defstruct(
        "Anyhow", [(name, Any, None) for name in _TEXTS], bases=(Message,), rename="camel", gc=False
    )
)


def read_message(
    text: bytes | msgspec.Raw, reader: Reader = UNTYPED_READER, *, repair: bool = True
) -> Message:
    """The message in `text`. Raises `Problem("invalid")` if it is no JSON object, or as `decode`
    does.

    Fields of types that no official library sends are read a second time, leniently.
    """
    try:
        return reader.decode(text)
    except (ValueError, RecursionError):
        message = decode(_LENIENT_READER, text, repair=repair)
    for name in _TEXTS:
        setattr(message, name, as_text(getattr(message, name)))
    return message


class RepeatNumbers:
    """Tells apart equal messages without an id in one delivery, by their order, which a retry
    keeps.
    """

    def __init__(self) -> None:
        self._places: dict[str, dict[int, int]] = {}

    def id(self, text: bytes | msgspec.Raw, place: int) -> str:
        """The id of the message `text` at `place`: its digest, with a number if it repeats an
        earlier one.

        Calling it again for the same place gives the same id.
        """
        first = _derive_id(text)
        places = self._places.setdefault(first, {})
        number = places.setdefault(place, len(places))
        return _derive_id(text, f"/{number}") if number else first


def from_webhook(
    message: Message,
    text: bytes | msgspec.Raw,
    place: int = 0,
    repeats: RepeatNumbers | None = None,
) -> Event:
    """The event of a message that Segment delivered, with `timestamp` corrected already.

    `receivedAt` is by Segment's clock. A message without an id is identified by its `text` and its
    number among the delivery's `repeats`, so that a retry is the same event.
    """
    received_at = parse_time(message.received_at)
    occurred_at = parse_time(message.timestamp)
    if occurred_at is None:
        occurred_at = occurrence_time(message.original_timestamp, message.sent_at, received_at)
        if occurred_at is None:
            occurred_at = received_at
    sent_id = _given_id(message.message_id)
    return _event(
        message,
        _type(message),
        _usable_id(sent_id) or (repeats or RepeatNumbers()).id(text, place),
        occurred_at,
        received_at,
        sent_id,
    )


def from_tracking(
    message: Message,
    text: bytes | msgspec.Raw,
    arrived_at: int,
    sent_at: object = None,
    *,
    type: EventType | None = None,
    place: int = 0,
    repeats: RepeatNumbers | None = None,
) -> Event:
    """The event of a message that an SDK sent; its time is corrected by `arrived_at`, our clock.

    `sent_at` is the envelope's, `place` the message's in its batch. `type` is the route's, and
    wins. A message without an id and a time of its own is a new event at each arrival.
    """
    own = message.timestamp if message.original_timestamp is None else message.original_timestamp
    sent = message.sent_at if message.sent_at is not None else sent_at
    occurred_at = occurrence_time(own, sent, arrived_at)
    sent_id = _given_id(message.message_id)
    id = _usable_id(sent_id)
    if id is None:
        timed = own is not None or message.sent_at is not None
        id = (
            (repeats or RepeatNumbers()).id(text, place)
            if timed
            else _derive_id(text, f"{arrived_at}/{place}")
        )
    return _event(message, type or _type(message), id, occurred_at, None, sent_id)


def as_text(value: object) -> str | None:
    """A name or identifier as text, numbers as JavaScript prints them; None if empty or of another
    type.
    """
    if type(value) is str:
        return value[:MAX_TEXT] or None
    return (
        js_string(value)[:MAX_TEXT]
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else None
    )


def _event(
    message: Message,
    type: EventType,
    id: str,
    occurred_at: int | None,
    segment_received_at: int | None,
    sent_id: str | None,
) -> Event:
    return Event(  # in the order of its fields: by name they would cost twice as much
        id,
        type,
        message.event,
        message.name,
        message.category,
        message.user_id,
        message.anonymous_id,
        message.previous_id,
        message.group_id,
        message.properties,
        message.traits,
        message.context,
        message.integrations,
        occurred_at,
        segment_received_at,
        message.replay is True,
        None if sent_id == id else sent_id,
    )


def known_type(value: object) -> EventType | None:
    """The event type in any case and spacing, None if unknown."""
    if type(value) is not str:
        return None
    return TYPES.get(value) or TYPES.get(value.strip().lower()[:MAX_ID])


def _type(message: Message) -> EventType:
    known = known_type(message.type)
    if known is not None:
        return known
    if type(message.type) is not str and message.event is not None:
        return "track"
    raise Problem(
        "invalid",
        "The body is no Segment event",
        "It has no type that Segment knows (track, page, screen, identify, group, alias, delete)",
        "In Segment's destination map the whole event, as `data` does by default",
    )


def _given_id(value: object) -> str | None:
    """The message's own id, None if it has none."""
    return (value or None) if type(value) is str else as_text(value)


def _usable_id(sent_id: str | None) -> str | None:
    """The id, or its digest if it is long or unusual."""
    if sent_id is None:
        return None
    if len(sent_id) <= MAX_ID and "@" not in sent_id and sent_id.isprintable():
        return sent_id
    return _derive_id(sent_id.encode("utf-8", "replace"))


def _derive_id(text: bytes | msgspec.Raw, once: str = "") -> str:
    seed = hashlib.sha256(text)
    seed.update(once.encode())
    return f"derived-{seed.hexdigest()[:32]}"
