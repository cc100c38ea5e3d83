"""One process's reader of one log."""

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.stores.memory import MemoryLog
from tests.hub.stage import SHOP, Stage
from tests.support.entries import entry


async def test_an_unreachable_log_is_tried_again() -> None:
    """HUB-25: viewers hear nothing, no beat either, while the store cannot be reached, and lose nothing when it can."""
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
