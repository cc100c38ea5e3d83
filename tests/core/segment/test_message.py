"""One message, with fields of any type."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.segment.message import from_tracking, from_webhook, read_message
from dagnet_realtime.core.times import parse_time
from dagnet_realtime.model.event import Event
from dagnet_realtime.model.problem import Problem

DELIVERED = json.loads((Path(__file__).parents[2] / "fixtures/segment/delivered.json").read_text())
NOW = parse_time("2026-01-02T03:04:10.000Z") or 0


def webhook(message: Any) -> Event:
    """The event that Segment's delivery says."""
    text = json.dumps(message).encode()
    return from_webhook(read_message(text), text)


def sdk(message: Any, at: int = NOW, **around: Any) -> Event:
    """The event that an SDK's call says."""
    text = json.dumps(message).encode()
    return from_tracking(read_message(text), text, at, **around)


@pytest.mark.parametrize("kind", DELIVERED)
def test_every_type_of_message_is_read(kind: str) -> None:
    """SEG-1: track, page, screen, identify, group, alias and delete are read."""
    event = webhook(DELIVERED[kind])
    assert event.type == DELIVERED[kind]["type"]
    assert event.id == DELIVERED[kind]["messageId"]
    assert event.occurred_at == parse_time(DELIVERED[kind]["timestamp"])
    assert event.segment_received_at == parse_time(DELIVERED[kind]["receivedAt"])


def test_the_fields_that_matter_are_kept() -> None:
    """SEG-1: names and identifiers are kept."""
    assert webhook(DELIVERED["alias"]).previous_id == "user-0000"
    assert webhook(DELIVERED["group"]).group_id == "acct-42"
    page = webhook(DELIVERED["page"])
    assert (page.name, page.category, page.user_id) == ("Landing", None, None)
    assert webhook(DELIVERED["replayed"]).replayed


JUNK: list[Any] = [None, True, 7, 1.5, "", "x", [], [1], {}, {"a": 1}, "💥" * 2000]


@pytest.mark.parametrize("field", sorted(set(DELIVERED["track"]) - {"type"}))
@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: repr(junk)[:12])
def test_a_field_of_the_wrong_type_is_absent_and_the_event_stands(field: str, junk: Any) -> None:
    """SEG-2: no field can spoil a message."""
    assert webhook({**DELIVERED["track"], field: junk}).type == "track"


def test_numbers_for_identifiers_read_as_javascript_prints_them() -> None:
    """SEG-2: a user id that is a number reads as its text."""
    assert webhook({**DELIVERED["track"], "userId": 7.0}).user_id == "7"
    assert webhook({**DELIVERED["track"], "userId": True}).user_id is None


@pytest.mark.parametrize("type", [None, 7, "", "banana", [], {"track": 1}])
def test_what_has_no_known_type_is_no_event(type: Any) -> None:
    """SEG-1: unless it says which event it was."""
    with pytest.raises(Problem) as caught:
        webhook({"type": type, "messageId": "m"})
    assert caught.value.code == "invalid"


def test_a_type_may_be_written_in_capitals_or_left_out_of_a_track() -> None:
    """SEG-1: what can only mean one thing is read as that."""
    assert webhook({"type": "Track", "event": "E"}).type == "track"
    assert webhook({"event": "E"}).type == "track"
    assert webhook({"type": "suppress", "userId": "u"}).type == "delete"


def test_a_message_without_an_id_is_known_by_its_bytes() -> None:
    """SEG-14: a retry is the same event."""
    plain = {key: value for key, value in DELIVERED["track"].items() if key != "messageId"}
    assert webhook(plain).id == webhook(plain).id
    assert webhook(plain).id != webhook({**plain, "event": "Other"}).id
    assert webhook(plain).id.startswith("derived-")


@pytest.mark.parametrize("id", ["x" * 101, "ada@example.com", "two\nlines", "nul\0"])
def test_an_id_that_cannot_stand_in_a_log_is_digested(id: str) -> None:
    """SEG-14: an id that is longer than 100 characters, not printable or an address is digested."""
    event = webhook({**DELIVERED["track"], "messageId": id})
    assert event.id.startswith("derived-")
    assert event.id == webhook({**DELIVERED["page"], "messageId": id}).id


def test_an_sdks_time_is_corrected_by_our_clock() -> None:
    """SEG-5: a skewed time is corrected by `sentAt` of the message or of its envelope."""
    call = {"type": "track", "event": "E", "timestamp": "2026-01-02T03:00:00.000Z"}
    assert sdk({**call, "sentAt": "2026-01-02T03:00:01.000Z"}).occurred_at == NOW - 1000
    assert sdk(call, sent_at="2026-01-02T03:00:02.000Z").occurred_at == NOW - 2000
    assert sdk(call).occurred_at == parse_time(call["timestamp"])
    assert (
        sdk(
            {"type": "track", "event": "E", "receivedAt": "2020-01-01T00:00:00Z"}
        ).segment_received_at
        is None
    )


def test_a_call_without_id_and_time_is_another_event_each_time() -> None:
    """SEG-14: calls without an id differ by arrival and place; a call with a time keeps its id."""
    call = {"type": "track", "event": "E"}
    assert sdk(call).id != sdk(call, NOW + 1).id
    assert sdk(call).id != sdk(call, place=1).id
    timed = {**call, "timestamp": "2026-01-02T03:00:00.000Z"}
    assert sdk(timed).id == sdk(timed, NOW + 1).id


def test_a_delivery_without_timestamp_is_dated_by_what_it_has() -> None:
    """SEG-5: it gets its corrected original time, else the time at which Segment received it, else
    none.
    """
    times = {
        "originalTimestamp": "2026-01-02T03:00:00Z",
        "sentAt": "2026-01-02T03:00:01Z",
        "receivedAt": "2026-01-02T03:00:05Z",
    }
    assert webhook({"type": "track", **times}).occurred_at == parse_time("2026-01-02T03:00:04Z")
    assert webhook({"type": "track", "receivedAt": times["receivedAt"]}).occurred_at == parse_time(
        times["receivedAt"]
    )
    assert webhook({"type": "track"}).occurred_at is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(sorted(DELIVERED["track"])) | st.text(), VALUES))
def test_any_object_is_an_event_or_a_problem(message: dict) -> None:
    """SEG-7: any object is read or raises `invalid`."""
    for parse in (webhook, sdk):
        try:
            event = parse(message)
        except Problem as problem:
            assert problem.code == "invalid"  # noqa: PT017 -- either outcome will do
        else:
            assert 0 < len(event.id) <= 100
