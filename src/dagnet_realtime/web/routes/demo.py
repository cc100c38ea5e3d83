"""The routes of the demo: simulated visitors and the shop."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Workspace
from dagnet_realtime.web.asgi import person_of
from dagnet_realtime.web.auth.request import forbidden
from dagnet_realtime.web.openapi import JSON, Operation, OperationRoute, ResponseSpec
from dagnet_realtime.web.responses import json_response, parse_body


class Simulator(Protocol):
    """Sends simulated events over HTTP, as any sender does. Methods raise `Problem`."""

    @property
    def rate(self) -> float | None:
        """Events per second; None if no simulation runs."""
        ...

    def start(self, channel: Channel, graph: str, rate: float) -> None:
        """Simulates visitors of `graph`, in place of a running simulation."""
        ...

    def stop(self) -> None:
        """Stops the simulation, if one runs."""
        ...

    async def light(self, channel: Channel, graph: str, node: str | None) -> tuple[str, str]:
        """Sends an event that lights `node` (a uuid), by default the first that can be lit.

        Returns its message id and name.
        """
        ...


class SimulationRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A simulation to start; `rate` in events per second."""

    workspace: str
    env: str
    graph: str
    rate: float = 20.0


class TestEventRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The node to light, by its uuid; by default the first that can be lit."""

    workspace: str
    env: str
    graph: str
    node: str | None = None


class SimulationStatus(msgspec.Struct, frozen=True):
    """Whether a simulation runs, and its events per second."""

    running: bool
    rate: float


class TestEventResult(msgspec.Struct, frozen=True):
    """The event that was sent."""

    message_id: str
    name: str


LIGHT = Operation(
    method="POST",
    path="/api/test-event",
    operation_id="light",
    tag="Demo",
    summary="Send one event that lights a node",
    description="It is delivered over HTTP to the workspace's own source.",
    request_body={JSON: TestEventRequest},
    responses={202: ResponseSpec("It was sent", TestEventResult)},
    problems=("invalid", "too_large", "not_found"),
)
START = Operation(
    method="POST",
    path="/api/demo/visitors",
    operation_id="visitors_start",
    tag="Demo",
    summary="Simulate visitors of a graph",
    description="Only in the demo.",
    request_body={JSON: SimulationRequest},
    responses={202: ResponseSpec("The simulation runs", SimulationStatus)},
    problems=("invalid", "too_large", "not_found"),
)
STOP = Operation(
    method="DELETE",
    path="/api/demo/visitors",
    operation_id="visitors_stop",
    tag="Demo",
    summary="Stop the simulated visitors",
    responses={204: ResponseSpec("It has stopped")},
)
STATE = Operation(
    method="GET",
    path="/api/demo/visitors",
    operation_id="visitors",
    tag="Demo",
    summary="Whether visitors are simulated",
    responses={200: ResponseSpec("Whether, and at what rate", SimulationStatus)},
)
SIMULATION_OPERATIONS = (LIGHT, START, STOP, STATE)
_WALK, _LIGHT = msgspec.json.Decoder(SimulationRequest), msgspec.json.Decoder(TestEventRequest)


def demo_routes(visitors: Simulator, *, walking: bool = True) -> list[OperationRoute]:
    """`/api/test-event`, and `/api/demo/visitors` if `walking`."""

    async def start(request: Request) -> Response:
        body = await parse_body(request, _WALK)
        person_of(request.scope).require("administer", Channel(body.workspace, body.env))
        visitors.start(Channel(body.workspace, body.env), body.graph, body.rate)
        return json_response(SimulationStatus(running=True, rate=body.rate), 202)

    async def stop(request: Request) -> Response:
        _administers(request)
        visitors.stop()
        return Response(status_code=204)

    async def state(request: Request) -> Response:
        _administers(request)
        rate = visitors.rate
        return json_response(SimulationStatus(rate is not None, rate or 0.0))

    async def light(request: Request) -> Response:
        body = await parse_body(request, _LIGHT)
        person_of(request.scope).require("administer", Channel(body.workspace, body.env))
        return json_response(
            TestEventResult(
                *await visitors.light(Channel(body.workspace, body.env), body.graph, body.node)
            ),
            202,
        )

    walks = [OperationRoute(START, start), OperationRoute(STOP, stop), OperationRoute(STATE, state)]
    return [OperationRoute(LIGHT, light), *(walks if walking else ())]


def _administers(request: Request) -> None:
    if "send" not in person_of(request.scope).capabilities:
        raise forbidden("administer")


class ShopConfig(msgspec.Struct, frozen=True):
    """The write key that the shop's SDK sends with."""

    write_key: str


SHOP = Operation(
    method="GET",
    path="/api/demo/shop",
    operation_id="shop",
    tag="Demo",
    summary="The write key of the demo's shop",
    description="That of the first workspace with a tracking source that the person administers. "
    "Only in the demo.",
    responses={200: ResponseSpec("The key", ShopConfig)},
    problems=("not_found",),
)
SHOP_OPERATIONS = (SHOP,)


def shop_routes(workspaces: Sequence[Workspace]) -> list[OperationRoute]:
    """`/api/demo/shop`."""

    async def shop(request: Request) -> Response:
        person = person_of(request.scope)
        for workspace in workspaces:
            for source in workspace.sources:
                if source.write_key is not None and person.has_role(
                    "administer", workspace.channel
                ):
                    return json_response(ShopConfig(source.write_key.reveal().decode()))
        raise Problem(
            "not_found",
            "The shop has no source to send its events to",
            "No workspace has a tracking source",
            "Configure one",
        )

    return [OperationRoute(SHOP, shop)]
