"""The machine's clocks."""

import time

from dagnet_realtime.app.clock import SystemClock


async def test_now_is_in_milliseconds_and_monotonic_in_seconds() -> None:
    """Its units are those of the port."""
    clock = SystemClock()
    assert abs(clock.now() - time.time() * 1000) < 5000
    began = clock.monotonic()
    await clock.sleep(0.001)
    assert 0 < clock.monotonic() - began < 5
