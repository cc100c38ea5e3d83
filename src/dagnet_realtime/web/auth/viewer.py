"""Authentication by viewer token, in every access mode: people who watch from another origin.

Tokens are verified by their signature, so every process with the same configuration knows them. One
that was minted through the server counts only while the access token that minted it is valid.
"""

import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping

from dagnet_realtime.core.roles import ROLE_ORDER, Roles
from dagnet_realtime.core.viewer_tokens import is_viewer_token, verify_viewer_token
from dagnet_realtime.model.access import Role
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Workspace
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.viewer_token import AUDIENCE, ViewerRole, sign_claims
from dagnet_realtime.web.auth.request import Authenticator, AuthRequest, Person
from dagnet_realtime.web.auth.token import invalid_token

Minters = Callable[[str], Roles | None]
"""The present roles of the access token with an id; None if it opens nothing. Raises `Problem`."""


class ViewerKeys:
    """The keys of each channel: those that back ends share, and the server's own.

    The server's own follows from the channel's token key, so all processes have the same. A reload
    of the configuration replaces `shared`.
    """

    def __init__(self, workspaces: Iterable[Workspace]) -> None:
        workspaces = tuple(workspaces)
        self.shared = shared_keys(workspaces)
        self._own = {one.channel: _derived(one) for one in workspaces}

    def own(self, channel: Channel) -> bytes | None:
        """The key that the server mints with; None for an unknown channel."""
        return self._own.get(channel)

    def __call__(self, channel: Channel) -> tuple[bytes, ...]:
        """The keys that verify tokens of `channel`."""
        own = self._own.get(channel)
        return () if own is None else (own, *self.shared.get(channel, ()))


def shared_keys(workspaces: Iterable[Workspace]) -> Mapping[Channel, tuple[bytes, ...]]:
    """The configured keys of each channel."""
    return {
        one.channel: tuple(key.reveal() for key in one.viewer_keys)
        for one in workspaces
        if one.viewer_keys
    }


def _derived(workspace: Workspace) -> bytes:
    key, channel = workspace.policy.token_key, workspace.channel
    text = f"dagnet-realtime viewer tokens\0{channel.workspace}\0{channel.env}"
    known = key.reveal() if key is not None else secrets.token_bytes(32)
    return hmac.digest(known, text.encode(), "sha256")


class ViewerTokens:
    """Mints and recognises viewer tokens."""

    def __init__(self, keys: ViewerKeys, minters: Minters, clock: Clock) -> None:
        self._keys = keys
        self._minters = minters
        self._clock = clock

    def mint(
        self, minter: Person, channel: Channel, role: ViewerRole, viewer: str, seconds: int
    ) -> tuple[str, int]:
        """A token, and when it lapses (seconds since 1970): with its minter at the latest.

        Raises `Problem` if `minter` may not give that role.
        """
        minter.require(role, channel)
        key = self._keys.own(channel)
        if key is None:
            raise Problem(
                "not_found",
                "No such workspace",
                f"There is no workspace “{channel.workspace[:80]}/{channel.env[:80]}” here",
                "Name one of those listed",
            )
        issued = self._clock.now() // 1000
        until = issued + seconds
        if minter.expires_at is not None:
            until = min(until, minter.expires_at // 1000)
        if until <= issued:
            raise invalid_token()
        claims: dict[str, str | int] = {
            "aud": AUDIENCE,
            "workspace": channel.workspace,
            "env": channel.env,
            "role": role,
            "sub": viewer,
            "iat": issued,
            "exp": until,
            "azp": minter.minter,
        }
        return sign_claims(key, claims), until

    def person(self, presented: str) -> Person:
        """The viewer of a token.

        Raises `Problem`: `unauthorized` (`LapsedTokenProblem` once it has lapsed), or `unavailable`
        if the token that minted it cannot be looked up.
        """
        claims = verify_viewer_token(presented, self._keys, self._clock.now())
        role: Role = claims.role
        if claims.azp:
            roles = self._minters(claims.azp)
            present = roles.on(claims.channel) if roles is not None else None
            if present is None:
                raise invalid_token()
            role = min(role, present, key=ROLE_ORDER.index)
        return Person(
            f"viewer:{claims.sub}",
            Roles(((role, (str(claims.channel),)),)),
            f"viewer:{claims.channel}:{claims.sub}",
            expires_at=claims.exp * 1000,
        )


class ViewerAuthenticator:
    """Implements `Authenticator`: viewer tokens, and beside them all that `access` knows."""

    def __init__(self, access: Authenticator, tokens: ViewerTokens) -> None:
        self._access = access
        self._tokens = tokens
        self.mode = access.mode

    def check_origin(self, request: AuthRequest) -> None:
        """As `access` does."""
        self._access.check_origin(request)

    async def person(self, request: AuthRequest) -> Person:
        """The viewer whose token is sent, or else the person that `access` finds."""
        bearer = request.bearer
        if is_viewer_token(bearer):
            return self._tokens.person(bearer)
        return await self._access.person(request)
