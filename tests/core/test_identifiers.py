"""Identifiers of an event: reading them, placeholders, pseudonyms by a keyed hash, and shown
message ids.
"""

import hmac
import json
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.identifiers import (
    Hmac,
    IdentifierExtractor,
    MessageIds,
    MessageParts,
    PartialDecoder,
    Pseudonymizer,
    fingerprint,
    get_path,
    is_placeholder,
    is_token,
    message_key,
)
from dagnet_realtime.core.segment.message import RepeatNumbers
from dagnet_realtime.model.event import Event
from dagnet_realtime.model.workspace import Channel

ALIAS = Event(id="m", type="alias", user_id="u", anonymous_id="a", previous_id="p", group_id="g")


def session(**parts: Any) -> str | None:
    """The session that is found in a message's parts."""
    return dict(
        IdentifierExtractor(["session"]).find(Event(id="m", type="track"), MessageParts(**parts))
    ).get("session")


def test_identifiers_come_in_the_policys_order() -> None:
    """RED-9: identifiers come in the policy's order, and an alias adds the one that it replaces."""
    found = IdentifierExtractor(["anonymousId", "userId", "groupId"]).find(ALIAS, MessageParts())
    assert found == [("anonymousId", "a"), ("userId", "u"), ("groupId", "g"), ("previousId", "p")]
    assert IdentifierExtractor(["session"]).find(ALIAS, MessageParts()) == []


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("properties.trace.id", {"properties": {"trace": {"id": 7}}}),
        ("trace_id", {"properties": {"trace_id": "7"}}),
        ("context.visit", {"context": {"visit": "7"}}),
        ("traits.household", {"traits": {"household": 7.0}}),
        ("integrations.X.id", {"integrations": {"X": {"id": "7"}}}),
    ],
)
def test_any_path_may_hold_an_identifier(kind: str, parts: dict) -> None:
    """RED-9: paths of properties need no prefix; numbers count as text."""
    finder = IdentifierExtractor([kind])
    assert finder.find(ALIAS, MessageParts(**parts)) == [(kind, "7")]
    (part, members), *_ = parts.items()
    assert set(members) <= finder.keys(part)


@pytest.mark.parametrize(
    "parts",
    [
        {"integrations": {"Actions Amplitude": {"session_id": 5}, "Amplitude": {"session_id": 6}}},
        {
            "integrations": {
                "Actions Amplitude": {"session_id": -1},
                "Amplitude": {"session_id": "5"},
            }
        },
        {
            "integrations": {
                "Amplitude": {"sessionId": 5},
                "actions-optimizely-web": {"session_id": 6},
            }
        },
        {
            "integrations": {"actions-optimizely-web": {"session_id": 5}},
            "context": {"sessionId": 6},
        },
        {
            "integrations": {"Amplitude": True},
            "context": {"sessionId": 5, "session_id": 6},
            "properties": {"session_id": 7},
        },
        {"context": {"session_id": "5"}},
        {"properties": {"session_id": 5, "$session_id": 6}},
        {"context": {"sessionId": {}}, "properties": {"session_id": 0, "$session_id": "5"}},
    ],
)
def test_a_session_is_looked_for_where_segments_plugins_put_it(parts: dict) -> None:
    """RED-9: the places are searched in this order; -1 and 0 mean no session."""
    assert session(**parts) == "5"


def test_no_session_is_none() -> None:
    """RED-9: a missing session is None; none is invented."""
    assert session() is None
    assert (
        session(integrations={"Amplitude": {"session_id": -1}}, properties={"session_id": "0"})
        is None
    )


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"null", b"7", b'"x"', b'{"a":\xff}'])
def test_what_is_no_object_has_no_members(text: bytes) -> None:
    """SEG-2: text that is no object gives no members."""
    assert PartialDecoder({"a"}).pick(msgspec.Raw(text)) == {}
    assert PartialDecoder(None).pick(msgspec.Raw(text)) == {}


def test_only_the_members_asked_for_are_read() -> None:
    """RED-1: members with any name are picked, and only those asked for."""
    text = msgspec.Raw(b'{"Actions Amplitude":{"session_id":1},"b":2,"$c.d":null}')
    assert PartialDecoder({"Actions Amplitude", "$c.d", "zz"}).pick(text) == {
        "Actions Amplitude": {"session_id": 1},
        "$c.d": None,
    }
    assert PartialDecoder(()).pick(text) == {}
    assert PartialDecoder(None).pick(text) == {
        "Actions Amplitude": {"session_id": 1},
        "b": 2,
        "$c.d": None,
    }


def test_a_strange_member_does_not_hide_the_others() -> None:
    """SEG-2: a strange member is repaired."""
    assert PartialDecoder({"a", "b"}).pick(msgspec.Raw(rb'{"a":"cut \ud800","b":1e999}')) == {
        "a": "cut \ufffd",
        "b": None,
    }


def test_a_path_leads_through_objects_and_dotted_keys() -> None:
    """RED-9: any path of a message can be an identifier."""
    found = {"a": {"b.c": 1, "d": {"e": 2}}, "x.y": 3, "l": [1]}
    assert [
        get_path(path, found) for path in ("a.b.c", "a.d.e", "x.y", "a", "a.z", "l.0", "q", "")
    ] == [
        1,
        2,
        3,
        found["a"],
        None,
        None,
        None,
        None,
    ]


CASES = json.loads((Path(__file__).parents[2] / "conformance/placeholders.json").read_text())[
    "cases"
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["text"]))
def test_a_placeholder_is_known_in_any_spelling(case: dict) -> None:
    """RED-21: placeholders of the vectors are recognised, and no other text is."""
    assert is_placeholder(case["text"]) == case["placeholder"]


@given(
    st.sampled_from(
        [case["text"] for case in CASES if case["placeholder"] and "%" not in case["text"]]
    ),
    st.sampled_from(" \t\n\u00a0\u200b"),
)
def test_spacing_and_case_change_nothing(text: str, space: str) -> None:
    """RED-21: spacing, case and signs around it do not matter."""
    assert is_placeholder(f"{space}{text.upper()}{space}")
    assert is_placeholder(space.join(text)) or len(space.join(text)) > 128


@given(st.integers(1, 2**128 - 2).map(lambda number: str(UUID(int=number))))
def test_no_other_uuid_is_one(id: str) -> None:
    """RED-21: only the nil and the maximal UUID are placeholders."""
    assert not is_placeholder(id)


@given(st.binary(max_size=200), st.binary(max_size=300), st.sampled_from(["sha1", "sha256"]))
def test_it_is_the_hmac_that_everybody_computes(key: bytes, message: bytes, digest: str) -> None:
    """SIG-1: the digest equals the standard library's for keys of any length, also longer than a
    block.
    """
    mac = Hmac(key, digest)  # type: ignore[arg-type]
    assert mac.digest(message) == hmac.digest(key, message, digest)
    assert mac.digest(message) == mac.digest(message)


VECTORS = json.loads((Path(__file__).parents[2] / "conformance/tokens.json").read_text())
CASES_PSEUDONYMS = VECTORS["cases"]
ACME = Channel("acme", "prod")


@pytest.mark.parametrize("case", CASES_PSEUDONYMS, ids=lambda case: case["name"])
def test_tokens_are_those_of_the_vectors(case: dict) -> None:
    """RED-7: keyed, per channel and period. RED-7: across a rotation both. RED-9: one space for a
    person's identifiers.
    """
    tokens = Pseudonymizer(
        Channel(case["workspace"], case["env"]), bytes.fromhex(case["key"]), case["rotation"]
    )
    assert list(tokens.tokens_for(case["kind"], case["value"], case["at"])) == case["tokens"]


@pytest.mark.parametrize("form", VECTORS["forms"], ids=lambda form: form["text"])
def test_a_token_is_known_by_its_form(form: dict) -> None:
    """WEB-6: a token has an exact form, so that no identifier is taken for one."""
    assert is_token(form["text"]) == form["server"]


def test_the_token_does_not_depend_on_what_was_asked_before() -> None:
    """RED-7: tokens of a time are the same in any order of times."""
    walked = Pseudonymizer(ACME, b"key", 3600)
    for at in (10**12, 10**12 + 3_600_000, 10**12 + 100, 10**12 + 1_900_000, 5, 10**12):
        assert walked.tokens_for("userId", "u", at) == Pseudonymizer(ACME, b"key", 3600).tokens_for(
            "userId", "u", at
        )


def test_every_moment_shares_a_token_with_the_next() -> None:
    """RED-7: moments in a row share a token, so that a trace is one trace across a rotation of
    keys.
    """
    tokens = Pseudonymizer(ACME, b"key", 7200)
    moments = range(10**12, 10**12 + 4 * 7_200_000, 600_000)
    for before, after in pairwise(moments):
        assert set(tokens.tokens_for("userId", "u", before)) & set(
            tokens.tokens_for("userId", "u", after)
        )


@given(st.text(), st.text(), st.integers(0, 2**45), st.floats(0, 10**8))
def test_any_text_has_a_short_plain_token(kind: str, value: str, at: int, rotation: float) -> None:
    """RED-7: a token has fourteen characters of plain ASCII."""
    for token in Pseudonymizer(ACME, b"key", rotation).tokens_for(kind, value, at):
        assert len(token) == 14
        assert token[1] == "_"
        assert token.isascii()


VECTORS_MESSAGE_IDS = json.loads(
    (Path(__file__).parents[2] / "conformance/message_ids.json").read_text()
)
KEY = bytes.fromhex(VECTORS_MESSAGE_IDS["token_key"])
ACME_MESSAGE_IDS = Channel(VECTORS_MESSAGE_IDS["workspace"], VECTORS_MESSAGE_IDS["env"])
IDS = MessageIds(ACME_MESSAGE_IDS, KEY)


@pytest.mark.parametrize(
    "case", VECTORS_MESSAGE_IDS["cases"], ids=lambda case: repr(case["id"][:40])
)
def test_an_id_is_shown_as_the_vectors_say(case: dict) -> None:
    """SEG-14: an id is shown as an official SDK made it, else as the channel's digest."""
    assert IDS.display(case["id"]) == case["shown"]


def test_equal_events_without_an_id_are_shown_as_the_vectors_say() -> None:
    """SEG-14: their ids come from their text and their number among equals, as in the function."""
    text, repeats = VECTORS_MESSAGE_IDS["repeats"]["text"].encode(), RepeatNumbers()
    assert [IDS.display(repeats.id(text, place)) for place in (0, 1, 5)] == VECTORS_MESSAGE_IDS[
        "repeats"
    ]["shown"]
    assert IDS.display(repeats.id(text, 5)) == VECTORS_MESSAGE_IDS["repeats"]["shown"][2]


def test_the_key_follows_from_the_workspaces() -> None:
    """SEG-14: the same on every process that has it, another for every channel."""
    assert message_key(ACME_MESSAGE_IDS, KEY).hex() == VECTORS_MESSAGE_IDS["key"]
    shown = {
        MessageIds(Channel(workspace, env), KEY).display("order-1")
        for workspace in ("acme", "bank")
        for env in ("prod", "test")
    }
    assert len(shown) == 4
    assert MessageIds(ACME_MESSAGE_IDS, KEY).display("order-1") == IDS.display("order-1")


@given(st.text(), st.text())
def test_different_ids_stay_different(one: str, other: str) -> None:
    """SEG-14: repeats stay visible; a digest that is sent as an id is digested again."""
    assert (IDS.display(one) == IDS.display(other)) == (one == other)
    assert IDS.display(IDS.display(one)) != IDS.display(one) or IDS.display(one) == one
    assert (fingerprint(one) == fingerprint(other)) == (one == other)
