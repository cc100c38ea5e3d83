"""GitHub as identity provider. As in DagNet, collaborators on the data repository may sign in."""

from urllib.parse import quote, urlsplit

import msgspec

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.web.auth.openid import OAuthClient
from dagnet_realtime.web.auth.provider import (
    Identity,
    Settings,
    SignInAttempt,
    sign_in_refused,
    unreachable,
)

SOON_SECONDS = 30  # an access token is renewed this long before it expires
FOREVER = 2**53  # `renew_at` of a token that does not expire


class GitHub:
    """github.com, or GitHub Enterprise at `issuer`.

    A collaborator may push to the repository, or may read it while it is private. Requests carry
    the person's own access token.
    """

    def __init__(self, settings: Settings, client: OAuthClient, clock: Clock) -> None:
        self._root = settings.issuer.rstrip("/")
        self._api = (
            "https://api.github.com"
            if urlsplit(self._root).netloc == "github.com"
            else f"{self._root}/api/v3"
        )
        self._repositories = settings.repositories
        self._client = client
        self._clock = clock

    async def address(self, attempt: SignInAttempt, back: str) -> str:
        """The address of GitHub's consent page."""
        return self._client.authorize_url(f"{self._root}/login/oauth/authorize", attempt, back)

    async def exchange_code(self, attempt: SignInAttempt, code: str, back: str) -> Identity:
        """The account that consented, with the repositories it collaborates on."""
        tokens = await self._client.token(
            f"{self._root}/login/oauth/access_token", attempt, code, back
        )
        access, expires_in = str(tokens.get("access_token", "")), tokens.get("expires_in")
        if not access:
            raise sign_in_refused("GitHub gave no access")
        renew_at = (
            self._clock.now() + round(expires_in * 1000)
            if isinstance(expires_in, int | float)
            else FOREVER
        )
        subject, name = await self._account(access)
        refresh = str(tokens.get("refresh_token") or "")
        return Identity(subject, name, await self._collaborates(access), access, refresh, renew_at)

    async def revalidate(self, identity: Identity) -> Identity:
        """Asks again which repositories the account collaborates on."""
        if self._clock.now() >= identity.renew_at - SOON_SECONDS * 1000:
            identity = await self._renewed(identity)
        subject, _ = await self._account(identity.access)
        if subject != identity.subject:
            raise sign_in_refused("GitHub names another account")
        return msgspec.structs.replace(identity, groups=await self._collaborates(identity.access))

    async def _account(self, access: str) -> tuple[str, str]:
        answer = await self._client.get(f"{self._api}/user", access, **_HEADERS)
        number, login = answer.get("id"), answer.get("login")
        if not isinstance(number, int) or not isinstance(login, str) or not login:
            raise unreachable("GitHub does not answer as it should")
        return str(number), login

    async def _collaborates(self, access: str) -> tuple[str, ...]:
        return tuple(
            [f"repository:{one}" for one in self._repositories if await self._may(access, one)]
        )

    async def _may(self, access: str, repository: str) -> bool:
        status, answer = await self._client.get_raw(
            f"{self._api}/repos/{quote(repository)}", access, **_HEADERS
        )
        if status in (403, 404, 451):
            return False
        if status == 401:
            raise sign_in_refused("GitHub no longer vouches for you")
        permissions = answer.get("permissions") if isinstance(answer, dict) else None
        if status != 200 or not isinstance(answer, dict) or not isinstance(permissions, dict):
            raise unreachable("GitHub does not answer as it should")
        return permissions.get("push") is True or (
            answer.get("private") is True and permissions.get("pull") is True
        )

    async def _renewed(self, identity: Identity) -> Identity:
        if not identity.refresh:
            raise Problem("unauthorized", "Your sign-in has ended", "", "Sign in again")
        tokens = await self._client.refresh(
            f"{self._root}/login/oauth/access_token", identity.refresh
        )
        expires_in = tokens.get("expires_in")
        return msgspec.structs.replace(
            identity,
            access=str(tokens.get("access_token", "")),
            refresh=str(tokens.get("refresh_token") or identity.refresh),
            renew_at=self._clock.now() + round(expires_in * 1000)
            if isinstance(expires_in, int | float)
            else FOREVER,
        )


_HEADERS = {"x-github-api-version": "2022-11-28"}
