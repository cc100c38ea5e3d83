"""The routes of a relay: where a session's frames are published, and who may subscribe there."""

from urllib.parse import parse_qs

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.relaying import Seat
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.web.access.person import Person
from dagnet_realtime.web.body import Limits, read_body
from dagnet_realtime.web.offer import FORM, JSON, Gives, Offer, Offered
from dagnet_realtime.web.replies import json_reply
from dagnet_realtime.web.rounds import Rounds
from dagnet_realtime.web.watching import owned

LARGEST = 4096  # bytes of a subscription's request
_FIELDS = 10


class Subscription(msgspec.Struct):
    """What a browser asks a signature for; the first two as every Pusher client sends them."""

    socket_id: str = ""
    channel_name: str = ""
    watch_session_id: str = ""


RELAY = Offer(
    method="GET",
    path="/api/watch/{id}/relay",
    name="relay",
    room="Watching",
    title="Where the session's frames are published",
    about="Asking renews the session's lease, as a stream would.",
    gives={200: Gives("The provider, and the channel to subscribe to", Seat)},
    refuses=("gone", "not_found"),
)
AUTHORISE = Offer(
    method="POST",
    path="/api/channels/auth",
    name="authorise",
    room="Watching",
    title="Sign the subscription to a session's own channel",
    about="As Pusher clients ask, as a form, or in JSON.",
    takes={FORM: Subscription, JSON: Subscription},
    gives={200: Gives("What the provider's client wants: `auth`, and `shared_secret` for an encrypted channel", dict[str, str])},
    refuses=("invalid", "too_large", "gone", "not_found"),
)
OFFERS = (RELAY, AUTHORISE)


def channel_routes(hub: Hub, rounds: Rounds) -> list[Offered]:
    """`GET /api/watch/{id}/relay` and `POST /api/channels/auth`."""

    async def relay(request: Request) -> Response:
        session = await _watched(hub, request.path_params["id"], request)
        rounds.relayed(session.id, request.scope["asked"])
        return json_reply(await hub.relayed(session.id))

    async def authorise(request: Request) -> Response:
        asked = await _asked(request)
        session = await _watched(hub, asked.watch_session_id, request)
        rounds.relayed(session.id, request.scope["asked"])
        return json_reply(await hub.relaying.authorise(session, asked.channel_name, asked.socket_id))

    return [Offered(RELAY, relay), Offered(AUTHORISE, authorise)]


async def _watched(hub: Hub, session_id: str, request: Request) -> WatchSession:
    """The asking person's own session, if they may still watch. What shows identities is not for a provider to carry."""
    person: Person = request.scope["person"]
    session = await owned(hub, session_id, person)
    if hub.rights.reveals(session):
        raise Problem("not_found", "This view has no relay", "No provider carries identities", "Frames come by stream or poll")
    return session


async def _asked(request: Request) -> Subscription:
    """The request as a form, which is how Pusher clients send it, or as JSON."""
    header = request.headers.get
    body = await read_body(request.receive, header("content-length", "").encode("latin-1"), b"", LARGEST, Limits().seconds)
    try:
        if header("content-type", "").startswith("application/json"):
            return msgspec.json.decode(body, type=Subscription)
        fields = parse_qs(body.decode(), max_num_fields=_FIELDS)
        return Subscription(**{name: fields.get(name, [""])[0] for name in Subscription.__struct_fields__})
    except (ValueError, msgspec.DecodeError) as error:
        raise Problem(
            "invalid", "The request cannot be read", str(error)[:100], "Send socket_id, channel_name and watch_session_id"
        ) from None
