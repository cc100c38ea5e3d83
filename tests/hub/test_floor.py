"""Feeds and viewers of one process."""

from tests.hub.stage import SHOP, Stage
from tests.support.entries import entry


async def test_a_feed_runs_only_while_somebody_is_there() -> None:
    """HUB-5: with the last viewer gone the views and then the feed retire; the next viewer starts it anew, without a seam."""
    async with Stage() as stage:
        session = await stage.open()
        reader = await stage.read(session)
        await stage.clock.advance(1)
        assert stage.hub._floor.running(SHOP) is not None
        assert stage.hub.watching() == {SHOP: 1}
        await reader.stop()
        await stage.log.append(SHOP, [entry("m1", name="Home")])
        await stage.clock.advance(40)
        assert stage.hub._floor.running(SHOP) is None
        assert stage.hub.watching() == {}
        await stage.log.append(SHOP, [entry("m2", name="Home")])
        again = await stage.read(session, after=reader.got[-1].position)
        await stage.log.append(SHOP, [entry("m3", name="Home")])
        await stage.clock.advance(0.2)
        assert again.counts() == {"u-Home": 3}
