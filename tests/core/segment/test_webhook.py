"""Webhook deliveries: classic, Actions and Extensible."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.json_text import NeedsRepair
from dagnet_realtime.core.segment.message import MAX_ID, MAX_TEXT, TYPES
from dagnet_realtime.core.segment.webhook import MAX_EVENTS, parse_events, split_delivery
from dagnet_realtime.model.problem import Problem
from tests.support.deliveries import DELIVERIES
from tests.support.segment import parse_webhook
from tests.support.tries import tries

DELIVERED = json.loads((Path(__file__).parents[2] / "fixtures/segment/delivered.json").read_text())
TRACK, PAGE = (json.dumps(DELIVERED[kind]).encode() for kind in ("track", "page"))


def refused(body: bytes) -> str:
    """The code of the problem that `body` is."""
    with pytest.raises(Problem) as caught:
        parse_webhook(body)
    return caught.value.code


def test_a_single_event_and_a_batch_are_read() -> None:
    """SEG-1: an object and an array are read, with space around them."""
    assert [event.type for event in parse_webhook(TRACK).events] == ["track"]
    assert [
        event.type for event in parse_webhook(b" \n[" + TRACK + b" , " + PAGE + b"] ").events
    ] == [
        "track",
        "page",
    ]
    assert parse_webhook(b"\xef\xbb\xbf " + TRACK).events[0].event == "Product Added"
    assert parse_webhook(b"[]").events == ()


def test_the_extensible_webhooks_wrapping_is_taken_off() -> None:
    """SEG-1: JSON and forms are unwrapped, in a batch or alone."""
    wrapped = (
        b'[{"json":'
        + TRACK
        + b"},{"
        + b'"body":'
        + json.dumps(urlencode({"type": "page", "name": "Élan"})).encode()
        + b"}]"
    )
    events = parse_webhook(wrapped).events
    assert [event.type for event in events] == ["track", "page"]
    assert events[0].id == DELIVERED["track"]["messageId"]
    assert events[1].name == "Élan"
    assert (
        parse_webhook(
            urlencode({"type": "track", "event": "A & B", "properties": "[object Object]"}).encode()
        )
        .events[0]
        .event
        == "A & B"
    )


def test_one_bad_element_does_not_spoil_a_batch() -> None:
    """SEG-10: a bad element is refused alone; if all are bad, the delivery is refused."""
    parsed = parse_webhook(b"[" + TRACK + b',7,{"type":"x"},[],null,' + PAGE + b"]")
    assert [event.type for event in parsed.events] == ["track", "page"]
    assert [problem.code for problem in parsed.refused] == ["invalid"] * 4
    assert refused(b"[1,2,3]") == "invalid"


GOOD = [TRACK, PAGE]
BAD = {
    "half a pair": (rb'{"type":"track","event":"E \ud800"}', True),
    "NaN": (b'{"type":"track","event":"E","properties":{"price":NaN}}', True),
    "endless": (b'{"type":"track","event":"E","properties":{"price":1e999}}', True),
    "deep": (
        b'{"type":"track","event":"E","properties":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        False,
    ),
    "a word": (b'{"type":"track","event":tru}', False),
    "an escape": (rb'{"type":"track","event":"\x41"}', False),
    "a control": (b'{"type":"track","event":"a\x01"}', False),
    "a quote": (b"{'type':'track'}", False),
    "a comma": (b'{"type":"track","event":"E",}', False),
    "a number": (b'{"type":"track","event":"E","value":01}', False),
    "a byte": (b'{"type":"track","event":"caf\xe9"}', False),
    "a byte unread": (b'{"type":"track","event":"E","other":"\xe9"}', False),
    "nothing": (b"", False),
    "kinds of brackets": (b'{"type":"track","a":[1}', False),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("around", [b"", b" " * 600_000])
def test_no_bad_element_costs_its_neighbours_anything(name: str, place: int, around: bytes) -> None:
    """SEG-2, SEG-10: it is mended, or refused alone, wherever it stands and however large the
    batch.
    """
    element, mended = BAD[name]
    if name == "kinds of brackets":
        element += b"]" if place == 2 else b"}"
    elements = [*GOOD]
    elements.insert(place, element)
    parsed = parse_webhook(b"[" + around + b",".join(elements) + b"]")
    names = [event.event for event in parsed.events]
    assert ("E" in names or "E \ufffd" in names) is mended
    assert len(parsed.refused) == (not mended)
    assert [event.id for event in parsed.events if event.event not in ("E", "E \ufffd")] == [
        DELIVERED[kind]["messageId"] for kind in ("track", "page")
    ]


def test_elements_that_need_repair_are_left_for_a_slower_path() -> None:
    """DOOR-16: with `repair=False`, text that needs repair raises `NeedsRepair`, and other text is
    read as usual.
    """
    strange = b"[" + TRACK + b',{"a":NaN}]'
    for work in (
        lambda: split_delivery(strange, repair=False),
        lambda: parse_events([b'{"a":NaN}'], repair=False),
    ):
        with pytest.raises(NeedsRepair):
            work()
    assert len(split_delivery(b"[" + TRACK + b"]", repair=False)) == 1
    assert len(parse_events(split_delivery(strange)).events) == 1


def test_byte_order_marks_are_no_part_of_a_body() -> None:
    """SEG-7: one, or those of files that were joined."""
    for marks in (1, 2, 3):
        assert parse_webhook(b"\xef\xbb\xbf" * marks + TRACK).events[0].event == "Product Added"
        assert len(parse_webhook(b"\xef\xbb\xbf" * marks + b"[" + TRACK + b"]").events) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"7",
        b'"x"',
        b"a",
        b"a=b",
        b"{",
        b"[",
        b"[1",
        b"\xff",
        b"[[]]",
        b"{" + b'"a":[' * 5000,
    ],
)
def test_what_is_no_delivery_is_a_problem(body: bytes) -> None:
    """SEG-7: text that is not JSON, not UTF-8, truncated, too deep or no event raises `invalid`."""
    assert refused(body) == "invalid"


def test_the_number_of_events_and_values_is_bounded() -> None:
    """DOOR-8: Segment's largest batch passes, one more does not; splitting is bounded."""
    assert len(split_delivery(b"[" + b",".join([b"{}"] * MAX_EVENTS) + b"]")) == MAX_EVENTS
    assert refused(b"[" + b",".join([b"{}"] * (MAX_EVENTS + 1)) + b"]") == "too_large"
    assert refused(b"[" + b"1," * 1_000_001 + b"1]") == "too_large"


def test_of_a_key_that_comes_twice_the_last_counts() -> None:
    """SEG-2: of a repeated key the last counts, as in JavaScript."""
    assert (
        parse_webhook(b'{"type":"page","type":"track","event":"A","event":"B"}').events[0].event
        == "B"
    )


PIECES = st.sampled_from(
    [
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        TRACK,
        b'"json":',
        b'"body":"a=b"',
        b"null",
        b"1e999",
        b"NaN",
        b"\\ud800",
        b'"',
        b" ",
        b"\xff",
    ]
)


@given(st.lists(PIECES, max_size=12).map(b"".join) | st.binary(max_size=200))
@tries(400)
def test_any_body_is_a_delivery_or_a_problem(body: bytes) -> None:
    """SEG-7: any body is read, or raises `invalid` or `too_large`."""
    try:
        parse_webhook(body)
    except Problem as problem:
        assert problem.code in ("invalid", "too_large")  # noqa: PT017 -- either outcome will do


@tries(80)
@given(DELIVERIES)
def test_each_element_of_a_real_delivery_changed_in_any_way_is_an_event_or_is_refused(
    body: bytes,
) -> None:
    """SEG-2, SEG-7, SEG-10: with wrong or missing fields, repeated keys, NaN, half pairs, endless
    numbers, depth and damage each element is an event or refused.
    """
    try:
        elements = split_delivery(body)
        parsed = parse_events(elements)
    except Problem as problem:
        assert problem.code in ("invalid", "too_large")  # noqa: PT017 -- either outcome will do
        return
    assert len(parsed.events) + len(parsed.refused) == len(elements)
    assert {problem.code for problem in parsed.refused} <= {"invalid"}
    for event in parsed.events:
        assert 0 < len(event.id) <= MAX_ID
        assert event.id.isprintable()
        assert "@" not in event.id
        assert event.type in TYPES.values()
        texts = (
            event.event,
            event.name,
            event.category,
            event.user_id,
            event.anonymous_id,
            event.previous_id,
            event.group_id,
        )
        assert all(text is None or 0 < len(text) <= MAX_TEXT for text in texts)
        assert all(text is None or text.encode() for text in texts)
        assert all(
            when is None or 0 <= when < 2**53
            for when in (event.occurred_at, event.segment_received_at)
        ), event


def test_equal_events_of_one_delivery_differ_by_their_places() -> None:
    """SEG-14: equal events get ids by their place, wrapped ones too; a single one keeps its usual
    id.
    """
    call = b'{"type":"track","event":"A","userId":"u","timestamp":"2026-01-02T03:04:05Z"}'
    (alone,) = parse_webhook(call).events
    ids = [event.id for event in parse_webhook(b"[%b,%b,%b]" % (call, call, call)).events]
    assert (ids[0], len(set(ids))) == (alone.id, 3)
    wrapped = b'{"json":%b}' % call
    assert [event.id for event in parse_webhook(b"[%b,%b]" % (wrapped, call)).events] == ids[:2]
