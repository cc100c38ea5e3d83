"""A webhook delivery: one event, or a JSON array of them, each perhaps in the Extensible Webhook's wrapping."""

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
    read,
)
from dagnet_realtime.model.event import EMPTY, Event
from dagnet_realtime.model.problem import Problem

MAX_EVENTS = 4_000  # in one delivery: Segment's greatest batch size
_MAX_COMMAS = 1_000_000  # in one delivery; bounds what splitting it can cost in memory (70 MB) before its elements are counted
MAX_STEPS = 100_000  # towards the end of one element that lies deeper than any honest one

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
    json: msgspec.Raw = EMPTY
    body: str | None = None


_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_WRAPPED = msgspec.json.Decoder(_Wrapped)
_FORM = msgspec.json.Encoder()


def split(body: bytes, *, mending: bool = True) -> Sequence[Element]:
    """The elements of a delivery as they came, which is the cheapest way to count them.

    Raises `Problem`, or without `mending` `Strange` if only patience tells the elements of an array apart.
    """
    if body[:1] == b"{":
        return (decode_utf8(body),)
    body = strip_boms(body)
    if body[:1] not in (b"{", b"["):
        body = body.strip(SPACE)
    if body[:1] == b"[":
        return split_list(body, MAX_EVENTS, mending=mending)
    body = decode_utf8(body)
    if body[:1] == b"{" or not body:
        return (body,)
    return (_from_form(body),)


def split_list(text: bytes | msgspec.Raw, most: int, *, mending: bool = True) -> Sequence[Element]:
    """The elements of a JSON array, at most `most`; raises as `split` does.

    If the array is no JSON as a whole, its elements are told apart by commas and brackets alone, so that what is wrong with one of them
    stays its own. One that is not UTF-8 is left out of what can be read, in its place.
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
        if not mending:
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
    if len(found) > most:
        raise Problem(
            "too_large",
            "The batch holds too many events",
            f"{len(found)}, of at most {most}",
            "Set a smaller batch size",
        )
    return found


def events_of(
    elements: Sequence[Element],
    using: Reader = UNTYPED_READER,
    *,
    first: int = 0,
    repeats: RepeatNumbers | None = None,
    mending: bool = True,
) -> Parsed:
    """What the elements of a delivery say. Without `mending` raises `Strange` at the first that must be mended.

    `first` is the place of the first of them in the delivery, and `repeats` are the delivery's.
    """
    if repeats is None and len(elements) > 1:
        repeats = RepeatNumbers()
    events = []
    refused = []
    for place, element in enumerate(elements, first):
        try:
            message = read(known(element), using, mending=mending)
            if message.type is None and (inside := _unwrapped(element)):
                events.append(
                    from_webhook(read(inside, using, mending=mending), inside, place, repeats)
                )
            else:
                events.append(from_webhook(message, element, place, repeats))
        except Problem as problem:
            refused.append(problem)
    return Parsed(tuple(events), tuple(refused))


def known(element: Element) -> Element:
    """`element`, unless it is not UTF-8 throughout; then raises `Problem`. What a strict decoder cut out is."""
    return decode_utf8(element) if type(element) is bytes and not element.isascii() else element


def _unwrapped(element: Element) -> Element:
    """What the Extensible Webhook has wrapped: `{"json": {…}}`, or a form as `{"body": "a=1&b=2"}`."""
    try:
        wrapped = decode(_WRAPPED, element)
    except Problem:
        return b""
    return wrapped.json or (
        _from_form(wrapped.body.encode("utf-8", "replace")) if wrapped.body else b""
    )


def _from_form(body: bytes) -> bytes:
    """The flat JSON of a form. What was nested in it is lost before it is sent."""
    try:
        return _FORM.encode(form.parse_form(body))
    except ValueError:
        told = f"A form may have {form.MOST_BYTES} bytes" if len(body) > form.MOST_BYTES else ""
        raise Problem(
            "invalid", "The body is neither JSON nor a form", told, "Send JSON as Segment does"
        ) from None
