"""`GET /api/openapi.json`, and the list of every operation that a server can have."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.web.openapi import Operation, OperationRoute, ResponseSpec, document
from dagnet_realtime.web.responses import json_response
from dagnet_realtime.web.routes.demo import SHOP_OPERATIONS, SIMULATION_OPERATIONS
from dagnet_realtime.web.routes.health import HEALTH_OPERATIONS
from dagnet_realtime.web.routes.ingest import INGEST_OPERATIONS
from dagnet_realtime.web.routes.relay import (
    FUNCTION_OPERATIONS,
    RELAY_OPERATIONS,
    WEBHOOK_OPERATIONS,
)
from dagnet_realtime.web.routes.sessions import SESSION_OPERATIONS
from dagnet_realtime.web.routes.sign_in import SIGN_IN_OPERATIONS
from dagnet_realtime.web.routes.static_files import STATIC_OPERATIONS
from dagnet_realtime.web.routes.viewer_tokens import VIEWER_TOKEN_OPERATIONS
from dagnet_realtime.web.routes.workspaces import WORKSPACE_OPERATIONS

DOCUMENT = Operation(
    method="GET",
    path="/api/openapi.json",
    operation_id="openapi",
    tag="Operations",
    summary="This document",
    responses={200: ResponseSpec("The routes of this server, in OpenAPI 3.1", dict[str, Any])},
)
ALL_OPERATIONS: tuple[Operation, ...] = (
    *INGEST_OPERATIONS,
    *SESSION_OPERATIONS,
    *RELAY_OPERATIONS,
    *WORKSPACE_OPERATIONS,
    *FUNCTION_OPERATIONS,
    *WEBHOOK_OPERATIONS,
    *SIGN_IN_OPERATIONS,
    *VIEWER_TOKEN_OPERATIONS,
    *HEALTH_OPERATIONS,
    DOCUMENT,
    *SIMULATION_OPERATIONS,
    *SHOP_OPERATIONS,
    *STATIC_OPERATIONS,
)
"""Of all authentication modes and of the demo together; one server has a part of them."""


def document_routes(operations: Iterable[Operation], version: str) -> list[OperationRoute]:
    """`/api/openapi.json`: the document of `operations` and of itself, made on first request."""
    response = cache(lambda: json_response(document((*operations, DOCUMENT), version)))

    async def openapi(_: Request) -> Response:
        return response()

    return [OperationRoute(DOCUMENT, openapi)]
