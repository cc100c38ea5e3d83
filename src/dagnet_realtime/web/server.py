"""The whole server as one ASGI app: `create_app`.

A request takes one of two ways. Segment's webhook and tracking API go straight to their apps, which
authenticate by signature or write key and answer as Segment's senders expect. Everything else
passes through the middlewares of `web/middleware.py` to the router.
"""

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
from dagnet_realtime.ports.storage import DeletionTimes, RateLimiter
from dagnet_realtime.web.asgi import App, Receive, Scope, Send
from dagnet_realtime.web.auth.request import Authenticator
from dagnet_realtime.web.auth.viewer import ViewerAuthenticator, ViewerTokens
from dagnet_realtime.web.body import BodyLimits, UnprovenBytes
from dagnet_realtime.web.connection_stats import ConnectionStats
from dagnet_realtime.web.cors import CorsMiddleware, CorsPolicy
from dagnet_realtime.web.middleware import (
    AuthenticationMiddleware,
    ErrorMiddleware,
    OriginMiddleware,
    SecurityHeadersMiddleware,
)
from dagnet_realtime.web.openapi import OperationRoute
from dagnet_realtime.web.reauthorizer import Reauthorizer
from dagnet_realtime.web.routes.demo import Simulator, demo_routes, shop_routes
from dagnet_realtime.web.routes.health import Readiness, health_routes
from dagnet_realtime.web.routes.ingest import (
    INGEST_OPERATIONS,
    TrackingApp,
    WebhookApp,
    tracking_route,
    webhook_source,
)
from dagnet_realtime.web.routes.openapi import ALL_OPERATIONS, document_routes
from dagnet_realtime.web.routes.relay import PATH as RELAY_WEBHOOK_PATH
from dagnet_realtime.web.routes.relay import function_routes, relay_routes, webhook_routes
from dagnet_realtime.web.routes.sessions import (
    STREAM_OPERATION,
    STREAM_PATH,
    StreamApp,
    session_routes,
)
from dagnet_realtime.web.routes.sign_in import open_paths, sign_in_routes
from dagnet_realtime.web.routes.static_files import STATIC_OPERATIONS, StaticFiles
from dagnet_realtime.web.routes.viewer_tokens import viewer_token_routes
from dagnet_realtime.web.routes.workspaces import workspace_routes


class AppDependencies(msgspec.Struct, frozen=True, kw_only=True):
    """What `create_app` needs.

    `public_url` is "" if clients reach the server by the address of their own requests. With `demo`
    the server has the simulated visitors and the shop. `connect_origins` are those of the relays'
    providers. Without `push` the server keeps no connection open and all clients poll. `functions`
    sign for workspaces whose events a Segment function publishes. `origins` are other origins whose
    pages may watch by token, `framed_by` those that may frame the interface. `rates` limit over all
    processes; None limits in this process alone. `connection_stats` is None if there are no
    connections, `deletions` if no deletion is recorded; browsers keep nothing then.
    """

    workspaces: Sequence[Workspace]
    graphs: GraphSource
    hub: Hub
    intake: Intake
    access: Authenticator
    viewers: ViewerTokens
    clock: Clock
    readiness: Readiness
    rates: RateLimiter | None = None
    simulator: Simulator | None = None
    static_files: StaticFiles | None = None
    public_url: str = ""
    demo: bool = False
    version: str = ""
    limits: BodyLimits = BodyLimits()
    connect_origins: Sequence[str] = ()
    origins: Sequence[str] = ()
    framed_by: Sequence[str] = ()
    push: bool = True
    functions: Mapping[Channel, FunctionChannelSigner] = {}
    audit: Audit
    reauthorizer: Reauthorizer
    connection_stats: ConnectionStats | None = None
    deletions: DeletionTimes | None = None
    earlier_sessions: bool = False


OPEN_PATHS = frozenset({"/healthz", "/readyz", "/tap.js"})
"""For probes and other sites' pages, which cannot sign in; the responses hold nothing private."""


def create_app(parts: AppDependencies) -> App:
    """The app that a server runs."""
    static_files = parts.static_files or StaticFiles(parts.access, shop=parts.demo)
    stream = StreamApp(parts.hub, parts.reauthorizer, parts.audit) if parts.push else _no_stream
    sign_in_paths = open_paths(parts.access)

    def is_open(method: str, path: str) -> bool:
        if method == "POST" and RELAY_WEBHOOK_PATH.fullmatch(path):
            return True  # the provider signs it
        return (method, path) in sign_in_paths or (
            method in ("GET", "HEAD") and (path in OPEN_PATHS or static_files.has(path))
        )

    app: App = ApiRouter(stream, routes(parts), static_files)
    guard = ViewerAuthenticator(parts.access, parts.viewers)
    app = AuthenticationMiddleware(app, guard, is_open)
    app = OriginMiddleware(app, parts.access)
    app = ErrorMiddleware(app)
    app = CorsMiddleware(
        app, CorsPolicy(parts.origins, ALL_OPERATIONS), parts.access, parts.public_url
    )
    app = SecurityHeadersMiddleware(app, parts.connect_origins, parts.framed_by, shop=parts.demo)
    unproven = UnprovenBytes()
    return IngestRouter(
        WebhookApp(parts.intake, parts.limits, unproven),
        TrackingApp(parts.intake, parts.limits, parts.public_url, unproven),
        app,
        tracks=parts.intake.tracks,
    )


class IngestRouter:
    """Dispatches Segment's webhook and tracking API to their apps, and everything else to `app`.

    Only with `tracks`, which says that a source for SDKs is configured, do addresses without `/v1`
    count as the tracking API's.
    """

    def __init__(self, webhook: App, tracking: App, app: App, *, tracks: bool) -> None:
        self._webhook = webhook
        self._tracking = tracking
        self._app = app
        self._tracks = tracks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes one request on."""
        if scope["type"] != "http":
            raise RuntimeError(f"only HTTP is served here, not {scope['type']}")
        path = scope["path"]
        if webhook_source(path) is not None:
            await self._webhook(scope, receive, send)
        elif tracking_route(scope["method"], path, tracks=self._tracks) is not None:
            await self._tracking(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class ApiRouter:
    """Dispatches to the stream, the routes and, for any other path, the static files.

    The stream stands outside Starlette, whose routes would wrap each `send`.
    """

    def __init__(self, stream: App, routes: Sequence[BaseRoute], static_files: StaticFiles) -> None:
        self._stream = stream
        self._router = Router(routes, redirect_slashes=False, default=static_files)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes one request on."""
        if scope["method"] == "GET" and STREAM_PATH.fullmatch(scope["path"]):
            await self._stream(scope, receive, send)
        else:
            await self._router(scope, receive, send)


def routes(parts: AppDependencies) -> list[OperationRoute]:
    """Every route of the router; the last of them serves the OpenAPI document of all operations."""
    all_routes = [
        *session_routes(parts.hub, parts.intake, parts.clock, parts.audit, parts.rates),
        *relay_routes(parts.hub, parts.reauthorizer),
        *webhook_routes(parts.hub),
        *function_routes(
            parts.functions, parts.graphs, parts.hub.authorization.policy, parts.clock, parts.audit
        ),
        *workspace_routes(
            parts.workspaces,
            parts.graphs,
            parts.access,
            streams=parts.hub.streams,
            message_key=parts.intake.message_key,
            public_url=parts.public_url,
            demo=parts.demo,
            version=parts.version,
            push=parts.push,
            deletions=parts.deletions,
            earlier_sessions=parts.earlier_sessions,
        ),
        *sign_in_routes(parts.access, parts.audit),
        *viewer_token_routes(parts.viewers, parts.clock, parts.audit, parts.rates),
        *health_routes(
            parts.hub, parts.intake, parts.workspaces, parts.readiness, parts.connection_stats
        ),
    ]
    if parts.simulator is not None:
        all_routes += demo_routes(parts.simulator, walking=parts.demo)
    if parts.demo:
        all_routes += shop_routes(parts.workspaces)
    operations = (
        *INGEST_OPERATIONS,
        *(route.operation for route in all_routes),
        *((STREAM_OPERATION,) if parts.push else ()),
        *STATIC_OPERATIONS,
    )
    return [*all_routes, *document_routes(operations, parts.version)]


async def _no_stream(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise Problem(
        "unavailable",
        "This server keeps no connection open",
        "It runs for one request at a time",
        "Poll: GET /api/watch/{id}/frames",
    )
