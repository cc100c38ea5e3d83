"""Records of a stream become events: every shape and framing, and what is refused."""

import base64
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.json_text import NeedsRepair
from dagnet_realtime.core.sanitizer import EventSanitizer
from dagnet_realtime.core.stream_records import MAX_RECORD, open_record, record_events, valid_shape
from dagnet_realtime.core.times import parse_time
from dagnet_realtime.model.event import Event
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.stream import Only, Partition, Record
from dagnet_realtime.model.workspace import Channel, Policy
from tests.support.tries import tries

READ_AT = parse_time("2026-01-02T03:05:00.000Z") or 0
CASES = json.loads((Path(__file__).parents[2] / "conformance/stream_records.json").read_text())[
    "cases"
]
NAMES = {
    "id": "id",
    "type": "type",
    "event": "event",
    "name": "name",
    "anonymousId": "anonymous_id",
    "userId": "user_id",
}
PLACE = Partition("events", 3)


def record(
    value: bytes | None,
    offset: int = 7,
    written_at: int | None = None,
    headers: dict[str, str] | None = None,
) -> Record:
    """A record as a producer wrote it."""
    return Record(
        PLACE,
        offset,
        value,
        written_at,
        tuple((key, text.encode()) for key, text in (headers or {}).items()),
    )


class Read(NamedTuple):
    """The events of a record, every refusal in it, and how many of its events are another source's."""

    events: tuple[Event, ...] = ()
    refused: tuple[Problem, ...] = ()
    others: int = 0


def parsed(of: Record, shape: str = "auto", only: Only | None = None) -> Read:
    """What a record holds."""
    try:
        opened = open_record(of, shape)
    except Problem as problem:
        return Read((), (problem,))
    found = record_events(opened.found, READ_AT, only=only)
    return Read(
        found.events,
        (*opened.refused, *(problem for _, problem in found.refused)),
        len(found.others),
    )


def read(case: dict[str, Any]) -> Read:
    """What becomes of a vector's record."""
    value = (
        base64.b64decode(case["base64"])
        if "base64" in case
        else None
        if case["value"] is None
        else case["value"].encode()
    )
    only = {key: frozenset(values) for key, values in case.get("only", {}).items()}
    return parsed(
        record(value, 7, parse_time(case.get("written_at")), case.get("headers")),
        case.get("shape", "auto"),
        Only(**only),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_record_becomes_the_events_of_its_vector(case: dict[str, Any]) -> None:
    """STR-1, STR-2: shapes and framings are read, wrong records refused in a sentence, and
    sources kept apart.
    """
    found = read(case)
    assert [event.type for event in found.events] == [wanted["type"] for wanted in case["events"]]
    for event, wanted in zip(found.events, case["events"], strict=True):
        for key, value in wanted.items():
            seen = event.occurred_at if key == "occurredAt" else getattr(event, NAMES[key])
            assert seen == (parse_time(value) if key == "occurredAt" else value), key
    assert [problem.code for problem in found.refused] == [
        wanted["code"] for wanted in case["refused"]
    ]
    for problem, wanted in zip(found.refused, case["refused"], strict=True):
        assert problem.title == wanted.get("title", problem.title)
        assert wanted.get("says", "") in problem.sentence()
        assert problem.remedy
    assert found.others == case.get("others", 0)


def test_no_envelope_leaks_into_what_is_kept() -> None:
    """STR-1: headers, cookies and addresses around an event reach neither the event nor an entry of
    it.
    """
    admission = EventSanitizer(Policy(properties=("*",)), frozenset(), Channel("w", "e"), b"k" * 32)
    for case in CASES:
        for event in read(case).events:
            kept = repr(admission.entries([event], "s", READ_AT, frozenset()))
            assert not any(
                secret in kept
                for secret in ("secret", "203.0.113", "cookie", "wk-a", "aws.partner")
            ), case["name"]


def test_a_retry_is_the_same_event_and_two_clicks_are_two() -> None:
    """SEG-14: without an id, events differ by their bytes, and without a time also by their places
    in the stream.
    """
    timed = b'{"type":"track","event":"E","timestamp":"2026-01-02T03:04:03Z"}'
    bare = b'{"type":"track","event":"E"}'

    def ids(value: bytes, offset: int) -> list[str]:
        return [event.id for event in parsed(record(value, offset)).events]

    assert ids(timed, 7) == ids(timed, 8)
    assert ids(bare, 7) == ids(bare, 7)
    assert ids(bare, 7) != ids(bare, 8)
    together = ids(b"[" + bare + b"," + bare + b"]", 7)
    assert len(set(together)) == 2
    assert ids(b"[" + bare + b"," + bare + b"]", 7) == together


def test_a_record_beyond_the_bound_is_refused_unread() -> None:
    """STR-2: an oversized record is refused before it is parsed."""
    with pytest.raises(Problem, match="too large"):
        open_record(record(b"{" * (MAX_RECORD + 1)))


def test_what_must_be_mended_can_be_put_off() -> None:
    """STR-1: with `repair=False` a record that needs repair raises `NeedsRepair`."""
    for value in (
        b'{"type":"track","event":"E","properties":{"p":NaN}}',
        b'[{"type":"track","event":NaN}]',
    ):
        with pytest.raises(NeedsRepair):
            record_events(open_record(record(value), repair=False).found, READ_AT, repair=False)
        assert len(parsed(record(value)).events) == 1


def test_shapes_are_known() -> None:
    """STR-1: a shape is a known word or a JSON pointer."""
    assert all(map(valid_shape, ("auto", "event", "batch", "/a/b")))
    assert not any(map(valid_shape, ("", "json", "a/b", "/" * 300)))


LIKELY = st.sampled_from([case["value"].encode() for case in CASES if case.get("value")])


@tries(200)
@given(
    value=st.one_of(st.binary(max_size=400), LIKELY),
    cut=st.integers(0, 400),
    more=st.binary(max_size=8),
)
def test_any_bytes_are_events_or_refusals(value: bytes, cut: int, more: bytes) -> None:
    """STR-2: nothing but a `Problem` is raised, for any record, and an event holds
    nothing else.
    """
    for shape in ("auto", "event", "batch", "/detail", "/0/a"):
        found = parsed(record(value[:cut] + more + value[cut:]), shape)
        assert all(isinstance(event, Event) for event in found.events)
        assert all(problem.title for problem in found.refused)
