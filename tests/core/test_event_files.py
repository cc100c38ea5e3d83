"""What a person wants to send."""

import base64
import gzip
import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.event_files import parse_messages
from dagnet_realtime.core.identifiers import MessageIds
from dagnet_realtime.core.sanitizer import EventSanitizer
from dagnet_realtime.core.segment.message import from_webhook, read_message
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Policy

TRACK = {"type": "track", "event": "purchase", "anonymousId": "a", "messageId": "m"}


@pytest.mark.parametrize(
    "written",
    [
        json.dumps(TRACK),
        json.dumps(TRACK, indent=2),
        json.dumps([TRACK]),
        json.dumps(TRACK) + "\n\n",
        json.dumps({"batch": [TRACK], "writeKey": "w"}),
        json.dumps([{"source_path": "x.md", "line": 1, "payload": TRACK}]),
        json.dumps({"method": "POST", "path": "/v1/t", "body_text": json.dumps(TRACK)}),
        json.dumps(
            {
                "body_base64": base64.b64encode(gzip.compress(json.dumps(TRACK).encode())).decode(),
                "body_text": "not read",
            }
        ),
        json.dumps({"body_base64": base64.b64encode(json.dumps(TRACK).encode()).decode()}),
    ],
)
def test_every_shape_gives_the_message(written: str) -> None:
    """CLI-10: `send` takes JSON, NDJSON, batches and captured requests."""
    assert parse_messages(written, "f") == [TRACK]


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u0085", "\x1c"])
def test_what_other_readers_take_for_the_end_of_a_line_is_text(mark: str) -> None:
    """CLI-10: Unicode separators in names and values do not end a line, with LF and CRLF files."""
    event = TRACK | {"event": f"a{mark}b"}
    line = json.dumps(event, ensure_ascii=False)
    for end in ("\n", "\r\n"):
        assert parse_messages(line + end + line + end, "f") == [event, event]


def test_lines_are_read_in_order() -> None:
    lines = [json.dumps(TRACK | {"messageId": str(number)}) for number in range(5)]
    assert [message["messageId"] for message in parse_messages("\n".join(lines), "f")] == list(
        "01234"
    )


def test_a_batch_lends_its_context_and_time_to_its_messages() -> None:
    batch = {
        "batch": [TRACK, TRACK | {"context": {"own": 1}}],
        "context": {"shared": 1},
        "sentAt": "2026-01-01T00:00:00Z",
    }
    first, second = parse_messages(json.dumps(batch), "f")
    assert first["context"] == {"shared": 1}
    assert second["context"] == {"own": 1}
    assert first["sentAt"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("bare", "kind"),
    [
        ({"event": "purchase"}, "track"),
        ({"userId": "u", "traits": {}}, "identify"),
        ({"userId": "u", "groupId": "g", "traits": {}}, "group"),
        ({"userId": "u", "previousId": "p"}, "alias"),
        ({"anonymousId": "a", "name": "Home"}, "page"),
    ],
)
def test_a_body_without_a_type_is_what_its_fields_say(bare: dict[str, object], kind: str) -> None:
    assert parse_messages(json.dumps(bare), "f") == [{"type": kind, **bare}]


def test_envelopes_of_event_streams_are_opened() -> None:
    envelope = {"version": "0", "detail-type": "track", "detail": TRACK}
    assert parse_messages(json.dumps(envelope), "f") == [TRACK]
    assert parse_messages(
        json.dumps({"Records": [{"messageId": "q", "body": json.dumps(envelope)}]}), "f"
    ) == [TRACK]


def test_a_session_log_sends_what_its_frames_carry() -> None:
    """CLI-10: `send` takes a session log; its tokens stand in for identifiers."""
    event = {
        "id": "m1",
        "type": "track",
        "name": "purchase",
        "occurred_at": "2026-01-02T03:04:05.678Z",
        "traces": [{"kind": "userId", "token": "t1"}, {"kind": "anonymousId", "token": "t2"}],
        "properties": {"price": 3},
    }
    lines = [
        {"format": "dagnet-realtime-session-log", "version": 1},
        {"op": "hello"},
        {"op": "batch", "events": [event]},
        {"op": "beat"},
    ]
    (made,) = parse_messages("\n".join(json.dumps(line) for line in lines), "log")
    assert (made["messageId"], made["event"], made["userId"], made["anonymousId"]) == (
        "m1",
        "purchase",
        "t1",
        "t2",
    )
    assert made["properties"] == {"price": 3}
    assert made["replay"] is True


def test_a_session_log_that_is_sent_again_makes_the_traces_it_had() -> None:
    """CLI-10: tokens of every kind tie the same events, across key rotations and aliases."""
    kinds = (
        "userId",
        "anonymousId",
        "groupId",
        "session",
        "cart.id",
        "context.device.id",
        "traits.crm",
    )
    policy = Policy(trace=kinds, token_rotation=0)
    admission = EventSanitizer(policy, frozenset(), Channel("acme", "prod"), b"k" * 32)

    def sent(traces: list[tuple[str, str]], **more: Any) -> tuple[Any, ...]:
        carried = {
            "id": "m",
            "type": "track",
            "name": "A",
            "traces": [{"kind": kind, "token": token} for kind, token in traces],
            **more,
        }
        (made,) = parse_messages(json.dumps({"op": "batch", "events": [carried]}), "log")
        text = json.dumps(made).encode()
        entry = admission.entry(from_webhook(read_message(text), text), "s", 1_795_441_192_460)
        return (
            tuple(token.kind for token in entry.traces),
            {token.token for token in entry.traces},
            entry.flags,
        )

    every = [(kind, f"a_{number:012}") for number, kind in enumerate(kinds)]
    assert sent(every)[0] == kinds
    assert sent([]) == ((), set(), ("replayed",))
    before, after = ("anonymousId", "a_0123456789ab"), ("anonymousId", "b_0123456789ab")
    assert sent([after, before])[1] == sent([before])[1] | sent([after])[1]
    alias = [("userId", "a_0123456789ab"), ("previousId", "a_ba9876543210")]
    assert sent(alias, type="alias")[0] == ("userId", "previousId")
    assert sent([("groupId", "a_0123456789ab"), ("groupId", "b_0123456789ab")])[0] == ("groupId",)


def test_a_digest_that_is_sent_again_is_one_message_each_time() -> None:
    """CLI-10: a server would make another digest of it."""
    ids = MessageIds(Channel("acme", "prod"), b"k" * 32)
    log = json.dumps(
        {"op": "batch", "events": [{"id": ids.display("order-1042"), "type": "track", "name": "A"}]}
    )
    (made,) = parse_messages(log, "log")
    assert (
        ids.display(made["messageId"])
        == made["messageId"]
        == f"resent-{UUID(ids.display('order-1042').removeprefix('derived-'))}"
    )
    (again,) = parse_messages(log.replace(ids.display("order-1042"), made["messageId"]), "log")
    assert again["messageId"] == made["messageId"]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", "f is empty"),
        ("{", "f, line 1: this is not JSON"),
        (json.dumps(TRACK) + "\nnonsense", "f, line 2: this is not JSON"),
        ("3", "f: this is no Segment message"),
        ('{"a": 1}\n{"a": 2}', "f, line 1: this is no Segment message"),
        ('{"body_text": "{"}', "f: the captured body is not JSON"),
        ('{"body_base64": "###"}', "f: the captured body cannot be unpacked"),
        (
            json.dumps({"body_base64": base64.b64encode(b"\x1f\x8bxx").decode()}),
            "f: the captured body cannot be unpacked",
        ),
    ],
)
def test_what_is_no_message_is_reported_with_its_line(written: str, words: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_messages(written, "f")
    assert words in caught.value.title


@given(
    st.text()
    | st.recursive(
        st.none() | st.text() | st.integers(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(
                    ["op", "events", "batch", "type", "payload", "body_text", "traces", "id"]
                ),
                x,
            )
        ),
    ).map(json.dumps)
)
def test_any_text_ends_in_messages_or_a_problem(written: str) -> None:
    try:
        found = parse_messages(written, "f")
    except Problem:
        return
    assert all(isinstance(message, dict) for message in found)
