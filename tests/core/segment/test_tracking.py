"""Segment's tracking API."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.json_text import NeedsRepair
from dagnet_realtime.core.segment.message import RepeatNumbers
from dagnet_realtime.core.segment.tracking import (
    MAX_EVENT,
    MAX_EVENTS,
    ROUTES,
    is_batch,
    open_batch,
    parse_batch_events,
    parse_single,
    write_key,
    write_keys,
)
from dagnet_realtime.core.times import parse_time
from dagnet_realtime.model.problem import Problem
from tests.support.deliveries import CALLS
from tests.support.segment import parse_batch
from tests.support.tries import tries

BATCH = json.loads((Path(__file__).parents[2] / "fixtures/segment/batch.json").read_text())
NOW = parse_time("2026-01-02T03:04:10.000Z") or 0


def packed(**fields: Any) -> bytes:
    """The fixture's batch with other fields."""
    return json.dumps({**BATCH, **fields}).encode()


def test_a_batch_is_read_by_our_clock() -> None:
    """SEG-5: the envelope's sentAt corrects every event of it."""
    events = parse_batch(packed(), NOW).events
    assert [event.type for event in events] == ["track", "page"]
    assert [event.occurred_at for event in events] == [NOW - 1000, NOW - 1000]


def test_the_envelopes_context_and_integrations_lie_under_each_events_own() -> None:
    """SEG-12: context and integrations of a batch are merged under each event's own, as Segment
    merges them.
    """
    first, second = parse_batch(packed(), NOW).events
    assert msgspec.json.decode(first.context) == {
        "sessionId": "S1",
        "library": {"name": "analytics-python", "version": "2.4.0"},
    }
    assert msgspec.json.decode(second.context) == BATCH["context"]
    assert msgspec.json.decode(first.integrations) == BATCH["integrations"]


@pytest.mark.parametrize(("own", "merged"), [
    ({"b": 3}, {"a": 1, "b": 3}),
    ({}, {"a": 1, "b": {"c": 2}}),
    (None, {"a": 1, "b": {"c": 2}}),
    (["b"], {"a": 1, "b": {"c": 2}}),
    ({"b": None, "d": "}"}, {"a": 1, "b": None, "d": "}"}),
])  # fmt: skip
def test_a_member_of_an_events_own_context_replaces_the_envelopes(own: Any, merged: Any) -> None:
    """SEG-12: a member is replaced whole, with any spacing of the text."""
    body = json.dumps(
        {
            "context": {"a": 1, "b": {"c": 2}},
            "batch": [{"type": "page", "userId": "u", "context": own}],
        },
        indent=1,
    ).encode()
    (event,) = parse_batch(body, NOW).events
    assert msgspec.json.decode(event.context) == merged


@pytest.mark.parametrize("name", ["context", "integrations"])
def test_an_envelope_that_would_make_each_event_too_large_is_refused(name: str) -> None:
    """SEG-12: its size counts once for each event."""
    with pytest.raises(Problem) as caught:
        parse_batch(packed(**{name: {"a": "x" * 33_000}}), NOW)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize("context", [None, 7, [], "x"])
def test_a_context_of_the_wrong_type_adds_nothing(context: Any) -> None:
    """SEG-2: a wrong type is ignored on the envelope as on an event."""
    assert len(parse_batch(packed(context=context), NOW).events) == 2


def test_the_route_says_the_type_of_a_single_call() -> None:
    """SEG-12: long and short routes give the type, also against the body's."""
    assert {ROUTES[route] for route in "tipsga"} == {
        "track",
        "identify",
        "page",
        "screen",
        "group",
        "alias",
    }
    assert ROUTES["b"] is ROUTES["batch"] is None
    assert parse_single(b'{"type":"track","userId":"u"}', "identify", NOW).type == "identify"
    assert parse_single(b'{"userId":"u"}', "page", NOW).type == "page"


def test_the_write_key_stands_in_the_body_where_no_header_has_it() -> None:
    """SEG-12: a call's write key is read from its body; without one it is empty."""
    assert write_key(packed()) == "LOCALKEY"
    assert write_key(b'{"writeKey":7}') == "7"
    assert write_key(b'{"writeKey":{}}') == write_key(b"{}") == ""
    with pytest.raises(Problem):
        write_key(b"[]")


def test_events_and_batches_are_bounded_as_at_segment() -> None:
    """DOOR-8: an event has at most 32 KB, and a batch 2,500 events."""
    large = {"type": "track", "event": "E", "properties": {"x": "y" * MAX_EVENT}}
    parsed = parse_batch(packed(batch=[large, BATCH["batch"][0]]), NOW)
    assert (len(parsed.events), [problem.code for problem in parsed.refused]) == (1, ["too_large"])
    with pytest.raises(Problem) as caught:
        parse_single(json.dumps(large).encode(), "track", NOW)
    assert caught.value.code == "too_large"
    with pytest.raises(Problem):
        open_batch(packed(batch=[{}] * (MAX_EVENTS + 1)))


@pytest.mark.parametrize("batch", [None, 7, "x", {}, True])
def test_a_batch_without_its_list_is_a_problem(batch: Any) -> None:
    """SEG-7: a batch that is no list raises `invalid`."""
    with pytest.raises(Problem) as caught:
        parse_batch(packed(batch=batch), NOW)
    assert caught.value.code == "invalid"


@given(
    st.binary(max_size=200)
    | st.dictionaries(
        st.sampled_from(sorted(BATCH)),
        st.lists(st.none() | st.text() | st.dictionaries(st.text(), st.text())),
    )
)
def test_any_body_is_a_batch_or_a_problem(body: Any) -> None:
    """SEG-7: any body is read, or raises `invalid` or `too_large`."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    for parse in (
        lambda: parse_batch(text, NOW),
        lambda: parse_single(text, "track", NOW),
        lambda: write_key(text),
    ):
        try:
            parse()
        except Problem as problem:
            assert problem.code in ("invalid", "too_large")  # noqa: PT017 -- either outcome will do


@tries(60)
@given(CALLS, st.sampled_from(sorted(ROUTES)), st.integers(0, 2**45))
def test_a_real_call_changed_in_any_way_is_read_or_refused(
    body: bytes, route: str, arrived_at: int
) -> None:
    """SEG-2, SEG-5, SEG-7, SEG-10, SEG-12: calls and envelopes with any wrong field or damaged byte
    are read or refused.
    """
    type = ROUTES[route]
    try:
        assert isinstance(write_key(body), str)
        events = (
            parse_batch(body, arrived_at).events
            if type is None
            else (parse_single(body, type, arrived_at),)
        )
    except Problem as problem:
        assert problem.code in ("invalid", "too_large")  # noqa: PT017 -- either outcome will do
        return
    for event in events:
        assert 0 < len(event.id) <= 100
        assert event.segment_received_at is None
        assert type in (None, event.type)


def test_what_cannot_be_read_of_a_batch_costs_the_rest_nothing() -> None:
    """SEG-2, SEG-10: the envelope is cut into its elements if it is no JSON as a whole."""
    good = b'{"type":"track","event":"Good","userId":"u"}'
    deep = b'{"type":"track","event":"Deep","properties":' + b"[" * 5_000 + b"]" * 5_000 + b"}"
    for bad, refused in (
        (deep, 1),
        (b'{"type":"track","event":"NaN","properties":{"a":NaN}}', 0),
        (b"{tru}", 1),
        (b'{"a":"\xe9"}', 1),
    ):
        for envelope in (
            b'{"batch":[%b,%b],"sentAt":"2026-01-02T03:04:05Z"}',
            b'{"sentAt":"2026-01-02T03:04:05Z" , "batch" : [%b , %b] }',
        ):
            parsed = parse_batch(envelope % (bad, good), NOW)
            assert "Good" in [event.event for event in parsed.events]
            assert len(parsed.refused) == refused
    strange = parse_batch(b'{"batch":[%b],"sentAt":NaN,"context":{"a":NaN}}' % good, NOW)
    assert [event.event for event in strange.events] == ["Good"]


def test_a_body_on_the_wrong_route_is_taken_as_what_it_is() -> None:
    """SEG-12: a batch that comes by a single call's route, and a call that comes by the batch's."""
    batch = b'{"batch":[{"type":"track","event":"E","userId":"u"}]}'
    assert is_batch(batch)
    assert is_batch(b'{"batch":[{"a":NaN}]}')
    for single in (
        b'{"event":"E","batch":[1]}',
        b'{"type":"track","batch":[]}',
        b'{"properties":{"batch":[1]}}',
        b'{"batch":7}',
        b"{",
        b'"batch"',
    ):
        assert not is_batch(single)
    assert [
        event.event
        for event in parse_batch(b'{"type":"track","event":"E","userId":"u"}', NOW).events
    ] == ["E"]
    with pytest.raises(Problem, match="batch is missing"):
        parse_batch(b'{"event":"E"}', NOW)
    with pytest.raises(NeedsRepair):
        is_batch(b'{"batch":[NaN]}', repair=False)


def test_a_key_is_looked_for_without_decoding_and_from_both_ends() -> None:
    """DOOR-16: a key is found in any spelling, and at most 16 candidates are."""
    assert list(write_keys(b'{"a":NaN,"writeKey" : "one"}')) == ["one"]
    assert list(write_keys(rb'{"writeKey":"a\u0062\"c"}')) == ['ab"c']
    assert list(write_keys(b'{"writeKey":42}')) == ["42"]
    many = b"{" + b",".join(b'"writeKey":"%d"' % number for number in range(50_000)) + b"}"
    found = list(write_keys(many))
    assert len(found) == 16
    assert found[:2] == ["49999", "0"]
    for none in (
        b"",
        b'"writeKey"',
        b'"writeKey":',
        b'"writeKey":"' + b"x" * 5000 + b'"',
        b'{"writeKey":null}',
        rb'"writeKey":"\x"',
    ):
        assert list(write_keys(none)) == []


def test_a_write_key_is_found_strictly() -> None:
    """DOOR-16: nothing is mended for a sender whose key is not known."""
    with pytest.raises(Problem) as caught:
        write_key(b'{"writeKey":"K","a":NaN}')
    assert caught.value.code == "invalid"


def test_equal_messages_of_one_batch_differ_by_their_places() -> None:
    """SEG-14: three are three, a retry is the same three, and in stretches they are the same as at
    once.
    """
    call = b'{"type":"track","event":"A","userId":"u","timestamp":"2026-01-02T03:04:05Z"}'
    body = b'{"batch":[%b,{"type":"page"},%b,%b]}' % (call, call, call)
    ids = [event.id for event in parse_batch(body, 1).events]
    assert len(set(ids)) == 4
    assert [event.id for event in parse_batch(body, 99).events if event.type == "track"] == [
        ids[0],
        *ids[2:],
    ]
    envelope, elements = open_batch(body)
    repeats = RepeatNumbers()
    parts = [
        parse_batch_events(envelope, elements[at : at + 1], 1, at, repeats=repeats).events[0].id
        for at in (0, 0, 1, 2, 3)
    ]
    assert [parts[0], *parts[1:]] == [ids[0], *ids]
