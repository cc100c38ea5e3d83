"""One Segment message: from JSON to an `Event`, where any field may be of the wrong type."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from dagnet_realtime.core.js_string import js_string
from dagnet_realtime.core.json_text import decode
from dagnet_realtime.core.times import happened, parse_time
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
    """The fields of a message that mean something here. What may be large is left as it came, or read in part: see `reader`."""

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


def reader(wanted: Mapping[str, Any]) -> Reader:
    """Reads a message and, in the same pass, its large parts as the types that `wanted` gives them: dicts of the members that matter."""
    fields: list[tuple[str, Any, Any]] = [
        (part, wanted[part], msgspec.field(default_factory=dict)) for part in PARTS
    ]
    return msgspec.json.Decoder(
        msgspec.defstruct("Picked", fields, bases=(Message,), rename="camel", gc=False)
    )


UNTYPED_READER: Reader = msgspec.json.Decoder(Message)
_ANYHOW: Reader = msgspec.json.Decoder(
    msgspec.defstruct(
        "Anyhow", [(name, Any, None) for name in _TEXTS], bases=(Message,), rename="camel", gc=False
    )
)


def read(
    text: bytes | msgspec.Raw, using: Reader = UNTYPED_READER, *, mending: bool = True
) -> Message:
    """The message that `text` holds. Raises `Problem("invalid")` if it is no JSON object, or `Strange` as `decode` does.

    What has a type that no official library sends is read a second time, with leniency.
    """
    try:
        return using.decode(text)
    except (ValueError, RecursionError):
        message = decode(_ANYHOW, text, mending=mending)
    for name in _TEXTS:
        setattr(message, name, text_of(getattr(message, name)))
    return message


class RepeatNumbers:
    """Equal messages without an id in one delivery, told apart by their places, which a retry keeps."""

    def __init__(self) -> None:
        self._places: dict[str, dict[int, int]] = {}

    def id(self, text: bytes | msgspec.Raw, place: int) -> str:
        """The id of the message `text` at `place`: its digest, of a repeat with its number. To ask again changes nothing."""
        first = _derived(text)
        places = self._places.setdefault(first, {})
        number = places.setdefault(place, len(places))
        return _derived(text, f"/{number}") if number else first


def from_webhook(
    message: Message,
    text: bytes | msgspec.Raw,
    place: int = 0,
    repeats: RepeatNumbers | None = None,
) -> Event:
    """A message as Segment delivers it: `timestamp` is corrected already, `receivedAt` is Segment's clock.

    `text` is what it was read from; a message without an id is known by it, and by which of the delivery's `repeats` it is, so that a
    retry is the same event.
    """
    received_at = parse_time(message.received_at)
    occurred_at = parse_time(message.timestamp)
    if occurred_at is None:
        occurred_at = happened(message.original_timestamp, message.sent_at, received_at)
        if occurred_at is None:
            occurred_at = received_at
    given = _given(message.message_id)
    return _event(
        message,
        _type(message),
        _id(given) or (repeats or RepeatNumbers()).id(text, place),
        occurred_at,
        received_at,
        given,
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
    """A message as an SDK sends it: `timestamp` is the sender's, and corrected here by `arrived_at`, our clock.

    `sent_at` is the envelope's, `place` the message's in its batch; `type` is the route's, which wins. Without an id and a time of its
    own every arrival is another event.
    """
    own = message.timestamp if message.original_timestamp is None else message.original_timestamp
    sent = message.sent_at if message.sent_at is not None else sent_at
    occurred_at = happened(own, sent, arrived_at)
    given = _given(message.message_id)
    id = _id(given)
    if id is None:
        timed = own is not None or message.sent_at is not None
        id = (
            (repeats or RepeatNumbers()).id(text, place)
            if timed
            else _derived(text, f"{arrived_at}/{place}")
        )
    return _event(message, type or _type(message), id, occurred_at, None, given)


def text_of(value: object) -> str | None:
    """A name or identifier: text, or a number as JavaScript prints it; None for anything else and for nothing."""
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
    given: str | None,
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
        None if given == id else given,
    )


def known_type(given: object) -> EventType | None:
    """The type that is meant, in any case and spacing."""
    if type(given) is not str:
        return None
    return TYPES.get(given) or TYPES.get(given.strip().lower()[:MAX_ID])


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


def _given(value: object) -> str | None:
    """The id that a message has, None where it has none."""
    return (value or None) if type(value) is str else text_of(value)


def _id(given: str | None) -> str | None:
    """What tells a message with this id apart: the id, or the digest of one that is long or strange."""
    if given is None:
        return None
    if len(given) <= MAX_ID and "@" not in given and given.isprintable():
        return given
    return _derived(given.encode("utf-8", "replace"))


def _derived(text: bytes | msgspec.Raw, once: str = "") -> str:
    seed = hashlib.sha256(text)
    seed.update(once.encode())
    return f"derived-{seed.hexdigest()[:32]}"
