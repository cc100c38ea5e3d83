"""A webhook delivery: one event or a JSON array, each perhaps wrapped by the Extensible Webhook."""

from collections.abc import Sequence

import msgspec

from dagnet_realtime.core import form
from dagnet_realtime.core.json_text import (
    SPACE,
    NeedsRepair,
    decode,
    decode_utf8,
    elements,
    strip_boms,
)
from dagnet_realtime.core.segment.message import (
    UNTYPED_READER,
    Reader,
    RepeatNumbers,
    from_webhook,
    read_message,
)
from dagnet_realtime.model.event import EMPTY, Event
from dagnet_realtime.model.problem import Problem

MAX_EVENTS = 4_000  # in one delivery: Segment's greatest batch size
_MAX_COMMAS = 1_000_000  # in one delivery; bounds the memory of splitting it to 70 MB
MAX_STEPS = 100_000  # towards the end of one element that is nested unusually deeply

Element = bytes | msgspec.Raw


class Parsed(msgspec.Struct, frozen=True):
    """The events of one delivery in order, and a problem for each element that is none."""

    events: tuple[Event, ...]
    refused: tuple[Problem, ...] = ()

    def require_any(self) -> "Parsed":
        """Itself; raises the first problem if all elements were refused."""
        if self.refused and not self.events:
            raise self.refused[0]
        return self


class _Wrapped(msgspec.Struct):
    json: msgspec.Raw = EMPTY
    body: str | None = None


_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_WRAPPED = msgspec.json.Decoder(_Wrapped)
_FORM = msgspec.json.Encoder()


def split_delivery(body: bytes, *, repair: bool = True) -> Sequence[Element]:
    """The raw elements of a delivery, the cheapest way to count them.

    Raises `Problem`, or, without `repair`, `NeedsRepair` if an array is not valid JSON.
    """
    if body[:1] == b"{":
        return (decode_utf8(body),)
    body = strip_boms(body)
    if body[:1] not in (b"{", b"["):
        body = body.strip(SPACE)
    if body[:1] == b"[":
        return split_list(body, MAX_EVENTS, repair=repair)
    body = decode_utf8(body)
    if body[:1] == b"{" or not body:
        return (body,)
    return (_from_form(body),)


def split_list(text: bytes | msgspec.Raw, limit: int, *, repair: bool = True) -> Sequence[Element]:
    """The elements of a JSON array, at most `limit`; raises as `split_delivery` does.

    If the array is not valid JSON, commas and brackets alone separate its elements, so that what is
    wrong with one affects no other.
    """
    whole = bytes(text)
    if whole.count(b",") > _MAX_COMMAS:
        raise Problem(
            "too_large",
            "The batch holds too many values",
            f"More than {_MAX_COMMAS}",
            "Send smaller batches",
        )
    found: Sequence[Element]
    try:
        if not whole.isascii():
            whole.decode()
        found = _LIST.decode(whole)
    except (ValueError, RecursionError):
        if not repair:
            raise NeedsRepair from None
        parts = elements(whole, MAX_STEPS)
        if parts is None:
            raise Problem(
                "invalid",
                "The body cannot be read",
                "It is no list from its first bracket to its last",
                "Send JSON as Segment does",
            ) from None
        found = [whole[start:end] for start, end in parts]
    if len(found) > limit:
        raise Problem(
            "too_large",
            "The batch holds too many events",
            f"{len(found)}, of at most {limit}",
            "Set a smaller batch size",
        )
    return found


def parse_events(
    elements: Sequence[Element],
    reader: Reader = UNTYPED_READER,
    *,
    first: int = 0,
    repeats: RepeatNumbers | None = None,
    repair: bool = True,
) -> Parsed:
    """The events of a delivery's elements.

    `first` is the place of the first element in the delivery; `repeats` are the delivery's. Without
    `repair` raises `NeedsRepair` at the first element that is not valid JSON.
    """
    if repeats is None and len(elements) > 1:
        repeats = RepeatNumbers()
    events = []
    refused = []
    for place, element in enumerate(elements, first):
        try:
            message = read_message(require_utf8(element), reader, repair=repair)
            if message.type is None and (inside := _unwrap(element)):
                events.append(
                    from_webhook(
                        read_message(inside, reader, repair=repair), inside, place, repeats
                    )
                )
            else:
                events.append(from_webhook(message, element, place, repeats))
        except Problem as problem:
            refused.append(problem)
    return Parsed(tuple(events), tuple(refused))


def require_utf8(element: Element) -> Element:
    """`element`; raises `Problem` if it is not UTF-8. Elements from a strict decoder always are."""
    return decode_utf8(element) if type(element) is bytes and not element.isascii() else element


def _unwrap(element: Element) -> Element:
    """What the Extensible Webhook wrapped: `{"json": {…}}`, or a form as `{"body": "a=1&b=2"}`."""
    try:
        wrapped = decode(_WRAPPED, element)
    except Problem:
        return b""
    return wrapped.json or (
        _from_form(wrapped.body.encode("utf-8", "replace")) if wrapped.body else b""
    )


def _from_form(body: bytes) -> bytes:
    """A form as flat JSON. Nested values are lost before it is sent."""
    try:
        return _FORM.encode(form.parse_form(body))
    except ValueError:
        detail = f"A form may have {form.MAX_BYTES} bytes" if len(body) > form.MAX_BYTES else ""
        raise Problem(
            "invalid", "The body is neither JSON nor a form", detail, "Send JSON as Segment does"
        ) from None
