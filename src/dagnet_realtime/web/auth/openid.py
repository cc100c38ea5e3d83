"""OpenID Connect: authorization code with PKCE and verified ID tokens; and an OAuth client."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from dagnet_realtime.web.auth.provider import (
    PROVIDER_SECONDS,
    Settings,
    SignInAttempt,
    sign_in_refused,
    unreachable,
)

if TYPE_CHECKING:
    import ssl

    import httpx
from collections.abc import Mapping

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.web.auth.provider import Identity
from dagnet_realtime.web.auth.request import named

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

LARGEST = 1024 * 1024  # bytes of an answer

Answer = tuple[int, object]


class OAuthClient:
    """The HTTP client for the provider.

    `auth` is how our secret is sent; with `trust_env` the environment may name a proxy.
    """

    def __init__(
        self, settings: Settings, auth: str = "client_secret_basic", *, trust_env: bool = True
    ) -> None:
        self._settings = settings
        self._auth = auth
        self._trust_env = trust_env
        self._tls: ssl.SSLContext | None = None

    def authorize_url(self, endpoint: str, attempt: SignInAttempt, back: str, **more: str) -> str:
        """The sign-in page's address with our id, the state and PKCE's challenge."""
        # Authlib has no types.
        from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped]
            prepare_grant_uri,
        )
        from authlib.oauth2.rfc7636 import (  # type: ignore[import-untyped]
            create_s256_code_challenge,
        )

        parameters = {
            "redirect_uri": back,
            "scope": " ".join(self._settings.scopes),
            "state": attempt.id,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        return str(
            prepare_grant_uri(
                endpoint,
                self._settings.client_id,
                "code",
                **{key: value for key, value in parameters.items() if value},
                **more,
            )
        )

    async def token(
        self, endpoint: str, attempt: SignInAttempt, code: str, back: str
    ) -> dict[str, Any]:
        """The provider's tokens for `code`."""
        return await self._exchanged(
            endpoint,
            grant_type="authorization_code",
            code=code,
            redirect_uri=back,
            code_verifier=attempt.verifier,
        )

    async def refresh(self, endpoint: str, refresh: str) -> dict[str, Any]:
        """The provider's tokens for a refresh token."""
        return await self._exchanged(endpoint, grant_type="refresh_token", refresh_token=refresh)

    async def get(self, url: str, bearer: str = "", **headers: str) -> dict[str, Any]:
        """A JSON object; raises `Problem("unauthorized")` if the provider refuses `bearer`."""
        status, answer = await self.get_raw(url, bearer, **headers)
        if status in (401, 403) and bearer:
            raise sign_in_refused("The identity provider no longer vouches for you")
        if status != 200 or not isinstance(answer, dict):
            raise unreachable("The identity provider does not answer as it should")
        return answer

    async def get_raw(self, url: str, bearer: str = "", **headers: str) -> Answer:
        """Status and JSON of a response, None if it has none; raises `Problem("unavailable")`."""
        return await self._send(
            "GET",
            url,
            {**headers, **({"authorization": f"Bearer {bearer}"} if bearer else {})},
            None,
        )

    async def _exchanged(self, endpoint: str, **fields: str) -> dict[str, Any]:
        # Authlib has no types.
        from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]

        secret = self._settings.client_secret
        auth = ClientAuth(
            self._settings.client_id,
            secret.reveal().decode() if secret else None,
            self._auth if secret else "none",
        )
        headers = {"content-type": "application/x-www-form-urlencoded"}
        url, headers, body = auth.prepare("POST", endpoint, headers, urlencode(fields))
        status, answer = await self._send("POST", url, headers, body)
        if status in (400, 401, 403) or (
            isinstance(answer, dict) and "error" in answer
        ):  # GitHub says errors with 200
            raise sign_in_refused("The identity provider did not accept the sign-in")
        if status != 200 or not isinstance(answer, dict):
            raise unreachable("The identity provider does not answer as it should")
        return answer

    async def _send(
        self, method: str, url: str, headers: dict[str, str], body: str | None
    ) -> Answer:
        import httpx

        self._tls = self._tls or httpx.create_ssl_context()  # takes 20 ms, so it is made once
        sent = {**headers, "accept": "application/json"}
        try:
            async with (
                httpx.AsyncClient(
                    timeout=PROVIDER_SECONDS, verify=self._tls, trust_env=self._trust_env
                ) as client,
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


ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
METADATA_SECONDS = 3600.0  # how long the discovery document and the keys are cached
KEYS_SECONDS = 30.0  # between two requests for keys because a token names an unknown one
LEEWAY_SECONDS = 60  # by which clocks may differ
SOON_SECONDS = 30  # an access token is renewed this long before it expires
MAX_GROUPS = 200


class Metadata(msgspec.Struct, frozen=True):
    """The provider's discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""


class OpenId:
    """One provider. Its discovery document and keys are fetched when first needed."""

    def __init__(self, settings: Settings, client: OAuthClient, clock: Clock) -> None:
        self._settings = settings
        self._client = client
        self._clock = clock
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def address(self, attempt: SignInAttempt, back: str) -> str:
        """The address of the provider's sign-in page."""
        metadata = await self._described()
        return self._client.authorize_url(
            metadata.authorization_endpoint, attempt, back, nonce=attempt.nonce
        )

    async def exchange_code(self, attempt: SignInAttempt, code: str, back: str) -> Identity:
        """The person whom the ID token names, after its verification.

        It must be signed by the provider, for this client, valid now, and of this very attempt.
        """
        metadata = await self._described()
        tokens = await self._client.token(metadata.token_endpoint, attempt, code, back)
        claims = await self._verified(metadata, str(tokens.get("id_token", "")), attempt.nonce)
        access = str(tokens.get("access_token", ""))
        claims = {
            **(await self._userinfo(metadata, access, claims["sub"]) if access else {}),
            **claims,
        }
        return self._identity(claims, tokens)

    async def revalidate(self, identity: Identity) -> Identity:
        """Asks the userinfo endpoint, with a renewed access token if the old one expires soon."""
        metadata = await self._described()
        if self._clock.now() >= identity.renew_at - SOON_SECONDS * 1000:
            identity = await self._renewed(metadata, identity)
        claims = await self._userinfo(metadata, identity.access, identity.subject)
        groups = self._groups(claims) if self._settings.groups in claims else identity.groups
        return msgspec.structs.replace(identity, groups=groups)

    async def _described(self) -> Metadata:
        at = self._clock.monotonic()
        if self._metadata is None or at - self._metadata[0] > METADATA_SECONDS:
            answer = await self._client.get(
                self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
            )
            try:
                found = msgspec.convert(answer, Metadata)
            except msgspec.ValidationError:
                raise unreachable(
                    "The identity provider's description cannot be understood"
                ) from None
            if found.issuer.rstrip("/") != self._settings.issuer.rstrip("/"):
                raise unreachable("The identity provider describes itself as another issuer")
            self._metadata = (at, found)
        return self._metadata[1]

    async def _verified(self, metadata: Metadata, token: str, nonce: str) -> dict[str, Any]:
        from joserfc.errors import JoseError

        try:
            return self._claims(await self._key_set(metadata), token, nonce)
        except (JoseError, ValueError):
            pass  # the provider may have changed its keys
        try:
            return self._claims(await self._key_set(metadata, fresh=True), token, nonce)
        except (JoseError, ValueError):
            raise sign_in_refused(
                "The identity provider's token is not genuine, or not for this server"
            ) from None

    def _claims(self, keys: "KeySet", token: str, nonce: str) -> dict[str, Any]:
        from joserfc import jwt

        found = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
        us = {"essential": True, "value": self._settings.client_id}
        rules = jwt.JWTClaimsRegistry(
            now=self._clock.now() // 1000,
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._settings.issuer},
            sub={"essential": True},
            aud=us,  # type: ignore[arg-type]  # a claim's rule
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        rules.validate(found)
        several = isinstance(found["aud"], list) and len(found["aud"]) > 1
        if not isinstance(found["sub"], str) or not found["sub"]:
            raise ValueError("about no subject")
        if (several or "azp" in found) and found.get("azp") != self._settings.client_id:
            raise ValueError("for another party")
        return found

    async def _key_set(self, metadata: Metadata, *, fresh: bool = False) -> "KeySet":
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        at = self._clock.monotonic()
        oldest = KEYS_SECONDS if fresh else METADATA_SECONDS
        if self._keys is None or at - self._keys[0] > oldest:
            answer = await self._client.get(metadata.jwks_uri)
            try:
                # It checks its argument itself.
                self._keys = (at, KeySet.import_key_set(answer))  # type: ignore[arg-type]
            except (JoseError, ValueError, KeyError, TypeError):
                raise unreachable("The identity provider's keys cannot be understood") from None
        return self._keys[1]

    async def _userinfo(self, metadata: Metadata, access: str, subject: str) -> dict[str, Any]:
        if not metadata.userinfo_endpoint:
            return {}
        answer = await self._client.get(metadata.userinfo_endpoint, access)
        if answer.get("sub") != subject:
            raise sign_in_refused("The identity provider names another person")
        return answer

    async def _renewed(self, metadata: Metadata, identity: Identity) -> Identity:
        if not identity.refresh:
            raise Problem("unauthorized", "Your sign-in has ended", "", "Sign in again")
        tokens = await self._client.refresh(metadata.token_endpoint, identity.refresh)
        return msgspec.structs.replace(
            identity,
            access=str(tokens.get("access_token", "")),
            refresh=str(tokens.get("refresh_token") or identity.refresh),
            renew_at=self._expires_at(tokens),
        )

    def _identity(self, claims: Mapping[str, Any], tokens: Mapping[str, Any]) -> Identity:
        claim = self._settings.claim
        given_name = claims.get(claim)
        if not isinstance(given_name, str) or not given_name:
            raise sign_in_refused(
                f"The identity provider gave no “{claim}”; set another `claim` under [access]"
            )
        name = named(given_name)
        if name is None:
            raise sign_in_refused(
                f"The identity provider's “{claim}” is too long, or can be mistaken for another"
            )
        if claim == "email" and claims.get("email_verified") is not True:
            raise sign_in_refused(
                "The identity provider has not verified the e-mail address; set `claim` under "
                "[access] to another claim"
            )
        access, refresh = (
            str(tokens.get("access_token", "")),
            str(tokens.get("refresh_token") or ""),
        )
        return Identity(
            claims["sub"], name, self._groups(claims), access, refresh, self._expires_at(tokens)
        )

    def _groups(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        found = claims.get(self._settings.groups) if self._settings.groups else None
        groups = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        return tuple(f"group:{one}" for one in groups if isinstance(one, str) and one)[:MAX_GROUPS]

    def _expires_at(self, tokens: Mapping[str, Any]) -> int:
        lasts = tokens.get("expires_in")
        return self._clock.now() + (
            round(lasts * 1000) if isinstance(lasts, int | float) else 3_600_000
        )
