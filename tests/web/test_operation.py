"""What a route offers is how it is reached."""

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from dagnet_realtime.web.openapi import Operation, OperationRoute, ResponseSpec


async def test_a_route_is_reached_by_the_method_and_path_of_its_offer() -> None:
    """API-1: the router and the document read the same declaration."""
    offer = Operation(
        method="PATCH",
        path="/things/{id}",
        operation_id="amend",
        tag="Things",
        summary="",
        responses={200: ResponseSpec("Done")},
    )

    async def amend(request: Request) -> Response:
        return PlainTextResponse(request.path_params["id"])

    route = OperationRoute(offer, amend)
    assert route.operation is offer
    app = Starlette(routes=[route])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://here"
    ) as client:
        assert (await client.patch("/things/7")).text == "7"
        assert (await client.post("/things/7")).status_code == 405
