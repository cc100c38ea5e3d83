"""What a provider says by itself, as its webhooks: that somebody has come to a channel, or that the last one has left."""

import re

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.ports.relay import Notice
from dagnet_realtime.web.body import Limits, read_body
from dagnet_realtime.web.offer import JSON, Asks, Gives, Offer, Offered
from dagnet_realtime.web.replies import json_reply

LARGEST = 64 * 1024  # bytes of one notice
PATH = re.compile(r"/api/workspaces/[^/]+/[^/]+/relay")


class Heard(msgspec.Struct, frozen=True):
    """That the notice was taken."""

    success: bool = True


NOTICE = Offer(
    method="POST",
    path="/api/workspaces/{id}/{env}/relay",
    name="relay_notice",
    room="Deliveries",
    title="A provider's webhook: who is subscribed has changed",
    about="As Pusher signs it. Nothing in it is believed but that it is time to ask, so that a repeat does no harm.",
    guard="signature",
    asks=(
        Asks("X-Pusher-Key", str, "The app's key", "header"),
        Asks("X-Pusher-Signature", str, "HMAC-SHA256 of the body under the app's secret, in hexadecimal", "header"),
    ),
    takes={JSON: Notice},
    gives={200: Gives("Heard", Heard)},
    refuses=("invalid", "forbidden", "too_large"),
)
OFFERS = (NOTICE,)


def notice_routes(hub: Hub) -> list[Offered]:
    """`POST /api/workspaces/{id}/{env}/relay`."""

    async def notice(request: Request) -> Response:
        header = request.headers.get
        body = await read_body(request.receive, header("content-length", "").encode("latin-1"), b"", LARGEST, Limits().seconds)
        channel = Channel(request.path_params["id"], request.path_params["env"])
        await hub.relaying.notice(channel, header("x-pusher-key", ""), header("x-pusher-signature", ""), body)
        return json_reply(Heard())

    return [Offered(NOTICE, notice)]
