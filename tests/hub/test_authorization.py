"""Roles and policies that change under those who watch."""

import msgspec
import pytest

from dagnet_realtime.hub.feed import _strip_denied
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.frame import Batch, Change, Close, Hello
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Policy
from tests.hub.stage import POLICY, SHOP, Reader, Stage
from tests.support.entries import entry

REVEAL = msgspec.structs.replace(POLICY, identity="reveal")
IDS = {"userId": "ann@acme.com"}


def seen(reader: Reader) -> list[tuple[str, dict[str, object], object]]:
    """Of every carried event its id, properties and raw identifiers."""
    found = [event for batch in reader.batches for event in batch.events]
    return [
        (
            event.id,
            dict(event.properties),
            None if event.revealed is msgspec.UNSET else event.revealed,
        )
        for event in found
    ]


def changes(reader: Reader) -> list[Change]:
    return [sent.frame for sent in reader.got if isinstance(sent.frame, Change)]


async def test_identities_are_carried_to_the_role_alone() -> None:
    """ACC-20: under the policy `reveal` only the role `identities` sees them; counts are the same
    for all.
    """
    async with Stage(policy=REVEAL) as stage:
        may = await stage.read(await stage.hub.open(SHOP, "checkout", "ann", "", "identities"))
        may_not = await stage.read(await stage.hub.open(SHOP, "checkout", "bob", "", "follow"))
        await stage.log.append(SHOP, [entry("m1", name="Home", revealed=IDS)])
        await stage.clock.advance(0.1)
        assert seen(may) == [("m1", {}, IDS)]
        assert seen(may_not) == [("m1", {}, None)]
        assert b"revealed" not in b"".join(sent.json for sent in may_not.got)
        assert may.counts() == may_not.counts() == {"u-Home": 1}


async def test_identities_need_the_policy_too() -> None:
    """ACC-20: if the policy does not reveal, no role sees identifiers."""
    async with Stage() as stage:
        reader = await stage.read(await stage.hub.open(SHOP, "checkout", "ann", "", "administer"))
        await stage.log.append(SHOP, [entry("m1", name="Home", revealed=IDS)])
        await stage.clock.advance(0.1)
        assert seen(reader) == [("m1", {}, None)]


async def test_another_role_moves_an_open_stream_at_once() -> None:
    """ACC-21: a change frame tells the viewer; the new role applies from its position on, nothing
    is repeated or lost.
    """
    async with Stage(policy=REVEAL) as stage:
        session = await stage.hub.open(SHOP, "checkout", "ann", "", "identities")
        session = await stage.hub.change(session.id, follows=["token-1"])
        reader = await stage.read(session)
        await stage.log.append(SHOP, [entry("m1", name="Home", revealed=IDS)])
        await stage.clock.advance(0.1)
        session = await stage.hub.authorization.change_role(
            await stage.hub.session(session.id), "watch"
        )
        assert session.follows == ()
        await stage.clock.advance(0.1)
        assert len(changes(reader)) == 1
        await stage.log.append(SHOP, [entry("m2", name="Cart", revealed=IDS)])
        await stage.clock.advance(0.1)
        assert seen(reader) == [("m1", {}, IDS), ("m2", {}, None)]
        assert (await stage.hub.session(session.id)).role == "watch"


async def test_a_rule_that_tightens_takes_effect_on_what_the_log_holds() -> None:
    """ACC-21: a property newly denied is missing for streaming, returning and polling viewers
    alike, and a change frame reports the rule.
    """
    async with Stage() as stage:
        session = await stage.open()
        reader = await stage.read(session)
        await stage.log.append(
            SHOP, [entry("m1", name="Home", properties={"device": "phone", "price": 1})]
        )
        await stage.clock.advance(0.1)
        await stage.hub.apply_policy(SHOP, msgspec.structs.replace(POLICY, deny=("device",)))
        await stage.log.append(
            SHOP, [entry("m2", name="Home", properties={"device": "phone", "price": 2})]
        )
        await stage.clock.advance(0.1)
        assert seen(reader) == [
            ("m1", {"device": "phone", "price": 1}, None),
            ("m2", {"price": 2}, None),
        ]
        (change,) = changes(reader)
        assert change.posture.deny == ("device",)
        late = await stage.read(session, session.position)
        assert seen(late) == [("m1", {"price": 1}, None), ("m2", {"price": 2}, None)]
        polled, _ = await stage.hub.poll(session.id, Position.parse(session.position), 0)
        assert b"phone" not in b"".join(frame.json for frame in polled)


async def test_a_poll_learns_of_another_policy() -> None:
    """ACC-21: it has no open stream, so it gets a hello."""
    async with Stage() as stage:
        session = await stage.open()
        first, position = await stage.hub.poll(session.id, None, 0)
        again, _ = await stage.hub.poll(session.id, Position.parse(position), 0)
        assert [type(one.frame) for one in first + again] == [Hello]
        await stage.hub.apply_policy(SHOP, msgspec.structs.replace(POLICY, sample=0.5))
        told, _ = await stage.hub.poll(session.id, Position.parse(position), 0)
        assert [one.frame.sampling for one in told if isinstance(one.frame, Hello)] == [0.5]


async def test_nodes_light_by_no_property_that_is_not_shown_any_more() -> None:
    """ACC-21: what a filter of the graph would match in the log must not be told by a light."""
    async with Stage() as stage:
        reader = await stage.read(await stage.open())
        (feed,) = [
            viewer.feed
            for viewer in stage.hub._feeds.viewers_of((await stage.sessions.list_active())[0].id)
        ]
        graph = stage.graphs.catalogue("shop").graphs["checkout"]
        hidden = entry("m1", name="Home", properties={"device": "phone"}, traits={"price": 3})
        await stage.hub.apply_policy(
            SHOP, Policy(deny=("device", "price"), properties=("device", "price"))
        )
        assert feed._permitted is not None
        assert feed.match(graph, [hidden]) == [("u-Home",)]
        assert (
            _strip_denied(hidden, feed._permitted).properties,
            _strip_denied(hidden, feed._permitted).traits,
        ) == ({}, {})
        assert reader.failed is None


async def test_a_filter_on_what_may_not_be_shown_is_refused_and_ends_where_it_stands() -> None:
    """ACC-20: what it matches would tell the value."""
    async with Stage() as stage:
        with pytest.raises(Problem) as refused:
            await stage.open("secret:1")
        assert refused.value.code == "forbidden"
        session = await stage.open("device:phone")
        reader = await stage.read(session)
        other = await stage.read(await stage.open("price:1"))
        await stage.hub.apply_policy(SHOP, msgspec.structs.replace(POLICY, deny=("device",)))
        await stage.clock.advance(0.1)
        (bye,) = [sent.frame for sent in reader.got if isinstance(sent.frame, Close)]
        assert "not shown" in bye.reason
        assert bye.retry_after is None
        assert "bye" not in other.ops
        with pytest.raises(Problem):
            await stage.hub.session(session.id)


async def test_a_stream_can_end_without_its_session() -> None:
    """ACC-17: if permission cannot be confirmed, the stream ends with a time to come back, and the
    session stays.
    """
    async with Stage() as stage:
        session = await stage.open()
        reader = await stage.read(session)
        stage.hub.authorization.close_streams(session.id, Close(reason="unsure", retry_after=10))
        await stage.clock.advance(0.1)
        assert [sent.frame.retry_after for sent in reader.got if isinstance(sent.frame, Close)] == [
            10
        ]
        assert await stage.hub.session(session.id)
        assert not any(isinstance(sent.frame, Batch) for sent in reader.got)
