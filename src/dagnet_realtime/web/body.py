"""Reads a request's body within limits of bytes and time, and decompresses it.

The bytes of senders who are not authenticated yet are limited for the process as a whole: see
`UnprovenBytes`.
"""

import asyncio
import threading
import zlib
from collections.abc import Callable, Coroutine, Iterable
from io import BytesIO
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.asgi import Receive

T = TypeVar("T")
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
AT_ONCE = 64 * 1024  # bytes that are decompressed on the event loop
_LAYERS = 2  # content encodings of one body
_DIGITS = 20  # of a Content-Length
_STEP = 64 * 1024  # bytes that are decompressed between two checks of the limits
_MEMBERS = 8  # of a gzip file; honest senders write one
_FREE = 1024 * 1024  # bytes that any body may decompress to
_RATIO = 100  # largest compression ratio beyond that; JSON events have 5 to 30
MAX_UNPROVEN_BYTES = 16 * 1024 * 1024


class BodyLimits(msgspec.Struct, frozen=True):
    """Bytes of a body, both as sent and decompressed, and seconds for its arrival.

    Segment gives a delivery 5 to 10 seconds.
    """

    webhook: int = 8 * 1024 * 1024
    tracking: int = 500 * 1024
    seconds: float = 10.0


class ClientDisconnected(Exception):
    """The client left before the body was complete; there is no one to respond to."""


class UnreadBody(Problem):
    """A refusal that leaves a part of the body unread, so the connection must be closed."""


class UnprovenBytes:
    """The bytes, packed and unpacked, that unproven senders hold in this process: `most` at once.

    A sender is proven by a signature under a source's secret; a write key is no proof, since pages
    show it. Threads may take of it, too.
    """

    def __init__(self, most: int = MAX_UNPROVEN_BYTES) -> None:
        self._most = most
        self._lock = threading.Lock()
        self.held = 0

    def hold(self) -> "UnprovenHold":
        """The bytes of one request; none yet."""
        return UnprovenHold(self)

    def try_acquire(self, more: int) -> bool:
        """Takes `more` bytes, or none if they are too many. A negative number gives some back."""
        with self._lock:
            if more > 0 and self.held + more > self._most:
                return False
            self.held += more
            return True


class UnprovenHold:
    """What one request holds of `UnprovenBytes`, until `release` or the end of the `with` block."""

    def __init__(self, unproven: UnprovenBytes) -> None:
        self._unproven = unproven
        self._bytes: int | None = 0

    def acquire(self, more: int) -> None:
        """Holds `more` bytes. Raises `Problem("unavailable")` if they are too many now, or if this
        request may hold nothing any more.
        """
        if self._bytes is None or not self._unproven.try_acquire(more):
            raise Problem(
                "unavailable",
                "Too much is on its way here at once",
                "Senders that are not known yet hold as many bytes as they may",
                "Send it again",
                retry_after=1,
            )
        self._bytes += more

    def release(self) -> None:
        """Gives all back: the sender is known, or has gone. Nothing is held from here on."""
        if self._bytes is not None:
            self._unproven.try_acquire(-self._bytes)
            self._bytes = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


async def read_body(
    receive: Receive,
    length: bytes,
    encoding: bytes,
    limit: int,
    seconds: float,
    held: UnprovenHold | None = None,
) -> bytes:
    """The body, unpacked. `length` and `encoding` are the request's headers, b"" where absent.

    Bytes that wait, for more or for a thread, are counted in `held`; without it, in nothing.
    Raises `Problem`: `too_large`, `invalid` if it cannot be unpacked, `unavailable` (so that it is
    sent again) if it takes longer than `seconds` or unproven senders hold too much; as `Unread` if
    the body was not read to its end; or `Gone`.
    """
    held = held or UnprovenBytes(limit * (_LAYERS + 2)).hold()
    body, counted = await _in_time(_receive(receive, limit, held), length, limit, seconds)
    if not encoding:
        return body
    if len(body) <= AT_ONCE:
        try:
            return decompress(body, encoding, min(limit, AT_ONCE))
        except Problem as problem:
            if problem.code != "too_large" or limit <= AT_ONCE:
                raise
    if not counted:
        held.acquire(len(body))
    return await asyncio.to_thread(decompress, body, encoding, limit, held.acquire)


async def drain_body(receive: Receive, length: bytes, limit: int, seconds: float) -> None:
    """Reads a body that is not needed to its end and drops it; raises as `read_body`."""
    await _in_time(_drain(receive, limit), length, limit, seconds)


async def _in_time(reading: Coroutine[Any, Any, T], length: bytes, limit: int, seconds: float) -> T:
    if length and (not length.isdigit() or len(length) > _DIGITS or int(length) > limit):
        reading.close()
        raise _too_large(limit, UnreadBody)
    try:
        async with asyncio.timeout(seconds):
            return await reading
    except TimeoutError:
        raise UnreadBody(
            "unavailable",
            "The body came too slowly",
            f"It took more than {seconds:g} s",
            "Send it again",
            retry_after=1,
        ) from None


async def _drain(receive: Receive, limit: int) -> None:
    size = 0
    while size <= limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        size += len(message.get("body", b""))
        if not message.get("more_body", False) and size <= limit:
            return
    raise _too_large(limit, UnreadBody)


async def _receive(receive: Receive, limit: int, held: UnprovenHold) -> tuple[bytes, bool]:
    """The body as it was sent, and whether it is counted: what came at once and is small is not,
    for it waits for nothing.
    """
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnected
    body: bytes = message.get("body", b"")
    more: bool = message.get("more_body", False)
    if not more and len(body) <= min(limit, AT_ONCE):
        return body, False
    whole = BytesIO()  # which gives what was written to it without a copy
    while whole.tell() + len(body) <= limit:
        _count(len(body), held, more=more)
        whole.write(body)
        if not more:
            return whole.getvalue(), True
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        body = message.get("body", b"")
        more = message.get("more_body", False)
    raise _too_large(limit, UnreadBody)


def _count(size: int, held: UnprovenHold, *, more: bool) -> None:
    try:
        held.acquire(size)
    except Problem as full:
        if not more:
            raise
        raise UnreadBody(
            full.code, full.title, full.detail, full.remedy, retry_after=full.retry_after
        ) from None


def _uncounted(_more: int) -> None:
    """What is unpacked at once is gone at once."""


def decompress(
    body: bytes, encoding: bytes, limit: int, grow: Callable[[int], None] = _uncounted
) -> bytes:
    """`body` without its content encodings, last applied first.

    Never builds more than `limit` bytes, nor more than `_RATIO` times what was sent beyond the
    first `_FREE`. `grow` is called with the size of each part, and may refuse it. Raises
    `Problem`.
    """
    names = [name.strip() for name in encoding.lower().split(b",")]
    if len(names) > _LAYERS:
        raise Problem(
            "invalid", "The body is packed too many times", remedy="Send it plain, or packed once"
        )
    most = max(_FREE, len(body) * _RATIO)
    for name in reversed(names):
        match name:
            case b"" | b"identity":
                continue
            case b"gzip" | b"x-gzip":
                body = _inflate(body, (_GZIP_OR_ZLIB,), limit, most, grow)
            case b"deflate":  # by the book zlib's format, by old habit the bare stream
                body = _inflate(body, (_GZIP_OR_ZLIB, _RAW), limit, most, grow)
            case _:
                raise Problem(
                    "invalid",
                    "The body's Content-Encoding is not known",
                    remedy="Send it plain, or as gzip or deflate",
                )
    return body


def _inflate(
    packed: bytes, windows: Iterable[int], limit: int, most: int, grow: Callable[[int], None]
) -> bytes:
    too_large = _too_large(limit) if limit <= most else _too_packed()
    for window in windows:
        try:
            return _decompress_stream(packed, window, min(limit, most), too_large, grow)
        except zlib.error:
            continue
    raise Problem(
        "invalid", "The body cannot be unpacked", remedy="Send what its Content-Encoding says"
    )


def _decompress_stream(
    packed: bytes, window: int, limit: int, too_large: Problem, grow: Callable[[int], None]
) -> bytes:
    """All members of a gzip file, or one stream of any other window."""
    whole = BytesIO()
    at = 0
    for _ in range(_MEMBERS):
        if at == len(packed):
            return whole.getvalue()
        inflater = zlib.decompressobj(window)
        began = at
        while not inflater.eof:
            fed = inflater.unconsumed_tail
            if not fed:
                fed = packed[at : at + _STEP]
                at += len(fed)
            part = inflater.decompress(fed, _STEP)
            if not fed and not part:
                raise zlib.error("truncated")
            if whole.tell() + len(part) > limit:
                raise too_large
            grow(len(part))
            whole.write(part)
        at -= len(inflater.unused_data)
        if at == began or (window == _RAW and at < len(packed)):
            raise zlib.error("trailing bytes")
    if at < len(packed):
        raise zlib.error("too many members")
    return whole.getvalue()


def _too_large(limit: int, kind: type[Problem] = Problem) -> Problem:
    return kind(
        "too_large", "The body is too large", f"More than {limit} bytes", "Send smaller batches"
    )


def _too_packed() -> Problem:
    return Problem(
        "too_large",
        "The body unpacks to far more than was sent",
        f"More than {_FREE} bytes, and {_RATIO} times as much",
        "Send it plain, or in smaller batches",
    )
