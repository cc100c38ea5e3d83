"""Feeds and viewers of one process."""

from tests.hub.stage import SHOP, Stage
from tests.support.entries import entry


async def test_a_feed_runs_only_while_it_has_viewers() -> None:
    """HUB-5: after the last viewer the views and then the feed retire; the next viewer starts it
    anew, without a gap.
    """
    async with Stage() as stage:
        session = await stage.open()
        reader = await stage.read(session)
        await stage.clock.advance(1)
        assert stage.hub._feeds.feed_for(SHOP) is not None
        assert stage.hub.stats()[SHOP].viewers == 1
        await reader.stop()
        await stage.log.append(SHOP, [entry("m1", name="Home")])
        await stage.clock.advance(40)
        assert stage.hub._feeds.feed_for(SHOP) is None
        assert stage.hub.stats()[SHOP].viewers == 0
        await stage.log.append(SHOP, [entry("m2", name="Home")])
        again = await stage.read(session, after=reader.got[-1].position)
        await stage.log.append(SHOP, [entry("m3", name="Home")])
        await stage.clock.advance(0.2)
        assert again.counts() == {"u-Home": 3}


async def test_what_any_session_follows_is_known_by_channel() -> None:
    """HUB-16: follows count without a stream too; a session that ends takes its own along."""
    async with Stage() as stage:
        one, two = await stage.open(), await stage.open()
        await stage.hub.change(one.id, follows=["k1.anna", "k1.both"])
        await stage.hub.change(two.id, follows=["k1.both", "k1.bert"])
        assert stage.feeds.followed(SHOP) == {"k1.anna", "k1.bert", "k1.both"}
        await stage.hub.close(one.id)
        assert stage.feeds.followed(SHOP) == {"k1.bert", "k1.both"}
        await stage.hub.close(two.id)
        assert stage.feeds.followed(SHOP) == frozenset()
