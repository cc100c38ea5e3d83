"""One viewer: a position in a view's frames, and how it moves on."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

from dagnet_realtime.hub.desk import Line
from dagnet_realtime.hub.feed import Feed
from dagnet_realtime.hub.history import Past
from dagnet_realtime.hub.sent import Sent, sent
from dagnet_realtime.hub.shared import SharedView, gap
from dagnet_realtime.model.entry import forgotten
from dagnet_realtime.model.frame import Batch, Bye, Forget, Frame, Gap
from dagnet_realtime.model.position import Position
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.log import Log, Lost, Stretch

MOST_CHUNKS = 20  # of one span: as much as a log usually keeps
MOST_WORDS = 8  # to one viewer that it has not taken yet; the latest count
CHUNK = 5_000  # entries of one private frame: some 20 ms of work between two turns of the loop


class Viewer:
    """Stands at `at`. Holds no frames: a viewer that does not read falls behind in the ring, then in the log, then is told a gap."""

    def __init__(self, line: Line, at: Position | None, feed: Feed, shared: SharedView, log: Log, clock: Clock) -> None:
        start = Position.parse(line.session.position)
        if start is None:
            raise ValueError(f"a watch session was kept with the position {line.session.position!r}")
        self.line = line
        self.at = at or start
        self.feed = feed
        self.shared = shared
        self._start = start
        self._log = log
        self._clock = clock
        self._number: int | None = None
        self._bye: Bye | None = None
        self._words: deque[Frame] = deque(maxlen=MOST_WORDS)

    def dismiss(self, bye: Bye) -> None:
        """The viewer gets `bye` next, and nothing after it."""
        self._bye = self._bye or bye
        self.shared.ring.wake()

    def tell(self, frame: Frame) -> None:
        """A frame for this viewer alone, next."""
        self._words.append(frame)
        self.shared.ring.wake()

    def move(self, shared: SharedView) -> None:
        """Goes on in another view, from where it stands."""
        old = self.shared
        if shared is not old:
            old.viewers -= 1
            shared.viewers += 1
            self.shared = shared
            self._number = None
        old.ring.wake()

    async def frames(self, wait: float | None) -> AsyncGenerator[Sent, None]:
        """What comes after `at`, for ever; or, where `wait` seconds are given, what is there, else the first that comes in that time."""
        until = None if wait is None else self._clock.monotonic() + wait
        some = False
        while self._bye is None:
            frame = self._word() or self._shared_frame() or await self._own_frame()
            if frame is None and not some and until is not None and self._clock.monotonic() >= until:
                frame = await self._ahead()
            if frame is not None:
                some = True
                if isinstance(frame.frame, Gap):
                    self.feed.told.gap(frame.frame.reason)
                yield frame
            elif until is None:
                await self.shared.ring.wait()
            elif some or self._clock.monotonic() >= until:
                if self._number is not None:
                    self.line.read = (self.shared.ring, self._number, self.at)
                return
            else:
                await self._pause(until)
        yield sent(self._bye, self.at)

    def _word(self) -> Sent | None:
        return sent(self._words.popleft(), self.at) if self._words else None

    def _shared_frame(self) -> Sent | None:
        """The next frame that all viewers of the view share; the road of nearly every frame, so it waits for nothing."""
        if self._number is None or self.line.histories:
            return None
        frame = self.shared.ring.get(self._number)
        if frame is not None:
            self._number += 1
            self.at = frame.end
        return frame

    async def _own_frame(self) -> Sent | None:
        """A frame for this viewer alone, where it needs one: a trace's past, or the way to the next boundary."""
        if self.line.histories:
            return self._history(self.line.histories.popleft())
        if self._number is not None and not self.shared.ring.has_lost(self._number):
            return None
        self._number = self._place()
        if self._number is not None:
            return self._shared_frame()
        frame = await self._private()
        if frame is not None:
            self.at = frame.end
        return frame

    def _place(self) -> int | None:
        """The number of the frame to go on with: where the position leads, or further on where a poll has been told that already."""
        ring = self.shared.ring
        number, read = ring.after(self.at), self.line.read
        told = number is not None and read is not None and read[0] is ring and read[2] == self.at
        return max(number, read[1]) if told and number is not None and read is not None else number

    async def _private(self) -> Sent | None:
        """The frame from `at` towards the view's head, or the gap that lies there; None where the feed has yet to come as far."""
        at, head = self.at, self.shared.ring.head
        if at.epoch == self._start.epoch and at.offset < self._start.offset:
            return gap(at, self._start, 0, "before On")
        behind = head.offset - at.offset if at.epoch == head.epoch else 0
        found = await self._log.read(self.feed.channel, at, max(0, min(CHUNK, behind)), 0)
        if isinstance(found, Lost):
            return self._gap(found)
        if behind < 0 or at.epoch != head.epoch:  # the feed has yet to see what the log has done
            return None
        return await self._stretch(found, head if found.end.offset == head.offset else found.end)

    async def _ahead(self) -> Sent | None:
        """What the log holds already and the feed has yet to read: a poll that would end empty is given it."""
        found = await self._log.read(self.feed.channel, self.at, CHUNK, 0)
        if isinstance(found, Lost) or not found.entries:
            return None
        frame = await self._stretch(found, found.end)
        self.at, self._number = frame.end, None
        return frame

    async def _stretch(self, found: Stretch, end: Position) -> Sent:
        matched = self.feed.match(self.shared.view.graph, found.entries)
        if tokens := forgotten(found.entries):
            self._words.append(Forget(tokens=tokens))
        await asyncio.sleep(0)  # many may catch up at once; the shared ticks go first
        at = self._clock.monotonic()
        return self.shared.private(Stretch(self.at, end, found.entries), end, matched, self.feed.follows, at)

    async def span(self, until: Position) -> list[Sent]:
        """The frames of `(at, until]`, the last of which ends exactly there, or at a gap's end; fewer where the log has not come so far."""
        frames: list[Sent] = []
        while self.at.epoch == until.epoch and self.at.offset < until.offset and len(frames) < MOST_CHUNKS:
            found = await self._log.read(self.feed.channel, self.at, min(CHUNK, until.offset - self.at.offset), 0)
            if isinstance(found, Lost):
                lost = self._gap(found)
                return frames if lost is None else [*frames, lost]
            if not found.entries:
                break
            end = until if found.end.offset == until.offset else found.end
            matched = self.feed.match(self.shared.view.graph, found.entries)
            follows, at = self.feed.follows, self._clock.monotonic()
            frames.append(self.shared.private(Stretch(self.at, end, found.entries), end, matched, follows, at))
            self.at = end
            if tokens := forgotten(found.entries):
                frames.append(sent(Forget(tokens=tokens), end))
            await asyncio.sleep(0)
        return frames

    def _gap(self, lost: Lost) -> Sent | None:
        """The gap, but never to a place before On."""
        if lost.reason == "gone":
            self._bye = Bye(reason="the watch session has ended")
            return None
        resume = lost.resume
        if resume.epoch == self._start.epoch and resume.offset < self._start.offset:
            resume = self._start
        return gap(self.at, resume, lost.missed, lost.reason)

    def _history(self, past: Past) -> Sent:
        """Events that were counted long ago, carried to this viewer alone and counting nothing."""
        view = self.shared.view
        matched = self.feed.match(view.graph, [entry for _, entry in past])
        events = tuple([view.carry(entry, nodes, offset) for (offset, entry), nodes in zip(past, matched, strict=True)])
        return sent(Batch(from_=str(self.at), position=str(self.at), events=events), self.at)

    async def _pause(self, until: float) -> None:
        """Until the view's next frame, or a word to this viewer, or the time is over."""
        woken = self.shared.ring.wait()
        slept = asyncio.ensure_future(self._clock.sleep(until - self._clock.monotonic()))
        try:
            await asyncio.wait((woken, slept), return_when=asyncio.FIRST_COMPLETED)
        finally:
            slept.cancel()
