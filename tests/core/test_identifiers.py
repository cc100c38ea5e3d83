"""What ties events together."""

from typing import Any

import pytest

from dagnet_realtime.core.identifiers import Finder, Parts
from dagnet_realtime.model.event import Event

ALIAS = Event(id="m", type="alias", user_id="u", anonymous_id="a", previous_id="p", group_id="g")


def session(**parts: Any) -> str | None:
    """The session that is found in a message's parts."""
    return dict(Finder(["session"]).find(Event(id="m", type="track"), Parts(**parts))).get("session")


def test_identifiers_come_in_the_policys_order() -> None:
    """RED-9: and what an alias replaces comes with them."""
    found = Finder(["anonymousId", "userId", "groupId"]).find(ALIAS, Parts())
    assert found == [("anonymousId", "a"), ("userId", "u"), ("groupId", "g"), ("previousId", "p")]
    assert Finder(["session"]).find(ALIAS, Parts()) == []


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
    finder = Finder([kind])
    assert finder.find(ALIAS, Parts(**parts)) == [(kind, "7")]
    (part, members), *_ = parts.items()
    assert set(members) <= finder.keys(part)


@pytest.mark.parametrize(
    "parts",
    [
        {"integrations": {"Actions Amplitude": {"session_id": 5}, "Amplitude": {"session_id": 6}}},
        {"integrations": {"Actions Amplitude": {"session_id": -1}, "Amplitude": {"session_id": "5"}}},
        {"integrations": {"Amplitude": {"sessionId": 5}, "actions-optimizely-web": {"session_id": 6}}},
        {"integrations": {"actions-optimizely-web": {"session_id": 5}}, "context": {"sessionId": 6}},
        {"integrations": {"Amplitude": True}, "context": {"sessionId": 5, "session_id": 6}, "properties": {"session_id": 7}},
        {"context": {"session_id": "5"}},
        {"properties": {"session_id": 5, "$session_id": 6}},
        {"context": {"sessionId": {}}, "properties": {"session_id": 0, "$session_id": "5"}},
    ],
)
def test_a_session_is_looked_for_where_segments_plugins_put_it(parts: dict) -> None:
    """RED-9: in this order; -1 and 0 mean that there is none."""
    assert session(**parts) == "5"


def test_no_session_is_none() -> None:
    """RED-9: nothing is made up."""
    assert session() is None
    assert session(integrations={"Amplitude": {"session_id": -1}}, properties={"session_id": "0"}) is None
