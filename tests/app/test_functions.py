"""The workspaces that a function publishes, as configured."""

from typing import Any

import pytest

from dagnet_realtime.app.functions import functions
from dagnet_realtime.app.relays import relays
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.secret import Secret
from dagnet_realtime.model.workspace import Workspace
from tests.support.clock import FakeClock


def workspace(id: str, relay: str = "pusher://k:s@h/1", **policy: Any) -> Workspace:
    rules = Policy(relay=Secret(relay), token_key=Secret(b"k"), **policy)
    return Workspace(channel=Channel(id, "prod"), path=".", policy=rules)


async def test_a_workspace_has_a_relay_of_ours_or_a_function_that_publishes() -> None:
    """FUN-12: never both, so that nothing is published twice."""
    both = [workspace("a"), workspace("b", ingest="function")]
    assert [channel.workspace for channel in functions(both)] == ["b"]
    async with relays(both, FakeClock()) as found:
        assert [channel.workspace for channel in found] == ["a"]


def test_a_wrong_address_stops_the_start() -> None:
    """FUN-12, REL-1: with a problem, not later with silence."""
    with pytest.raises(Problem, match="relay's address"):
        functions([workspace("b", "amqp://k:s@h/1", ingest="function")])
