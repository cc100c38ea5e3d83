"""One viewer's way through the frames."""

from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.model.event import Position
from dagnet_realtime.model.frame import Batch, Gap, Heartbeat
from tests.hub.stage import SHOP, Stage
from tests.support.entries import entries
from tests.support.tries import tries

STEP = st.tuples(st.integers(0, 30), st.sampled_from([0.0, 0.01, 0.06, 2.0, 45.0]), st.booleans())


@tries(40)
@given(st.lists(STEP, max_size=15), st.integers(1, 8))
async def test_however_a_viewer_comes_and_goes_every_entry_is_counted_once_or_missed(
    steps: list[tuple[int, float, bool]], ring: int
) -> None:
    """HUB-7, HUB-8: frames and gaps cover all positions since On, each exactly once."""
    async with Stage(ring_frames=ring) as stage:
        session = await stage.open()
        at, counted, missed, offered = session.position, 0, 0, 0
        reader = await stage.read(session)
        for number, seconds, hang_up in [*steps, (1, 1.0, True)]:
            await stage.log.append(SHOP, entries(offered, offered + number - 1, name="Home"))
            offered += number
            await stage.clock.advance(seconds)
            if not hang_up:
                continue
            await stage.clock.advance(0.1)
            await reader.stop()
            for one in reader.got:
                match one.frame:
                    case Batch() as batch:
                        assert batch.from_ == at
                        at = batch.position
                        counted += batch.counts.get("u-Home", 0)
                    case Gap() as gap:
                        assert gap.from_ == at
                        at = gap.to
                        missed += gap.missed or 0
            reader = await stage.read(session, after=at)
        assert counted + missed == offered


async def test_a_poll_is_told_a_beat_once() -> None:
    """HUB-15: what moves no position is told to one poll, and the next one waits again."""
    async with Stage() as stage:
        session = await stage.open()
        reader = await stage.read(session)
        await stage.clock.advance(16)
        beats, position = await stage.hub.poll(session.id, reader.got[0].end, 0)
        assert [type(frame.frame) for frame in beats] == [Heartbeat]
        assert position == str(reader.got[0].end)
        assert (await stage.hub.poll(session.id, beats[-1].end, 0))[0] == []
        await stage.log.append(SHOP, entries(0, 0, name="Home"))
        await stage.clock.advance(1)
        later, _ = await stage.hub.poll(session.id, beats[-1].end, 0)
        assert [type(frame.frame) for frame in later] == [Batch]


async def test_a_poll_is_given_what_the_log_holds_before_the_feed_has_read_it() -> None:
    """HUB-15, HUB-7: at once, and each entry once, whatever the feed brings afterwards."""
    async with Stage() as stage:
        session = await stage.open()
        _, at = await stage.hub.poll(session.id, Position.parse(session.position), 0)
        counted = 0
        for number in range(6):
            await stage.log.append(SHOP, entries(2 * number, 2 * number + 1, name="Home"))
            frames, at = await stage.hub.poll(session.id, Position.parse(at), 0)
            counted += sum(
                one.frame.counts["u-Home"] for one in frames if isinstance(one.frame, Batch)
            )
            assert counted == 2 * number + 2
            await stage.clock.advance(number % 3 * 0.03)
        await stage.clock.advance(1)
        frames, _ = await stage.hub.poll(session.id, Position.parse(at), 0)
        assert not [one for one in frames if isinstance(one.frame, Batch)]
