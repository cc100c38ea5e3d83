"""What an operator can measure of a channel."""

from dagnet_realtime.hub.stats import LAG_BUCKETS, ViewCounters
from tests.hub.stage import SHOP, Stage
from tests.support.entries import entry


async def test_frames_gaps_and_lag_add_up() -> None:
    """CON-5: carried events, missed events by reason, and the age of each frame's oldest event are
    measured.
    """
    async with Stage() as stage:
        session = await stage.open()
        reader = await stage.read(session)
        await stage.log.append(
            SHOP,
            [
                entry(f"m{number}", name="Home", arrived_at=stage.clock.now() - 300)
                for number in range(3)
            ],
        )
        await stage.clock.advance(0.2)
        far = await stage.read(session, after="another-life.7")
        await stage.clock.advance(0.2)
        measure = stage.hub.stats()[SHOP]
        assert (measure.counters.carried, measure.counters.thinned, measure.counters.filtered) == (
            3,
            0,
            0,
        )
        assert sum(measure.counters.gaps.values()) == 1
        assert measure.counters.lags[LAG_BUCKETS.index(0.5)] == 1
        assert (measure.viewers, measure.sessions, measure.backlog) == (2, 1, 0)
        assert measure.ring_bytes > 0
        for one in (reader, far):
            await one.stop()


def test_clocks_that_differ_make_no_lag() -> None:
    """CON-5: an event from the future counts as on time; what is beyond every bound is counted too."""
    told = ViewCounters()
    told.lag(-5)
    told.lag(100)
    assert (told.lags[0], told.lags[-1], told.lag_sum) == (1, 1, 100)
