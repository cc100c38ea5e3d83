"""The recent frames of one view, shared by all its viewers, and the viewers that wait for the next."""

import asyncio
from collections import deque

from dagnet_realtime.hub.sent import Sent
from dagnet_realtime.model.position import Position


class Ring:
    """Frames have a sequence number; a viewer holds the number of the next one it needs. Bounded by frames and by bytes.

    `head` is where the newest frame ends. A position on a boundary leads to the frame that goes on from there.
    """

    def __init__(self, head: Position, frames: int, size: int) -> None:
        self.head = head
        self._frames = frames
        self._bytes = size
        self._kept: deque[Sent] = deque()
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

    def push(self, frame: Sent) -> None:
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

    def after(self, position: Position) -> int | None:
        """The number of the frame that goes on from `position`; None where it lies on no boundary that is kept."""
        return self._boundaries.get(str(position))

    def get(self, number: int) -> Sent | None:
        """The frame of that number; None where it is no more, or not yet."""
        index = number - self._first
        return self._kept[index] if 0 <= index < len(self._kept) else None

    def has_lost(self, number: int) -> bool:
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
