"""The HTTP connection: uvicorn's httptools protocol with limits and a fast path.

`HttpFraming` parses requests, `LimitedHttpProtocol` adds limits of time, size and number, and
`FastPath` ingests a webhook's single event without the ASGI app.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine
from itertools import chain
from typing import Any, ClassVar, NamedTuple, TypeVar, cast

import httptools
import msgspec
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from dagnet_realtime.core.signature import is_slow
from dagnet_realtime.hub.ingest import Intake
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import SIGNATURE_HEADER
from dagnet_realtime.model.workspace import Source
from dagnet_realtime.web.connection_stats import ConnectionStats, Reason
from dagnet_realtime.web.responses import (
    CLOSE,
    LINGER_BYTES,
    LINGER_SECONDS,
    NO_STORE,
    PROBLEM_TYPE,
    SUCCESS,
    Header,
    problem_body,
    retry_headers,
)
from dagnet_realtime.web.routes.ingest import WEBHOOK_PREFIX, unexpected

_SIGNATURE = SIGNATURE_HEADER.encode()
_AROUND = 4  # bytes about a field's name and value: a colon, a space and the line's end


class ConnectionLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of a connection, and their number. Heads of browsers and Segment have 1 to 8 KB."""

    connections: int = 10_000
    head_seconds: float = 10.0  # as long as a body has
    head_bytes: int = 32 * 1024
    fields: int = 100
    pipelined: int = 64  # requests that wait for their turn on one connection
    idle_seconds: float = (
        75.0  # between an answer and the next request: a sender like Segment reuses its connections
    )
    stuck_seconds: float = 20.0  # in which a reader must take `stuck_bytes`, or all there is
    stuck_bytes: int = 16 * 1024


class Refusal(NamedTuple):
    """Why a connection is closed, and the response that says so."""

    reason: Reason
    problem: Problem
    status: int


class HttpFraming(HttpToolsProtocol):
    """uvicorn's protocol, with httptools alone deciding where requests end (one-framing.md).

    Subclasses set `bounds` and `traffic` for a server. With `now` (ms since 1970) the scope's state
    has `request_began_at`.
    """

    bounds: ClassVar[ConnectionLimits]
    traffic: ClassVar[ConnectionStats]
    now: ClassVar["staticmethod[[], int] | None"] = None
    _began: int | None = None
    under_way = False  # from a request's first byte to the last of its body
    _in_head = True
    _over = False  # what still comes is thrown away
    _thrown = 0  # bytes
    _head = 0  # bytes since the last head, part of a body or message ended
    _ended = False  # whether one of those ended in the piece that is being parsed
    _weight = 0  # bytes of this request's address and fields, trailers included
    _version = ""
    _current: RequestResponseCycle | None = None  # the request whose turn it is, or was
    _refusal: Refusal | None = None
    _parting: Refusal | None = None  # to be said once the requests before it are answered

    @property
    def busy(self) -> bool:
        """Whether a request is with the app."""
        return self._current is not None and not self._current.response_complete

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells the app, also if it is at an earlier one of several requests."""
        if self._current is not None:
            self._current.disconnected = self._current.disconnected or self.busy
            self._current.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parses the bytes."""
        if self._over:
            self._thrown += len(data)
            if self._thrown > LINGER_BYTES:
                self.transport.abort()
        else:
            try:
                self._feed(data)
            except httptools.HttpParserUpgrade:
                pass  # `_over` is set, and this request is the last one
            except httptools.HttpParserError:
                self._refuse(self._refusal or Refusal("malformed", _MALFORMED, 400))
        self._read()

    def on_message_begin(self) -> None:
        """A head begins. Its scope is made once it is complete."""
        self.under_way = self._in_head = True
        self._began = None if self.now is None else self.now()
        self.url = b""
        self.headers = []

    def on_url(self, url: bytes) -> None:
        """A part of the address."""
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field. Trailer fields are counted and dropped: they are no headers (RFC 9110,
        section 6.5.1).
        """
        if self._in_head:
            self.headers.append((name, value))
            return
        self._weight += len(name) + len(value) + _AROUND
        if self._weight > self.bounds.head_bytes:
            self._stop(_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """Passes the request to the app, or queues it."""
        headers, bounds = self.headers, self.bounds
        self._weight = (
            len(self.url) + sum(map(len, chain.from_iterable(headers))) + _AROUND * len(headers)
        )
        if self._weight > bounds.head_bytes or len(headers) > bounds.fields:
            self._stop(_TOO_LARGE)
        self.headers = [
            (name.lower(), value.rstrip(b" \t")) for name, value in headers
        ]  # in front of it the parser does so itself
        if len(self.pipeline) >= bounds.pipelined:
            self._stop(Refusal("malformed", _TOO_MANY, 400))
        self._version = self.parser.get_http_version()
        if self._version not in ("1.1", "1.0"):
            self._stop(Refusal("malformed", _VERSION, 400))
        upgrade = self.parser.should_upgrade()
        if upgrade:
            self._check_upgrade()
        self._begin()
        self._in_head = False
        self._ended = True
        if upgrade:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """A part of a body."""
        self._ended = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """What comes next is another request."""
        self.under_way = False
        self._in_head = self._ended = True
        super().on_message_complete()

    def abort(self, why: Reason, problem: Problem | None = None, status: int = 0) -> None:
        """Closes the connection, with a response unless that would end up inside another one."""
        self.traffic.record_cut(why)
        if problem is None or self.busy:
            self.connections.discard(self)
            self.transport.abort()
        else:
            self._send_problem(problem, status, linger=why != "full")

    def _read(self) -> None:
        """Called after each read."""

    def _begin(self) -> None:
        """Passes the request, whose head is complete, to the app."""
        url, headers = self.url, self.headers
        super().on_message_begin()  # makes the scope
        if self._began is not None:
            self.scope["state"]["request_began_at"] = self._began
        self.url = url
        self.headers += headers
        self.expect_100_continue = any(
            name == b"expect" and value.lower() == b"100-continue" for name, value in headers
        )
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._current = cycle
        super()._start_asgi_task(cycle, app)

    def _feed(self, data: bytes) -> None:
        """Parses `data`, a head only up to its limit: how reads cut it must not matter."""
        bound = self.bounds.head_bytes
        while True:
            size = bound - self._head
            piece = data if len(data) <= size or not self._in_head else data[:size]
            self._ended = False
            self.parser.feed_data(piece)
            if self._ended:
                self._head = 0
            else:
                self._head += len(piece)
                if self._head >= bound:
                    self._refusal = _TOO_LARGE
                    raise httptools.HttpParserError
            if piece is data:
                return
            data = data[size:]

    def _stop(self, refusal: Refusal) -> None:
        """Stops the parser, from within one of its callbacks."""
        self._refusal = refusal
        raise _Refused

    def _check_upgrade(self) -> None:
        """Refuses a tunnel, and an upgrade with a body: a proxy would pass that body on, and the
        parser would not read it.
        """
        self._over = True
        if self.parser.get_method() == b"CONNECT":
            self._stop(Refusal("malformed", _TUNNEL, 400))
        for name, value in self.headers:
            if name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0 \t")):
                self._stop(Refusal("malformed", _UPGRADE, 400))

    def _refuse(self, refusal: Refusal) -> None:
        """Refuses the request that is being parsed, after the responses to those before it."""
        self._over = True
        if self.under_way and not self._in_head and not self._withdraw_request():
            self.abort(refusal.reason)
        elif self.busy:
            self.traffic.record_cut(refusal.reason)
            self._parting = refusal
        else:
            self.abort(*refusal)

    def _withdraw_request(self) -> bool:
        """Takes the newest request, whose body is malformed, away from the app.

        False if its response has begun.
        """
        if self.pipeline:
            self.pipeline.popleft()
            self.cycle = (
                self.pipeline[0][0]
                if self.pipeline
                else cast("RequestResponseCycle", self._current)
            )
        elif not self.cycle.response_complete:
            if self.cycle.response_started:
                return False
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self._current = None
        return True

    def _send_problem(self, problem: Problem, status: int, *, linger: bool = True) -> None:
        """Responds with the problem and closes.

        With `linger` it closes later: a peer that is cut off while it writes never sees a response.
        """
        self._over = True
        body = problem_body(problem, status)
        length = (b"content-length", str(len(body)).encode())
        headers: list[Header] = [
            *self.server_state.default_headers,
            PROBLEM_TYPE,
            *retry_headers(problem),
            NO_STORE,
            CLOSE,
            length,
        ]
        lines = b"".join([name + b": " + value + b"\r\n" for name, value in headers])
        self.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[status], lines, body))
        if linger and self.transport.can_write_eof():
            self.transport.write_eof()
            self.loop.call_later(LINGER_SECONDS, self.transport.abort)
        else:
            self.connections.discard(self)
            self.transport.close()


class _Refused(Exception):
    """Stops the parser."""


_LARGE = Problem(
    "invalid",
    "The request's head is too large",
    "",
    "Send fewer and shorter headers, and a shorter address",
)
_TOO_LARGE = Refusal("large", _LARGE, 431)
_MALFORMED = Problem(
    "invalid", "Malformed HTTP request", "", "Speak HTTP/1.1, with one length for each body"
)
_VERSION = Problem("invalid", "This version of HTTP is not spoken here", "", "Speak HTTP/1.1")
_TOO_MANY = Problem(
    "invalid",
    "Too many requests wait on this connection",
    "",
    "Wait for answers, or open another connection",
)
_TUNNEL = Problem(
    "invalid", "No tunnel is opened here", "CONNECT is for proxies", "Send the request itself"
)
_UPGRADE = Problem(
    "invalid",
    "A request that asks for an upgrade may not have a body",
    "It has an Upgrade header, and a Content-Length or Transfer-Encoding",
    "Send it without the Upgrade header; with the JDK's HttpClient by version(HTTP_1_1)",
)


class LimitedHttpProtocol(HttpFraming):
    """The protocol with limits. `connection` makes a subclass for a server."""

    evicted_at: ClassVar[float] = float("-inf")
    waiting_since = 0.0
    _left = 0
    _head_timer: asyncio.TimerHandle | None = None
    _stuck_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accepts the connection if there is room, or if an idle one can make some."""
        super().connection_made(transport)
        self.traffic.open += 1
        # uvicorn only passes it to call_later, so it may be a float.
        self.timeout_keep_alive = self.bounds.idle_seconds  # type: ignore[assignment]
        self.waiting_since = self.loop.time()
        if len(self.connections) > self.bounds.connections and not self._evict_idle():
            self.abort("full", _FULL, 503)
            return
        self._head_timer = self.loop.call_later(self.bounds.head_seconds, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancels all timers."""
        self.traffic.open -= 1
        self._cancel_timers()
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
        """The connection then waits for the rest of a body, the next request, or its reader."""
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
        """Closes an idle connection. A timer from before the last response is prolonged."""
        left = self.waiting_since + self.timeout_keep_alive - self.loop.time()
        if self.busy:
            self._close_after(self.timeout_keep_alive)
        elif left > 0:
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
            self._cancel_timers()
            self._unset_keepalive_if_required()
        elif self._over:
            return
        elif self.under_way or self._head:
            self._unset_keepalive_if_required()
            if self._head_timer is None:
                self._head_timer = self.loop.call_later(self.bounds.head_seconds, self._too_slow)
        else:
            self._cancel_timers()
            if self.timeout_keep_alive_task is None:
                self._close_after(self.timeout_keep_alive)

    def _say(self, problem: Problem, status: int, *, linger: bool = True) -> None:
        self._cancel_timers()
        self._unset_keepalive_if_required()
        super()._send_problem(problem, status, linger=linger)

    def _cancel_timers(self) -> None:
        """Nothing is waited for but the app."""
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _close_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )

    def _too_slow(self) -> None:
        self._head_timer = None
        if self.busy or self.transport.is_closing():
            return
        self.abort("slow", _SLOW if self._in_head and self._head else None, 408)

    def _watch_reader(self) -> None:
        self._left = self.transport.get_write_buffer_size()
        self._stuck_timer = self.loop.call_later(self.bounds.stuck_seconds, self._check_reader)

    def _check_reader(self) -> None:
        self._stuck_timer = None
        left = self.transport.get_write_buffer_size()
        if left and left > self._left - self.bounds.stuck_bytes:
            self.abort("stuck")
        elif left:
            self._watch_reader()

    def _evict_idle(self) -> bool:
        """Closes the tenth of connections that is idle longest, at most once a second."""
        kind, now = type(self), self.loop.time()
        if now - kind.evicted_at < 1.0:
            return False
        kind.evicted_at = now
        waiting = [
            one
            for one in cast("set[LimitedHttpProtocol]", self.connections)
            if one is not self and not one.busy
        ]
        waiting.sort(key=lambda one: one.waiting_since)
        oldest = waiting[: max(1, self.bounds.connections // 10)]
        for one in oldest:
            one.abort("full")
        return bool(oldest)


_SLOW = Problem(
    "invalid",
    "The request came too slowly",
    "Its head was not complete in time",
    "Send it again, in one piece",
)
_FULL = Problem(
    "unavailable", "Too many connections are open", "", "Try again in a moment", retry_after=2
)


def connection(
    bounds: ConnectionLimits, traffic: ConnectionStats, now: Callable[[], int] | None = None
) -> type[LimitedHttpProtocol]:
    """The protocol class of a server; `now` (ms since 1970) is the clock of arrivals."""
    return type(
        "BoundConnection",
        (LimitedHttpProtocol,),
        {"bounds": bounds, "traffic": traffic, "now": now and staticmethod(now)},
    )


MOST = 64 * 1024  # bytes of a body; a greater one would hold other connections up
_PATH = re.compile(re.escape(WEBHOOK_PREFIX.encode()) + rb"([A-Za-z0-9_.~-]{1,200})")
_NEVER = frozenset({b"transfer-encoding", b"content-encoding", b"expect", b"upgrade"})
_CLOSE_LINE = b"connection: close\r\n"
_TAKEN = (
    b"content-type: application/json\r\ncache-control: no-store\r\ncontent-length: %d\r\n\r\n%b"
    % (len(SUCCESS), SUCCESS)
)


class Delivery(msgspec.Struct, gc=False):
    """A delivery whose head allows the fast path, and its body so far."""

    source: Source
    signature: str
    began: int | None
    body: bytes = b""


class WaitingDelivery:
    """Stands in uvicorn's place of a request whose response is not complete, while a delivery
    waits for the log. Requests behind it then wait for it, as they would for any other.
    """

    message_event = asyncio.Event()  # set by uvicorn; nothing waits for it
    response_started = response_complete = disconnected = False
    keep_alive = True


class FastPath(LimitedHttpProtocol):
    """A connection with the fast path. `fast_path` makes a subclass for an `intake`.

    If the log `waits` for an append, a delivery is a task; if not, it is over at once.
    """

    intake: ClassVar[Intake]
    waits: ClassVar[bool]
    sources: ClassVar[dict[bytes, Source]]  # by their address, once something was delivered there
    header_lines: ClassVar[tuple[object, bytes]] = (None, b"")  # uvicorn's headers, as bytes
    _delivery: Delivery | None = None
    _outcome = False  # one a read, so that pipelined deliveries don't hold the loop

    def on_body(self, body: bytes) -> None:
        """Keeps an event's, and hands a batch to the app."""
        delivery = self._delivery
        if delivery is not None:
            delivery.body += body
            if delivery.body.startswith(b"{"):
                self._ended = True
                return
            self._hand_over(b"")
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Takes the delivery."""
        delivery, self._delivery = self._delivery, None
        if delivery is not None and is_slow(delivery.body):
            self._hand_over(delivery.body)
            delivery = None
        if delivery is None:
            super().on_message_complete()
            return
        self._outcome = True
        self.under_way = False
        self._in_head = self._ended = True
        if not self.waits:
            self._answer(*_run_sync(self._ingest(delivery)))
            self.server_state.total_requests += 1
            self.waiting_since = self.loop.time()
            return
        waiting = self._current = self.cycle = cast("RequestResponseCycle", WaitingDelivery())
        task = self.loop.create_task(self._ingest_and_answer(delivery, waiting))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _read(self) -> None:
        if self.busy and self._in_head and not self._head and not self.pipeline:
            self._cancel_timers()  # but the one for idle connections
        else:
            super()._read()

    def _begin(self) -> None:
        self._delivery = (
            None
            if self._outcome or self.busy or self.flow.write_paused
            else self._eligible_delivery()
        )
        if self._delivery is None:
            super()._begin()

    def _feed(self, data: bytes) -> None:
        self._outcome = False
        super()._feed(data)
        if self._delivery is not None:
            self._hand_over(self._delivery.body)

    def _hand_over(self, body: bytes) -> None:
        self._delivery = None
        super()._begin()
        if body:
            super().on_body(body)

    def _eligible_delivery(self) -> Delivery | None:
        """The delivery whose head is complete; None if there is the least doubt."""
        source = self.sources.get(self.url) or self._source()
        if (
            source is None
            or self._version != "1.1"
            or self.parser.get_method() != b"POST"
            or not self.parser.should_keep_alive()
        ):
            return None
        fields = dict(self.headers)
        length = fields.get(b"content-length", b"")
        if (
            not length.isdigit()
            or len(length) > 6
            or not 0 < int(length) <= MOST
            or not _NEVER.isdisjoint(fields)
        ):
            return None
        signature = fields.get(_SIGNATURE, b"").decode("latin-1")
        if self.waits and not (signature and source.secrets):
            return None  # what an unproven sender holds while it waits is counted there
        return Delivery(source, signature, self._began)

    def _source(self) -> Source | None:
        """The source whose address was asked for, remembered from here on."""
        path = _PATH.fullmatch(self.url)
        if path is None:
            return None
        try:
            source = self.intake.source(path[1].decode())
        except Problem:
            return None
        self.sources[self.url] = source
        return source

    async def _ingest_and_answer(self, delivery: Delivery, waiting: RequestResponseCycle) -> None:
        status, rest = await self._ingest(delivery)
        waiting.response_complete = True
        if waiting.disconnected:
            return
        self._answer(status, rest if waiting.keep_alive else _CLOSE_LINE + rest)
        if not waiting.keep_alive:
            self.transport.close()
        if self.pipeline or self._parting or self.timeout_keep_alive_task is None:
            self.on_response_complete()
        else:  # the timer of idle connections is prolonged once it ends
            self.server_state.total_requests += 1
            self.waiting_since = self.loop.time()

    async def _ingest(self, delivery: Delivery) -> tuple[int, bytes]:
        """The response to a delivery: its status, and its lines after the default headers."""
        try:
            await self.intake.webhook(
                delivery.source, delivery.body, delivery.signature, None, delivery.began
            )
        except Problem as problem:
            return problem.status, _encode(
                [PROBLEM_TYPE, *retry_headers(problem)], problem_body(problem)
            )
        except Exception as error:  # noqa: BLE001  # its text may be personal
            failed = unexpected(error)
            return failed.status, _encode(
                [PROBLEM_TYPE, *retry_headers(failed)], problem_body(failed)
            )
        return 200, _TAKEN

    def _answer(self, status: int, rest: bytes) -> None:
        defaults = self.server_state.default_headers
        headers, lines = self.header_lines
        if headers is not defaults:
            lines = b"".join([name + b": " + value + b"\r\n" for name, value in defaults])
            type(self).header_lines = (defaults, lines)
        self.transport.write(STATUS_LINE[status] + lines + rest)


def fast_path(
    intake: Intake, bounds: ConnectionLimits, traffic: ConnectionStats, *, waits: bool
) -> type[FastPath]:
    """The protocol class of a server with the fast path for `intake`.

    `waits` says whether the intake's log waits for its appends.
    """
    own = {
        "intake": intake,
        "waits": waits,
        "sources": {},
        "bounds": bounds,
        "traffic": traffic,
        "now": staticmethod(intake.now),
    }
    return type("FastPath", (FastPath,), own)


T = TypeVar("T")


def _run_sync(delivery: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine that never waits."""
    try:
        delivery.send(None)
    except StopIteration as end:
        return cast("T", end.value)
    delivery.close()
    raise RuntimeError("a delivery waited on the fast path")


def _encode(headers: list[Header], body: bytes) -> bytes:
    lines = [
        *headers,
        (b"cache-control", b"no-store"),
        (b"content-length", str(len(body)).encode()),
    ]
    return b"".join([*(name + b": " + value + b"\r\n" for name, value in lines), b"\r\n", body])
