"""HTTP responses: bare ASGI messages for the hot routes, Starlette responses for the others."""

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
LINGER_BYTES = (
    32 * 1024 * 1024
)  # of an unread body that are thrown away after its answer, four times what a delivery may have
LINGER_SECONDS = 2.0


class Refusal(msgspec.Struct, frozen=True):
    """A problem on the wire: `title` is one short phrase, `detail` what was found, `remedy` what to do about it; both may be ""."""

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
    """What was sent is taken, or was before."""

    success: Literal[True]


async def send_response(send: Send, status: int, headers: Iterable[Header], body: bytes) -> None:
    """Sends one whole answer."""
    length = (b"content-length", str(len(body)).encode())
    await send(
        {"type": "http.response.start", "status": status, "headers": [*headers, NO_STORE, length]}
    )
    await send({"type": "http.response.body", "body": body})


async def send_and_drain(
    receive: Receive, send: Send, status: int, headers: Iterable[Header], body: bytes
) -> None:
    """Answers a request whose body was not read to its end, and closes its connection.

    Before it closes it throws away what still comes, within bounds: a sender that is cut off while it writes never sees its answer.
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
    """A problem as RFC 9457 writes it, with our `code` and what to do about it; `status` where HTTP has a better one."""
    return _ENCODER.encode(
        Refusal(
            problem.code, problem.title, status or problem.status, problem.detail, problem.remedy
        )
    )


def refusal_body(problem: Problem) -> bytes:
    """A problem as Segment's tracking API writes it."""
    return _ENCODER.encode(SdkRefusal(success=False, code=problem.code, message=problem.sentence()))


def retry_headers(problem: Problem) -> list[Header]:
    """When to come back, in whole seconds, where that helps."""
    if problem.retry_after is None:
        return []
    seconds = str(max(1, ceil(problem.retry_after))).encode()
    return [(b"retry-after", seconds), (b"x-ratelimit-reset", seconds)]


LARGEST = 16 * 1024  # bytes of a command's body

Command = TypeVar("Command")


def json_response(value: object, status: int = 200) -> Response:
    """`value` as JSON."""
    return Response(_ENCODER.encode(value), status, media_type="application/json")


def problem_response(problem: Problem, status: int | None = None, allow: str = "") -> Response:
    """A problem, with when to come back where that helps; `status` where the framework knows a better one."""
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
    body = await read_body(request.receive, length, encoding, LARGEST, BodyLimits().seconds)
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(
            "invalid",
            "The request cannot be read",
            str(error)[:200],
            "Send JSON with the documented fields",
        ) from None
