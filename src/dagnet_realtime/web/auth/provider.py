"""Access by an identity provider, and the protocol that OpenID Connect and GitHub both follow."""

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

PROVIDER_SECONDS = 3.0  # a provider's answer may take; permission is checked every 30 s, so it must not take long to know


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How the provider knows us. `claim` names people, `groups` (a claim, may be "") their groups; `repositories` are those grants name."""

    issuer: str
    client_id: str
    client_secret: Secret | None = None
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    claim: str = "email"
    groups: str = "groups"
    repositories: tuple[str, ...] = ()


class Identity(msgspec.Struct, frozen=True):
    """Who somebody is. `subject` never changes, `name` and `groups` are as grants name them.

    `access` and `refresh` let the provider be asked again; `access` lapses at `renew_at` (ms since 1970).
    """

    subject: str
    name: str
    groups: tuple[str, ...] = ()
    access: str = ""
    refresh: str = ""
    renew_at: int = 0


class SignInAttempt(msgspec.Struct, frozen=True, array_like=True):
    """One sign-in under way, kept in a cookie of its own: `id` is the state, `verifier` PKCE's; it lapses at `until` (ms since 1970)."""

    id: str
    until: int
    nonce: str
    verifier: str


class Provider(Protocol):
    """Methods raise `Problem`: `unauthorized` where the provider says no, `unavailable` where it cannot be asked."""

    async def address(self, attempt: SignInAttempt, back: str) -> str:
        """Where the browser goes to sign in; it is sent on to `back` with a code."""
        ...

    async def exchange_code(self, attempt: SignInAttempt, code: str, back: str) -> Identity:
        """Who came back with `code`."""
        ...

    async def revalidate(self, identity: Identity) -> Identity:
        """The same person as the provider knows them at this moment."""
        ...


def sign_in_refused(detail: str) -> Problem:
    """The provider, or what it said, does not let this person in."""
    return Problem(
        "unauthorized",
        "You could not be signed in",
        detail,
        "Sign in again, or ask whoever administers this server",
    )


def unreachable(detail: str) -> Problem:
    """Nobody can know whether this person may come in, so they may not."""
    return Problem(
        "unavailable",
        "Your permission cannot be confirmed",
        detail,
        "Try again in a moment",
        retry_after=10,
    )


CONFIRMED_SECONDS = 15.0  # how long the provider's word is believed; with a look every 12 s and 3 s to answer, 30 s are never passed
ATTEMPT_SECONDS = 600  # that somebody has to sign in at the provider
MOST_CONFIRMED = (
    10_000  # sign-ins whose confirmation is remembered; one that is forgotten is asked after again
)


class OidcCookie(msgspec.Struct, frozen=True, array_like=True):
    """What the cookie says: who signed in, as the provider named them then. It lapses at `until` (ms since 1970)."""

    id: str
    until: int
    identity: Identity


class OidcAuthenticator:
    """People sign in at `provider` and come back to `back`; programs send access tokens. Whom `issuer` means is theirs with its subject."""

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

    def check_origin(self, asked: AuthRequest) -> None:
        """Refuses foreign hosts' names and commands from other pages."""
        self._origins.check_origin(asked)

    async def person(self, asked: AuthRequest) -> Person:
        """Who signed in, as the provider and the grants have it at this moment."""
        if asked.bearer:
            return authenticate_bearer(self._tokens, asked.bearer, self._clock)
        said = await self._jar.at(asked.host).read(asked.cookie)
        if said is None:
            raise Problem(
                "unauthorized", "You are not signed in", "", "Open the server's address and sign in"
            )
        return self._person(await self._current(said))

    async def begin(self, host: str = "") -> tuple[str, str]:
        """Where to send a browser that wants to sign in at the server's name `host`, and the cookie it takes along."""
        until = self._clock.now() + ATTEMPT_SECONDS * 1000
        attempt = SignInAttempt(fresh_id(), until, fresh_id(), fresh_id() + fresh_id())
        cookie = self._attempts.at(host).encode(attempt)
        if cookie is None:
            raise AssertionError("an attempt's cookie is small")
        return await self._provider.address(attempt, self._back), cookie

    async def finish(self, asked: AuthRequest, state: str, code: str) -> tuple[list[str], Person]:
        """The cookies of whoever comes back with `code`, and who they are. Raises `Problem`; an attempt serves once."""
        attempts, jar = self._attempts.at(asked.host), self._jar.at(asked.host)
        attempt = await attempts.read(asked.cookie)
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
                "Ask whoever administers this server",
            )
        said = OidcCookie(fresh_id(), self._clock.now() + round(self._lasts * 1000), identity)
        self._remember(said.id, identity)
        cookie = (
            jar.encode(said)
            or jar.encode(_without(said, "refresh"))
            or jar.encode(_without(said, "refresh", "access"))
        )
        if cookie is None:
            raise sign_in_refused("You are in more groups than a cookie can hold")
        return [cookie, attempts.cleared], person

    async def sign_out(self, asked: AuthRequest) -> str:
        """Ends the browser's sign-in, here; at the provider it lasts. Raises `Problem("unavailable")` where it goes on."""
        jar = self._jar.at(asked.host)
        if (said := await jar.read(asked.cookie)) is not None:
            await jar.end(said)
            self._confirmed.pop(said.id, None)
        return jar.cleared

    async def _current(self, said: OidcCookie) -> Identity:
        """What the provider says of the person; at most one question for each sign-in is under way."""
        at, identity = self._confirmed.get(said.id, (float("-inf"), said.identity))
        if self._clock.monotonic() - at < CONFIRMED_SECONDS:
            return identity
        asking = self._asking.get(said.id)
        if asking is None:
            asking = self._asking[said.id] = asyncio.create_task(
                self._provider.revalidate(identity)
            )
            asking.add_done_callback(lambda done: self._answered(said.id, done))
        return await asyncio.shield(asking)

    def _answered(self, id: str, done: asyncio.Task[Identity]) -> None:
        self._asking.pop(id, None)
        if not done.cancelled() and done.exception() is None:
            self._remember(id, done.result())

    def _remember(self, id: str, identity: Identity) -> None:
        self._confirmed[id] = (self._clock.monotonic(), identity)
        self._confirmed.move_to_end(id)
        while len(self._confirmed) > MOST_CONFIRMED:
            self._confirmed.popitem(last=False)

    def _person(self, identity: Identity) -> Person:
        roles = roles_for(self._grants(), identity.name, identity.groups)
        return Person(f"oidc:{identity.name}", roles, subject_of(self._issuer, identity.subject))


def subject_of(issuer: str, subject: str) -> str:
    """What a person's sessions and quotas belong to: a digest of whom `issuer` means, whatever it calls them today."""
    told_apart = b"\0".join((issuer.rstrip("/").encode(), subject.encode()))
    return f"oidc:{hashlib.sha256(told_apart).hexdigest()[:32]}"


def _without(said: OidcCookie, *names: str) -> OidcCookie:
    """A smaller cookie: what it lacks is known to this process alone, and another one asks for a new sign-in."""
    return msgspec.structs.replace(
        said, identity=msgspec.structs.replace(said.identity, **dict.fromkeys(names, ""))
    )
