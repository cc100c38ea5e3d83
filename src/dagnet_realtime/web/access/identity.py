"""What an identity provider says of a person, and the protocol that OpenID Connect and GitHub both keep."""

from typing import Protocol

import msgspec

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.secret import Secret

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


class Attempt(msgspec.Struct, frozen=True, array_like=True):
    """One sign-in under way, kept in a cookie of its own: `id` is the state, `verifier` PKCE's; it lapses at `until` (ms since 1970)."""

    id: str
    until: int
    nonce: str
    verifier: str


class Provider(Protocol):
    """Methods raise `Problem`: `unauthorized` where the provider says no, `unavailable` where it cannot be asked."""

    async def address(self, attempt: Attempt, back: str) -> str:
        """Where the browser goes to sign in; it is sent on to `back` with a code."""
        ...

    async def arrived(self, attempt: Attempt, code: str, back: str) -> Identity:
        """Who came back with `code`."""
        ...

    async def confirmed(self, identity: Identity) -> Identity:
        """The same person as the provider knows them at this moment."""
        ...


def denied(detail: str) -> Problem:
    """The provider, or what it said, does not let this person in."""
    return Problem("unauthorized", "You could not be signed in", detail, "Sign in again, or ask whoever administers this server")


def unreachable(detail: str) -> Problem:
    """Nobody can know whether this person may come in, so they may not."""
    return Problem("unavailable", "Your permission cannot be confirmed", detail, "Try again in a moment", retry_after=10)
