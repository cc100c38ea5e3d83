"""The ring of a view's frames."""

import asyncio

from dagnet_realtime.hub.ring import Ring
from dagnet_realtime.hub.sent import Sent, sent
from dagnet_realtime.model.frame import Batch, Beat
from dagnet_realtime.model.position import Position


def at(offset: int) -> Position:
    return Position("e", offset)


def batch(start: int, end: int) -> Sent:
    return sent(Batch(from_=str(at(start)), position=str(at(end))), at(end))


def beat(offset: int) -> Sent:
    return sent(Beat(now="", position=str(at(offset))), at(offset))


async def test_a_boundary_leads_to_the_frame_that_goes_on_from_it() -> None:
    """HUB-7: whoever stands on a boundary needs no private frame; signs of life move nobody."""
    ring = Ring(at(0), 10, 10**6)
    ring.push(batch(0, 5))
    ring.push(beat(5))
    ring.push(batch(5, 9))
    assert [ring.after(at(offset)) for offset in (0, 5, 9, 3)] == [0, 1, 3, None]
    assert ring.get(2) == batch(5, 9)
    assert ring.get(3) is None
    assert ring.head == at(9)


async def test_the_ring_is_bounded_by_frames_and_by_bytes() -> None:
    """HUB-9: the oldest go, with their boundaries."""
    ring = Ring(at(0), 3, 10**6)
    for offset in range(10):
        ring.push(batch(offset, offset + 1))
    assert ring.has_lost(6)
    assert not ring.has_lost(7)
    assert ring.after(at(6)) is None
    assert ring.after(at(7)) == 7
    assert len(ring._boundaries) == len(ring._order) == 4
    small = Ring(at(0), 100, 500)
    for offset in range(10):
        small.push(batch(offset, offset + 1))
    assert len(small._kept) == 500 // len(batch(0, 1).json)


async def test_an_emptied_ring_keeps_its_head() -> None:
    """HUB-20: who stood at the head goes on; who was behind is served from the log."""
    ring = Ring(at(0), 10, 10**6)
    ring.push(batch(0, 5))
    ring.empty()
    assert (ring.after(at(0)), ring.after(at(5)), ring.end) == (None, 1, 1)


async def test_waiting_viewers_wake_and_a_cancelled_one_harms_nobody() -> None:
    """HUB-9: one viewer that goes does not take the others' wake-up with it."""
    ring = Ring(at(0), 10, 10**6)
    gone, there = ring.wait(), ring.wait()
    gone.cancel()
    ring.push(batch(0, 1))
    await asyncio.wait_for(there, 20)
    assert ring._waiting == []
