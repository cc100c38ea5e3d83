"""The fast path of a webhook delivery: one event, taken while it is parsed, without a task or an ASGI cycle.

The parser is the one that frames every request (`http_framing`); only what follows it differs. A
delivery is taken within the parser's callbacks if its head is as plain as Segment writes it, its
body is one event that came with this read, no other request is under way on the connection, and the
log's `append` never waits. Everything else is handed to the app, which answers the same:

    on_headers_complete   plain? remember source and signature, and wait; else the app has it
    on_body               keep it; a batch goes to the app
    on_message_complete   verify, admit, append, answer; a form that takes long to read goes to the app
    end of the read       what is not complete by now goes to the app

`docs/performance.md` has the figure that pays for this.
"""

import re
from collections.abc import Coroutine
from typing import Any, ClassVar

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from dagnet_realtime.core.signature import slow
from dagnet_realtime.hub.intake import Intake
from dagnet_realtime.model.channel import Source
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.answers import PROBLEM, SUCCESS, Header, problem_body, retry_headers
from dagnet_realtime.web.connection import Bounds, Connection
from dagnet_realtime.web.delivery import WEBHOOK_PREFIX, unexpected
from dagnet_realtime.web.traffic import Traffic

MOST = 64 * 1024  # bytes of a body; a greater one would hold other connections up
_PATH = re.compile(re.escape(WEBHOOK_PREFIX.encode()) + rb"([A-Za-z0-9_.~-]{1,200})")
_NEVER = frozenset({b"transfer-encoding", b"content-encoding", b"expect", b"upgrade"})
_TAKEN = b"content-type: application/json\r\ncache-control: no-store\r\ncontent-length: %d\r\n\r\n%b" % (len(SUCCESS), SUCCESS)


class Delivery(msgspec.Struct, gc=False):
    """One whose head allows the fast path, and what came of its body."""

    source: Source
    signature: str
    body: bytes = b""


class FastPath(Connection):
    """A connection with the fast path. `intake` is set on a subclass by `fast_path`."""

    intake: ClassVar[Intake]
    sources: ClassVar[dict[bytes, Source]]  # by their address, once something was delivered there
    said: ClassVar[tuple[object, bytes]] = (None, b"")  # uvicorn's default headers, and their lines
    _delivery: Delivery | None = None
    _taken = False  # one a read, so that pipelined deliveries don't hold the loop

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
        if delivery is not None and slow(delivery.body):
            self._hand_over(delivery.body)
            delivery = None
        if delivery is None:
            super().on_message_complete()
            return
        self._taken = True
        self.under_way = False
        self._in_head = self._ended = True
        self._answer(*self._take(delivery))

    def _begin(self) -> None:
        self._delivery = None if self._taken or self.busy or self.flow.write_paused else self._plain()
        if self._delivery is None:
            super()._begin()

    def _feed(self, data: bytes) -> None:
        self._taken = False
        super()._feed(data)
        if self._delivery is not None:
            self._hand_over(self._delivery.body)

    def _hand_over(self, body: bytes) -> None:
        self._delivery = None
        super()._begin()
        if body:
            super().on_body(body)

    def _plain(self) -> Delivery | None:
        """The delivery whose head is complete; None if there is the least doubt."""
        source = self.sources.get(self.url) or self._source()
        if source is None or self._version != "1.1" or self.parser.get_method() != b"POST" or not self.parser.should_keep_alive():
            return None
        fields = dict(self.headers)
        length = fields.get(b"content-length", b"")
        if not length.isdigit() or len(length) > 6 or not 0 < int(length) <= MOST or not _NEVER.isdisjoint(fields):
            return None
        return Delivery(source, fields.get(b"x-signature", b"").decode("latin-1"))

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

    def _take(self, delivery: Delivery) -> tuple[int, bytes]:
        try:
            _at_once(self.intake.webhook(delivery.source, delivery.body, delivery.signature, None, self._began))
        except Problem as problem:
            return problem.status, _written([PROBLEM, *retry_headers(problem)], problem_body(problem))
        except Exception as error:  # noqa: BLE001 -- the sender must get an answer, and the error's text may hold what was sent
            failed = unexpected(error)
            return failed.status, _written([PROBLEM, *retry_headers(failed)], problem_body(failed))
        return 200, _TAKEN

    def _answer(self, status: int, rest: bytes) -> None:
        defaults = self.server_state.default_headers
        given, lines = self.said
        if given is not defaults:
            lines = b"".join([name + b": " + value + b"\r\n" for name, value in defaults])
            type(self).said = (defaults, lines)
        self.transport.write(STATUS_LINE[status] + lines + rest)
        self.server_state.total_requests += 1
        self.waiting_since = self.loop.time()


def fast_path(intake: Intake, bounds: Bounds, traffic: Traffic) -> type[FastPath]:
    """The protocol class of a server that takes deliveries for `intake`."""
    own = {"intake": intake, "sources": {}, "bounds": bounds, "traffic": traffic, "now": staticmethod(intake.now)}
    return type("FastPath", (FastPath,), own)


def _at_once(delivery: Coroutine[Any, Any, None]) -> None:
    """Runs a coroutine that never waits."""
    try:
        delivery.send(None)
    except StopIteration:
        return
    delivery.close()
    raise RuntimeError("a delivery waited on the fast path")


def _written(headers: list[Header], body: bytes) -> bytes:
    lines = [*headers, (b"cache-control", b"no-store"), (b"content-length", str(len(body)).encode())]
    return b"".join([*(name + b": " + value + b"\r\n" for name, value in lines), b"\r\n", body])
