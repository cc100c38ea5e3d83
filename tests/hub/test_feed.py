"""One process's reader of one log."""

from dagnet_realtime.model.frame import Gap, IngestCounters
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.stores.memory import MemoryLog
from tests.hub.stage import SHOP, Stage
from tests.support.entries import entry


async def test_an_unreachable_log_is_tried_again() -> None:
    """LOG-84: viewers hear nothing, no beat either, while the store cannot be reached, and lose nothing when it can."""
    async with Stage() as stage:
        reader = await stage.read(await stage.open())
        reads = MemoryLog.read

        async def unreachable(*_: object) -> None:
            raise Problem("unavailable", "The log cannot be reached")

        stage.log.read = unreachable  # type: ignore[method-assign,assignment]
        await stage.clock.advance(20)
        await stage.log.append(SHOP, [entry("m1", name="Home")])
        stage.log.read = lambda *given: reads(stage.log, *given)  # type: ignore[method-assign,assignment]
        await stage.clock.advance(1)
        assert reader.counts() == {"u-Home": 1}
        assert reader.ops == ["hello", "batch", "beat"]


async def test_records_of_a_stream_that_were_left_unread_are_a_gap_for_every_viewer() -> None:
    """STR-16: each increase of a ledger's gaps is one gap of unknown size; a viewer who joins later
    gets none.
    """
    async with Stage() as stage:
        stage.doors["kafka"] = IngestCounters(gaps=4)
        reader = await stage.read(await stage.open())
        other = await stage.read(await stage.open(filter="Home"))
        await stage.clock.advance(3)
        assert not [sent for sent in reader.got if isinstance(sent.frame, Gap)]
        stage.doors["kafka"].gaps = 5
        await stage.clock.advance(3)
        for viewer in (reader, other):
            (told,) = [sent.frame for sent in viewer.got if isinstance(sent.frame, Gap)]
            assert (told.missed, told.reason, told.from_) == (None, "stream", told.to)
        await stage.log.append(SHOP, [entry("m1", name="Home")])
        await stage.clock.advance(3)
        assert reader.counts() == {"u-Home": 1}
        late = await stage.read(await stage.open())
        await stage.clock.advance(3)
        assert not [sent for sent in late.got if isinstance(sent.frame, Gap)]
