"""Authentication by access token, sent by programs or typed once into the sign-in page.

The server knows digests of tokens only.
"""

from collections.abc import Callable, Sequence

import msgspec

from dagnet_realtime.core.access_tokens import find_token
from dagnet_realtime.core.roles import Roles
from dagnet_realtime.model.access import AccessToken
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.web.auth.cookie import SealedCookie, fresh_id
from dagnet_realtime.web.auth.request import AuthRequest, OriginPolicy, Person

Tokens = Callable[[], Sequence[AccessToken]]


class TokenCookie(msgspec.Struct, frozen=True, array_like=True):
    """The content of the cookie: the access token that the browser signed in with."""

    id: str
    until: int
    token: str


class TokenAuthenticator:
    """Implements `Authenticator`. `tokens` returns the known tokens; it may raise `Problem`."""

    mode = "token"

    def __init__(
        self,
        tokens: Tokens,
        jar: SealedCookie[TokenCookie],
        clock: Clock,
        lasts: float,
        public_url: str = "",
    ) -> None:
        self._tokens = tokens
        self._jar = jar
        self._clock = clock
        self._lasts = lasts
        self._origins = OriginPolicy(public_url, any_host=True)

    def check_origin(self, request: AuthRequest) -> None:
        """Refuses commands from other pages."""
        self._origins.check_origin(request)

    async def person(self, request: AuthRequest) -> Person:
        """The holder of the bearer token, or else of the token that the browser signed in with."""
        if request.bearer:
            return authenticate_bearer(self._tokens, request.bearer, self._clock)
        content = await self._jar.at(request.host).read(request.cookie)
        if content is None:
            raise Problem(
                "unauthorized",
                "You are not signed in",
                "",
                "Open the server's address and sign in with an access token",
            )
        return self._holder(content.token)

    def sign_in(self, text: str, host: str = "") -> tuple[str, Person]:
        """Signs a browser in with a valid token; the `Set-Cookie` value and the token's person.

        `host` is the request's Host header. The sign-in ends with the token at the latest.
        """
        token = self._recognised(text.strip())
        until = self._clock.now() + round(self._lasts * 1000)
        if token.expires_at is not None:
            until = min(until, token.expires_at)
        sealed = self._jar.at(host).encode(TokenCookie(fresh_id(), until, token.id))
        if sealed is None:
            raise AssertionError("a token's cookie is small")
        return sealed, person_for_token(token)

    async def sign_out(self, request: AuthRequest) -> str:
        """Ends the browser's sign-in; raises `Problem("unavailable")` if that failed."""
        jar = self._jar.at(request.host)
        if (content := await jar.read(request.cookie)) is not None:
            await jar.end(content)
        return jar.cleared

    def _recognised(self, text: str) -> AccessToken:
        token = find_token(self._tokens(), text, self._clock.now())
        if token is None:
            raise invalid_token()
        return token

    def _holder(self, id: str) -> Person:
        now = self._clock.now()
        for token in self._tokens():
            if token.id == id and (token.expires_at is None or token.expires_at > now):
                return person_for_token(token)
        raise invalid_token()


def authenticate_bearer(tokens: Tokens, text: str, clock: Clock) -> Person:
    """The holder of a bearer token, who may mint viewer tokens.

    Raises `Problem("unauthorized")`.
    """
    token = find_token(tokens(), text, clock.now())
    if token is None:
        raise invalid_token()
    return msgspec.structs.replace(person_for_token(token), minter=token.id)


def person_for_token(token: AccessToken) -> Person:
    """The person that a token stands for, named by the token's id."""
    roles = Roles(((token.role, token.channels),))
    return Person(f"token:{token.id}", roles, expires_at=token.expires_at)


def invalid_token() -> Problem:
    """The refusal of a token; it does not say what is wrong with it."""
    return Problem(
        "unauthorized",
        "This access token is not valid",
        "It is unknown, expired or revoked",
        "Ask for another one",
    )
