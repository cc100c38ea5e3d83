"""The views that viewers share: encoded frames, and the ring that buffers them."""

import asyncio
import json

from dagnet_realtime.hub.broadcast import EncodedFrame, FrameBuffer, encode_frame, gap_frame
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.frame import Batch, Gap, Heartbeat


def test_a_frame_is_encoded_with_the_names_of_the_wire() -> None:
    """HUB-23: a frame has `op` and `from`, and its message on a stream has the position as id."""
    one = encode_frame(
        Batch(from_="e.0", position="e.2.ab", unmapped={"a\nb": 2}), Position("e", 2, "ab")
    )
    wire = json.loads(one.json)
    assert (wire["op"], wire["from"], wire["position"]) == ("batch", "e.0", "e.2.ab")
    assert one.sse == b"id: e.2.ab\ndata: " + one.json + b"\n\n"
    assert b"\n" not in one.json
    assert one.position == "e.2.ab"


def at(offset: int) -> Position:
    return Position("e", offset)


def batch(start: int, end: int) -> EncodedFrame:
    return encode_frame(Batch(from_=str(at(start)), position=str(at(end))), at(end))


def beat(offset: int) -> EncodedFrame:
    return encode_frame(Heartbeat(now="", position=str(at(offset))), at(offset))


async def test_a_boundary_leads_to_the_frame_that_goes_on_from_it() -> None:
    """HUB-7: a viewer on a frame's boundary shares the frames that follow; a heartbeat moves no
    position.
    """
    ring = FrameBuffer(at(0), 10, 10**6)
    ring.push(batch(0, 5))
    ring.push(beat(5))
    ring.push(batch(5, 9))
    assert [ring.sequence_after(at(offset)) for offset in (0, 5, 9, 3)] == [0, 1, 3, None]
    assert ring.get(2) == batch(5, 9)
    assert ring.get(3) is None
    assert ring.head == at(9)


async def test_the_ring_is_bounded_by_frames_and_by_bytes() -> None:
    """HUB-9: the oldest go, with their boundaries."""
    ring = FrameBuffer(at(0), 3, 10**6)
    for offset in range(10):
        ring.push(batch(offset, offset + 1))
    assert ring.is_evicted(6)
    assert not ring.is_evicted(7)
    assert ring.sequence_after(at(6)) is None
    assert ring.sequence_after(at(7)) == 7
    assert len(ring._boundaries) == len(ring._order) == 4
    small = FrameBuffer(at(0), 100, 500)
    for offset in range(10):
        small.push(batch(offset, offset + 1))
    assert len(small._buffered) == 500 // len(batch(0, 1).json)


async def test_an_emptied_ring_keeps_its_head() -> None:
    """HUB-20: a viewer at the head goes on; one behind it is served from the log."""
    ring = FrameBuffer(at(0), 10, 10**6)
    ring.push(batch(0, 5))
    ring.empty()
    assert (ring.sequence_after(at(0)), ring.sequence_after(at(5)), ring.end) == (None, 1, 1)


async def test_waiting_viewers_wake_and_a_cancelled_one_harms_none() -> None:
    """HUB-9: one viewer that goes does not take the others' wake-up with it."""
    ring = FrameBuffer(at(0), 10, 10**6)
    gone, there = ring.wait(), ring.wait()
    gone.cancel()
    ring.push(batch(0, 1))
    await asyncio.wait_for(there, 20)
    assert ring._waiting == []


def test_a_gap_moves_its_reader_to_where_reading_goes_on() -> None:
    """HUB-7: a gap ends where the next frame begins."""
    one = gap_frame(Position("e", 1), Position("f", 7, "ab"), None, "epoch")
    assert one.frame == Gap(from_="e.1", to="f.7.ab", missed=None, reason="epoch")
    assert one.position == "f.7.ab"
