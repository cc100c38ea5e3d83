"""Segment's tracking API: what an SDK posts, one call or a batch in an envelope."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from dagnet_realtime.core.segment.lenient import checked, decode
from dagnet_realtime.core.segment.message import AS_IT_CAME, Reader, read, text_of, tracked
from dagnet_realtime.core.segment.webhook import Element, Parsed, split_list
from dagnet_realtime.model.entry import EventType
from dagnet_realtime.model.event import NOTHING, Event
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
}


class Envelope(msgspec.Struct, rename="camel"):
    """What stands around the events of a batch."""

    batch: msgspec.Raw = NOTHING
    sent_at: Any = None
    write_key: Any = None
    context: msgspec.Raw = NOTHING
    integrations: msgspec.Raw = NOTHING


class _Keyed(msgspec.Struct, rename="camel"):
    write_key: Any = None


_ENVELOPE = msgspec.json.Decoder(Envelope)
_KEYED = msgspec.json.Decoder(_Keyed)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ENCODER = msgspec.json.Encoder()


def write_key(body: bytes) -> str:
    """The write key that the body names, "" where it names none. Raises `Problem("invalid")` where it is no JSON object."""
    return text_of(decode(_KEYED, checked(body)).write_key) or ""


def open_batch(body: bytes) -> tuple[Envelope, Sequence[Element]]:
    """A batch's envelope and its events as they came. Raises `Problem`."""
    envelope = decode(_ENVELOPE, checked(body))
    if bytes(envelope.batch)[:1] != b"[":
        raise Problem("invalid", "The batch is missing", 'The body has no list "batch"', "Post single events to /v1/track and its like")
    return envelope, split_list(envelope.batch, MAX_EVENTS)


def parse_batch(body: bytes, arrived_at: int) -> Parsed:
    """The events of a batch, by our clock. Raises `Problem` where there is not one."""
    envelope, elements = open_batch(body)
    return batch_events(envelope, elements, arrived_at).required()


def batch_events(envelope: Envelope, elements: Sequence[Element], arrived_at: int, first: int = 0) -> Parsed:
    """What the elements of a batch say, with the envelope's context and integrations under their own.

    `first` is the place of the first of them in the batch.
    """
    context, integrations = _members(envelope.context), _members(envelope.integrations)
    events = []
    refused = []
    for place, element in enumerate(elements, first):
        try:
            message = read(_bounded(element))
            message.context = _within(context, message.context)
            message.integrations = _within(integrations, message.integrations)
            events.append(tracked(message, element, arrived_at, envelope.sent_at, place=place))
        except Problem as problem:
            refused.append(problem)
    return Parsed(tuple(events), tuple(refused))


def parse_single(body: bytes, type: EventType, arrived_at: int, using: Reader = AS_IT_CAME) -> Event:
    """One call; the route says its type. Raises `Problem`."""
    body = _bounded(checked(body))
    return tracked(read(body, using), body, arrived_at, type=type)


def _bounded(text: E) -> E:
    if len(text) > MAX_EVENT:
        raise Problem("too_large", "The event is too large", f"More than {MAX_EVENT} bytes", "Send less in its properties")
    return text


def _within(outer: dict[str, msgspec.Raw], own: msgspec.Raw) -> msgspec.Raw:
    """`own` with the members of `outer` that it lacks."""
    return msgspec.Raw(_ENCODER.encode(outer | _members(own))) if outer else own


def _members(text: msgspec.Raw) -> dict[str, msgspec.Raw]:
    """The members of an object as they came; none where it is no object."""
    if not text:
        return {}
    try:
        return decode(_MEMBERS, text)
    except Problem:
        return {}
