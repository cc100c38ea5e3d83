"""Authentication by an identity provider, and the interface of OpenID Connect and GitHub."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from dagnet_realtime.core.roles import roles_for
from dagnet_realtime.model.access import RoleBinding, Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.web.auth.cookie import SealedCookie, fresh_id
from dagnet_realtime.web.auth.request import AuthRequest, OriginPolicy, Person
from dagnet_realtime.web.auth.token import Tokens, authenticate_bearer

PROVIDER_SECONDS = 3.0  # timeout of a request to the provider; see `CONFIRMED_SECONDS`


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How this server is registered with the provider.

    `claim` is the claim that names a person, `groups` the claim with their groups, or "".
    `repositories` are GitHub repositories that grants name.
    """

    issuer: str
    client_id: str
    client_secret: Secret | None = None
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    claim: str = "email"
    groups: str = "groups"
    repositories: tuple[str, ...] = ()


class Identity(msgspec.Struct, frozen=True):
    """A person as the provider knows them: a permanent `subject`, and what grants refer to.

    `access` and `refresh` are the provider's tokens; `access` expires at `renew_at` (ms since
    1970).
    """

    subject: str
    name: str
    groups: tuple[str, ...] = ()
    access: str = ""
    refresh: str = ""
    renew_at: int = 0


class SignInAttempt(msgspec.Struct, frozen=True, array_like=True):
    """A sign-in that has begun, kept in a cookie of its own until `until` (ms since 1970).

    `id` is the `state` of OAuth, `verifier` is that of PKCE.
    """

    id: str
    until: int
    nonce: str
    verifier: str


class Provider(Protocol):
    """A provider. Methods raise `Problem`: `unauthorized`, or `unavailable` if it is silent."""

    async def address(self, attempt: SignInAttempt, back: str) -> str:
        """The address of the sign-in page, which redirects to `back` with a code."""
        ...

    async def exchange_code(self, attempt: SignInAttempt, code: str, back: str) -> Identity:
        """The identity that `code` stands for."""
        ...

    async def revalidate(self, identity: Identity) -> Identity:
        """The same person as the provider knows them now."""
        ...


def sign_in_refused(detail: str) -> Problem:
    """The refusal of a person by the provider, or because of its answer."""
    return Problem(
        "unauthorized",
        "You could not be signed in",
        detail,
        "Sign in again, or ask an administrator of this server",
    )


def unreachable(detail: str) -> Problem:
    """The refusal of a person while the provider cannot be asked."""
    return Problem(
        "unavailable",
        "Your permission cannot be confirmed",
        detail,
        "Try again in a moment",
        retry_after=10,
    )


CONFIRMED_SECONDS = 15.0
"""How long the provider's answer counts. With a check every 12 s and 3 s for the answer, a person
who lost permission is out within 30 s."""
ATTEMPT_SECONDS = 600  # for a person to sign in at the provider
MAX_CONFIRMED = 10_000  # sign-ins whose confirmation is cached


class OidcCookie(msgspec.Struct, frozen=True, array_like=True):
    """The content of the cookie: who signed in, as the provider named them then.

    It expires at `until` (ms since 1970).
    """

    id: str
    until: int
    identity: Identity


class OidcAuthenticator:
    """Implements `Authenticator`: people sign in at `provider`, programs send access tokens.

    `back` is the redirect URI. A person's id derives from `issuer` and their subject.
    """

    mode = "oidc"

    def __init__(
        self,
        provider: Provider,
        back: str,
        grants: Callable[[], Sequence[RoleBinding]],
        tokens: Tokens,
        jars: tuple[SealedCookie[OidcCookie], SealedCookie[SignInAttempt]],
        clock: Clock,
        lasts: float,
        public_url: str = "",
        issuer: str = "",
    ) -> None:
        self._provider = provider
        self._back = back
        self._issuer = issuer
        self._grants = grants
        self._tokens = tokens
        self._jar, self._attempts = jars
        self._clock = clock
        self._lasts = lasts
        self._origins = OriginPolicy(public_url)
        self._confirmed: OrderedDict[str, tuple[float, Identity]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[Identity]] = {}

    def check_origin(self, request: AuthRequest) -> None:
        """Refuses foreign Host headers, and commands from pages of other origins."""
        self._origins.check_origin(request)

    async def person(self, request: AuthRequest) -> Person:
        """The person who signed in, with the groups and grants of this moment."""
        if request.bearer:
            return authenticate_bearer(self._tokens, request.bearer, self._clock)
        content = await self._jar.at(request.host).read(request.cookie)
        if content is None:
            raise Problem(
                "unauthorized", "You are not signed in", "", "Open the server's address and sign in"
            )
        return self._person(await self._current(content))

    async def begin(self, host: str = "") -> tuple[str, str]:
        """Begins a sign-in: the provider's address, and the `Set-Cookie` value of the attempt.

        `host` is the request's Host header.
        """
        until = self._clock.now() + ATTEMPT_SECONDS * 1000
        attempt = SignInAttempt(fresh_id(), until, fresh_id(), fresh_id() + fresh_id())
        cookie = self._attempts.at(host).encode(attempt)
        if cookie is None:
            raise AssertionError("an attempt's cookie is small")
        return await self._provider.address(attempt, self._back), cookie

    async def finish(self, request: AuthRequest, state: str, code: str) -> tuple[list[str], Person]:
        """Ends a sign-in: the `Set-Cookie` values, and the person. Raises `Problem`.

        An attempt can be used once.
        """
        attempts, jar = self._attempts.at(request.host), self._jar.at(request.host)
        attempt = await attempts.read(request.cookie)
        if attempt is None or not state or attempt.id != state:
            raise sign_in_refused("The sign-in was begun in another browser, or too long ago")
        await attempts.end(attempt)
        if not code:
            raise sign_in_refused("The identity provider did not let you in")
        identity = await self._provider.exchange_code(attempt, code, self._back)
        person = self._person(identity)
        if person.roles.anywhere is None:
            raise Problem(
                "forbidden",
                "You may not watch anything here",
                "No grant names you",
                "Ask an administrator of this server",
            )
        content = OidcCookie(fresh_id(), self._clock.now() + round(self._lasts * 1000), identity)
        self._remember(content.id, identity)
        cookie = (
            jar.encode(content)
            or jar.encode(_without(content, "refresh"))
            or jar.encode(_without(content, "refresh", "access"))
        )
        if cookie is None:
            raise sign_in_refused("You are in more groups than a cookie can hold")
        return [cookie, attempts.cleared], person

    async def sign_out(self, request: AuthRequest) -> str:
        """Ends the browser's sign-in here, not at the provider.

        Raises `Problem("unavailable")` if that failed.
        """
        jar = self._jar.at(request.host)
        if (content := await jar.read(request.cookie)) is not None:
            await jar.end(content)
            self._confirmed.pop(content.id, None)
        return jar.cleared

    async def _current(self, content: OidcCookie) -> Identity:
        """The person as the provider knows them, with one request at a time for each sign-in."""
        at, identity = self._confirmed.get(content.id, (float("-inf"), content.identity))
        if self._clock.monotonic() - at < CONFIRMED_SECONDS:
            return identity
        asking = self._asking.get(content.id)
        if asking is None:
            asking = self._asking[content.id] = asyncio.create_task(
                self._provider.revalidate(identity)
            )
            asking.add_done_callback(lambda done: self._answered(content.id, done))
        return await asyncio.shield(asking)

    def _answered(self, id: str, done: asyncio.Task[Identity]) -> None:
        self._asking.pop(id, None)
        if not done.cancelled() and done.exception() is None:
            self._remember(id, done.result())

    def _remember(self, id: str, identity: Identity) -> None:
        self._confirmed[id] = (self._clock.monotonic(), identity)
        self._confirmed.move_to_end(id)
        while len(self._confirmed) > MAX_CONFIRMED:
            self._confirmed.popitem(last=False)

    def _person(self, identity: Identity) -> Person:
        roles = roles_for(self._grants(), identity.name, identity.groups)
        return Person(f"oidc:{identity.name}", roles, subject_of(self._issuer, identity.subject))


def subject_of(issuer: str, subject: str) -> str:
    """A person's id: a digest of issuer and subject, which stays the same under a new name."""
    joined = b"\0".join((issuer.rstrip("/").encode(), subject.encode()))
    return f"oidc:{hashlib.sha256(joined).hexdigest()[:32]}"


def _without(content: OidcCookie, *names: str) -> OidcCookie:
    """A smaller cookie, without tokens: they stay in this process, another asks for a sign-in."""
    return msgspec.structs.replace(
        content, identity=msgspec.structs.replace(content.identity, **dict.fromkeys(names, ""))
    )
