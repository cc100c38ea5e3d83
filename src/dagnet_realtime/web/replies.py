"""Whole answers of the framework's routes: JSON, and problems as `application/problem+json`."""

from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.answers import problem_body, retry_headers
from dagnet_realtime.web.body import Limits, read_body

LARGEST = 16 * 1024  # bytes of a command's body

_ENCODER = msgspec.json.Encoder()
Command = TypeVar("Command")


def json_reply(value: object, status: int = 200) -> Response:
    """`value` as JSON."""
    return Response(_ENCODER.encode(value), status, media_type="application/json")


def problem_reply(problem: Problem, status: int | None = None, allow: str = "") -> Response:
    """A problem, with when to come back where that helps; `status` where the framework knows a better one."""
    headers = {name.decode(): value.decode() for name, value in retry_headers(problem)}
    if allow:
        headers["allow"] = allow
    if problem.code == "unauthorized":
        headers["www-authenticate"] = "Bearer"
    return Response(problem_body(problem, status), status or problem.status, headers, media_type="application/problem+json")


async def command(request: Request, decoder: msgspec.json.Decoder[Command]) -> Command:
    """The request's JSON body, bounded in size and time; raises `Problem`."""
    header = request.headers.get
    length, encoding = header("content-length", "").encode("latin-1"), header("content-encoding", "").encode("latin-1")
    body = await read_body(request.receive, length, encoding, LARGEST, Limits().seconds)
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem("invalid", "The request cannot be read", str(error)[:200], "Send JSON with the documented fields") from None
