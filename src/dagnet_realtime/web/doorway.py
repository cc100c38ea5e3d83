"""A short way for the commonest request: one whole webhook delivery of one event in one read, taken without a task or an ASGI cycle.

Everything else about HTTP stays with uvicorn's protocol, which this one extends. The short way is for a request whose every byte is as
plain as Segment writes it, on a connection that has nothing else under way, and for a log whose `append` never waits; whatever is in any
way unusual goes the long way through `WebhookApp`, which answers the same. `docs/performance.md` has the figure that pays for this.
"""

import re
from collections.abc import Coroutine
from typing import Any

import msgspec

from dagnet_realtime.core.signature import slow
from dagnet_realtime.hub.intake import Intake
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.answers import PROBLEM, SUCCESS, Header, problem_body, retry_headers
from dagnet_realtime.web.connection import Bounds, Connection
from dagnet_realtime.web.delivery import WEBHOOK_PREFIX, unexpected
from dagnet_realtime.web.traffic import Traffic

SHORT = 64 * 1024  # bytes of a body that may take the short way; a greater one would hold other connections up
_HEAD = re.compile(
    rb"POST " + re.escape(WEBHOOK_PREFIX.encode()) + rb"([A-Za-z0-9_.~-]{1,200}) HTTP/1\.1\r\n"
    rb"((?:[A-Za-z0-9-]{1,64}: [^\r\n\0]{0,4096}\r\n){1,64})\r\n\{"
)
_FIELDS = re.compile(
    rb"\n(content-length|x-signature|host|connection|content-encoding|transfer-encoding|expect|upgrade): ([^\r\n]*)", re.IGNORECASE
)
_ONCE = frozenset({b"content-length", b"x-signature", b"host", b"connection"})
_REASONS = {400: b"Bad Request", 401: b"Unauthorized", 403: b"Forbidden", 404: b"Not Found", 413: b"Content Too Large"}
_REASONS |= {200: b"OK", 410: b"Gone", 429: b"Too Many Requests", 503: b"Service Unavailable"}
_TAKEN = b"content-type: application/json\r\ncache-control: no-store\r\ncontent-length: %d\r\n\r\n%b" % (len(SUCCESS), SUCCESS)


class Plain(msgspec.Struct, frozen=True, gc=False):
    """A delivery that may take the short way."""

    source: str
    signature: str
    body: bytes


def plain(data: bytes) -> Plain | None:
    """The delivery that `data` is, the whole of it and nothing more; None where there is the least doubt."""
    head = _HEAD.match(data)
    if head is None:
        return None
    found: dict[bytes, bytes] = {}
    for name, value in _FIELDS.findall(data, head.start(2) - 1, head.end(2)):
        name = name.lower()
        if name in found or name not in _ONCE:
            return None
        found[name] = value
    if found.get(b"connection", b"keep-alive").lower() != b"keep-alive":
        return None
    length, start = found.get(b"content-length", b""), head.end() - 1
    if b"host" not in found or not length.isdigit() or len(length) > 6 or int(length) > SHORT or len(data) - start != int(length):
        return None
    body = data[start:]
    return None if slow(body) else Plain(head[1].decode(), found.get(b"x-signature", b"").decode("latin-1"), body)


class Doorway(Connection):
    """A connection with the short way. `intake` is set on a subclass by `doorway`."""

    intake: Intake
    _answered_at = 0.0

    def data_received(self, data: bytes) -> None:
        """Takes a plain delivery at once, and leaves all else to uvicorn."""
        idle = not self.under_way and not self.pipeline and not self.busy and not self.flow.write_paused
        delivery = plain(data) if idle else None
        if delivery is None:
            super().data_received(data)
        elif not self.transport.is_closing():
            self._answer(*self._take(delivery))

    def timeout_keep_alive_handler(self) -> None:
        """Closes a connection that has been idle; a delivery on the short way leaves the running timer as it is."""
        idle = self.loop.time() - self._answered_at
        if idle < self.timeout_keep_alive:
            self._close_after(self.timeout_keep_alive - idle)
        else:
            super().timeout_keep_alive_handler()

    def _take(self, delivery: Plain) -> tuple[int, bytes]:
        try:
            _at_once(self.intake.webhook(self.intake.source(delivery.source), delivery.body, delivery.signature))
        except Problem as problem:
            return problem.status, _written([PROBLEM, *retry_headers(problem)], problem_body(problem))
        except Exception as error:  # noqa: BLE001 -- the sender must get an answer, and the error's text may hold what was sent
            failed = unexpected(error)
            return failed.status, _written([PROBLEM, *retry_headers(failed)], problem_body(failed))
        return 200, _TAKEN

    def _answer(self, status: int, rest: bytes) -> None:
        parts = [b"HTTP/1.1 %d %b\r\n" % (status, _REASONS[status])]
        for name, value in self.server_state.default_headers:
            parts += (name, b": ", value, b"\r\n")
        parts.append(rest)
        self.transport.write(b"".join(parts))
        self.server_state.total_requests += 1
        self._answered_at = self.waiting_since = self.loop.time()
        self.settled()
        if self.timeout_keep_alive_task is None:
            self._close_after(self.timeout_keep_alive)

    def _close_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)


def doorway(intake: Intake, bounds: Bounds, traffic: Traffic) -> type[Doorway]:
    """The protocol class that takes deliveries for `intake`."""
    return type("Doorway", (Doorway,), {"intake": intake, "bounds": bounds, "traffic": traffic})


def _at_once(delivery: Coroutine[Any, Any, None]) -> None:
    """Runs a coroutine that never waits."""
    try:
        delivery.send(None)
    except StopIteration:
        return
    delivery.close()
    raise RuntimeError("a delivery waited on the short way")


def _written(headers: list[Header], body: bytes) -> bytes:
    lines = [*headers, (b"cache-control", b"no-store"), (b"content-length", str(len(body)).encode())]
    return b"".join([*(name + b": " + value + b"\r\n" for name, value in lines), b"\r\n", body])
