"""One viewer of a shared view: a cursor over its frames."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

from dagnet_realtime.hub.backfill import Past
from dagnet_realtime.hub.broadcast import BroadcastView, EncodedFrame, encode_frame, gap_frame
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed import Feed
from dagnet_realtime.hub.sessions import SessionState
from dagnet_realtime.model.event import Position, tokens_to_forget
from dagnet_realtime.model.frame import Batch, Close, Forget, Frame, Gap
from dagnet_realtime.ports.storage import LogSlice, ReadGap

MOST_CHUNKS = 20  # of one span: as much as a log usually keeps
MOST_WORDS = 8  # to one viewer that it has not taken yet; the latest count
CHUNK = 5_000  # entries of one private frame: some 20 ms of work between two turns of the loop


class Subscriber:
    """Stands at `at`. Holds no frames: a viewer that does not read falls behind in the ring, then in the log, then is told a gap."""

    def __init__(
        self,
        context: HubContext,
        line: SessionState,
        at: Position | None,
        feed: Feed,
        shared: BroadcastView,
    ) -> None:
        start = Position.parse(line.session.position)
        if start is None:
            raise ValueError(
                f"a watch session was kept with the position {line.session.position!r}"
            )
        self.state = line
        self.position = at or start
        self.feed = feed
        self.shared = shared
        self._start = start
        self._log = context.log
        self._clock = context.clock
        self._next_sequence: int | None = None
        self._bye: Close | None = None
        self._queue: deque[Frame] = deque(maxlen=MOST_WORDS)

    def close(self, bye: Close) -> None:
        """The viewer gets `bye` next, and nothing after it."""
        self._bye = self._bye or bye
        self.shared.buffer.wake()

    def enqueue(self, frame: Frame) -> None:
        """A frame for this viewer alone, next."""
        self._queue.append(frame)
        self.shared.buffer.wake()

    def move(self, shared: BroadcastView) -> None:
        """Goes on in another view, from where it stands."""
        old = self.shared
        if shared is not old:
            old.viewers -= 1
            shared.viewers += 1
            self.shared = shared
            self._next_sequence = None
        old.buffer.wake()

    async def frames(self, wait: float | None) -> AsyncGenerator[EncodedFrame, None]:
        """What comes after `at`, for ever; or, where `wait` seconds are given, what is there, else the first that comes in that time."""
        until = None if wait is None else self._clock.monotonic() + wait
        some = False
        while self._bye is None:
            frame = self._pending() or self._shared_frame() or await self._catch_up_frame()
            if (
                frame is None
                and not some
                and until is not None
                and self._clock.monotonic() >= until
            ):
                frame = await self._ahead()
            if frame is not None:
                some = True
                if isinstance(frame.frame, Gap):
                    self.feed.counters.gap(frame.frame.reason)
                yield frame
            elif until is None:
                await self.shared.buffer.wait()
            elif some or self._clock.monotonic() >= until:
                if self._next_sequence is not None:
                    self.state.poll_cursor = (
                        self.shared.buffer,
                        self._next_sequence,
                        self.position,
                    )
                return
            else:
                await self._pause(until)
        yield encode_frame(self._bye, self.position)

    def _pending(self) -> EncodedFrame | None:
        return encode_frame(self._queue.popleft(), self.position) if self._queue else None

    def _shared_frame(self) -> EncodedFrame | None:
        """The next frame that all viewers of the view share; the road of nearly every frame, so it waits for nothing."""
        if self._next_sequence is None or self.state.backfill:
            return None
        frame = self.shared.buffer.get(self._next_sequence)
        if frame is not None:
            self._next_sequence += 1
            self.position = frame.end
        return frame

    async def _catch_up_frame(self) -> EncodedFrame | None:
        """A frame for this viewer alone, where it needs one: a trace's past, or the way to the next boundary."""
        if self.state.backfill:
            return self._history(self.state.backfill.popleft())
        if self._next_sequence is not None and not self.shared.buffer.is_evicted(
            self._next_sequence
        ):
            return None
        self._next_sequence = self._sequence()
        if self._next_sequence is not None:
            return self._shared_frame()
        frame = await self._private_frame()
        if frame is not None:
            self.position = frame.end
        return frame

    def _sequence(self) -> int | None:
        """The number of the frame to go on with: where the position leads, or further on where a poll has been told that already."""
        ring = self.shared.buffer
        number, read = ring.sequence_after(self.position), self.state.poll_cursor
        told = (
            number is not None and read is not None and read[0] is ring and read[2] == self.position
        )
        return max(number, read[1]) if told and number is not None and read is not None else number

    async def _private_frame(self) -> EncodedFrame | None:
        """The frame from `at` towards the view's head, or the gap that lies there; None where the feed has yet to come as far."""
        at, head = self.position, self.shared.buffer.head
        if at.epoch == self._start.epoch and at.offset < self._start.offset:
            return gap_frame(at, self._start, 0, "before On")
        behind = head.offset - at.offset if at.epoch == head.epoch else 0
        found = await self._log.read(self.feed.channel, at, max(0, min(CHUNK, behind)), 0)
        if isinstance(found, ReadGap):
            return self._gap(found)
        if behind < 0 or at.epoch != head.epoch:  # the feed has yet to see what the log has done
            return None
        return await self._stretch(found, head if found.end.offset == head.offset else found.end)

    async def _ahead(self) -> EncodedFrame | None:
        """What the log holds already and the feed has yet to read: a poll that would end empty is given it."""
        found = await self._log.read(self.feed.channel, self.position, CHUNK, 0)
        if isinstance(found, ReadGap) or not found.entries:
            return None
        frame = await self._stretch(found, found.end)
        self.position, self._next_sequence = frame.end, None
        return frame

    async def _stretch(self, found: LogSlice, end: Position) -> EncodedFrame:
        matched = self.feed.match(self.shared.view.graph, found.entries)
        if tokens := tokens_to_forget(found.entries):
            self._queue.append(Forget(tokens=tokens))
        await asyncio.sleep(0)  # many may catch up at once; the shared ticks go first
        at = self._clock.monotonic()
        return self.shared.private(
            LogSlice(self.position, end, found.entries), end, matched, self.feed.follows, at
        )

    async def read_range(self, until: Position) -> list[EncodedFrame]:
        """The frames of `(at, until]`, the last of which ends exactly there, or at a gap's end; fewer where the log has not come so far."""
        frames: list[EncodedFrame] = []
        while (
            self.position.epoch == until.epoch
            and self.position.offset < until.offset
            and len(frames) < MOST_CHUNKS
        ):
            found = await self._log.read(
                self.feed.channel, self.position, min(CHUNK, until.offset - self.position.offset), 0
            )
            if isinstance(found, ReadGap):
                lost = self._gap(found)
                return frames if lost is None else [*frames, lost]
            if not found.entries:
                break
            end = until if found.end.offset == until.offset else found.end
            matched = self.feed.match(self.shared.view.graph, found.entries)
            follows, at = self.feed.follows, self._clock.monotonic()
            frames.append(
                self.shared.private(
                    LogSlice(self.position, end, found.entries), end, matched, follows, at
                )
            )
            self.position = end
            if tokens := tokens_to_forget(found.entries):
                frames.append(encode_frame(Forget(tokens=tokens), end))
            await asyncio.sleep(0)
        return frames

    def _gap(self, lost: ReadGap) -> EncodedFrame | None:
        """The gap, but never to a place before On."""
        if lost.reason == "gone":
            self._bye = Close(reason="the watch session has ended")
            return None
        resume = lost.resume
        if resume.epoch == self._start.epoch and resume.offset < self._start.offset:
            resume = self._start
        return gap_frame(self.position, resume, lost.missed, lost.reason)

    def _history(self, past: Past) -> EncodedFrame:
        """Events that were counted long ago, carried to this viewer alone and counting nothing."""
        view = self.shared.view
        matched = self.feed.match(view.graph, [entry for _, entry in past])
        events = tuple(
            [
                view.to_frame_event(entry, nodes, offset)
                for (offset, entry), nodes in zip(past, matched, strict=True)
            ]
        )
        return encode_frame(
            Batch(from_=str(self.position), position=str(self.position), events=events),
            self.position,
        )

    async def _pause(self, until: float) -> None:
        """Until the view's next frame, or a word to this viewer, or the time is over."""
        woken = self.shared.buffer.wait()
        slept = asyncio.ensure_future(self._clock.sleep(until - self._clock.monotonic()))
        try:
            await asyncio.wait((woken, slept), return_when=asyncio.FIRST_COMPLETED)
        finally:
            slept.cancel()
