"""Verifies viewer tokens, which a host's back end mints (`dagnet_realtime/viewer_token.py`)."""

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Literal

import msgspec

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.viewer_token import (
    MAX_SECONDS,
    MAX_TIME,
    TOKEN_TYPE,
    ViewerRole,
    check_viewer,
    signature,
)

MAX_CHARACTERS = 2048  # of a token
LEEWAY_SECONDS = 60  # by which the clock of a back end may be ahead

Seconds = Annotated[int, msgspec.Meta(ge=0, le=MAX_TIME)]
"""A time in seconds since 1970, which a float holds exactly."""

_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class TokenType(msgspec.Struct, frozen=True):
    """The part of any token's header that says of what kind it is."""

    typ: str = ""


class ViewerHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The header of a viewer token. There is one algorithm alone."""

    alg: Literal["HS256"]
    typ: str
    kid: str = ""


class ViewerClaims(msgspec.Struct, frozen=True):
    """The claims of a viewer token; times are seconds since 1970.

    `sub` is the viewer, `azp` the id of the access token that minted it through the server, "" if a
    back end signed it itself.
    """

    aud: Literal["dagnet-realtime"]
    workspace: str
    env: str
    role: ViewerRole
    sub: str
    iat: Seconds
    exp: Seconds
    nbf: Seconds | None = None
    azp: str = ""

    @property
    def channel(self) -> Channel:
        """The one channel that it opens."""
        return Channel(self.workspace, self.env)


class LapsedTokenProblem(Problem):
    """The refusal of a genuine viewer token that has lapsed, `seconds` ago."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            "unauthorized",
            "This access token has lapsed",
            "",
            "Send a new one, from where this one came; the watch session goes on",
        )
        self.seconds = seconds


_TYPE, _HEADER, _CLAIMS = (
    msgspec.json.Decoder(TokenType),
    msgspec.json.Decoder(ViewerHeader),
    msgspec.json.Decoder(ViewerClaims),
)


def is_viewer_token(presented: str) -> bool:
    """Whether `presented` says that it is a viewer token; nothing of it is proven."""
    if len(presented) > MAX_CHARACTERS or not _SHAPE.fullmatch(presented):
        return False
    try:
        return _TYPE.decode(_decoded(presented.partition(".")[0])).typ == TOKEN_TYPE
    except (ValueError, msgspec.DecodeError, RecursionError):
        return False


def verify_viewer_token(
    presented: str, keys: Callable[[Channel], Sequence[bytes]], now: int
) -> ViewerClaims:
    """The claims of a viewer token that is signed by one of its channel's `keys`.

    `now` is ms since 1970 UTC. Raises `Problem("unauthorized")`, which gives a reason only for
    tokens that are genuine.
    """
    claims = _genuine(presented, keys)
    if claims is None:
        raise Problem(
            "unauthorized",
            "This access token is not valid",
            "It is unknown, expired or revoked",
            "Ask for another one",
        )
    seconds = now / 1000
    if claims.exp <= seconds:
        raise LapsedTokenProblem(seconds - claims.exp)
    if max(claims.iat, claims.nbf or 0) > seconds + LEEWAY_SECONDS:
        raise _refused("It is not valid yet", "Set the clocks of its back end and of this server")
    if not 0 < claims.exp - claims.iat <= MAX_SECONDS:
        raise _refused(
            f"It is made for more than {MAX_SECONDS} seconds", "Mint shorter ones, and renew them"
        )
    return claims


def _genuine(presented: str, keys: Callable[[Channel], Sequence[bytes]]) -> ViewerClaims | None:
    if len(presented) > MAX_CHARACTERS or not _SHAPE.fullmatch(presented):
        return None
    signed, _, proof = presented.rpartition(".")
    header, payload = signed.split(".")
    try:
        if _HEADER.decode(_decoded(header)).typ != TOKEN_TYPE:
            return None
        claims = _CLAIMS.decode(_decoded(payload))
        check_viewer(claims.sub)
    except (ValueError, msgspec.DecodeError, RecursionError):
        return None
    proven = [hmac.compare_digest(signature(key, signed), proof) for key in keys(claims.channel)]
    return claims if any(proven) else None


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as error:
        raise ValueError from error


def _refused(detail: str, remedy: str) -> Problem:
    return Problem("unauthorized", "This access token is not valid", detail, remedy)
