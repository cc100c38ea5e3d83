"""The plan of a function, and the names of its channels."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dagnet_realtime.function.plan import (
    FunctionChannels,
    FunctionPlan,
    Provider,
    plan_of,
)
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.graph import Catalogue, EventBinding, Filter, Graph
from dagnet_realtime.model.protocol import (
    FUNCTION_CHANNEL_OVERLAP_SECONDS,
    FUNCTION_CHANNEL_SECONDS,
)
from dagnet_realtime.model.workspace import Channel, Policy

CASES = json.loads((Path(__file__).parents[2] / "conformance/channels.json").read_text())["cases"]
TURN = FUNCTION_CHANNEL_SECONDS * 1000
AROUND = FUNCTION_CHANNEL_OVERLAP_SECONDS * 1000


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_both_sides_name_the_same_channel(case: dict[str, Any]) -> None:
    """FUN-4: a name follows from workspace, environment, key and time; `conformance/channels.json`
    is the contract.
    """
    channels = FunctionChannels(
        Channel(case["workspace"], case["env"]), bytes.fromhex(case["key"]), case["turn"]
    )
    assert channels.at(case["at"]) == case["channel"]


def test_about_a_turn_both_names_are_listened_to() -> None:
    """FUN-4: around a turn there are two channels, the later one last; otherwise there is one."""
    channels = FunctionChannels(Channel("acme", "prod"), b"key")
    before, after = channels.at(TURN - 1), channels.at(TURN)
    assert channels.around(TURN - AROUND - 1) == (before,)
    assert channels.around(TURN - AROUND) == channels.around(TURN + AROUND - 1) == (before, after)
    assert channels.around(TURN + AROUND) == (after,)
    assert channels.around(0) == (before,)


PRO = Filter("plan", "is", ("pro",))
PROVIDER = Provider("4711", "key", "https://api.test:443", 10_000, 10)


def listen(node: str, *names: str, filters: tuple[Filter, ...] = ()) -> EventBinding:
    return EventBinding(
        node=node, label=node, event_id=node, names=names, rule="segment", filters=filters
    )


def plan(*graphs: tuple[EventBinding, ...], **policy: Any) -> FunctionPlan:
    found = {
        f"g{number}": Graph(name=f"g{number}", file="", version="1", listens=one)
        for number, one in enumerate(graphs)
    }
    catalogue = Catalogue(version="1", graphs=found, needed=frozenset({"plan"}))
    return plan_of(
        Channel("acme", "prod"),
        Policy(token_key=Secret("a-token-key"), relay=Secret("pusher://x"), **policy),
        catalogue,
        PROVIDER,
    )


def test_the_plan_says_which_names_and_properties_matter_in_any_graph() -> None:
    """FUN-5: each name with its filters stands once, over all nodes and graphs; node names do not
    appear.
    """
    made = plan(
        (listen("A", "Buy", filters=(PRO,)), listen("B", "Look")),
        (listen("C", "Buy", filters=(PRO,)), listen("D", "Buy")),
    )
    assert sorted((*heard.names, len(heard.filters)) for heard in made.listens) == [
        ("Buy", 0),
        ("Buy", 1),
        ("Look", 0),
    ]
    assert (made.needed, made.carries, made.provider) == (("plan",), "listened", PROVIDER)


def test_its_version_changes_with_what_matters_and_with_nothing_else() -> None:
    """FUN-5: the order of graphs is nothing."""
    one, other = (listen("A", "Buy"),), (listen("B", "Look"),)
    assert plan(one, other).version == plan(other, one).version != plan(one).version
    assert plan(one, deny=("x",)).version != plan(one).version == plan(one, retention=60.0).version


def test_it_holds_no_secret_and_asks_for_no_identifier_that_the_policy_drops() -> None:
    """FUN-5, RED-9: the plan holds no secret, and under `trace_id` it reads no personal
    identifier.
    """
    text = msgspec.json.encode(plan(identity="trace_id"))
    assert b"a-token-key" not in text
    assert b"pusher://" not in text
    assert plan(identity="trace_id").trace == ("properties.trace_id", "session")
