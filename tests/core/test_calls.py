"""Calls of our own senders."""

from random import Random

import pytest

from dagnet_realtime.core.calls import Call, as_sdk, call_for, message, unlistened
from dagnet_realtime.core.matching import Table
from dagnet_realtime.core.names import candidate_names
from dagnet_realtime.model.graph import Filter, Listen

NAMES = ["purchase", "Viewed Landing Page", "Viewed Shop Landing Page", "Loaded a Page", "Viewed Home Screen", "Loaded a Screen"]
FILTERS = [
    Filter("method", "is", ("card",)),
    Filter("method", "is any of", ("card", "apple_pay")),
    Filter("form", "contains", ("News",)),
    Filter("device", "is not", ("mobile",)),
    Filter("device", "does not contain", ("mob",)),
    Filter("plan", "is", ("pro",), "user"),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("condition", FILTERS, ids=lambda condition: f"{condition.property} {condition.operator}")
def test_a_call_for_a_node_lights_it(name: str, condition: Filter) -> None:
    """CLI-21: the call made for a node satisfies its names and filters."""
    listen = Listen(node="n", label="N", event_id="e", names=(name,), rule="segment", filters=(condition,))
    call = call_for(listen, Random(1), {"device": "mobile", "price": 3})
    sent = message(call, 0)
    names = candidate_names(sent["type"], sent.get("event"), sent.get("name"), None)
    assert Table([listen]).match(names, sent["properties"], sent["context"].get("traits", {})) == ("n",)


def test_a_message_has_the_shape_of_a_delivery() -> None:
    call = Call(id="m1", type="identify", traits={"plan": "pro"}, anonymous_id="a", user_id="u")
    sent = message(call, 1_767_323_045_678)
    assert sent["messageId"] == "m1"
    assert sent["timestamp"] == sent["originalTimestamp"] == "2026-01-02T03:04:05.678Z"
    assert (sent["anonymousId"], sent["userId"], sent["traits"]) == ("a", "u", {"plan": "pro"})
    assert "event" not in sent


def test_an_sdk_sends_its_own_time_and_none_of_segments() -> None:
    sent = as_sdk(message(Call(id="m", type="track", name="e", anonymous_id="a"), 1_000) | {"timestamp": "corrected"})
    assert sent["timestamp"] == "1970-01-01T00:00:01.000Z"
    assert not {"receivedAt", "originalTimestamp", "version"} & set(sent)


def test_stray_names_are_none_that_a_node_listens_for() -> None:
    assert "scroll_depth" not in unlistened({"scroll_depth"})
    assert unlistened(set())
