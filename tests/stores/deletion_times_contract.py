"""What every `DeletionTimes` promises."""

from dagnet_realtime.ports.storage import DeletionTimes
from tests.hub.stage import SHOP
from tests.support.clock import FakeClock


async def a_deletion_is_known_everywhere(
    one: DeletionTimes, other: DeletionTimes, clock: FakeClock
) -> None:
    """The time of the last deletion, else the moment from which on each is known; it stays."""
    began = await one.known_since(SHOP)
    assert began == clock.now()
    clock.shift(60)
    assert await other.known_since(SHOP) == began
    await other.record(SHOP)
    assert await one.known_since(SHOP) == clock.now() == began + 60_000
    clock.shift(60)
    assert await one.known_since(SHOP) == began + 60_000
