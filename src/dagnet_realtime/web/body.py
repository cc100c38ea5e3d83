"""Reads a request's body within a bound of bytes and of time, however it is sent or packed."""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import msgspec

from dagnet_realtime.model.problem import Problem

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
AT_ONCE = 64 * 1024  # bytes that are unpacked without leaving the loop
_MEMBERS = 8  # of a gzip file; honest senders write one


class Limits(msgspec.Struct, frozen=True):
    """Bytes of a body, as sent and as unpacked, and seconds that it may take to arrive. Segment gives a delivery 5 to 10 seconds."""

    webhook: int = 8 * 1024 * 1024
    tracking: int = 500 * 1024
    seconds: float = 10.0


class Gone(Exception):
    """The sender left before the body was complete; there is nobody to answer."""


class Unread(Problem):
    """A refusal that leaves a part of the body unread, and the connection useless for another request."""


async def read_body(receive: Receive, length: bytes, encoding: bytes, limit: int, seconds: float) -> bytes:
    """The body, unpacked. `length` and `encoding` are the request's headers, b"" where absent.

    Raises `Problem`: `too_large`, `invalid` where it cannot be unpacked, `unavailable` (so that it is sent again) where it takes longer
    than `seconds`; as `Unread` where the body was not read to its end; or `Gone`.
    """
    if length and (not length.isdigit() or int(length) > limit):
        raise _too_large(limit, Unread)
    try:
        async with asyncio.timeout(seconds):
            body = await _received(receive, limit)
    except TimeoutError:
        raise Unread(
            "unavailable", "The body came too slowly", f"It took more than {seconds:g} s", "Send it again", retry_after=1
        ) from None
    return await _unpacked(body, encoding, limit) if encoding else body


async def _unpacked(body: bytes, encoding: bytes, limit: int) -> bytes:
    """Unpacks what is small at once; what is not, elsewhere: eight megabytes of nothing take 30 ms that others need not wait."""
    try:
        return unpacked(body, encoding, min(limit, AT_ONCE))
    except Problem as problem:
        if problem.code != "too_large" or limit <= AT_ONCE:
            raise
    return await asyncio.to_thread(unpacked, body, encoding, limit)


async def _received(receive: Receive, limit: int) -> bytes:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Gone
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False) and len(body) <= limit:
        return body
    parts = bytearray(body)
    while len(parts) <= limit:
        if not message.get("more_body", False):
            return bytes(parts)
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        parts += message.get("body", b"")
    raise _too_large(limit, Unread)


def unpacked(body: bytes, encoding: bytes, limit: int) -> bytes:
    """`body` without its content encodings, last applied first. Never builds more than `limit` bytes. Raises `Problem`."""
    names = [name.strip() for name in encoding.lower().split(b",")]
    if len(names) > 2:
        raise Problem("invalid", "The body is packed too many times", remedy="Send it plain, or packed once")
    for name in reversed(names):
        match name:
            case b"" | b"identity":
                continue
            case b"gzip" | b"x-gzip":
                body = _inflated(body, (_GZIP_OR_ZLIB,), limit)
            case b"deflate":  # by the book zlib's format, by old habit the bare stream
                body = _inflated(body, (_GZIP_OR_ZLIB, _RAW), limit)
            case _:
                raise Problem("invalid", "The body's Content-Encoding is not known", remedy="Send it plain, or as gzip or deflate")
    return body


def _inflated(packed: bytes, windows: Iterable[int], limit: int) -> bytes:
    for window in windows:
        try:
            return _stream(packed, window, limit)
        except zlib.error:
            continue
    raise Problem("invalid", "The body cannot be unpacked", remedy="Send what its Content-Encoding says")


def _stream(packed: bytes, window: int, limit: int) -> bytes:
    """All members of a gzip file, or one stream of any other window."""
    whole = bytearray()
    for _ in range(_MEMBERS):
        if not packed:
            return bytes(whole)
        inflater = zlib.decompressobj(window)
        whole += inflater.decompress(packed, limit + 1 - len(whole))
        if len(whole) > limit:
            raise _too_large(limit)
        if not inflater.eof:
            raise zlib.error("truncated")
        if inflater.unused_data == packed or (window == _RAW and inflater.unused_data):
            raise zlib.error("trailing bytes")
        packed = inflater.unused_data
    raise zlib.error("too many members")


def _too_large(limit: int, kind: type[Problem] = Problem) -> Problem:
    return kind("too_large", "The body is too large", f"More than {limit} bytes", "Send smaller batches")
