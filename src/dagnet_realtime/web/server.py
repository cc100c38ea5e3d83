"""The whole server as one ASGI app: the delivery apps, the stream, and the framework's routes behind one guard."""

from collections.abc import Mapping, Sequence

import msgspec
from starlette.routing import BaseRoute, Router

from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.intake import Intake
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.graphs import GraphSource
from dagnet_realtime.ports.rates import Rates
from dagnet_realtime.relays.function import FunctionRelay
from dagnet_realtime.web.access.person import Access
from dagnet_realtime.web.access.sign_in import open_paths, sign_in_routes
from dagnet_realtime.web.body import Limits, Receive, Scope, Send, Unproven
from dagnet_realtime.web.catalogues import catalogue_routes
from dagnet_realtime.web.channels import channel_routes
from dagnet_realtime.web.delivery import TrackingApp, WebhookApp
from dagnet_realtime.web.delivery_offers import OFFERS as DELIVERIES
from dagnet_realtime.web.demo import Visitors, demo_routes
from dagnet_realtime.web.edge import App, Edge
from dagnet_realtime.web.functions import function_routes
from dagnet_realtime.web.notices import PATH as NOTICE
from dagnet_realtime.web.notices import notice_routes
from dagnet_realtime.web.offer import Offered
from dagnet_realtime.web.openapi import document_routes
from dagnet_realtime.web.operations import Readiness, operation_routes
from dagnet_realtime.web.page import OFFERS as FILES
from dagnet_realtime.web.page import Page
from dagnet_realtime.web.rounds import Rounds
from dagnet_realtime.web.session_offers import STREAM as STREAM_OFFER
from dagnet_realtime.web.shop import shop_routes
from dagnet_realtime.web.stream import STREAM, StreamApp
from dagnet_realtime.web.traffic import Traffic
from dagnet_realtime.web.watching import watch_routes

OPEN = frozenset({"/healthz", "/readyz", "/tap.js"})  # asked by machines and pages that cannot sign in; they tell nothing


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What the server is made of. `public_url` is "" where the request's own host is the address; `demo` lets visitors walk.

    `connects` are the origins of a relay's provider; `push` is False where no connection can be kept open, so that everybody polls.
    `functions` are the workspaces that a function in Segment publishes. `traffic` counts connections where there are any.
    `rates` are buckets that are shared with other processes.
    """

    workspaces: Sequence[Workspace]
    graphs: GraphSource
    hub: Hub
    intake: Intake
    access: Access
    clock: Clock
    readiness: Readiness
    rates: Rates | None = None
    visitors: Visitors | None = None
    page: Page | None = None
    public_url: str = ""
    demo: bool = False
    version: str = ""
    limits: Limits = Limits()
    connects: Sequence[str] = ()
    push: bool = True
    functions: Mapping[Channel, FunctionRelay] = {}
    audit: Audit
    rounds: Rounds
    traffic: Traffic | None = None


class Inside:
    """The guarded part: the stream stands beside the framework, which would wrap its every send."""

    def __init__(self, stream: App, routes: Sequence[BaseRoute], page: Page) -> None:
        self._stream = stream
        self._router = Router(routes, redirect_slashes=False, default=page)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands on one request."""
        if scope["method"] == "GET" and STREAM.fullmatch(scope["path"]):
            await self._stream(scope, receive, send)
        else:
            await self._router(scope, receive, send)


def routes(parts: Parts) -> list[Offered]:
    """Every route of the framework; the last of them tells what all routes offer."""
    described = {"public_url": parts.public_url, "demo": parts.demo, "version": parts.version, "push": parts.push}
    found = [
        *watch_routes(parts.hub, parts.intake, parts.clock, parts.audit, parts.rates),
        *channel_routes(parts.hub, parts.rounds),
        *notice_routes(parts.hub),
        *function_routes(parts.functions, parts.graphs, parts.hub.rights.policy, parts.clock, parts.audit),
        *catalogue_routes(parts.workspaces, parts.graphs, parts.access, message_key=parts.intake.message_key, **described),  # type: ignore[arg-type]  # four fields by name
        *sign_in_routes(parts.access, parts.audit),
        *operation_routes(parts.hub, parts.intake, parts.workspaces, parts.readiness, parts.traffic),
    ]
    if parts.visitors is not None:
        found += demo_routes(parts.visitors, walking=parts.demo)
    if parts.demo:
        found += shop_routes(parts.workspaces)
    beside = (*DELIVERIES, *(route.offer for route in found), *((STREAM_OFFER,) if parts.push else ()), *FILES)
    return [*found, *document_routes(beside, parts.version)]


def asgi(parts: Parts) -> Edge:
    """The app that a server runs."""
    page = parts.page or Page(parts.access, shop=parts.demo)
    stream = StreamApp(parts.hub, parts.rounds, parts.audit) if parts.push else _no_stream
    inside = Inside(stream, routes(parts), page)
    unproven = Unproven()
    webhook = WebhookApp(parts.intake, parts.limits, unproven)
    tracking = TrackingApp(parts.intake, parts.limits, parts.public_url, unproven)
    without = open_paths(parts.access)

    def is_open(method: str, path: str) -> bool:
        if method == "POST" and NOTICE.fullmatch(path):
            return True
        return (method, path) in without or (method in ("GET", "HEAD") and (path in OPEN or page.has(path)))

    return Edge(webhook, tracking, inside, parts.access, is_open, parts.connects, shop=parts.demo, tracks=parts.intake.tracks)


async def _no_stream(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001  # as every ASGI app
    raise Problem("unavailable", "This server keeps no connection open", "It lives for one request", "Poll: GET /api/watch/{id}/frames")
