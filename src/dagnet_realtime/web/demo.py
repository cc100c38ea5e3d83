"""Routes by which the interface asks for traffic: the server's own visitors, and one event for one node."""

from typing import Protocol, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.access.person import Person, forbidden

LARGEST = 4096
"""Bytes of a request's body."""

Asked = TypeVar("Asked", bound=msgspec.Struct)


class Visitors(Protocol):
    """Who sends on the interface's behalf, over HTTP like everybody else. Methods raise `Problem` where they cannot."""

    @property
    def rate(self) -> float | None:
        """Events per second being sent; None where nobody walks."""
        ...

    def start(self, channel: Channel, graph: str, rate: float) -> None:
        """Sends visitors through `graph`, instead of any who walk."""
        ...

    def stop(self) -> None:
        """Calls them back; nothing where nobody walks."""
        ...

    async def light(self, channel: Channel, graph: str, node: str | None) -> tuple[str, str]:
        """Sends one event that lights `node` (uuid), else the first that can be lit; its message id and name."""
        ...


class _Start(msgspec.Struct, forbid_unknown_fields=True):
    workspace: str
    env: str
    graph: str
    rate: float = 20.0


class _Light(msgspec.Struct, forbid_unknown_fields=True):
    workspace: str
    env: str
    graph: str
    node: str | None = None


_START = msgspec.json.Decoder(_Start)
_LIGHT = msgspec.json.Decoder(_Light)


def demo_routes(visitors: Visitors, *, walking: bool = True) -> list[Route]:
    """`/api/demo/visitors` (only where `walking`) and `/api/test-event`; whoever mounts them guards them like every route."""

    async def start(request: Request) -> Response:
        wanted = _asked(await _body(request), _START)
        _person(request).need("administer", Channel(wanted.workspace, wanted.env))
        visitors.start(Channel(wanted.workspace, wanted.env), wanted.graph, wanted.rate)
        return _json({"running": True, "rate": wanted.rate}, 202)

    async def stop(request: Request) -> Response:
        _administers(request)
        visitors.stop()
        return Response(status_code=204)

    async def state(request: Request) -> Response:
        _administers(request)
        rate = visitors.rate
        return _json({"running": rate is not None, "rate": rate or 0.0}, 200)

    async def light(request: Request) -> Response:
        wanted = _asked(await _body(request), _LIGHT)
        _person(request).need("administer", Channel(wanted.workspace, wanted.env))
        message_id, name = await visitors.light(Channel(wanted.workspace, wanted.env), wanted.graph, wanted.node)
        return _json({"message_id": message_id, "name": name}, 202)

    routes = [Route("/api/test-event", light, methods=["POST"])]
    if walking:
        routes.append(Route("/api/demo/visitors", start, methods=["POST"]))
        routes.append(Route("/api/demo/visitors", stop, methods=["DELETE"]))
        routes.append(Route("/api/demo/visitors", state, methods=["GET"]))
    return routes


def _person(request: Request) -> Person:
    person: Person = request.scope["person"]
    return person


def _administers(request: Request) -> None:
    if "send" not in _person(request).can:
        raise forbidden("administer")


def _json(value: object, status: int) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise Problem("too_large", "The request is too large", remedy="Send the few fields that are asked for")
    return body


def _asked(body: bytes, decoder: msgspec.json.Decoder[Asked]) -> Asked:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem("invalid", "The request cannot be read", str(error), "Send JSON with the documented fields") from None
