"""From event to log entry: names, tokens, redaction and sampling."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.codec import decode_entry, encode_entry
from dagnet_realtime.core.dagnet.workspace import read_workspace
from dagnet_realtime.core.identifiers import fingerprint
from dagnet_realtime.core.matching import MatchingTable
from dagnet_realtime.core.sanitizer import (
    MAX_KINDS,
    MIN_RATE_BURST,
    MIN_RATE_PER_SECOND,
    MIN_RATE_SECONDS,
    EventSanitizer,
    MinimumRate,
    candidate_names,
    shown_name,
)
from dagnet_realtime.core.segment.message import UNTYPED_READER, Message, from_webhook, read_message
from dagnet_realtime.core.segment.webhook import parse_events
from dagnet_realtime.core.times import parse_time
from dagnet_realtime.model.event import Entry, Event
from dagnet_realtime.model.workspace import Channel, Policy
from tests.support.segment import parse_webhook

NOW = 1_767_323_045_000


def admitted(
    admission: EventSanitizer, number: int, event: str, seconds: float = 0.0, device: str = "phone"
) -> Entry:
    properties = msgspec.Raw(b'{"device":"%b","price":%d}' % (device.encode(), number))
    said = Event(
        id=f"m{number}",
        type="track",
        event=event,
        anonymous_id=f"person {number}",
        properties=properties,
    )
    return admission.entry(said, "web", NOW + round(seconds * 1000))


def admission(sample: float) -> EventSanitizer:
    policy = Policy(sample=sample, properties=("price",))
    return EventSanitizer(policy, frozenset({"device"}), Channel("shop", "prod"), b"key")


def test_a_rare_event_is_carried_however_small_the_sample() -> None:
    """RED-13: the first of a kind is carried with its tokens, flagged partial; the next of the kind
    waits ten seconds.
    """
    rules = admission(1e-9)
    first = admitted(rules, 1, "Rare")
    assert first.flags[-1] == "partial"
    assert first.traces
    assert admitted(rules, 2, "Rare", MIN_RATE_SECONDS - 0.1).flags[-1] == "sampled_out"
    assert admitted(rules, 3, "Other", MIN_RATE_SECONDS - 0.1).flags[-1] == "partial"
    assert (
        admitted(rules, 4, "Rare", MIN_RATE_SECONDS - 0.1, device="desktop").flags[-1] == "partial"
    )
    assert admitted(rules, 5, "Rare", MIN_RATE_SECONDS).flags[-1] == "partial"


def test_what_the_sample_carries_needs_no_floor() -> None:
    """RED-13: a frequent event is carried often enough."""
    rules = admission(0.5)
    flags = [admitted(rules, number, "Often", number / 1000).flags for number in range(200)]
    assert sum("partial" in one for one in flags) <= 1
    assert 60 < sum("sampled_out" in one for one in flags) < 140


def test_a_sample_of_nothing_carries_nothing() -> None:
    """RED-13: with a sample of 0 every trace is left out."""
    assert admitted(admission(0.0), 1, "Rare").flags[-1] == "sampled_out"


def test_the_floor_is_bounded() -> None:
    """RED-13: filters on properties of many values make many kinds, and no flood."""
    floor = MinimumRate()
    lifted = sum(floor.should_keep(number, 1.0) for number in range(5000))
    assert lifted == MIN_RATE_BURST
    assert (
        sum(floor.should_keep(number, 2.0) for number in range(5000, 9000)) == MIN_RATE_PER_SECOND
    )
    for number in range(3 * MAX_KINDS):
        floor.record(number, 3.0)
    assert len(floor._carried) == MAX_KINDS
    assert not floor.should_keep(3 * MAX_KINDS - 1, 3.0)
    assert floor.should_keep(0, 100.0)
    assert floor.should_keep(0, 50.0), "a clock that was set back starves no kind"


CASES = json.loads((Path(__file__).parents[2] / "conformance/names.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_names_are_those_of_the_vectors(case: dict) -> None:
    """MAT-1: candidate names, and the shown name."""
    arguments = case["type"], case["event"], case["name"], case["category"]
    assert list(candidate_names(*arguments)) == case["names"]
    assert shown_name(*arguments) == case["shown"]


@given(st.sampled_from(["track", "page", "screen", "identify"]), *[st.none() | st.text()] * 3)
def test_the_shown_name_is_a_candidate_and_candidates_never_repeat(
    type: str, event: str | None, name: str | None, category: str | None
) -> None:
    """MAT-1: what is shown can be bound."""
    names = candidate_names(type, event, name, category)
    assert len(set(names)) == len(names)
    assert all(names)
    assert not names or shown_name(type, event, name, category) in names


DELIVERED = json.loads((Path(__file__).parents[1] / "fixtures/segment/delivered.json").read_text())
NOW_ADMISSION = parse_time("2026-01-02T03:04:06.000Z") or 0
ACME = Channel("acme", "prod")


def event(message: Any) -> Event:
    """The message parsed as a delivery."""
    text = json.dumps(message).encode()
    return from_webhook(read_message(text), text)


def admitted_admission(
    message: Any, needed: set[str] | None = None, at: int = NOW_ADMISSION, **policy: Any
) -> Entry:
    """The entry under a policy."""
    return EventSanitizer(Policy(**policy), frozenset(needed or ()), ACME, b"key").entry(
        event(message), "web", at
    )


def track(**fields: Any) -> dict[str, Any]:
    """The fixture's track with other fields."""
    return {**DELIVERED["track"], **fields}


def test_an_entry_says_what_happened_and_not_to_whom() -> None:
    """RED-1: names, times and allowed properties. RED-7: tokens for identifiers."""
    entry = admitted_admission(DELIVERED["track"], {"device"})
    assert (entry.id, entry.type, entry.name, entry.names) == (
        DELIVERED["track"]["messageId"],
        "track",
        "Product Added",
        ("Product Added",),
    )
    assert entry.properties == {"device": "mobile"}
    assert [trace.kind for trace in entry.traces] == ["userId", "anonymousId"]
    assert (entry.source, entry.arrived_at, entry.occurred_at) == (
        "web",
        NOW_ADMISSION,
        parse_time("2026-01-02T03:04:05.300Z"),
    )
    assert entry.segment_received_at == parse_time("2026-01-02T03:04:05.400Z")
    assert entry.flags == ()


CANARY = "canary-7f3a@leak.example.com"


def planted(value: Any) -> Any:
    """`value` with the canary in every text."""
    if isinstance(value, dict):
        return {key: planted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [planted(inner) for inner in value]
    return CANARY if isinstance(value, str) else value


@pytest.mark.parametrize("kind", DELIVERED)
@pytest.mark.parametrize(
    "policy",
    [
        {},
        {"properties": ("*",)},
        {"identity": "trace_id", "trace": ("properties.device", "userId")},
    ],
)
def test_a_canary_in_every_field_reaches_no_entry(kind: str, policy: dict) -> None:
    """ACC-27: canaries at any place of a message reach no entry."""
    message = {**planted(DELIVERED[kind]), "type": DELIVERED[kind]["type"]}
    stored = encode_entry(admitted_admission(message, {"device", "plan"}, **policy))
    assert b"canary" not in stored
    assert b"leak.example" not in stored


def test_traits_come_from_the_message_or_from_its_context() -> None:
    """RED-1: traits come from both, for filters on user properties; the message's own win."""
    assert admitted_admission(DELIVERED["identify"], {"plan", "email"}).traits == {"plan": "free"}
    attached = track(context={"traits": {"plan": "pro", "seats": 3}}, traits={"plan": "free"})
    assert admitted_admission(attached, {"plan", "seats"}).traits == {"plan": "free", "seats": 3}
    assert admitted_admission(track(context={"traits": 7}, traits=[]), {"plan"}).traits == {}


def test_an_alias_carries_both_identifiers_tokens() -> None:
    """RED-9: an alias has the tokens of both identifiers, so that the engine can join
    their traces.
    """
    alias = {trace.kind: trace.token for trace in admitted_admission(DELIVERED["alias"]).traces}
    before = admitted_admission(track(userId="user-0000"))
    assert alias["previousId"] == before.traces[0].token
    assert alias["userId"] == admitted_admission(DELIVERED["track"]).traces[0].token


def test_only_explicit_trace_ids_are_tied_under_that_policy() -> None:
    """RED-9: identity `trace_id` drops who it was."""
    entry = admitted_admission(track(properties={"trace_id": "t-1"}), identity="trace_id")
    assert [trace.kind for trace in entry.traces] == ["properties.trace_id"]
    assert entry.revealed == {}


def test_identifiers_are_kept_as_sent_only_under_reveal() -> None:
    """RED-9: revealed identifiers stand beside the tokens, in a field of their own."""
    entry = admitted_admission(DELIVERED["track"], identity="reveal")
    assert entry.revealed == {
        "userId": "user-0001",
        "anonymousId": DELIVERED["track"]["anonymousId"],
    }
    assert entry.traces == admitted_admission(DELIVERED["track"]).traces


def test_a_delete_has_no_trace_and_says_whose_to_forget() -> None:
    """RED-12: a delete carries the tokens of the person under any policy."""
    assert admitted_admission(DELIVERED["delete"]).traces == ()
    assert admitted_admission(DELIVERED["delete"], identity="reveal").revealed == {}
    assert admitted_admission(DELIVERED["delete"]).forgets == (
        admitted_admission(DELIVERED["track"]).traces[0].token,
    )
    assert (
        admitted_admission(DELIVERED["delete"], sample=0.0).forgets
        == admitted_admission(DELIVERED["delete"]).forgets
    ), "in any sample"
    admission = EventSanitizer(Policy(identity="trace_id"), frozenset(), ACME, b"key")
    assert admission.tokens_of_deleted(event(DELIVERED["delete"]), NOW_ADMISSION) == {
        admitted_admission(DELIVERED["track"]).traces[0].token
    }


@pytest.mark.parametrize(
    ("message", "flags"),
    [
        (DELIVERED["violation"], ("violation",)),
        (DELIVERED["replayed"], ("late", "replayed")),
        (track(context={"protocols": {"violations": [{"type": "x"}]}}), ("violation",)),
        (track(context={"violations": [{"type": "x"}]}), ("violation",)),
        (track(context={"protocols": {"violations": []}, "violations": 7}), ()),
        (track(context={"protocols": [], "violations": None}), ()),
        (track(messageId="segment-test-message-abc"), ("test",)),
        (track(properties={"qa": {"on": True}}), ("test",)),
        (track(properties={"qa": {"on": False}}), ()),
        (track(timestamp="2026-01-02T03:03:05.999Z"), ("late",)),
        (track(timestamp="2026-01-02T03:03:06.000Z"), ()),
        (track(timestamp="2031-01-02T03:03:06.000Z"), ()),
        (track(replay="yes"), ()),
    ],
)
def test_flags_say_what_is_special(message: dict, flags: tuple) -> None:
    """HUB-23: the flags are late (over 60 s), replayed, violation and test."""
    assert admitted_admission(message, test_property="qa.on").flags == flags


def test_a_name_that_holds_something_personal_is_not_kept() -> None:
    """RED-3: a personal name is redacted, since every viewer sees names."""
    entry = admitted_admission(track(event="Mailed ada@example.com"))
    assert (entry.name, entry.names) == ("[redacted]", ("[redacted]",))
    page = admitted_admission({**DELIVERED["page"], "name": "/find?q=ada"})
    assert page.name == "Viewed /find Page"


def test_sampled_out_traces_keep_what_counting_needs() -> None:
    """RED-13: type, names, filter properties; no tokens, nothing else."""
    entry = admitted_admission(
        DELIVERED["track"], {"device"}, sample=0.0, properties=("price",), identity="reveal"
    )
    assert (entry.traces, entry.revealed, entry.properties) == ((), {}, {"device": "mobile"})
    assert entry.names == ("Product Added",)
    assert entry.flags == ("sampled_out",)


def test_a_trace_is_sampled_as_a_whole_and_test_traffic_never() -> None:
    """RED-13: a trace is sampled by the hash of its token, and test messages are always carried."""
    for person in range(40):
        flags = {
            admitted_admission(track(anonymousId=f"a{person}", messageId=f"m{n}"), sample=0.5).flags
            for n in range(5)
        }
        assert len(flags) == 1
    assert admitted_admission(track(messageId="segment-test-message-x"), sample=0.0).flags == (
        "test",
    )


def test_remembered_names_do_not_leak_between_messages() -> None:
    """RED-1: one sanitizer names alternating messages correctly."""
    admission = EventSanitizer(Policy(), frozenset(), ACME, b"key")
    names = [
        admission.entry(event(message), "web", NOW_ADMISSION).name
        for message in (DELIVERED["page"], DELIVERED["screen"], DELIVERED["page"])
    ]
    assert names == ["Viewed Landing Page", "Viewed Main Home Screen", "Viewed Landing Page"]


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("properties", "traits", "context", "integrations", "userId", "messageId", "timestamp"),
            TREES,
        ),
    )
)
def test_any_event_can_be_admitted_and_stored(fields: dict) -> None:
    """SEG-7: nothing is raised by what parsed."""
    text = json.dumps({"type": "track", "event": "E", **fields}).encode()
    for parsed in parse_webhook(text).events:
        entry = EventSanitizer(Policy(properties=("*",)), frozenset({"a.b"}), ACME, b"key").entry(
            parsed, "web", NOW_ADMISSION
        )
        assert msgspec.msgpack.decode(encode_entry(entry), type=Entry) == entry


PLACED = ("userId", "anonymousId", "groupId", "previousId")


@pytest.mark.parametrize(
    "id",
    ["undefined", " NULL", "[object Object]", "00000000-0000-0000-0000-000000000000", -1, 0, "0"],
)
def test_a_placeholder_is_no_identifier_wherever_it_stands(id: object) -> None:
    """RED-21: a placeholder makes no token and is not revealed; a session is read from the next
    place.
    """
    message = {
        **DELIVERED["alias"],
        **dict.fromkeys(PLACED, id),
        "context": {"sessionId": id, "session_id": "s"},
        "properties": {"trace_id": id},
    }
    entry = admitted_admission(
        message,
        identity="reveal",
        trace=("properties.trace_id", "session", "userId", "anonymousId", "groupId"),
    )
    assert [trace.kind for trace in entry.traces] == ["session"]
    assert entry.revealed == {"session": "s"}
    assert "placeholder" in entry.flags
    assert (
        "placeholder"
        not in admitted_admission({**message, **dict.fromkeys(PLACED, "x"), "properties": {}}).flags
    )


@pytest.mark.parametrize(
    ("id", "shared"),
    [
        ("undefined", True),
        (0, True),
        ("00000000-0000-0000-0000-000000000000", True),
        ("order-0", False),
        (None, False),
    ],
)
def test_a_placeholder_as_a_message_id_is_reported(id: object, shared: bool) -> None:
    """RED-21: all that have it are taken for repeats, but the first."""
    assert ("shared_id" in admitted_admission(track(messageId=id)).flags) == shared


def test_no_entry_and_no_print_holds_an_id_that_no_sdk_made() -> None:
    """SEG-14, ACC-27: neither the entry nor a repr holds an id that no SDK made."""
    for id in (
        "ada.canary@example.com",
        "+4917612345678",
        "ada-canary",
        f"{'x' * 200}canary",
        "canary\u202e",
        4917612345678,
    ):
        found = event(track(messageId=id))
        entry = admitted_admission(track(messageId=id))
        assert entry.id.startswith("derived-")
        for text in (repr(entry), repr(found), encode_entry(entry).decode("latin-1")):
            assert "canary" not in text
            assert "491761" not in text


def test_what_tells_repeats_is_stored_nowhere() -> None:
    """SEG-14: entries are what they were, so that processes of different builds read each other's."""
    entry = admitted_admission(track(messageId="order-1"))
    assert entry.once == fingerprint("order-1")
    assert entry.once not in encode_entry(entry)
    assert admitted_admission(track(messageId=DELIVERED["track"]["messageId"])).once is None
    assert decode_entry(encode_entry(entry)) == entry
    assert hash(decode_entry(encode_entry(entry))) == hash(entry)


def test_a_followed_trace_is_never_sampled_out() -> None:
    """RED-13: it is kept from then on by any of its tokens, and partial; others stay out."""
    admission = EventSanitizer(Policy(sample=0.0), frozenset(), ACME, b"key")
    whole = EventSanitizer(Policy(), frozenset(), ACME, b"key").entry(
        event(track()), "web", NOW_ADMISSION
    )
    for trace in whole.traces:
        kept = admission.entry(event(track()), "web", NOW_ADMISSION, frozenset({trace.token}))
        assert (kept.traces, kept.flags) == (whole.traces, ("partial",))
    assert admission.entry(
        event(track()), "web", NOW_ADMISSION, frozenset({"somebody-else"})
    ).flags == ("sampled_out",)
    assert (
        EventSanitizer(Policy(), frozenset(), ACME, b"key")
        .entry(event(track()), "web", NOW_ADMISSION, frozenset({whole.traces[0].token}))
        .flags
        == ()
    )


def test_what_a_filter_reads_of_traits_is_kept_and_lights() -> None:
    """MAT-5, RED-1: a filter on a user property finds its value, in the message's traits or in its
    context's.
    """
    files = {
        "graphs/g.json": b'{"nodes": [{"uuid": "A", "event_id": "pro"}], "edges": []}',
        "events/pro.yaml": b"id: pro\nprovider_event_names: {segment: Buy}\n"
        b"amplitude_filters: [{property: plan, operator: is, values: [pro], property_type: user}]\n",
    }
    catalogue = read_workspace(files)
    for plan, lit in (("pro", ("A",)), ("free", ())):
        entry = admitted_admission(
            track(event="Buy", context={"traits": {"plan": plan, "email": CANARY}}),
            set(catalogue.needed),
        )
        assert entry.traits == {"plan": plan}
        assert (
            MatchingTable(catalogue.graphs["g"].listens).match(
                entry.names, entry.properties, entry.traits
            )
            == lit
        )


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=8)
    | st.sampled_from(["x" * 600, ""])
)
_ANY = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["plan", "a.b", "a", "b", "traits"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_FIELDS = [*Message.__struct_encode_fields__]


@pytest.mark.parametrize(
    "policy",
    [
        Policy(properties=("plan", "a.b")),
        Policy(properties=("*",), trace=("context.a", "a.b", "session")),
    ],
)
@given(
    changed=st.dictionaries(st.sampled_from(_FIELDS), _ANY, max_size=4),
    form=st.sampled_from(sorted(DELIVERED)),
)
def test_what_is_read_in_one_pass_is_admitted_as_what_is_read_bit_by_bit(
    policy: Policy, changed: dict[str, Any], form: str
) -> None:
    """SEG-2, RED-1: both readers give the same entries, for any field and policy."""
    text = json.dumps({**DELIVERED[form], **changed}).encode()
    admission = EventSanitizer(policy, frozenset({"plan"}), ACME, b"key")
    told = [parse_events((text,), using) for using in (UNTYPED_READER, admission.reader)]
    assert len(told[0].refused) == len(told[1].refused)
    slow, quick = (
        [encode_entry(admission.entry(event, "web", NOW_ADMISSION)) for event in parsed.events]
        for parsed in told
    )
    assert slow == quick
