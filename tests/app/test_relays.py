"""Relays as configured."""

import pytest

from dagnet_realtime.app.relays import relays, seating
from dagnet_realtime.hub.relay_publisher import RelayPublisher
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.secret import Secret
from dagnet_realtime.model.workspace import Workspace
from tests.hub.posts import MemoryPosts
from tests.hub.provider import Provider
from tests.hub.stage import POLICY, SHOP
from tests.hub.test_courier import Doors, Platform
from tests.support.clock import FakeClock


def workspace(id: str, relay: str) -> Workspace:
    return Workspace(channel=Channel(id, "prod"), path=".", policy=Policy(relay=Secret(relay) if relay else None, token_key=Secret(b"k")))


async def test_only_workspaces_that_say_so_have_a_relay() -> None:
    """REL-1: the others go by stream and poll."""
    async with relays([workspace("a", "pusher://k:s@h/1"), workspace("b", "")], FakeClock()) as found:
        assert [channel.workspace for channel in found] == ["a"]
        assert found[Channel("a", "prod")].terms.connects == ("ws://h:80",)


async def test_a_wrong_address_stops_the_start() -> None:
    """REL-1: with a problem, not later with silence."""
    with pytest.raises(Problem, match="relay's address"):
        async with relays([workspace("a", "amqp://k:s@h/1")], FakeClock()):
            pass


async def test_processes_that_share_a_store_publish_together() -> None:
    """REL-25: one that is alone does so from its own feeds; without a relay there is nothing to publish."""
    async with Platform() as stage:

        def chosen(relays: dict[Channel, Provider], posts: MemoryPosts | None) -> object:
            given = (stage.log, stage.sessions, Doors(), stage.graphs, stage.clock, lambda _: POLICY, 300)
            return seating(relays, posts, *given)  # type: ignore[arg-type]

        relays = {SHOP: stage.provider}
        assert isinstance(chosen(relays, stage.posts), RelayPublisher)
        assert chosen(relays, None) is relays
        assert chosen({}, stage.posts) == {}
