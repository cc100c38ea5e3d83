"""Routes by which the interface asks for traffic: the server's own visitors, and one event for one node."""

from typing import Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.model.channel import Channel
from dagnet_realtime.web.access.person import Person, forbidden
from dagnet_realtime.web.offer import JSON, Gives, Offer, Offered
from dagnet_realtime.web.replies import command, json_reply


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


class Walk(msgspec.Struct, forbid_unknown_fields=True):
    """Who shall walk where; `rate` in events per second."""

    workspace: str
    env: str
    graph: str
    rate: float = 20.0


class Light(msgspec.Struct, forbid_unknown_fields=True):
    """Which node to light, by its uuid; the first that can be lit where none is named."""

    workspace: str
    env: str
    graph: str
    node: str | None = None


class Walking(msgspec.Struct, frozen=True):
    """Whether visitors walk, and how many events per second they send."""

    running: bool
    rate: float


class Lit(msgspec.Struct, frozen=True):
    """The event that was sent."""

    message_id: str
    name: str


LIGHT = Offer(
    method="POST",
    path="/api/test-event",
    name="light",
    room="Demo",
    title="Send one event that lights a node",
    about="It goes the way of every delivery, over HTTP, to the workspace's own source.",
    takes={JSON: Light},
    gives={202: Gives("It was sent", Lit)},
    refuses=("invalid", "too_large", "not_found"),
)
START = Offer(
    method="POST",
    path="/api/demo/visitors",
    name="visitors_start",
    room="Demo",
    title="Send visitors through a graph",
    about="The demo alone has this route.",
    takes={JSON: Walk},
    gives={202: Gives("They walk", Walking)},
    refuses=("invalid", "too_large", "not_found"),
)
STOP = Offer(
    method="DELETE",
    path="/api/demo/visitors",
    name="visitors_stop",
    room="Demo",
    title="Call the visitors back",
    gives={204: Gives("Nobody walks")},
)
STATE = Offer(
    method="GET",
    path="/api/demo/visitors",
    name="visitors",
    room="Demo",
    title="Whether visitors walk",
    gives={200: Gives("Whether, and how fast", Walking)},
)
OFFERS = (LIGHT, START, STOP, STATE)
_WALK, _LIGHT = msgspec.json.Decoder(Walk), msgspec.json.Decoder(Light)


def demo_routes(visitors: Visitors, *, walking: bool = True) -> list[Offered]:
    """`/api/demo/visitors` (only where `walking`) and `/api/test-event`; whoever mounts them guards them like every route."""

    async def start(request: Request) -> Response:
        wanted = await command(request, _WALK)
        _person(request).need("administer", Channel(wanted.workspace, wanted.env))
        visitors.start(Channel(wanted.workspace, wanted.env), wanted.graph, wanted.rate)
        return json_reply(Walking(running=True, rate=wanted.rate), 202)

    async def stop(request: Request) -> Response:
        _administers(request)
        visitors.stop()
        return Response(status_code=204)

    async def state(request: Request) -> Response:
        _administers(request)
        rate = visitors.rate
        return json_reply(Walking(rate is not None, rate or 0.0))

    async def light(request: Request) -> Response:
        wanted = await command(request, _LIGHT)
        _person(request).need("administer", Channel(wanted.workspace, wanted.env))
        return json_reply(Lit(*await visitors.light(Channel(wanted.workspace, wanted.env), wanted.graph, wanted.node)), 202)

    walks = [Offered(START, start), Offered(STOP, stop), Offered(STATE, state)]
    return [Offered(LIGHT, light), *(walks if walking else ())]


def _person(request: Request) -> Person:
    person: Person = request.scope["person"]
    return person


def _administers(request: Request) -> None:
    if "send" not in _person(request).can:
        raise forbidden("administer")
