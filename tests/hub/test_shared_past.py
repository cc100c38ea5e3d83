"""Sessions that begin where another one, named by a link, began."""

import pytest

from dagnet_realtime.model.frame import Gap
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Policy
from tests.hub.stage import SHOP, Stage
from tests.support.entries import entries, entry


async def test_a_shared_session_is_seen_from_its_on() -> None:
    """HUB-34: every event since then is counted, once, and what follows joins."""
    async with Stage() as stage:
        first = await stage.open(person="ann")
        await stage.clock.advance(60)
        await stage.log.append(SHOP, entries(1, 40, name="Home"))
        second = await stage.hub.open(SHOP, "checkout", "bob", role="follow", share=first.share)
        assert (second.position, second.started_at) == (first.position, first.started_at)
        reader = await stage.read(second)
        await stage.log.append(SHOP, [entry("m41", name="Cart")])
        await stage.clock.advance(1)
        assert reader.counts() == {"u-Home": 40, "u-Cart": 1}
        assert not any(isinstance(sent.frame, Gap) for sent in reader.got)
        third = await stage.hub.open(SHOP, "checkout", "cyd", role="follow", share=second.share)
        assert third.position == first.position, "a link that was opened can be shared on"


async def test_a_log_that_reaches_less_far_says_from_when() -> None:
    """HUB-34: counts are exact from the oldest event that is kept, without a gap."""
    async with Stage(policy=Policy(log_entries=10)) as stage:
        first = await stage.open()
        await stage.clock.advance(20)
        arrived = stage.clock.now()
        await stage.log.append(SHOP, entries(1, 15, name="Home", arrived_at=arrived))
        await stage.clock.advance(20)
        await stage.log.append(SHOP, entries(16, 20, name="Cart", arrived_at=stage.clock.now()))
        second = await stage.hub.open(SHOP, "checkout", "bob", role="follow", share=first.share)
        reader = await stage.read(second)
        await stage.clock.advance(1)
        assert reader.counts() == {"u-Home": 5, "u-Cart": 5}
        assert not any(isinstance(sent.frame, Gap) for sent in reader.got)
        assert second.started_at == arrived > first.started_at


@pytest.mark.parametrize("channel", [SHOP, Channel("shop", "dev"), Channel("acme", "prod")])
async def test_a_session_that_is_over_or_elsewhere_shares_nothing(channel: Channel) -> None:
    """HUB-34: it must be live, and of the same workspace and environment; no session is opened."""
    async with Stage() as stage:
        first = await stage.open()
        other = first.share if channel != SHOP else "0" * 32
        for share in (other, first.id, "", "\N{SNOWMAN}"):
            if share == "":
                continue
            with pytest.raises(Problem) as refused:
                await stage.hub._shared(channel, share)
            assert refused.value.code == "gone"
        await stage.hub.close(first.id)
        with pytest.raises(Problem) as refused:
            await stage.hub.open(SHOP, "checkout", "bob", role="follow", share=first.share)
        assert refused.value.code == "gone"
        assert await stage.sessions.list_active() == []
        assert not stage.log.watched(SHOP)


async def test_the_name_in_a_link_is_not_the_session_id() -> None:
    """HUB-34: a link alone can neither change nor end the session."""
    async with Stage() as stage:
        first = await stage.open()
        assert first.id not in first.share
        with pytest.raises(Problem):
            await stage.hub.session(first.share)
