"""The demo's shop beside the interface: which key it sends with, and who may show whom in a frame."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.web.edge import CONTENT_SECURITY
from dagnet_realtime.web.replies import json_reply

FOLDER = "/shop/"
"""The path under which the shop stands."""

FRAMING: Mapping[str, str] = {"content-security-policy": f"{CONTENT_SECURITY}; frame-src 'self'"}
"""Headers of the interface where it has a shop to show."""

FRAMED: Mapping[str, str] = {
    "content-security-policy": CONTENT_SECURITY.replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
    "x-frame-options": "SAMEORIGIN",
}
"""Headers of the shop, which this origin alone may show in a frame."""


def shop_routes(workspaces: Sequence[Workspace]) -> list[Route]:
    """`/api/demo/shop`: `{"write_key"}` of the first tracking source; whoever mounts it guards it like every route."""

    async def shop(_: Request) -> Response:
        for workspace in workspaces:
            for source in workspace.sources:
                if source.write_key is not None:
                    return json_reply({"write_key": source.write_key.reveal().decode()})
        raise Problem("not_found", "The shop has nowhere to send its events", "No workspace has a tracking source", "Configure one")

    return [Route("/api/demo/shop", shop, methods=["GET"])]
