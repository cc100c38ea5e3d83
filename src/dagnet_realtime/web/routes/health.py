"""Health, readiness and metrics."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.ingest import Intake
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.web.asgi import person_of
from dagnet_realtime.web.auth.request import forbidden
from dagnet_realtime.web.connection_stats import ConnectionStats
from dagnet_realtime.web.metrics import MetricsCollector
from dagnet_realtime.web.openapi import Operation, OperationRoute, ResponseSpec
from dagnet_realtime.web.responses import json_response


class Status(msgspec.Struct, frozen=True):
    """How the process does."""

    status: Literal["ok", "ready"]


HEALTH = Operation(
    method="GET",
    path="/healthz",
    operation_id="healthz",
    tag="Operations",
    summary="Whether the process answers",
    security="none",
    responses={200: ResponseSpec("It does", Status)},
)
READY = Operation(
    method="GET",
    path="/readyz",
    operation_id="readyz",
    tag="Operations",
    summary="Whether the process should get traffic",
    security="none",
    responses={200: ResponseSpec("It should", Status)},
)
METRICS = Operation(
    method="GET",
    path="/metrics",
    operation_id="metrics",
    tag="Operations",
    summary="Counts in the Prometheus text format",
    description="Of the workspaces that the person may watch.",
    responses={200: ResponseSpec("The metrics", str, "text/plain")},
)
HEALTH_OPERATIONS = (HEALTH, READY, METRICS)


class Readiness:
    """Whether this process should get traffic; `app` sets it."""

    def __init__(self) -> None:
        self.ready = False


def health_routes(
    hub: Hub,
    intake: Intake,
    workspaces: Sequence[Workspace],
    readiness: Readiness,
    traffic: ConnectionStats | None = None,
) -> list[OperationRoute]:
    """`/healthz`, `/readyz` and `/metrics`."""

    async def healthz(_: Request) -> Response:
        return json_response(Status("ok"))

    async def readyz(_: Request) -> Response:
        if not readiness.ready:
            raise Problem(
                "unavailable",
                "Not ready",
                "The server is starting or stopping",
                "Ask again",
                retry_after=1,
            )
        return json_response(Status("ready"))

    async def metrics(request: Request) -> Response:
        person = person_of(request.scope)
        if person.roles.anywhere is None:
            raise forbidden("watch")
        from prometheus_client.exposition import (
            CONTENT_TYPE_LATEST,
            generate_latest,
        )  # takes 60 ms that no start should wait for
        from prometheus_client.registry import CollectorRegistry

        registry = CollectorRegistry(auto_describe=False)
        registry.register(
            MetricsCollector(
                hub,
                intake,
                [one for one in workspaces if person.has_role("watch", one.channel)],
                traffic,
            )
        )
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return [
        OperationRoute(HEALTH, healthz),
        OperationRoute(READY, readyz),
        OperationRoute(METRICS, metrics),
    ]
