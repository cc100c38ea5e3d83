"""Shared views: frames encoded once and buffered for every viewer of the same view."""

import asyncio
from collections import deque

import msgspec
from msgspec import UNSET, UnsetType

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
    """A frame, encoded once for every viewer.

    `end` is the position after it. `json` is the frame, `sse` the same as a server-sent event.
    `made_at` is when a shared batch was made, in monotonic seconds; of other frames infinity.
    """

    frame: Frame
    end: Position
    json: bytes
    sse: bytes
    made_at: float = float("inf")

    @property
    def position(self) -> str:
        """`end`, as on the wire."""
        return str(self.end)


def encode_frame(frame: Frame, end: Position, made_at: float = float("inf")) -> EncodedFrame:
    """Encodes `frame`. JSON has no raw line breaks, so one `data:` line is enough."""
    json = _ENCODER.encode(frame)
    sse = b"id: %b\ndata: %b\n\n" % (str(end).encode(), json)
    return EncodedFrame(frame, end, json, sse, made_at)


class FrameBuffer:
    """The last frames of a view, by sequence number; bounded by number and by bytes.

    A viewer keeps the number of the next frame that it needs. `head` is the position after the
    newest frame. `sequence_after` finds the frame that follows a position, if frames meet there.
    `emptied` is how often `empty` was called: what was read of the log before shows too much.
    """

    def __init__(self, head: Position, frames: int, size: int) -> None:
        self.head = head
        self.emptied = 0
        self._frames = frames
        self._bytes = size
        self._buffered: deque[EncodedFrame] = deque()
        self._first = 0
        self._size = 0
        self._boundaries: dict[str, int] = {str(head): 0}
        self._order: deque[tuple[int, str]] = deque([(0, str(head))])
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def end(self) -> int:
        """The number that the next frame will get."""
        return self._first + len(self._buffered)

    @property
    def size(self) -> int:
        """Bytes of the buffered frames."""
        return self._size

    @property
    def first(self) -> int:
        """The number of the oldest buffered frame, or of the next one if there is none."""
        return self._first

    def push(self, frame: EncodedFrame) -> None:
        """Adds a frame, drops the oldest beyond the bounds, and wakes the waiting viewers."""
        self._buffered.append(frame)
        self._size += len(frame.json)
        if frame.end != self.head:
            self.head = frame.end
            self._boundaries[frame.position] = self.end
            self._order.append((self.end, frame.position))
        while len(self._buffered) > self._frames or (
            self._size > self._bytes and len(self._buffered) > 1
        ):
            self._size -= len(self._buffered.popleft().json)
            self._first += 1
        self._forget_boundaries()
        self.wake()

    def empty(self) -> None:
        """Drops every frame: viewers who are behind are served from the log, which shows less
        now.
        """
        self.emptied += 1
        self._first = self.end
        self._buffered.clear()
        self._size = 0
        self._boundaries = {str(self.head): self._first}
        self._order = deque([(self._first, str(self.head))])

    def sequence_after(self, position: Position) -> int | None:
        """The number of the frame that begins at `position`; None if no buffered one does."""
        return self._boundaries.get(str(position))

    def get(self, number: int) -> EncodedFrame | None:
        """The frame of that number; None if it was dropped or is still to come."""
        index = number - self._first
        return self._buffered[index] if 0 <= index < len(self._buffered) else None

    def is_evicted(self, number: int) -> bool:
        """Whether the frame of that number was dropped."""
        return number < self._first

    def wait(self) -> asyncio.Future[None]:
        """A future that is done at the next frame, or at `wake`."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return future

    def wake(self) -> None:
        """Wakes every waiting viewer."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def _forget_boundaries(self) -> None:
        while self._order and self._order[0][0] < self._first:
            number, position = self._order.popleft()
            if self._boundaries.get(position) == number:
                del self._boundaries[position]


REVEALS = "identities"  # how a key's role begins if the view shows raw identifiers


class ViewKey(msgspec.Struct, frozen=True):
    """Viewers with the same key get the same frames, also after the graph's files have changed."""

    graph: str
    filter: str
    role: str
    policy: str


class BroadcastView:
    """One view of a feed, shared by its viewers.

    `viewers` is the number of those attached; `last_used_at` is when there last was one, and
    `last_beat_at` when the last heartbeat was sent, in monotonic seconds.
    """

    def __init__(
        self,
        key: ViewKey,
        view: ViewRenderer,
        guarantees: Guarantees,
        buffer: FrameBuffer,
        at: float,
    ) -> None:
        self.key = key
        self.view = view
        self.guarantees = guarantees
        self.buffer = buffer
        self.viewers = 0
        self.last_used_at = at
        self.last_beat_at = at

    def publish_batch(
        self, log_slice: LogSlice, matched: list[Nodes], follows: frozenset[str], at: float
    ) -> FrameCounts:
        """Publishes the frame of one tick, and returns its counts."""
        end = log_slice.end
        batch = self.view.render_shared(
            str(self.buffer.head), str(end), log_slice.entries, matched, follows, at
        )
        self.buffer.push(encode_frame(batch, end, at))
        return batch.ledger

    def publish_gap(self, lost: ReadGap) -> None:
        """Publishes that the feed itself missed entries."""
        self.buffer.push(gap_frame(self.buffer.head, lost.resume, lost.missed, lost.reason))

    def beat(self, beat: Heartbeat, at: float) -> None:
        """Publishes a heartbeat."""
        self.last_beat_at = at
        self.buffer.push(encode_frame(beat, self.buffer.head))

    def change(self, change: Change) -> None:
        """Publishes that the graph's files have changed."""
        self.guarantees = change.posture
        self.buffer.push(encode_frame(change, self.buffer.head))

    def forget(self, tokens: tuple[str, ...]) -> None:
        """Drops buffered frames, since they may carry the tokens, and tells viewers to do the
        same.
        """
        self.buffer.empty()
        self.buffer.push(encode_frame(Forget(tokens=tokens), self.buffer.head))

    def private(
        self,
        log_slice: LogSlice,
        end: Position,
        matched: list[Nodes],
        follows: frozenset[str],
        at: float,
        age_ms: int | UnsetType = UNSET,
        most: int | None = None,
    ) -> EncodedFrame:
        """A frame for one viewer, whose position lies within a shared frame or behind the
        buffer. `age_ms` is for one of the past; it carries at most `most` events.
        """
        batch: Batch = self.view.render_private(
            str(log_slice.start), str(end), log_slice.entries, matched, follows, at, most
        )
        return encode_frame(msgspec.structs.replace(batch, age_ms=age_ms), end)


def gap_frame(at: Position, resume: Position, missed: int | None, reason: str) -> EncodedFrame:
    """The frame that says what was missed between `at` and `resume`."""
    return encode_frame(Gap(from_=str(at), to=str(resume), missed=missed, reason=reason), resume)
