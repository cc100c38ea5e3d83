"""The demo's shop beside the interface: which key it sends with, and who may show whom in a frame."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.web.access.person import Person
from dagnet_realtime.web.offer import Gives, Offer, Offered
from dagnet_realtime.web.replies import json_reply

FOLDER = "/shop/"
"""The path under which the shop stands."""

Headers = tuple[tuple[bytes, bytes], ...]


class Counter(msgspec.Struct, frozen=True):
    """What the shop's own SDK sends with."""

    write_key: str


SHOP = Offer(
    method="GET",
    path="/api/demo/shop",
    name="shop",
    room="Demo",
    title="The write key of the demo's shop",
    about="For whoever administers the first workspace that has a tracking source. The demo alone has this route.",
    gives={200: Gives("The key", Counter)},
    refuses=("not_found",),
)
OFFERS = (SHOP,)


def framing(safe: Headers, path: str) -> Headers:
    """The safe headers of every answer, as they are where there is a shop: the interface may show it, and this origin alone may."""
    if path in ("/", "/index.html"):
        return _changed(safe, {b"content-security-policy": lambda policy: policy + b"; frame-src 'self'"})
    if path.startswith(FOLDER):
        framed = {
            b"content-security-policy": lambda policy: policy.replace(b"frame-ancestors 'none'", b"frame-ancestors 'self'"),
            b"x-frame-options": lambda _: b"SAMEORIGIN",
        }
        return _changed(safe, framed)
    return safe


def _changed(safe: Headers, changes: Mapping[bytes, Callable[[bytes], bytes]]) -> Headers:
    return tuple((name, changes[name](value) if name in changes else value) for name, value in safe)


def shop_routes(workspaces: Sequence[Workspace]) -> list[Offered]:
    """`/api/demo/shop`: `{"write_key"}` of the first tracking source; whoever mounts it guards it like every route."""

    async def shop(request: Request) -> Response:
        person: Person = request.scope["person"]
        for workspace in workspaces:
            for source in workspace.sources:
                if source.write_key is not None and person.may("administer", workspace.channel):
                    return json_reply(Counter(source.write_key.reveal().decode()))
        raise Problem("not_found", "The shop has nowhere to send its events", "No workspace has a tracking source", "Configure one")

    return [Offered(SHOP, shop)]
