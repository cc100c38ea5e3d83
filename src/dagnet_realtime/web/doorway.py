"""A short way for the commonest request: one whole webhook delivery in one read, taken without a task or an ASGI cycle of its own.

Everything else about HTTP stays with uvicorn's protocol, which this one extends. A delivery takes the short way only where it has a plain
`Content-Length` body of one event that is complete in the read that brought its head, and where the connection has nothing else under
way; any other request goes the long way through `WebhookApp`, which answers the same. Only for a log whose `append` never waits.
`docs/performance.md` has the figure that pays for this.
"""

import re
from collections.abc import Coroutine
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from dagnet_realtime.hub.intake import Intake
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.answers import PROBLEM, SUCCESS, Header, problem_body, retry_headers
from dagnet_realtime.web.delivery import WEBHOOK_PREFIX, unexpected

SHORT = 64 * 1024  # bytes of a body that may take the short way; a greater one would hold other connections up
_PREFIX = WEBHOOK_PREFIX.encode()
_PLAIN = re.compile(re.escape(_PREFIX) + rb"[A-Za-z0-9_.~-]{1,200}")
_LONG = frozenset({b"content-encoding", b"transfer-encoding", b"expect", b"upgrade"})
_STATUS = {200: b"200 OK", 400: b"400 Bad Request", 401: b"401 Unauthorized", 404: b"404 Not Found", 413: b"413 Content Too Large"}
_STATUS |= {403: b"403 Forbidden", 410: b"410 Gone", 429: b"429 Too Many Requests", 503: b"503 Service Unavailable"}
_TAKEN = b"content-type: application/json\r\ncontent-length: %d\r\ncache-control: no-store\r\n\r\n%b" % (len(SUCCESS), SUCCESS)


class Doorway(HttpToolsProtocol):
    """uvicorn's protocol with the short way. `intake` is set on a subclass by `doorway`."""

    intake: Intake
    _whole: bytearray | None = None

    def on_headers_complete(self) -> None:
        """Opens the short way where the request may take it."""
        if self._may_be_short():
            self._whole = bytearray()
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Gathers a body on the short way."""
        if self._whole is None:
            super().on_body(body)
        else:
            self._whole += body

    def on_message_complete(self) -> None:
        """Takes a delivery that has come whole."""
        if self._whole is None:
            super().on_message_complete()
            return
        body, self._whole = bytes(self._whole), None
        if body[:1] == b"{":
            self._answer(*self._take(body))
        else:
            self._go_long(body)
            super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Sends a delivery that has not come whole the long way, with its time limit."""
        super().data_received(data)
        if self._whole is not None:
            gathered, self._whole = bytes(self._whole), None
            if not self.transport.is_closing():
                self._go_long(gathered)

    def _go_long(self, gathered: bytes) -> None:
        super().on_headers_complete()
        if gathered:
            super().on_body(gathered)

    def _may_be_short(self) -> bool:
        if self.parser.get_method() != b"POST" or self.parser.get_http_version() != "1.1" or not _PLAIN.fullmatch(self.url):
            return False
        if self.pipeline or (self.cycle is not None and not self.cycle.response_complete):
            return False
        length = b""
        for name, value in self.headers:
            if name in _LONG or (name == b"connection" and value.lower() != b"keep-alive"):
                return False
            if name == b"content-length":
                length = value
        return length.isdigit() and int(length) <= SHORT

    def _take(self, body: bytes) -> tuple[int, bytes]:
        signature = next((value for name, value in self.headers if name == b"x-signature"), b"")
        try:
            source = self.intake.source(self.url[len(_PREFIX) :].decode("ascii"))
            _at_once(self.intake.webhook(source, body, signature.decode("latin-1")))
        except Problem as problem:
            return problem.status, _written([PROBLEM, *retry_headers(problem)], problem_body(problem))
        except Exception as error:  # noqa: BLE001 -- the sender must get an answer, and the error's text may hold what was sent
            failed = unexpected(error)
            return failed.status, _written([PROBLEM, *retry_headers(failed)], problem_body(failed))
        return 200, _TAKEN

    def _answer(self, status: int, rest: bytes) -> None:
        head = [b"HTTP/1.1 ", _STATUS[status], b"\r\n"]
        for name, value in self.server_state.default_headers:
            head += (name, b": ", value, b"\r\n")
        head.append(rest)
        self.transport.write(b"".join(head))
        self.on_response_complete()


def doorway(intake: Intake) -> type[Doorway]:
    """The protocol class that takes deliveries for `intake`."""
    return type("Doorway", (Doorway,), {"intake": intake})


def _at_once(delivery: Coroutine[Any, Any, None]) -> None:
    """Runs a coroutine that never waits."""
    try:
        delivery.send(None)
    except StopIteration:
        return
    delivery.close()
    raise RuntimeError("a delivery waited on the short way")


def _written(headers: list[Header], body: bytes) -> bytes:
    lines = [name + b": " + value + b"\r\n" for name, value in [*headers, (b"content-length", str(len(body)).encode())]]
    return b"".join([*lines, b"cache-control: no-store\r\n\r\n", body])
