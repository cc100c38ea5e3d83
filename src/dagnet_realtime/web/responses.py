"""HTTP responses: plain ASGI messages for the ingest routes, Starlette's for the others."""

import asyncio
from collections.abc import Iterable
from math import ceil
from typing import Literal, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.model.problem import Code, Problem
from dagnet_realtime.web.asgi import Receive, Send
from dagnet_realtime.web.body import BodyLimits, read_body

Header = tuple[bytes, bytes]

_ENCODER = msgspec.json.Encoder()
SUCCESS = b'{"success": true}'
JSON_TYPE: Header = (b"content-type", b"application/json")
PROBLEM_TYPE: Header = (b"content-type", b"application/problem+json")
NO_STORE: Header = (b"cache-control", b"no-store")
CLOSE: Header = (b"connection", b"close")
LINGER_BYTES = 32 * 1024 * 1024
"""Of an unread body that are dropped after the response; four times what a delivery may have."""
LINGER_SECONDS = 2.0


class Refusal(msgspec.Struct, frozen=True):
    """A problem as JSON. `detail` says what was found and `remedy` what to do; both may be ""."""

    code: Code
    title: str
    status: int
    detail: str
    remedy: str


class SdkRefusal(msgspec.Struct, frozen=True):
    """A problem as Segment's tracking API writes it; older SDKs read `code` and `message`."""

    success: Literal[False]
    code: Code
    message: str


class Taken(msgspec.Struct, frozen=True):
    """The delivery was accepted, or is a duplicate of one that was."""

    success: Literal[True]


async def send_response(send: Send, status: int, headers: Iterable[Header], body: bytes) -> None:
    """Sends a whole response."""
    length = (b"content-length", str(len(body)).encode())
    await send(
        {"type": "http.response.start", "status": status, "headers": [*headers, NO_STORE, length]}
    )
    await send({"type": "http.response.body", "body": body})


async def send_and_drain(
    receive: Receive, send: Send, status: int, headers: Iterable[Header], body: bytes
) -> None:
    """Responds to a request whose body was not read to its end, and closes the connection.

    Before that it drops the rest of the body, up to `LINGER_BYTES` and `LINGER_SECONDS`: a client
    that is cut off while it writes never sees the response.
    """
    length = (b"content-length", str(len(body)).encode())
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, CLOSE, NO_STORE, length],
        }
    )
    await send({"type": "http.response.body", "body": body, "more_body": True})
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            thrown = 0
            while thrown < LINGER_BYTES:
                message = await receive()
                thrown += len(message.get("body", b""))
                if not message.get("more_body", False):
                    break
    except TimeoutError:
        pass
    await send({"type": "http.response.body", "body": b""})


def problem_body(problem: Problem, status: int | None = None) -> bytes:
    """A problem as in RFC 9457, with `code` and `remedy`. `status` overrides the problem's own."""
    return _ENCODER.encode(
        Refusal(
            problem.code, problem.title, status or problem.status, problem.detail, problem.remedy
        )
    )


def refusal_body(problem: Problem) -> bytes:
    """A problem in the format of Segment's tracking API."""
    return _ENCODER.encode(SdkRefusal(success=False, code=problem.code, message=problem.sentence()))


def retry_headers(problem: Problem) -> list[Header]:
    """`Retry-After` in whole seconds, if a retry can help."""
    if problem.retry_after is None:
        return []
    seconds = str(max(1, ceil(problem.retry_after))).encode()
    return [(b"retry-after", seconds), (b"x-ratelimit-reset", seconds)]


MAX_BODY_BYTES = 16 * 1024  # of a JSON request

Command = TypeVar("Command")


def json_response(value: object, status: int = 200) -> Response:
    """`value` as JSON."""
    return Response(_ENCODER.encode(value), status, media_type="application/json")


def problem_response(problem: Problem, status: int | None = None, allow: str = "") -> Response:
    """A response with a problem. `status` overrides its own, `allow` is the Allow header."""
    headers = {name.decode(): value.decode() for name, value in retry_headers(problem)}
    if allow:
        headers["allow"] = allow
    if problem.code == "unauthorized":
        headers["www-authenticate"] = "Bearer"
    return Response(
        problem_body(problem, status),
        status or problem.status,
        headers,
        media_type="application/problem+json",
    )


async def parse_body(request: Request, decoder: msgspec.json.Decoder[Command]) -> Command:
    """The request's JSON body, bounded in size and time; raises `Problem`."""
    header = request.headers.get
    length, encoding = (
        header("content-length", "").encode("latin-1"),
        header("content-encoding", "").encode("latin-1"),
    )
    body = await read_body(request.receive, length, encoding, MAX_BODY_BYTES, BodyLimits().seconds)
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(
            "invalid",
            "The request body cannot be read",
            str(error)[:200],
            "Send JSON with the documented fields",
        ) from None
