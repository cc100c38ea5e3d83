"""The routes of workspaces whose events a function in Segment publishes: where they can be heard, and who may. Nothing is remembered."""

from collections.abc import Callable, Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.core.function_plan import plan_of
from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.hub.posture import heard_by_function, troubles_of
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.frame import Posture
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.graphs import GraphSource
from dagnet_realtime.relays.function import FunctionRelay
from dagnet_realtime.web.access.person import Person
from dagnet_realtime.web.offer import JSON, Asks, Gives, Offer, Offered
from dagnet_realtime.web.replies import command, json_reply


class PublishedSubscription(msgspec.Struct):
    """What a browser asks a signature for, named as every Pusher client names it."""

    socket_id: str = ""
    channel_name: str = ""


class PublishedSeat(msgspec.Struct, frozen=True):
    """Where the provider is (nothing secret), the channels of this moment, and the version of the plan that the function should have."""

    public: dict[str, str | int | bool]
    channels: tuple[str, ...]
    plan: str
    graph_version: str
    posture: Posture


SEAT = Offer(
    method="GET",
    path="/api/workspaces/{id}/{env}/function",
    name="published",
    room="Watching",
    title="Where a function in Segment publishes the workspace's events",
    about="The channel's name changes every quarter of an hour; about a turn there are two, and both are to be subscribed to.",
    asks=(Asks("graph", str, "The graph that is shown"),),
    gives={200: Gives("The provider, and the channels to subscribe to", PublishedSeat)},
    refuses=("not_found",),
)
SIGN = Offer(
    method="POST",
    path="/api/workspaces/{id}/{env}/function",
    name="sign_published",
    room="Watching",
    title="Sign the subscription to a channel of this moment",
    about="No session is needed and nothing is remembered.",
    takes={JSON: PublishedSubscription},
    gives={200: Gives("What the provider's client wants: `auth`", dict[str, str])},
    refuses=("invalid", "too_large", "not_found"),
)
OFFERS = (SEAT, SIGN)

_SUBSCRIPTION = msgspec.json.Decoder(PublishedSubscription)


def function_routes(
    relays: Mapping[Channel, FunctionRelay], graphs: GraphSource, policy: Callable[[Channel], Policy], clock: Clock, audit: Audit
) -> list[Offered]:
    """`GET` and `POST /api/workspaces/{id}/{env}/function`."""
    versions: dict[Channel, tuple[str, Policy, str]] = {}

    def version(channel: Channel, rules: Policy) -> str:
        """The version of the plan that the function should have, made anew when the graphs or the policy change."""
        catalogue = graphs.catalogue(channel.workspace)
        known = versions.get(channel)
        if known is None or known[0] != catalogue.version or known[1] is not rules:
            known = (catalogue.version, rules, plan_of(channel, rules, catalogue, relays[channel].provider).version)
            versions[channel] = known
        return known[2]

    async def seat(request: Request) -> Response:
        channel, relay, _ = _asked(request, relays)
        catalogue, rules = graphs.catalogue(channel.workspace), policy(channel)
        graph = catalogue.graphs.get(request.query_params.get("graph", ""))
        if graph is None:
            raise Problem("not_found", "No such graph", "", "Open one of those listed")
        posture = heard_by_function(rules, catalogue.needed, troubles_of(catalogue, graph))
        return json_reply(PublishedSeat(relay.public, relay.channels(clock.now()), version(channel, rules), graph.version, posture))

    async def sign(request: Request) -> Response:
        channel, relay, person = _asked(request, relays)
        asked = await command(request, _SUBSCRIPTION)
        signed = relay.authorise(asked.channel_name, asked.socket_id, clock.now())
        audit.note("subscribed", person.name, channel)
        return json_reply(signed)

    return [Offered(SEAT, seat), Offered(SIGN, sign)]


def _asked(request: Request, relays: Mapping[Channel, FunctionRelay]) -> tuple[Channel, FunctionRelay, Person]:
    """The channel, if the person may watch it and a function publishes there."""
    person: Person = request.scope["person"]
    channel = Channel(request.path_params["id"], request.path_params["env"])
    person.need("watch", channel)
    if channel not in relays:
        raise Problem("not_found", "No function publishes this workspace's events", "", "Open a watch session")
    return channel, relays[channel], person
