"""Shared views: frames encoded once and buffered for every viewer of the same view."""

import asyncio
from collections import deque

import msgspec

from dagnet_realtime.core.view import Nodes, ViewRenderer
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.frame import (
    Batch,
    Change,
    Forget,
    Frame,
    FrameCounts,
    Gap,
    Guarantees,
    Heartbeat,
)
from dagnet_realtime.ports.storage import LogSlice, ReadGap

_ENCODER = msgspec.json.Encoder()


class EncodedFrame(msgspec.Struct, frozen=True):
    """`end` is where the viewer stands after the frame. `json` is the frame; `sse` the same as one message of a stream."""

    frame: Frame
    end: Position
    json: bytes
    sse: bytes

    @property
    def position(self) -> str:
        """`end` as it goes over the wire."""
        return str(self.end)


def encode_frame(frame: Frame, end: Position) -> EncodedFrame:
    """Encodes `frame`. JSON has no raw line breaks, so one `data:` line holds it."""
    json = _ENCODER.encode(frame)
    return EncodedFrame(frame, end, json, b"id: %b\ndata: %b\n\n" % (str(end).encode(), json))


class FrameBuffer:
    """Frames have a sequence number; a viewer holds the number of the next one it needs. Bounded by frames and by bytes.

    `head` is where the newest frame ends. A position on a boundary leads to the frame that goes on from there.
    """

    def __init__(self, head: Position, frames: int, size: int) -> None:
        self.head = head
        self._frames = frames
        self._bytes = size
        self._kept: deque[EncodedFrame] = deque()
        self._first = 0
        self._held = 0
        self._boundaries: dict[str, int] = {str(head): 0}
        self._order: deque[tuple[int, str]] = deque([(0, str(head))])
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def end(self) -> int:
        """The number that the next frame will have."""
        return self._first + len(self._kept)

    @property
    def size(self) -> int:
        """Bytes of the frames that are kept."""
        return self._held

    @property
    def first(self) -> int:
        """The number of the oldest frame that is kept, or will be."""
        return self._first

    def push(self, frame: EncodedFrame) -> None:
        """Adds a frame, drops the oldest beyond the bounds, wakes who waits."""
        self._kept.append(frame)
        self._held += len(frame.json)
        if frame.end != self.head:
            self.head = frame.end
            self._boundaries[frame.position] = self.end
            self._order.append((self.end, frame.position))
        while len(self._kept) > self._frames or (self._held > self._bytes and len(self._kept) > 1):
            self._held -= len(self._kept.popleft().json)
            self._first += 1
        self._forget_boundaries()
        self.wake()

    def empty(self) -> None:
        """Drops every frame: whoever is behind is served from the log, which keeps less than these bytes do."""
        self._first = self.end
        self._kept.clear()
        self._held = 0
        self._boundaries = {str(self.head): self._first}
        self._order = deque([(self._first, str(self.head))])

    def sequence_after(self, position: Position) -> int | None:
        """The number of the frame that goes on from `position`; None where it lies on no boundary that is kept."""
        return self._boundaries.get(str(position))

    def get(self, number: int) -> EncodedFrame | None:
        """The frame of that number; None where it is no more, or not yet."""
        index = number - self._first
        return self._kept[index] if 0 <= index < len(self._kept) else None

    def is_evicted(self, number: int) -> bool:
        """Whether the frame of that number was dropped."""
        return number < self._first

    def wait(self) -> asyncio.Future[None]:
        """Done at the next frame, or at `wake`."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return future

    def wake(self) -> None:
        """Wakes every viewer that waits."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def _forget_boundaries(self) -> None:
        while self._order and self._order[0][0] < self._first:
            number, position = self._order.popleft()
            if self._boundaries.get(position) == number:
                del self._boundaries[position]


REVEALS = "identities"  # what a key's role begins with where the view shows raw identifiers


class ViewKey(msgspec.Struct, frozen=True):
    """Viewers with the same key get the same frames. The graph's files may change under a view; all its viewers go along."""

    graph: str
    filter: str
    role: str
    policy: str


class BroadcastView:
    """One view of a feed. `viewers` counts who is attached; `used` is when somebody last was, in monotonic seconds."""

    def __init__(
        self, key: ViewKey, view: ViewRenderer, posture: Guarantees, ring: FrameBuffer, at: float
    ) -> None:
        self.key = key
        self.view = view
        self.guarantees = posture
        self.buffer = ring
        self.viewers = 0
        self.last_used_at = at
        self.last_beat_at = at

    def publish_batch(
        self, found: LogSlice, matched: list[Nodes], follows: frozenset[str], at: float
    ) -> FrameCounts:
        """The shared frame of one tick; its ledger."""
        end = found.end
        batch = self.view.render_shared(
            str(self.buffer.head), str(end), found.entries, matched, follows, at
        )
        self.buffer.push(encode_frame(batch, end))
        return batch.ledger

    def publish_gap(self, lost: ReadGap) -> None:
        """The feed itself lost its place: everybody learns it."""
        self.buffer.push(gap_frame(self.buffer.head, lost.resume, lost.missed, lost.reason))

    def beat(self, beat: Heartbeat, at: float) -> None:
        """A sign of life for everybody."""
        self.last_beat_at = at
        self.buffer.push(encode_frame(beat, self.buffer.head))

    def change(self, change: Change) -> None:
        """The graph's files, or the policy, are others from here on."""
        self.guarantees = change.posture
        self.buffer.push(encode_frame(change, self.buffer.head))

    def forget(self, tokens: tuple[str, ...]) -> None:
        """Frames that may carry the tokens are dropped; everybody is told to drop them too."""
        self.buffer.empty()
        self.buffer.push(encode_frame(Forget(tokens=tokens), self.buffer.head))

    def private(
        self,
        found: LogSlice,
        end: Position,
        matched: list[Nodes],
        follows: frozenset[str],
        at: float,
    ) -> EncodedFrame:
        """A frame for one viewer that stands off every boundary."""
        batch: Batch = self.view.render_private(
            str(found.start), str(end), found.entries, matched, follows, at
        )
        return encode_frame(batch, end)


def gap_frame(at: Position, resume: Position, missed: int | None, reason: str) -> EncodedFrame:
    """The frame that says what was missed between `at` and `resume`."""
    return encode_frame(Gap(from_=str(at), to=str(resume), missed=missed, reason=reason), resume)
