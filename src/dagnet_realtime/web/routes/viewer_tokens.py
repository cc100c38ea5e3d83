"""`POST /api/viewer-tokens`: a back end mints the token of one viewer, by its own access token."""

import hashlib
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.core.times import iso
from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import RateLimiter
from dagnet_realtime.viewer_token import DEFAULT_SECONDS, MAX_SECONDS, ViewerRole, check_viewer
from dagnet_realtime.web.asgi import person_of
from dagnet_realtime.web.auth.viewer import ViewerTokens
from dagnet_realtime.web.openapi import JSON, Operation, OperationRoute, ResponseSpec
from dagnet_realtime.web.responses import json_response, parse_body
from dagnet_realtime.web.routes.sessions import ProcessLimiter

MINTS_PER_SECOND = 20  # of one access token
MINTS_AT_ONCE = 200


class ViewerTokenRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a viewer shall be able to do, and for how long.

    `viewer` is the back end's own id of the person, the same at each renewal.
    """

    workspace: str
    env: str
    viewer: str
    role: ViewerRole = "watch"
    seconds: Annotated[int, msgspec.Meta(ge=1, le=MAX_SECONDS)] = DEFAULT_SECONDS


class MintedToken(msgspec.Struct, frozen=True):
    """A viewer token, and when it lapses: with the token that minted it at the latest."""

    token: str
    expires_at: str


MINT = Operation(
    method="POST",
    path="/api/viewer-tokens",
    operation_id="mint_viewer_token",
    tag="Access",
    summary="Mint a viewer token, for a page of another origin",
    description="For back ends, by their own access token and not by a cookie. The viewer may do "
    "no more than that access token, and nothing once it is revoked.",
    request_body={JSON: ViewerTokenRequest},
    responses={201: ResponseSpec("The token", MintedToken)},
    problems=("invalid", "too_large", "not_found", "rate_limited"),
)
VIEWER_TOKEN_OPERATIONS = (MINT,)

_REQUEST = msgspec.json.Decoder(ViewerTokenRequest)


def viewer_token_routes(
    tokens: ViewerTokens, clock: Clock, audit: Audit, rates: RateLimiter | None = None
) -> list[OperationRoute]:
    """`POST /api/viewer-tokens`.

    `rates` limit over all processes; None limits in this process alone.
    """
    counted = rates or ProcessLimiter(clock)

    async def mint(request: Request) -> Response:
        minter = person_of(request.scope)
        if not minter.minter:
            raise Problem(
                "forbidden",
                "Only an access token can mint viewer tokens",
                "The request was signed in by something else",
                "Send an access token of `dagnet-realtime token create` as Authorization: Bearer …",
            )
        body = await parse_body(request, _REQUEST)
        key = hashlib.sha256(minter.id.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        wait = await counted.try_consume(f"mint:{key}", 1, MINTS_PER_SECOND, MINTS_AT_ONCE)
        if wait is not None:
            raise Problem(
                "rate_limited",
                "Too many viewer tokens were minted",
                "",
                "Keep each until shortly before it lapses",
                retry_after=max(1.0, wait),
            )
        try:
            check_viewer(body.viewer)
        except ValueError as error:
            raise Problem(
                "invalid", "The viewer cannot be named so", str(error), "Send another id of theirs"
            ) from None
        channel = Channel(body.workspace, body.env)
        token, until = tokens.mint(minter, channel, body.role, body.viewer, body.seconds)
        audit.record("mint", minter.name, channel, kind=body.role, viewer=body.viewer)
        return json_response(MintedToken(token, iso(until * 1000)), 201)

    return [OperationRoute(MINT, mint)]
