"""OpenID Connect: authorization code with PKCE, the ID token verified, and the person asked after again at the userinfo endpoint."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.web.access.asking import Asking
from dagnet_realtime.web.access.identity import Attempt, Identity, Settings, denied, unreachable
from dagnet_realtime.web.access.person import named

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
METADATA_SECONDS = 3600.0  # how long the provider's description and keys are believed
KEYS_SECONDS = 30.0  # between two looks for a key that was unknown
LEEWAY_SECONDS = 60  # that clocks may differ
SOON_SECONDS = 30  # before it lapses an access token is renewed
MOST_GROUPS = 200


class Metadata(msgspec.Struct, frozen=True):
    """What the provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""


class OpenId:
    """One provider. Its description and keys are fetched when first needed."""

    def __init__(self, settings: Settings, asking: Asking, clock: Clock) -> None:
        self._settings = settings
        self._asking = asking
        self._clock = clock
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def address(self, attempt: Attempt, back: str) -> str:
        """The provider's sign-in page."""
        metadata = await self._described()
        return self._asking.address(metadata.authorization_endpoint, attempt, back, nonce=attempt.nonce)

    async def arrived(self, attempt: Attempt, code: str, back: str) -> Identity:
        """The person whom the ID token names; it must be for us, signed, fresh, and of this very attempt."""
        metadata = await self._described()
        given = await self._asking.token(metadata.token_endpoint, attempt, code, back)
        claims = await self._verified(metadata, str(given.get("id_token", "")), attempt.nonce)
        access = str(given.get("access_token", ""))
        told = {**(await self._userinfo(metadata, access, claims["sub"]) if access else {}), **claims}
        return self._identity(told, given)

    async def confirmed(self, identity: Identity) -> Identity:
        """Asks the userinfo endpoint, with a renewed access token where that is due; without one the sign-in has ended."""
        metadata = await self._described()
        if self._clock.now() >= identity.renew_at - SOON_SECONDS * 1000:
            identity = await self._renewed(metadata, identity)
        told = await self._userinfo(metadata, identity.access, identity.subject)
        groups = self._groups(told) if self._settings.groups in told else identity.groups
        return msgspec.structs.replace(identity, groups=groups)

    async def _described(self) -> Metadata:
        at = self._clock.monotonic()
        if self._metadata is None or at - self._metadata[0] > METADATA_SECONDS:
            told = await self._asking.get(self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
            try:
                found = msgspec.convert(told, Metadata)
            except msgspec.ValidationError:
                raise unreachable("The identity provider's description cannot be understood") from None
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
            raise denied("The identity provider's token is not genuine, or not for this server") from None

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
            told = await self._asking.get(metadata.jwks_uri)
            try:
                self._keys = (at, KeySet.import_key_set(told))  # type: ignore[arg-type]  # it checks what it is given
            except (JoseError, ValueError, KeyError, TypeError):
                raise unreachable("The identity provider's keys cannot be understood") from None
        return self._keys[1]

    async def _userinfo(self, metadata: Metadata, access: str, subject: str) -> dict[str, Any]:
        if not metadata.userinfo_endpoint:
            return {}
        told = await self._asking.get(metadata.userinfo_endpoint, access)
        if told.get("sub") != subject:
            raise denied("The identity provider speaks of somebody else")
        return told

    async def _renewed(self, metadata: Metadata, identity: Identity) -> Identity:
        if not identity.refresh:
            raise Problem("unauthorized", "Your sign-in has ended", "", "Sign in again")
        given = await self._asking.renewed(metadata.token_endpoint, identity.refresh)
        return msgspec.structs.replace(
            identity,
            access=str(given.get("access_token", "")),
            refresh=str(given.get("refresh_token") or identity.refresh),
            renew_at=self._lapses(given),
        )

    def _identity(self, told: Mapping[str, Any], given: Mapping[str, Any]) -> Identity:
        claim = self._settings.claim
        given_name = told.get(claim)
        if not isinstance(given_name, str) or not given_name:
            raise denied(f"The identity provider gave no “{claim}”; `claim` under [access] names another")
        name = named(given_name)
        if name is None:
            raise denied(f"The identity provider's “{claim}” is too long, or written so that it can be taken for another")
        if claim == "email" and told.get("email_verified") is not True:
            raise denied("The identity provider has not verified the e-mail address; `claim` under [access] names another claim")
        access, refresh = str(given.get("access_token", "")), str(given.get("refresh_token") or "")
        return Identity(told["sub"], name, self._groups(told), access, refresh, self._lapses(given))

    def _groups(self, told: Mapping[str, Any]) -> tuple[str, ...]:
        found = told.get(self._settings.groups) if self._settings.groups else None
        groups = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        return tuple(f"group:{one}" for one in groups if isinstance(one, str) and one)[:MOST_GROUPS]

    def _lapses(self, given: Mapping[str, Any]) -> int:
        lasts = given.get("expires_in")
        return self._clock.now() + (round(lasts * 1000) if isinstance(lasts, int | float) else 3_600_000)
