"""HTTP framing: httptools alone says where a request begins and ends.

A proxy in front frames the same bytes too, and shares a connection among its clients. If the two
disagreed, the rest of one client's body would be run as a request of its own, or be answered with
what is another client's. So if the parser's next state is anything but "HTTP, next message" (an
upgrade, a tunnel, another version, malformed bytes), the connection ends: what follows is thrown
away unread, the requests before it get their answers, and a refusal says why.
"""

from itertools import chain
from typing import ClassVar, NamedTuple, cast

import httptools
import msgspec
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.answers import CLOSE, LINGER_BYTES, LINGER_SECONDS, NO_STORE, PROBLEM, Header, problem_body, retry_headers
from dagnet_realtime.web.traffic import Reason, Traffic

_AROUND = 4  # bytes about a field's name and value: a colon, a space and the line's end


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


class Refusal(NamedTuple):
    """Why a connection ends, and the answer that says so."""

    reason: Reason
    problem: Problem
    status: int


class HttpFraming(HttpToolsProtocol):
    """uvicorn's protocol with one framing. Subclasses set `bounds` and `traffic`, which are one server's.

    By `now`, if they set it, the scope's state says when the request's first byte came: `began`.
    """

    bounds: ClassVar[Bounds]
    traffic: ClassVar[Traffic]
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
        """The app hears of it, whichever of several requests it is at."""
        if self._current is not None:
            self._current.disconnected = self._current.disconnected or self.busy
            self._current.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parses what came."""
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
        """A head comes. Its scope is made once it is complete."""
        self.under_way = self._in_head = True
        self._began = None if self.now is None else self.now()
        self.url = b""
        self.headers = []

    def on_url(self, url: bytes) -> None:
        """A part of the address."""
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One field more. A trailer's are bounded like a head's and dropped, since they are no headers (RFC 9110, 6.5.1)."""
        if self._in_head:
            self.headers.append((name, value))
            return
        self._weight += len(name) + len(value) + _AROUND
        if self._weight > self.bounds.head_bytes:
            self._stop(_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """The request is the app's from here on, or waits for its turn."""
        headers, bounds = self.headers, self.bounds
        self._weight = len(self.url) + sum(map(len, chain.from_iterable(headers))) + _AROUND * len(headers)
        if self._weight > bounds.head_bytes or len(headers) > bounds.fields:
            self._stop(_TOO_LARGE)
        self.headers = [(name.lower(), value.rstrip(b" \t")) for name, value in headers]  # in front of it the parser does so itself
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

    def cut(self, why: Reason, problem: Problem | None = None, status: int = 0) -> None:
        """Ends the connection; with a word, unless an answer is under way that it would end up in."""
        self.traffic.cut(why)
        if problem is None or self.busy:
            self.connections.discard(self)
            self.transport.abort()
        else:
            self._say(problem, status, linger=why != "full")

    def _read(self) -> None:
        """Hears that a read was parsed, or thrown away."""

    def _begin(self) -> None:
        """Hands the request, whose head is complete, to the app."""
        url, headers = self.url, self.headers
        super().on_message_begin()  # makes the scope
        if self._began is not None:
            self.scope["state"]["began"] = self._began
        self.url = url
        self.headers += headers
        self.expect_100_continue = any(name == b"expect" and value.lower() == b"100-continue" for name, value in headers)
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._current = cycle
        super()._start_asgi_task(cycle, app)

    def _feed(self, data: bytes) -> None:
        """Parses it, a head in pieces that end where its bound does: how it was cut on its way must not matter."""
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
        """Stops at a tunnel, and at an upgrade whose body a proxy would pass on and the parser would not read."""
        self._over = True
        if self.parser.get_method() == b"CONNECT":
            self._stop(Refusal("malformed", _TUNNEL, 400))
        for name, value in self.headers:
            if name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0 \t")):
                self._stop(Refusal("malformed", _UPGRADE, 400))

    def _refuse(self, refusal: Refusal) -> None:
        """Refuses the request that is being parsed, once those before it are answered, and reads no further."""
        self._over = True
        if self.under_way and not self._in_head and not self._take_back():
            self.cut(refusal.reason)
        elif self.busy:
            self.traffic.cut(refusal.reason)
            self._parting = refusal
        else:
            self.cut(*refusal)

    def _take_back(self) -> bool:
        """Takes the newest request, whose body turned out malformed, away from the app; False if its answer is under way."""
        if self.pipeline:
            self.pipeline.popleft()
            self.cycle = self.pipeline[0][0] if self.pipeline else cast("RequestResponseCycle", self._current)
        elif not self.cycle.response_complete:
            if self.cycle.response_started:
                return False
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self._current = None
        return True

    def _say(self, problem: Problem, status: int, *, linger: bool = True) -> None:
        """Answers with the problem and closes; after `linger`ing, since a peer that is cut off while it writes never sees an answer."""
        self._over = True
        body = problem_body(problem, status)
        length = (b"content-length", str(len(body)).encode())
        headers: list[Header] = [*self.server_state.default_headers, PROBLEM, *retry_headers(problem), NO_STORE, CLOSE, length]
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


_LARGE = Problem("invalid", "The request's head is too large", "", "Send fewer and shorter headers, and a shorter address")
_TOO_LARGE = Refusal("large", _LARGE, 431)
_MALFORMED = Problem("invalid", "This is no HTTP request", "", "Speak HTTP/1.1, with one length for each body")
_VERSION = Problem("invalid", "This version of HTTP is not spoken here", "", "Speak HTTP/1.1")
_TOO_MANY = Problem("invalid", "Too many requests wait on this connection", "", "Wait for answers, or open another connection")
_TUNNEL = Problem("invalid", "No tunnel is opened here", "CONNECT is for proxies", "Send the request itself")
_UPGRADE = Problem(
    "invalid",
    "A request that asks for an upgrade may not have a body",
    "It has an Upgrade header, and a Content-Length or Transfer-Encoding",
    "Send it without the Upgrade header; with the JDK's HttpClient by version(HTTP_1_1)",
)
