"""The requests that go to an identity provider: bounded in time and size, and every failure a `Problem`."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from dagnet_realtime.web.access.identity import PROVIDER_SECONDS, Attempt, Settings, denied, unreachable

if TYPE_CHECKING:
    import ssl

    import httpx

LARGEST = 1024 * 1024  # bytes of an answer

Answer = tuple[int, object]


class Asking:
    """`auth` is how our secret is sent; `trust_env` lets the environment name a proxy on the way to the provider."""

    def __init__(self, settings: Settings, auth: str = "client_secret_basic", *, trust_env: bool = True) -> None:
        self._settings = settings
        self._auth = auth
        self._trust_env = trust_env
        self._tls: ssl.SSLContext | None = None

    def address(self, endpoint: str, attempt: Attempt, back: str, **more: str) -> str:
        """The sign-in page's address with our id, the state and PKCE's challenge."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]  # Authlib has no types
        from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]  # Authlib has no types

        asked = {
            "redirect_uri": back,
            "scope": " ".join(self._settings.scopes),
            "state": attempt.id,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        return str(
            prepare_grant_uri(endpoint, self._settings.client_id, "code", **{key: asked[key] for key in asked if asked[key]}, **more)
        )

    async def token(self, endpoint: str, attempt: Attempt, code: str, back: str) -> dict[str, Any]:
        """What the provider gives for `code`."""
        return await self._exchanged(
            endpoint, grant_type="authorization_code", code=code, redirect_uri=back, code_verifier=attempt.verifier
        )

    async def renewed(self, endpoint: str, refresh: str) -> dict[str, Any]:
        """What the provider gives for a refresh token."""
        return await self._exchanged(endpoint, grant_type="refresh_token", refresh_token=refresh)

    async def get(self, url: str, bearer: str = "", **headers: str) -> dict[str, Any]:
        """A JSON object; raises `Problem("unauthorized")` where the provider refuses `bearer`."""
        status, told = await self.look(url, bearer, **headers)
        if status in (401, 403) and bearer:
            raise denied("The identity provider no longer vouches for you")
        if status != 200 or not isinstance(told, dict):
            raise unreachable("The identity provider does not answer as it should")
        return told

    async def look(self, url: str, bearer: str = "", **headers: str) -> Answer:
        """The status and the JSON of an answer, None where it is none; raises `Problem("unavailable")`."""
        return await self._asked("GET", url, {**headers, **({"authorization": f"Bearer {bearer}"} if bearer else {})}, None)

    async def _exchanged(self, endpoint: str, **fields: str) -> dict[str, Any]:
        from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]  # Authlib has no types

        secret = self._settings.client_secret
        auth = ClientAuth(self._settings.client_id, secret.reveal().decode() if secret else None, self._auth if secret else "none")
        headers = {"content-type": "application/x-www-form-urlencoded"}
        url, headers, body = auth.prepare("POST", endpoint, headers, urlencode(fields))
        status, told = await self._asked("POST", url, headers, body)
        if status in (400, 401, 403) or (isinstance(told, dict) and "error" in told):  # GitHub says errors with 200
            raise denied("The identity provider did not accept the sign-in")
        if status != 200 or not isinstance(told, dict):
            raise unreachable("The identity provider does not answer as it should")
        return told

    async def _asked(self, method: str, url: str, headers: dict[str, str], body: str | None) -> Answer:
        import httpx

        self._tls = self._tls or httpx.create_ssl_context()  # takes 20 ms, so it is made once
        sent = {**headers, "accept": "application/json"}
        try:
            async with (
                httpx.AsyncClient(timeout=PROVIDER_SECONDS, verify=self._tls, trust_env=self._trust_env) as client,
                client.stream(method, url, headers=sent, content=body) as answer,
            ):
                return answer.status_code, _json(await _body(answer))
        except (httpx.HTTPError, httpx.InvalidURL):
            raise unreachable("The identity provider cannot be reached") from None


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
