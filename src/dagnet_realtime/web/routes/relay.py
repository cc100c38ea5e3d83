"""Routes of relays: subscriptions, provider webhooks, and workspaces that a function publishes."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.function.channels import FunctionChannelSigner
from dagnet_realtime.function.plan import plan_of
from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.hub.guarantees import file_warnings, guarantees_for_function
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.relay_manager import RelaySubscription
from dagnet_realtime.model.frame import Guarantees
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel, Policy
from dagnet_realtime.ports.relay import ProviderWebhook
from dagnet_realtime.ports.runtime import Clock, GraphSource
from dagnet_realtime.web.asgi import auth_request_of, person_of
from dagnet_realtime.web.auth.request import Person
from dagnet_realtime.web.auth.session import authorised_session
from dagnet_realtime.web.body import BodyLimits, read_body
from dagnet_realtime.web.openapi import (
    FORM,
    JSON,
    Operation,
    OperationRoute,
    Parameter,
    ResponseSpec,
)
from dagnet_realtime.web.reauthorizer import Reauthorizer
from dagnet_realtime.web.responses import json_response, parse_body

LARGEST = 4096  # bytes of a subscription's request
_FIELDS = 10


class Subscription(msgspec.Struct):
    """A subscription to sign; the first two fields as Pusher clients send them."""

    socket_id: str = ""
    channel_name: str = ""
    watch_session_id: str = ""


RELAY = Operation(
    method="GET",
    path="/api/watch/{id}/relay",
    operation_id="relay",
    tag="Watching",
    summary="Where the session's frames are published",
    description="Asking renews the session's lease, as a stream would.",
    responses={
        200: ResponseSpec("The provider, and the channel to subscribe to", RelaySubscription)
    },
    problems=("gone", "not_found"),
    cross_origin=True,
)
AUTHORISE = Operation(
    method="POST",
    path="/api/channels/auth",
    operation_id="authorise",
    tag="Watching",
    summary="Sign the subscription to a session's own channel",
    description="As Pusher clients ask, as a form, or in JSON.",
    request_body={FORM: Subscription, JSON: Subscription},
    responses={
        200: ResponseSpec(
            "What the client needs: `auth`, and `shared_secret` for an encrypted channel",
            dict[str, str],
        )
    },
    problems=("invalid", "too_large", "gone", "not_found"),
    cross_origin=True,
)
RELAY_OPERATIONS = (RELAY, AUTHORISE)


def relay_routes(hub: Hub, rounds: Reauthorizer) -> list[OperationRoute]:
    """`GET /api/watch/{id}/relay` and `POST /api/channels/auth`."""

    async def relay(request: Request) -> Response:
        session = await _relayable_session(hub, request.path_params["id"], request)
        rounds.relayed(session.id, auth_request_of(request.scope))
        return json_response(await hub.relay_subscription(session.id))

    async def authorise(request: Request) -> Response:
        subscription = await _subscription_request(request)
        session = await _relayable_session(hub, subscription.watch_session_id, request)
        rounds.relayed(session.id, auth_request_of(request.scope))
        return json_response(
            await hub.relay_manager.authorise(
                session, subscription.channel_name, subscription.socket_id
            )
        )

    return [OperationRoute(RELAY, relay), OperationRoute(AUTHORISE, authorise)]


async def _relayable_session(hub: Hub, session_id: str, request: Request) -> WatchSession:
    """The person's own session, if they may still watch and it does not reveal identities."""
    person = person_of(request.scope)
    session = await authorised_session(hub, session_id, person)
    if hub.authorization.reveals(session):
        raise Problem(
            "not_found",
            "This view has no relay",
            "No provider carries identities",
            "Frames come by stream or poll",
        )
    return session


async def _subscription_request(request: Request) -> Subscription:
    """The request, as a form (as Pusher clients send it) or as JSON."""
    header = request.headers.get
    body = await read_body(
        request.receive,
        header("content-length", "").encode("latin-1"),
        b"",
        LARGEST,
        BodyLimits().seconds,
    )
    try:
        if header("content-type", "").startswith("application/json"):
            return msgspec.json.decode(body, type=Subscription)
        fields = parse_qs(body.decode(), max_num_fields=_FIELDS)
        return Subscription(
            **{name: fields.get(name, [""])[0] for name in Subscription.__struct_fields__}
        )
    except (ValueError, msgspec.DecodeError, RecursionError) as error:
        raise Problem(
            "invalid",
            "The request cannot be read",
            str(error)[:100],
            "Send socket_id, channel_name and watch_session_id",
        ) from None


LARGEST_NOTICE = 64 * 1024  # bytes of one notice
PATH = re.compile(r"/api/workspaces/[^/]+/[^/]+/relay")


class WebhookAck(msgspec.Struct, frozen=True):
    """The webhook was accepted."""

    success: bool = True


NOTICE = Operation(
    method="POST",
    path="/api/workspaces/{id}/{env}/relay",
    operation_id="relay_notice",
    tag="Deliveries",
    summary="A provider's webhook: who is subscribed has changed",
    description="Signed as by Pusher. It prompts a query to the provider; repeats do no harm.",
    security="signature",
    parameters=(
        Parameter("X-Pusher-Key", str, "The app's key", "header"),
        Parameter(
            "X-Pusher-Signature",
            str,
            "HMAC-SHA256 of the body under the app's secret, in hexadecimal",
            "header",
        ),
    ),
    request_body={JSON: ProviderWebhook},
    responses={200: ResponseSpec("Heard", WebhookAck)},
    problems=("invalid", "forbidden", "too_large"),
)
WEBHOOK_OPERATIONS = (NOTICE,)


def webhook_routes(hub: Hub) -> list[OperationRoute]:
    """`POST /api/workspaces/{id}/{env}/relay`."""

    async def notice(request: Request) -> Response:
        header = request.headers.get
        body = await read_body(
            request.receive,
            header("content-length", "").encode("latin-1"),
            b"",
            LARGEST_NOTICE,
            BodyLimits().seconds,
        )
        channel = Channel(request.path_params["id"], request.path_params["env"])
        await hub.relay_manager.on_provider_webhook(
            channel, header("x-pusher-key", ""), header("x-pusher-signature", ""), body
        )
        return json_response(WebhookAck())

    return [OperationRoute(NOTICE, notice)]


class FunctionSubscriptionRequest(msgspec.Struct):
    """A subscription to sign, with the field names of Pusher clients."""

    socket_id: str = ""
    channel_name: str = ""


class FunctionSubscription(msgspec.Struct, frozen=True):
    """The provider's public settings, the present channels, and the version of the plan.

    A function with another plan is outdated.
    """

    public: dict[str, str | int | bool]
    channels: tuple[str, ...]
    plan: str
    graph_version: str
    posture: Guarantees


SEAT = Operation(
    method="GET",
    path="/api/workspaces/{id}/{env}/function",
    operation_id="published",
    tag="Watching",
    summary="Where a function in Segment publishes the workspace's events",
    description="The channel's name changes every 15 minutes. Around a change there are two names; "
    "subscribe to both.",
    parameters=(Parameter("graph", str, "The graph that is shown"),),
    responses={
        200: ResponseSpec("The provider, and the channels to subscribe to", FunctionSubscription)
    },
    problems=("not_found",),
    cross_origin=True,
)
SIGN = Operation(
    method="POST",
    path="/api/workspaces/{id}/{env}/function",
    operation_id="sign_published",
    tag="Watching",
    summary="Sign the subscription to a channel of this moment",
    description="No session is needed and nothing is remembered.",
    request_body={JSON: FunctionSubscriptionRequest},
    responses={200: ResponseSpec("What the provider's client wants: `auth`", dict[str, str])},
    problems=("invalid", "too_large", "not_found"),
    cross_origin=True,
)
FUNCTION_OPERATIONS = (SEAT, SIGN)

_SUBSCRIPTION = msgspec.json.Decoder(FunctionSubscriptionRequest)


def function_routes(
    relays: Mapping[Channel, FunctionChannelSigner],
    graphs: GraphSource,
    policy: Callable[[Channel], Policy],
    clock: Clock,
    audit: Audit,
) -> list[OperationRoute]:
    """`GET` and `POST /api/workspaces/{id}/{env}/function`."""
    versions: dict[Channel, tuple[str, Policy, str]] = {}

    def version(channel: Channel, rules: Policy) -> str:
        """The version of the plan, computed again when the graphs or the policy change."""
        catalogue = graphs.catalogue(channel.workspace)
        known = versions.get(channel)
        if known is None or known[0] != catalogue.version or known[1] is not rules:
            known = (
                catalogue.version,
                rules,
                plan_of(channel, rules, catalogue, relays[channel].provider).version,
            )
            versions[channel] = known
        return known[2]

    async def seat(request: Request) -> Response:
        channel, relay, _ = _function_request(request, relays)
        catalogue, rules = graphs.catalogue(channel.workspace), policy(channel)
        graph = catalogue.graphs.get(request.query_params.get("graph", ""))
        if graph is None:
            raise Problem("not_found", "No such graph", "", "Open one of those listed")
        posture = guarantees_for_function(rules, catalogue.needed, file_warnings(catalogue, graph))
        return json_response(
            FunctionSubscription(
                relay.public,
                relay.channels(clock.now()),
                version(channel, rules),
                graph.version,
                posture,
            )
        )

    async def sign(request: Request) -> Response:
        channel, relay, person = _function_request(request, relays)
        subscription = await parse_body(request, _SUBSCRIPTION)
        signed = relay.authorise(subscription.channel_name, subscription.socket_id, clock.now())
        audit.record("subscribed", person.name, channel)
        return json_response(signed)

    return [OperationRoute(SEAT, seat), OperationRoute(SIGN, sign)]


def _function_request(
    request: Request, relays: Mapping[Channel, FunctionChannelSigner]
) -> tuple[Channel, FunctionChannelSigner, Person]:
    """The channel, if the person may watch it and a function publishes there."""
    person = person_of(request.scope)
    channel = Channel(request.path_params["id"], request.path_params["env"])
    person.require("watch", channel)
    if channel not in relays:
        raise Problem(
            "not_found",
            "No function publishes the events of this workspace",
            "",
            "Open a watch session",
        )
    return channel, relays[channel], person
