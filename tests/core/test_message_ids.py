"""How a message's id is shown."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.message_ids import MessageIds, fingerprint, message_key
from dagnet_realtime.core.segment.message import Repeats
from dagnet_realtime.model.channel import Channel

VECTORS = json.loads((Path(__file__).parents[2] / "conformance/message_ids.json").read_text())
KEY = bytes.fromhex(VECTORS["token_key"])
ACME = Channel(VECTORS["workspace"], VECTORS["env"])
IDS = MessageIds(ACME, KEY)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: repr(case["id"][:40]))
def test_an_id_is_shown_as_the_vectors_say(case: dict) -> None:
    """SEG-14: as it came from an official SDK, else as the channel's digest."""
    assert IDS.shown(case["id"]) == case["shown"]


def test_equal_events_without_an_id_are_shown_as_the_vectors_say() -> None:
    """SEG-6: by their text and which of its equals each is, as the function has them."""
    text, repeats = VECTORS["repeats"]["text"].encode(), Repeats()
    assert [IDS.shown(repeats.id(text, place)) for place in (0, 1, 5)] == VECTORS["repeats"]["shown"]
    assert IDS.shown(repeats.id(text, 5)) == VECTORS["repeats"]["shown"][2]


def test_the_key_follows_from_the_workspaces() -> None:
    """SEG-14: the same on every process that has it, another for every channel."""
    assert message_key(ACME, KEY).hex() == VECTORS["key"]
    shown = {MessageIds(Channel(workspace, env), KEY).shown("order-1") for workspace in ("acme", "bank") for env in ("prod", "test")}
    assert len(shown) == 4
    assert MessageIds(ACME, KEY).shown("order-1") == IDS.shown("order-1")


@given(st.text(), st.text())
def test_different_ids_stay_different(one: str, other: str) -> None:
    """SEG-14: so that whoever sees them can tell repeats; a digest that is sent as an id is digested again."""
    assert (IDS.shown(one) == IDS.shown(other)) == (one == other)
    assert IDS.shown(IDS.shown(one)) != IDS.shown(one) or IDS.shown(one) == one
    assert (fingerprint(one) == fingerprint(other)) == (one == other)
