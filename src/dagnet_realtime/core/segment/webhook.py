"""A webhook delivery: one event, or a JSON array of them, each perhaps in the Extensible Webhook's wrapping."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

import msgspec

from dagnet_realtime.core.segment.lenient import checked, decode
from dagnet_realtime.core.segment.message import AS_IT_CAME, Reader, delivered, read
from dagnet_realtime.model.event import NOTHING, Event
from dagnet_realtime.model.problem import Problem

MAX_EVENTS = 4_000  # in one delivery: Segment's greatest batch size
_MAX_COMMAS = 1_000_000  # in one delivery; bounds what splitting it can cost in memory (70 MB) before its elements are counted
_FIELDS = 1_000  # of a form
_SPACE = b" \t\r\n"

Element = bytes | msgspec.Raw


class Parsed(msgspec.Struct, frozen=True):
    """The events of one delivery in its order, and why the rest of its elements are none."""

    events: tuple[Event, ...]
    refused: tuple[Problem, ...] = ()

    def required(self) -> "Parsed":
        """Itself, unless everything in it was refused; then it raises the first `Problem`."""
        if self.refused and not self.events:
            raise self.refused[0]
        return self


class _Wrapped(msgspec.Struct):
    json: msgspec.Raw = NOTHING
    body: str | None = None


_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_WRAPPED = msgspec.json.Decoder(_Wrapped)
_FORM = msgspec.json.Encoder()


def parse(body: bytes) -> Parsed:
    """The events of a delivery. Raises `Problem` where there is not one: `invalid`, or `too_large` for too many."""
    return events_of(split(body)).required()


def split(body: bytes) -> Sequence[Element]:
    """The elements of a delivery as they came, which is the cheapest way to count them. Raises `Problem`."""
    body = checked(body)
    if body[:1] == b"{":
        return (body,)
    body = body.strip(_SPACE)
    if body[:1] == b"[":
        return split_list(body, MAX_EVENTS)
    if body[:1] == b"{" or not body:
        return (body,)
    return (_from_form(body),)


def split_list(text: bytes | msgspec.Raw, most: int) -> Sequence[Element]:
    """The elements of a JSON array, at most `most`. Raises `Problem`."""
    if bytes(text).count(b",") > _MAX_COMMAS:
        raise Problem("too_large", "The batch holds too many values", f"More than {_MAX_COMMAS}", "Send smaller batches")
    elements = decode(_LIST, text)
    if len(elements) > most:
        raise Problem("too_large", "The batch holds too many events", f"{len(elements)}, of at most {most}", "Set a smaller batch size")
    return elements


def events_of(elements: Sequence[Element], using: Reader = AS_IT_CAME) -> Parsed:
    """What the elements of a delivery say."""
    events = []
    refused = []
    for element in elements:
        try:
            message = read(element, using)
            if message.type is None and (inside := _unwrapped(element)):
                events.append(delivered(read(inside, using), inside))
            else:
                events.append(delivered(message, element))
        except Problem as problem:
            refused.append(problem)
    return Parsed(tuple(events), tuple(refused))


def _unwrapped(element: Element) -> Element:
    """What the Extensible Webhook has wrapped: `{"json": {…}}`, or a form as `{"body": "a=1&b=2"}`."""
    try:
        wrapped = decode(_WRAPPED, element)
    except Problem:
        return b""
    return wrapped.json or (_from_form(wrapped.body.encode("utf-8", "replace")) if wrapped.body else b"")


def _from_form(form: bytes) -> bytes:
    """The flat JSON of a form. What was nested in it is lost before it is sent."""
    try:
        pairs = parse_qsl(form.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=_FIELDS)
    except ValueError:
        raise Problem("invalid", "The body is neither JSON nor a form", remedy="Send JSON as Segment does") from None
    return _FORM.encode(dict(pairs))
