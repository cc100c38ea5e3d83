"""The requests that go to an identity provider: bounded in time and size, and every failure a `Problem`."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from dagnet_realtime.web.access.identity import PROVIDER_SECONDS, Attempt, Settings, denied, unreachable

if TYPE_CHECKING:
    import httpx
    from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]  # Authlib has no types

LARGEST = 1024 * 1024  # bytes of an answer


class Asking:
    """`auth` is how our secret is sent; `trust_env` lets the environment name a proxy on the way to the provider."""

    def __init__(self, settings: Settings, auth: str = "client_secret_basic", *, trust_env: bool = True) -> None:
        self._settings = settings
        self._auth = auth
        self._trust_env = trust_env

    def address(self, endpoint: str, attempt: Attempt, back: str, **more: str) -> str:
        """The sign-in page's address with our id, the state and PKCE's challenge."""
        url, _ = self._client(back).create_authorization_url(endpoint, state=attempt.id, code_verifier=attempt.verifier, **more)
        return str(url)

    async def token(self, endpoint: str, attempt: Attempt, code: str, back: str) -> dict[str, Any]:
        """What the provider gives for `code`."""
        return await self._exchanged(
            lambda client: client.fetch_token(endpoint, grant_type="authorization_code", code=code, code_verifier=attempt.verifier), back
        )

    async def renewed(self, endpoint: str, refresh: str) -> dict[str, Any]:
        """What the provider gives for a refresh token."""
        return await self._exchanged(lambda client: client.refresh_token(endpoint, refresh_token=refresh))

    async def get(self, url: str, bearer: str = "", **headers: str) -> dict[str, Any]:
        """A JSON object; raises `Problem("unauthorized")` where the provider refuses `bearer`."""
        status, told = await self.look(url, bearer, **headers)
        if status in (401, 403) and bearer:
            raise denied("The identity provider no longer vouches for you")
        if status != 200 or not isinstance(told, dict):
            raise unreachable("The identity provider does not answer as it should")
        return told

    async def look(self, url: str, bearer: str = "", **headers: str) -> tuple[int, object]:
        """The status and the JSON of an answer, None where it is none; raises `Problem("unavailable")`."""
        import httpx

        sent = {"accept": "application/json", **headers, **({"authorization": f"Bearer {bearer}"} if bearer else {})}
        try:
            async with (
                httpx.AsyncClient(timeout=PROVIDER_SECONDS, trust_env=self._trust_env) as client,
                client.stream("GET", url, headers=sent) as answer,
            ):
                return answer.status_code, _json(await _body(answer))
        except (httpx.HTTPError, httpx.InvalidURL):
            raise unreachable("The identity provider cannot be reached") from None

    def _client(self, back: str | None = None) -> "AsyncOAuth2Client":
        from authlib.integrations.httpx_client import AsyncOAuth2Client

        secret = self._settings.client_secret
        return AsyncOAuth2Client(
            client_id=self._settings.client_id,
            client_secret=secret.reveal().decode() if secret is not None else None,
            token_endpoint_auth_method=self._auth if secret is not None else "none",
            scope=" ".join(self._settings.scopes) or None,
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=PROVIDER_SECONDS,
            trust_env=self._trust_env,
        )

    async def _exchanged(self, ask: Callable[["AsyncOAuth2Client"], Any], back: str | None = None) -> dict[str, Any]:
        import httpx
        from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]  # Authlib has no types

        try:
            async with self._client(back) as client:
                given: Mapping[str, Any] = await ask(client)
        except AuthlibBaseError:
            raise denied("The identity provider did not accept the sign-in") from None
        except (httpx.HTTPError, ValueError):
            raise unreachable("The identity provider cannot be reached") from None
        return dict(given)


async def _body(answer: "httpx.Response") -> bytes:
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > LARGEST:
            raise unreachable("The identity provider's answer is too large")
    return bytes(body)


def _json(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
