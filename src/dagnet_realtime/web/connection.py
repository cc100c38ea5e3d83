"""One connection: HTTP framed once, with bounds of time, readers and number.

While the app has a request, the app bounds it (a body's time, a poll's wait, a stream's rounds).
At every other moment one of three timers runs: for a head, or an unread body, that does not end;
for silence after an answer; for an answer that the peer does not take. So no connection stays open
for the mere cost of having opened it.
"""

import asyncio
from collections.abc import Callable
from typing import ClassVar, cast

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.http_framing import Bounds as Bounds
from dagnet_realtime.web.http_framing import HttpFraming
from dagnet_realtime.web.traffic import Traffic


class Connection(HttpFraming):
    """`bounds` and `traffic` are set on a subclass by `connection`, and are one server's."""

    room_made: ClassVar[float] = float("-inf")
    waiting_since = 0.0
    _left = 0
    _head_timer: asyncio.TimerHandle | None = None
    _stuck_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Lets it in where there is room, or where idle ones can make some."""
        super().connection_made(transport)
        self.traffic.open += 1
        self.timeout_keep_alive = self.bounds.idle_seconds  # type: ignore[assignment]  # it is only handed to call_later
        self.waiting_since = self.loop.time()
        if len(self.connections) > self.bounds.connections and not self._make_room():
            self.cut("full", _FULL, 503)
            return
        self._head_timer = self.loop.call_later(self.bounds.head_seconds, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing of it stays behind."""
        self.traffic.open -= 1
        self._settled()
        self.resume_writing()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Ends after the answers that are under way."""
        if self.busy:
            super().shutdown()
        else:
            self.transport.close()

    def on_response_complete(self) -> None:
        """From here on the connection waits: for the rest of a body, for the next request, for its reader."""
        super().on_response_complete()
        self.waiting_since = self.loop.time()
        if self._stuck_timer is None and self.transport.get_write_buffer_size():
            self._watch_reader()
        if self.busy or self.transport.is_closing():
            return
        if self._parting is not None:
            self._say(self._parting.problem, self._parting.status)
        elif not self._in_head and self._head_timer is None:
            self._head_timer = self.loop.call_later(self.bounds.head_seconds, self._too_slow)

    def timeout_keep_alive_handler(self) -> None:
        """Closes a connection that is idle. A timer that began before the last answer goes on for the rest of its time."""
        left = self.waiting_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._close_after(left)
        else:
            super().timeout_keep_alive_handler()

    def pause_writing(self) -> None:
        """The reader is behind."""
        super().pause_writing()
        if self._stuck_timer is None:
            self._watch_reader()

    def resume_writing(self) -> None:
        """It has taken enough."""
        super().resume_writing()
        if self._stuck_timer is not None:
            self._stuck_timer.cancel()
            self._stuck_timer = None

    def _read(self) -> None:
        """Sets the timer for what the connection then waits for."""
        if self.transport.is_closing():
            return
        if self.busy:
            self._settled()
            self._unset_keepalive_if_required()
        elif self._over:
            return
        elif self.under_way or self._head:
            self._unset_keepalive_if_required()
            if self._head_timer is None:
                self._head_timer = self.loop.call_later(self.bounds.head_seconds, self._too_slow)
        else:
            self._settled()
            if self.timeout_keep_alive_task is None:
                self._close_after(self.timeout_keep_alive)

    def _say(self, problem: Problem, status: int, *, linger: bool = True) -> None:
        self._settled()
        self._unset_keepalive_if_required()
        super()._say(problem, status, linger=linger)

    def _settled(self) -> None:
        """Nothing is waited for but the app."""
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _close_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _too_slow(self) -> None:
        self._head_timer = None
        if self.busy or self.transport.is_closing():
            return
        self.cut("slow", _SLOW if self._in_head and self._head else None, 408)

    def _watch_reader(self) -> None:
        self._left = self.transport.get_write_buffer_size()
        self._stuck_timer = self.loop.call_later(self.bounds.stuck_seconds, self._look_at_reader)

    def _look_at_reader(self) -> None:
        self._stuck_timer = None
        left = self.transport.get_write_buffer_size()
        if left and left > self._left - self.bounds.stuck_bytes:
            self.cut("stuck")
        elif left:
            self._watch_reader()

    def _make_room(self) -> bool:
        """Cuts the tenth that has waited longest without a request, once a second at most: who sends comes before who waits."""
        kind, now = type(self), self.loop.time()
        if now - kind.room_made < 1.0:
            return False
        kind.room_made = now
        waiting = [one for one in cast("set[Connection]", self.connections) if one is not self and not one.busy]
        waiting.sort(key=lambda one: one.waiting_since)
        oldest = waiting[: max(1, self.bounds.connections // 10)]
        for one in oldest:
            one.cut("full")
        return bool(oldest)


_SLOW = Problem("invalid", "The request came too slowly", "Its head was not complete in time", "Send it again, in one piece")
_FULL = Problem("unavailable", "Too many connections are open", "", "Try again in a moment", retry_after=2)


def connection(bounds: Bounds, traffic: Traffic, now: Callable[[], int] | None = None) -> type[Connection]:
    """The protocol class of one server; `now` is the clock that arrivals are told by."""
    return type("BoundConnection", (Connection,), {"bounds": bounds, "traffic": traffic, "now": now and staticmethod(now)})
