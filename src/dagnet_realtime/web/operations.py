"""Health, readiness and metrics."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.intake import Intake
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.web.access.person import Person, forbidden
from dagnet_realtime.web.metrics import Counts
from dagnet_realtime.web.offer import Gives, Offer, Offered
from dagnet_realtime.web.replies import json_reply
from dagnet_realtime.web.traffic import Traffic


class Status(msgspec.Struct, frozen=True):
    """How the process does."""

    status: Literal["ok", "ready"]


HEALTH = Offer(
    method="GET",
    path="/healthz",
    name="healthz",
    room="Operations",
    title="Whether the process answers",
    guard="nobody",
    gives={200: Gives("It does", Status)},
)
READY = Offer(
    method="GET",
    path="/readyz",
    name="readyz",
    room="Operations",
    title="Whether the process should get traffic",
    guard="nobody",
    gives={200: Gives("It should", Status)},
)
METRICS = Offer(
    method="GET",
    path="/metrics",
    name="metrics",
    room="Operations",
    title="Counts in the Prometheus text format",
    about="Of the workspaces that whoever asks may watch.",
    gives={200: Gives("The metrics", str, "text/plain")},
)
OFFERS = (HEALTH, READY, METRICS)


class Readiness:
    """Whether this process should get traffic; `app` sets it."""

    def __init__(self) -> None:
        self.ready = False


def operation_routes(
    hub: Hub, intake: Intake, workspaces: Sequence[Workspace], readiness: Readiness, traffic: Traffic | None = None
) -> list[Offered]:
    """`/healthz`, `/readyz` and `/metrics`."""

    async def healthz(_: Request) -> Response:
        return json_reply(Status("ok"))

    async def readyz(_: Request) -> Response:
        if not readiness.ready:
            raise Problem("unavailable", "Not ready", "The server is starting or stopping", "Ask again", retry_after=1)
        return json_reply(Status("ready"))

    async def metrics(request: Request) -> Response:
        person: Person = request.scope["person"]
        if person.roles.anywhere is None:
            raise forbidden("watch")
        from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest  # takes 60 ms that no start should wait for
        from prometheus_client.registry import CollectorRegistry

        registry = CollectorRegistry(auto_describe=False)
        registry.register(Counts(hub, intake, [one for one in workspaces if person.may("watch", one.channel)], traffic))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return [Offered(HEALTH, healthz), Offered(READY, readyz), Offered(METRICS, metrics)]
