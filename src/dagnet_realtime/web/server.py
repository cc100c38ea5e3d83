"""The whole server as one ASGI app: the delivery apps, the stream, and the framework's routes behind one guard."""

from collections.abc import Mapping, Sequence

import msgspec
from starlette.routing import BaseRoute, Router

from dagnet_realtime.function.channels import FunctionChannelSigner
from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.ingest import Intake
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Workspace
from dagnet_realtime.ports.runtime import Clock, GraphSource
from dagnet_realtime.ports.storage import RateLimiter
from dagnet_realtime.web.auth.request import Authenticator
from dagnet_realtime.web.auth.sign_in import open_paths, sign_in_routes
from dagnet_realtime.web.body import BodyLimits, Receive, Scope, Send, UnprovenBytes
from dagnet_realtime.web.connection import ConnectionStats
from dagnet_realtime.web.middleware import App, SecurityMiddleware
from dagnet_realtime.web.openapi import document_routes
from dagnet_realtime.web.operation import OperationRoute
from dagnet_realtime.web.reauthorizer import Reauthorizer
from dagnet_realtime.web.routes.demo import Simulator, demo_routes, shop_routes
from dagnet_realtime.web.routes.health import Readiness, health_routes
from dagnet_realtime.web.routes.ingest import INGEST_OPERATIONS as DELIVERIES
from dagnet_realtime.web.routes.ingest import TrackingApp, WebhookApp
from dagnet_realtime.web.routes.relay import PATH as NOTICE
from dagnet_realtime.web.routes.relay import function_routes, relay_routes, webhook_routes
from dagnet_realtime.web.routes.sessions import STREAM_OPERATION as STREAM_OFFER
from dagnet_realtime.web.routes.sessions import STREAM_PATH, StreamApp, session_routes
from dagnet_realtime.web.routes.workspaces import workspace_routes
from dagnet_realtime.web.static_files import STATIC_OPERATIONS as FILES
from dagnet_realtime.web.static_files import StaticFiles

OPEN = frozenset(
    {"/healthz", "/readyz", "/tap.js"}
)  # asked by machines and pages that cannot sign in; they tell nothing


class AppDependencies(msgspec.Struct, frozen=True, kw_only=True):
    """What the server is made of. `public_url` is "" where the request's own host is the address; `demo` lets visitors walk.

    `connects` are the origins of a relay's provider; `push` is False where no connection can be kept open, so that everybody polls.
    `functions` are the workspaces that a function in Segment publishes. `traffic` counts connections where there are any.
    `rates` are buckets that are shared with other processes.
    """

    workspaces: Sequence[Workspace]
    graphs: GraphSource
    hub: Hub
    intake: Intake
    access: Authenticator
    clock: Clock
    readiness: Readiness
    rates: RateLimiter | None = None
    visitors: Simulator | None = None
    page: StaticFiles | None = None
    public_url: str = ""
    demo: bool = False
    version: str = ""
    limits: BodyLimits = BodyLimits()
    connects: Sequence[str] = ()
    push: bool = True
    functions: Mapping[Channel, FunctionChannelSigner] = {}
    audit: Audit
    rounds: Reauthorizer
    traffic: ConnectionStats | None = None


class GuardedRouter:
    """The guarded part: the stream stands beside the framework, which would wrap its every send."""

    def __init__(self, stream: App, routes: Sequence[BaseRoute], page: StaticFiles) -> None:
        self._stream = stream
        self._router = Router(routes, redirect_slashes=False, default=page)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands on one request."""
        if scope["method"] == "GET" and STREAM_PATH.fullmatch(scope["path"]):
            await self._stream(scope, receive, send)
        else:
            await self._router(scope, receive, send)


def routes(parts: AppDependencies) -> list[OperationRoute]:
    """Every route of the framework; the last of them tells what all routes offer."""
    described = {
        "public_url": parts.public_url,
        "demo": parts.demo,
        "version": parts.version,
        "push": parts.push,
        "message_key": parts.intake.message_key,
    }
    found = [
        *session_routes(parts.hub, parts.intake, parts.clock, parts.audit, parts.rates),
        *relay_routes(parts.hub, parts.rounds),
        *webhook_routes(parts.hub),
        *function_routes(
            parts.functions, parts.graphs, parts.hub.authorization.policy, parts.clock, parts.audit
        ),
        *workspace_routes(
            parts.workspaces,
            parts.graphs,
            parts.access,
            streams=parts.hub.streams,
            **described,  # type: ignore[arg-type]  # five fields by name
        ),
        *sign_in_routes(parts.access, parts.audit),
        *health_routes(parts.hub, parts.intake, parts.workspaces, parts.readiness, parts.traffic),
    ]
    if parts.visitors is not None:
        found += demo_routes(parts.visitors, walking=parts.demo)
    if parts.demo:
        found += shop_routes(parts.workspaces)
    beside = (
        *DELIVERIES,
        *(route.operation for route in found),
        *((STREAM_OFFER,) if parts.push else ()),
        *FILES,
    )
    return [*found, *document_routes(beside, parts.version)]


def create_app(parts: AppDependencies) -> SecurityMiddleware:
    """The app that a server runs."""
    page = parts.page or StaticFiles(parts.access, shop=parts.demo)
    stream = StreamApp(parts.hub, parts.rounds, parts.audit) if parts.push else _no_stream
    inside = GuardedRouter(stream, routes(parts), page)
    unproven = UnprovenBytes()
    webhook = WebhookApp(parts.intake, parts.limits, unproven)
    tracking = TrackingApp(parts.intake, parts.limits, parts.public_url, unproven)
    without = open_paths(parts.access)

    def is_open(method: str, path: str) -> bool:
        if method == "POST" and NOTICE.fullmatch(path):
            return True
        return (method, path) in without or (
            method in ("GET", "HEAD") and (path in OPEN or page.has(path))
        )

    return SecurityMiddleware(
        webhook,
        tracking,
        inside,
        parts.access,
        is_open,
        parts.connects,
        shop=parts.demo,
        tracks=parts.intake.tracks,
    )


async def _no_stream(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001  # as every ASGI app
    raise Problem(
        "unavailable",
        "This server keeps no connection open",
        "It lives for one request",
        "Poll: GET /api/watch/{id}/frames",
    )
