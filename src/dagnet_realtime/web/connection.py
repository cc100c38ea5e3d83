"""uvicorn's HTTP protocol with bounds: a request's head has a time and a size, a reader must take, and connections have a number.

Whoever has a request with the app is the app's to bound (a body's time, a poll's wait, a stream's rounds). At every other moment one of
three timers runs: for a head, or a body that nobody reads, that does not come to its end; for silence after an answer; for an answer that
nobody takes. So no connection stays open for the mere cost of having opened it.
"""

import asyncio
from typing import ClassVar, cast

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.answers import CLOSE, NO_STORE, PROBLEM, Header, problem_body, retry_headers
from dagnet_realtime.web.traffic import Reason, Traffic

_REASONS = {400: b"Bad Request", 408: b"Request Timeout", 431: b"Request Header Fields Too Large", 503: b"Service Unavailable"}


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What one connection may take of us, and how many there may be. Browsers and Segment send heads of 1 to 8 KB in one piece."""

    connections: int = 10_000
    head_seconds: float = 10.0  # as long as a body has
    head_bytes: int = 32 * 1024
    fields: int = 100
    pipelined: int = 64  # requests that wait for their turn on one connection
    idle_seconds: float = 75.0  # between an answer and the next request: a sender like Segment reuses its connections
    stuck_seconds: float = 20.0  # in which a reader must take `stuck_bytes`, or all there is
    stuck_bytes: int = 16 * 1024


class Connection(HttpToolsProtocol):
    """`bounds` and `traffic` are set on a subclass by `connection`, and are one server's."""

    bounds: ClassVar[Bounds]
    traffic: ClassVar[Traffic]
    room_made: ClassVar[float] = float("-inf")
    waiting_since = 0.0
    under_way = False  # from a request's first byte to the last of its body
    _in_head = True
    _completed = False
    _head = 0  # bytes, as they came
    _weight = 0  # bytes, as they were read
    _left = 0
    _refused: Problem | None = None
    _head_timer: asyncio.TimerHandle | None = None
    _stuck_timer: asyncio.TimerHandle | None = None

    @property
    def busy(self) -> bool:
        """Whether a request is with the app."""
        return self.cycle is not None and not self.cycle.response_complete

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
        self.settled()
        self.resume_writing()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hands on, and looks at what the connection then waits for."""
        self._completed = False
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._in_head:
            self._head = 0 if self._completed else self._head + len(data)
            if self._head > self.bounds.head_bytes:
                self.cut("large", _LARGE, 431)
                return
        if self.busy:
            self.settled()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self.bounds.head_seconds, self._too_slow)

    def on_message_begin(self) -> None:
        """A head comes."""
        self.under_way = self._in_head = True
        self._head = self._weight = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Raises where the head is too large by now, as `on_header` does."""
        super().on_url(url)
        self._weigh(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """One field more."""
        super().on_header(name, value)
        self._weigh(len(name) + len(value))
        if len(self.headers) > self.bounds.fields:
            self._refused = _LARGE
            raise _Refused

    def on_headers_complete(self) -> None:
        """The request is the app's from here on, or waits for its turn."""
        if len(self.pipeline) >= self.bounds.pipelined:
            raise _Refused
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """What comes next is another request."""
        self.under_way = False
        self._in_head = self._completed = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """From here on the connection waits: for the rest of a body, for the next request, for its reader."""
        super().on_response_complete()
        self.waiting_since = self.loop.time()
        if self._stuck_timer is None and self.transport.get_write_buffer_size():
            self._watch_reader()
        if not self.busy and not self._in_head and self._head_timer is None:
            self._head_timer = self.loop.call_later(self.bounds.head_seconds, self._too_slow)

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

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's words; ours are a problem
        """Refuses what the parser does not understand, or what the bounds forbid."""
        if self._refused is not None:
            self.cut("large", self._refused, 431)
        else:
            self.cut("malformed", _MALFORMED, 400)

    def settled(self) -> None:
        """Nothing is waited for but the app."""
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def cut(self, why: Reason, problem: Problem | None = None, status: int = 0) -> None:
        """Ends the connection; with a word, unless an answer is under way that it would end up in."""
        self.traffic.cut(why)
        self.connections.discard(self)
        if problem is None or self.busy:
            self.transport.abort()
            return
        body = problem_body(problem, status)
        length = (b"content-length", str(len(body)).encode())
        headers: list[Header] = [*self.server_state.default_headers, PROBLEM, *retry_headers(problem), NO_STORE, CLOSE, length]
        lines = b"".join([name + b": " + value + b"\r\n" for name, value in headers])
        self.transport.write(b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (status, _REASONS[status], lines, body))
        self.transport.close()

    def _weigh(self, more: int) -> None:
        self._weight += more
        if self._weight > self.bounds.head_bytes:
            self._refused = _LARGE
            raise _Refused

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
        """Cuts the tenth that has waited longest without a request, once a second at most: whoever sends comes before whoever waits."""
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


class _Refused(Exception):
    """Stops the parser."""


_SLOW = Problem("invalid", "The request came too slowly", "Its head was not complete in time", "Send it again, in one piece")
_LARGE = Problem("invalid", "The request's head is too large", "", "Send fewer and shorter headers, and a shorter address")
_MALFORMED = Problem("invalid", "This is no HTTP request", "", "Speak HTTP/1.1, with one length for each body")
_FULL = Problem("unavailable", "Too many connections are open", "", "Try again in a moment", retry_after=2)


def connection(bounds: Bounds, traffic: Traffic) -> type[Connection]:
    """The protocol class of one server."""
    return type("BoundConnection", (Connection,), {"bounds": bounds, "traffic": traffic})
