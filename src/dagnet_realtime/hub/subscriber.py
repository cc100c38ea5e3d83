"""One viewer of a shared view: a cursor over its frames."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from math import ceil

import msgspec
from msgspec import UNSET

from dagnet_realtime.hub.broadcast import BroadcastView, EncodedFrame, encode_frame, gap_frame
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed import Feed
from dagnet_realtime.hub.sessions import Past, SessionState
from dagnet_realtime.model.event import Entry, Position, tokens_to_forget
from dagnet_realtime.model.frame import Batch, Close, Company, Forget, Frame, Gap
from dagnet_realtime.ports.storage import LogSlice, ReadGap

MAX_CHUNKS = 20  # of one range: as much as a log usually has
MAX_QUEUED = 8  # frames for one viewer; older ones are dropped
CHUNK = 5_000  # entries of one read: some 20 ms of work between two turns of the loop
PAST_SECONDS = 1.0  # a frame that is older says how old it is, and spans no more than this
PAST_EVENTS = 20_000  # carried of the past, about, however long it is: what a browser holds
MAX_ANSWER_BYTES = 1024 * 1024  # of one poll, about; some platforms refuse to send 4.5 MB


class Subscriber:
    """A viewer at a position in the log.

    It has no buffer of its own: a viewer that does not read falls behind in the view's buffer, then
    in the log, and then gets a gap.
    """

    def __init__(
        self,
        context: HubContext,
        state: SessionState,
        at: Position | None,
        feed: Feed,
        shared: BroadcastView,
    ) -> None:
        start = Position.parse(state.session.position)
        if start is None:
            raise ValueError(
                f"a watch session was kept with the position {state.session.position!r}"
            )
        self.state = state
        self.position = at or start
        self.feed = feed
        self.shared = shared
        self.stream: int | None = None  # its number, if it can be closed apart from others
        self.company = Company()  # as told last
        self._start = start
        self._log = context.log
        self._clock = context.clock
        self._next_sequence: int | None = None
        self._closing: Close | None = None
        self._queue: deque[Frame] = deque(maxlen=MAX_QUEUED)
        self._past: deque[EncodedFrame] = deque()  # read of the log, and to be sent next
        self._past_emptied = 0
        self._behind = 0  # entries when it began to catch up
        self._caught_up = False

    def close(self, bye: Close) -> None:
        """Sends `bye` next, and nothing after it."""
        self._closing = self._closing or bye
        self.shared.buffer.wake()

    def enqueue(self, frame: Frame) -> None:
        """Sends a frame to this viewer alone, next."""
        self._queue.append(frame)
        self.shared.buffer.wake()

    def meet(self, company: Company) -> None:
        """Sends who follows what, unless that is known."""
        if company != self.company:
            self.company = company
            self.enqueue(company)

    def move(self, shared: BroadcastView) -> None:
        """Goes on in another view, from the same position."""
        old = self.shared
        if shared is not old:
            old.viewers -= 1
            shared.viewers += 1
            self.shared = shared
            self._next_sequence = None
            self._past.clear()
        old.buffer.wake()

    async def frames(self, wait: float | None) -> AsyncGenerator[EncodedFrame, None]:
        """The frames after the position, without end.

        With `wait` (seconds) only those that are there, else the first one that comes in that time.
        """
        until = None if wait is None else self._clock.monotonic() + wait
        some, size = False, 0
        while self._closing is None:
            frame = self._pending() or self._shared_frame() or await self._catch_up_frame()
            if (
                frame is None
                and not some
                and until is not None
                and self._clock.monotonic() >= until
            ):
                frame = await self._unread_frame()
            if frame is not None:
                some = True
                if isinstance(frame.frame, Gap):
                    self.feed.counters.gap(frame.frame.reason)
                yield frame
                size += len(frame.json)
                if until is not None and size >= MAX_ANSWER_BYTES:
                    return
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
        yield encode_frame(self._closing, self.position)

    def _pending(self) -> EncodedFrame | None:
        return encode_frame(self._queue.popleft(), self.position) if self._queue else None

    def _shared_frame(self) -> EncodedFrame | None:
        """The next shared frame. Nearly every frame comes this way, so it awaits nothing."""
        if self._next_sequence is None or self.state.backfill:
            return None
        frame = self.shared.buffer.get(self._next_sequence)
        if frame is None:
            self._caught_up = True
            return None
        self._next_sequence += 1
        self.position = frame.end
        return frame if self._caught_up else self._with_age(frame)

    def _with_age(self, frame: EncodedFrame) -> EncodedFrame:
        """The shared frame, with its age if it is of the past."""
        age = self._clock.monotonic() - frame.made_at
        if age < PAST_SECONDS or not isinstance(frame.frame, Batch):
            return frame
        return encode_frame(
            msgspec.structs.replace(frame.frame, age_ms=round(age * 1000)), frame.end
        )

    async def _catch_up_frame(self) -> EncodedFrame | None:
        """A frame for this viewer alone, if it needs one: past events, or the way to a shared
        frame.
        """
        if self.state.backfill:
            return self._backfill_frame(self.state.backfill.popleft())
        if self._next_sequence is not None and not self.shared.buffer.is_evicted(
            self._next_sequence
        ):
            return None
        frame = self._past_frame()
        if frame is None:
            self._next_sequence = self._sequence()
            if self._next_sequence is not None:
                self._behind = 0
                return self._shared_frame()
            frame = await self._private_frame() or self._past_frame()
        if frame is not None:
            self.position = frame.end
        return frame

    def _past_frame(self) -> EncodedFrame | None:
        """The next frame of those that were read, unless they show what is deleted since."""
        if self._past_emptied != self.shared.buffer.emptied:
            self._past.clear()
        return self._past.popleft() if self._past else None

    def _sequence(self) -> int | None:
        """The number of the next shared frame; later if the last poll has sent that one already."""
        buffer = self.shared.buffer
        number, cursor = buffer.sequence_after(self.position), self.state.poll_cursor
        if number is None or cursor is None:
            return number
        polled, next_number, position = cursor
        return max(number, next_number) if (polled, position) == (buffer, self.position) else number

    async def _private_frame(self) -> EncodedFrame | None:
        """A gap, if the log does not hold what comes next; else None, and the frames from the
        position towards the view's head are the next ones, if there are any yet.
        """
        at, head = self.position, self.shared.buffer.head
        if at.epoch == self._start.epoch and at.offset < self._start.offset:
            return gap_frame(at, self._start, 0, "before On")
        behind = head.offset - at.offset if at.epoch == head.epoch else 0
        entries = await self._log.read(self.feed.channel, at, max(0, min(CHUNK, behind)), 0)
        if isinstance(entries, ReadGap):
            return self._gap(entries)
        if behind < 0 or at.epoch != head.epoch:  # the feed has yet to read so far
            return None
        self._behind = max(self._behind, behind)
        self._past_emptied = self.shared.buffer.emptied
        self._past.extend(
            await self._private_batches(
                entries, head if entries.end.offset == head.offset else entries.end
            )
        )
        return None

    async def _unread_frame(self) -> EncodedFrame | None:
        """For a poll that would end empty: entries of the log that the feed has yet to read."""
        entries = await self._log.read(self.feed.channel, self.position, CHUNK, 0)
        if isinstance(entries, ReadGap) or not entries.entries:
            return None
        self._past_emptied = self.shared.buffer.emptied
        self._past.extend(await self._private_batches(entries, entries.end))
        frame = self._past.popleft()
        self.position, self._next_sequence = frame.end, None
        return frame

    async def _private_batches(self, entries: LogSlice, end: Position) -> list[EncodedFrame]:
        """The frames from the position to `end`; of the past one for each second."""
        matched = self.feed.match(self.shared.view.graph, entries.entries)
        if tokens := tokens_to_forget(entries.entries):
            self._queue.append(Forget(tokens=tokens))
        await asyncio.sleep(0)  # many may catch up at once; shared frames go first
        at, now, first, frames = self._clock.monotonic(), self._clock.now(), 0, []
        start, share = self.position, PAST_EVENTS / max(PAST_EVENTS, self._behind)
        for last in _seconds(entries.entries, now):
            part = entries.entries[first:last]
            stop = (
                end
                if last == len(entries.entries)
                else Position(start.epoch, start.offset + len(part))
            )
            age = now - max((entry.arrived_at for entry in part), default=now)
            past = age >= PAST_SECONDS * 1000
            frames.append(
                self.shared.private(
                    LogSlice(start, stop, part),
                    stop,
                    matched[first:last],
                    self.feed.follows,
                    at,
                    age if past else UNSET,
                    ceil(share * len(part)) if past else None,
                )
            )
            first, start = last, stop
        return frames

    async def read_range(self, until: Position) -> list[EncodedFrame]:
        """The frames from the position to `until`, the last of which ends there or with a gap.

        Fewer if the log does not reach so far.
        """
        frames: list[EncodedFrame] = []
        chunks = size = 0
        self._behind = max(0, until.offset - self.position.offset)
        while (
            self.position.epoch == until.epoch
            and self.position.offset < until.offset
            and chunks < MAX_CHUNKS
            and size < MAX_ANSWER_BYTES
        ):
            chunks += 1
            entries = await self._log.read(
                self.feed.channel, self.position, min(CHUNK, until.offset - self.position.offset), 0
            )
            if isinstance(entries, ReadGap):
                lost = self._gap(entries)
                return frames if lost is None else [*frames, lost]
            if not entries.entries:
                break
            end = until if entries.end.offset == until.offset else entries.end
            read = await self._private_batches(entries, end)
            read += [encode_frame(frame, end) for frame in self._queue]
            self._queue.clear()
            size += sum(len(frame.json) for frame in read)
            frames += read
            self.position = end
        return frames

    def _gap(self, lost: ReadGap) -> EncodedFrame | None:
        """The gap's frame, which never resumes before On; None if the log has ended."""
        if lost.reason == "gone":
            self._closing = Close(reason="the watch session has ended")
            return None
        resume = lost.resume
        if resume.epoch == self._start.epoch and resume.offset < self._start.offset:
            resume = self._start
        return gap_frame(self.position, resume, lost.missed, lost.reason)

    def _backfill_frame(self, past: Past) -> EncodedFrame:
        """Past events for this viewer alone, without counts: they were counted when they came."""
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
        """Waits for the next frame of the view or for this viewer, at most until `until`."""
        woken = self.shared.buffer.wait()
        slept = asyncio.ensure_future(self._clock.sleep(until - self._clock.monotonic()))
        try:
            await asyncio.wait((woken, slept), return_when=asyncio.FIRST_COMPLETED)
        finally:
            slept.cancel()


def _seconds(entries: Sequence[Entry], now: int) -> Iterator[int]:
    """Where frames of `entries` end: at each second of arrival, if they are of the past (`now` is
    ms since 1970). Entries of which nothing is known go with those before them.
    """
    second = None
    for number, entry in enumerate(entries):
        if not entry.arrived_at or now - entry.arrived_at < PAST_SECONDS * 1000:
            continue
        if second is not None and entry.arrived_at // 1000 != second:
            yield number
        second = entry.arrived_at // 1000
    yield len(entries)
