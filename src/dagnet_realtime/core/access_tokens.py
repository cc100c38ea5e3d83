"""Access tokens, which programs and people present to watch. Only digests of them are stored."""

import hashlib
import hmac
from collections.abc import Callable, Iterable

from dagnet_realtime.model.access import AccessToken, Role

PREFIX = "dnr"
_SECRET_BYTES = 32


def create_token(
    name: str,
    role: Role,
    channels: tuple[str, ...],
    now: int,
    lasts: float | None,
    chance: Callable[[int], bytes],
) -> tuple[AccessToken, str]:
    """A new token and its text, which is shown once and cannot be recovered.

    `ttl` is seconds, None for ever; `random_bytes(n)` returns n random bytes.
    """
    id, secret = chance(6).hex(), chance(_SECRET_BYTES).hex()
    token = AccessToken(
        id=id,
        name=name,
        digest=_digest(secret),
        role=role,
        channels=channels,
        created_at=now,
        expires_at=None if lasts is None else now + round(lasts * 1000),
    )
    return token, f"{PREFIX}_{id}_{secret}"


def find_token(tokens: Iterable[AccessToken], presented: str, now: int) -> AccessToken | None:
    """The token whose text is `presented`; None if it is unknown, wrong or expired.

    Secrets are compared in constant time. `now` is ms since 1970 UTC.
    """
    parts = presented.split("_")
    if len(parts) != 3 or parts[0] != PREFIX or not presented.isascii():
        return None
    found = next((token for token in tokens if token.id == parts[1]), None)
    genuine = hmac.compare_digest(_digest(parts[2]), found.digest if found else "0" * 64)
    if found is None or not genuine or (found.expires_at is not None and found.expires_at <= now):
        return None
    return found


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
