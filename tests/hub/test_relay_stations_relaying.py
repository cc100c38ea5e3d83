"""Who may subscribe where, and for how long."""

import pytest

from dagnet_realtime.hub.relay_stations import (
    PROBE_SECONDS,
    ROUND_SECONDS,
    derive_relay_key,
)
from dagnet_realtime.hub.sessions import Presence
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import RELAY_GRACE_SECONDS
from dagnet_realtime.model.workspace import Channel
from tests.hub.provider import Provider
from tests.hub.stage import SHOP, Stage
from tests.hub.test_relay_stations import Relayed
from tests.support.entries import entries


async def test_viewers_of_one_view_share_a_channel_that_nobody_can_guess() -> None:
    """REL-9: another filter is another channel; names hold 160 bits."""
    async with Relayed(Provider()) as stage:
        _, one = await stage.seated("ann")
        _, two = await stage.seated("bob")
        _, other = await stage.seated("cyd", "type:page")
        assert one == two != other
        assert one.startswith("private-dagnet-")
        assert len(one.rpartition("-")[2]) == 40


async def test_a_session_is_let_into_its_own_channel_alone() -> None:
    """REL-9: another view's name is forbidden, as is one that does not exist."""
    async with Relayed(Provider()) as stage:
        session, _ = await stage.seated()
        _, other = await stage.seated("bob", "type:page")
        for channel in (other, "private-dagnet-" + "0" * 40, "", "private-ü"):
            with pytest.raises(Problem) as refused:
                await stage.hub.relay_manager.authorise(session, channel, "1.2")
            assert refused.value.code == "forbidden"


async def test_without_a_relay_there_is_no_seat() -> None:
    """REL-9: frames come by stream or poll."""
    async with Stage() as stage:
        session = await stage.open()
        with pytest.raises(Problem) as refused:
            await stage.hub.relay_subscription(session.id)
        assert refused.value.code == "not_found"


async def test_whoever_lost_the_right_is_out_within_30_seconds() -> None:
    """REL-11: those who stay are told to ask for the channel's other name; on the old one nothing follows."""
    provider = Provider()
    async with Relayed(provider) as stage:
        staying, old = await stage.seated("ann")
        await stage.seated("bob")
        await stage.hub.revoke("bob")
        await stage.clock.advance(ROUND_SECONDS + 1)
        assert [(one.channel, one.name) for one in provider.sent if one.name == "turn"] == [
            (old, "turn")
        ]
        before = len(provider.frames(old))
        fresh = (await stage.hub.relay_subscription(staying.id)).channel
        assert fresh != old
        await stage.hub.relay_manager.authorise(staying, fresh, "1.3")
        await stage.log.append(SHOP, entries(0, 5, name="Home"))
        await stage.clock.advance(1)
        assert len(provider.frames(old)) == before
        assert provider.frames(fresh)[-1]["counts"] == {"u-Home": 6}
        with pytest.raises(Problem):
            await stage.hub.relay_manager.authorise(staying, old, "1.4")


async def test_a_notice_makes_us_ask_and_is_believed_in_nothing_else() -> None:
    """REL-24: about the station that it names alone, and not twice in two seconds; a repeat of an old one is answered by the truth."""
    provider = Provider()
    async with Relayed(provider) as stage:
        session, channel = await stage.seated()
        _, other = await stage.seated("bob", "type:page")

        async def told(*channels: str) -> int:
            before = provider.looked
            await stage.hub.relay_manager.on_provider_webhook(
                SHOP, "key", "good", "\n".join(channels).encode()
            )
            await stage.clock.advance(0.1)
            return provider.looked - before

        assert await told(channel, "private-of-somebody-else") == 1
        assert await told(channel) == 0, "it was asked about a moment ago"
        assert await told(other) == 1
        await stage.clock.advance(PROBE_SECONDS)
        provider.subscribed = 0
        assert await told(channel) == 1
        await stage.clock.advance(RELAY_GRACE_SECONDS)
        before = len(provider.sent)
        await stage.log.append(SHOP, entries(0, 5, name="Home"))
        await stage.clock.advance(1)
        assert len(provider.sent) == before, "the last one has left"
        assert (await stage.hub.relay_subscription(session.id)).publishing


async def test_a_notice_that_nobody_signed_is_refused() -> None:
    """REL-24: as is one for a workspace without a relay, or that is not there."""
    provider = Provider()
    async with Relayed(provider) as stage:
        _, channel = await stage.seated()
        for workspace, signature in (
            (SHOP, "bad"),
            (Channel("shop", "dev"), "good"),
            (Channel("nobody", "prod"), "good"),
        ):
            with pytest.raises(Problem) as refused:
                await stage.hub.relay_manager.on_provider_webhook(
                    workspace, "key", signature, channel.encode()
                )
            assert refused.value.code == "forbidden"
        assert provider.looked == 0


async def test_a_seat_tells_who_else_watches() -> None:
    """REL-23: whatever their filters."""
    async with Relayed(Provider()) as stage:
        ann, _ = await stage.seated("oidc:ann")
        await stage.seated("oidc:bob", "type:page")
        assert (await stage.hub.relay_subscription(ann.id)).company == Presence(
            others=1, names=("bob",)
        )


async def test_another_filter_leads_to_another_channel() -> None:
    """REL-11: and whoever left a view is out of its channel too."""
    provider = Provider()
    async with Relayed(provider) as stage:
        await stage.seated("ann")
        session, old = await stage.seated("bob")
        await stage.hub.change(session.id, filter="type:page")
        assert (await stage.hub.relay_subscription(session.id)).channel != old
        await stage.clock.advance(ROUND_SECONDS + 1)
        assert [one.channel for one in provider.sent if one.name == "turn"] == [old]


async def test_the_last_session_closes_the_station() -> None:
    """REL-12: off is off; the view is nobody's."""
    provider = Provider()
    async with Relayed(provider) as stage:
        session, _ = await stage.seated()
        await stage.hub.close(session.id)
        await stage.clock.advance(ROUND_SECONDS + 1)
        assert stage.hub.relay_manager._publishers == {}
        assert [one for one in provider.sent if one.name == "turn"] == []


async def test_a_seat_renews_the_lease_and_a_tab_that_vanished_lapses() -> None:
    """REL-12: asking keeps a session alive as a stream would; five minutes of silence end it."""
    provider = Provider()
    async with Relayed(provider) as stage:
        session, _ = await stage.seated()
        for _ in range(50):
            await stage.clock.advance(8)
            await stage.hub.relay_subscription(session.id)
        assert stage.log.watched(SHOP)
        await stage.clock.advance(330)
        assert not stage.log.watched(SHOP)
        assert stage.hub.relay_manager._publishers == {}


async def test_a_span_ends_exactly_where_it_was_asked_to() -> None:
    """REL-14: so that a viewer joins frames that it shares with others."""
    async with Relayed(Provider()) as stage:
        session = await stage.open()
        reader = await stage.read(session)
        ends = []
        for number in range(3):
            await stage.log.append(SHOP, entries(number * 10, number * 10 + 9, name="Home"))
            await stage.clock.advance(0.1)
            ends.append(reader.got[-1].end)
        frames = await stage.hub.read_range(session.id, ends[0], ends[2])
        assert [(frame.frame.from_, frame.frame.counts) for frame in frames] == [
            (str(ends[0]), {"u-Home": 20})
        ]  # type: ignore[union-attr]
        assert frames[-1].end == ends[2]
        assert await stage.hub.read_range(session.id, ends[2], ends[0]) == []


def test_keys_are_for_one_purpose() -> None:
    """REL-8: the provider knows the app's secret, and no key of ours follows from that."""
    assert (
        derive_relay_key(b"k", b"encryption")
        != derive_relay_key(b"k", b"channel names")
        != derive_relay_key(b"l", b"channel names")
    )
