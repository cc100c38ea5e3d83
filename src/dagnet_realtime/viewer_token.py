"""Viewer tokens for a host's back end: short-lived access to one workspace, for one viewer.

A page of another origin watches by such a token. Its back end mints it with a key that it shares
with the server (`viewer_keys` of the workspace), and gives it to people whom it has signed in:

    from dagnet_realtime.viewer_token import mint_viewer_token

    token = mint_viewer_token(key, workspace="acme-main", env="prod", viewer=user.id)

It is a JSON Web Token (RFC 7519) signed by HMAC-SHA256. This module needs the standard library
alone; `web/client/src/viewerToken.ts` is its twin, and `conformance/viewer_tokens.json` holds both
to the same bytes.
"""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from typing import Literal

ViewerRole = Literal["watch", "follow", "identities"]

TOKEN_TYPE = "dagnet-realtime+jwt"  # noqa: S105  # the kind of token, in its header
AUDIENCE = "dagnet-realtime"
ROLES: tuple[ViewerRole, ...] = ("watch", "follow", "identities")
MIN_KEY_BYTES = 32
DEFAULT_SECONDS = 300
MAX_SECONDS = 3600
MAX_TIME = 2**53 - 1  # seconds since 1970 that every reader of JSON knows exactly

_HEADER = json.dumps({"alg": "HS256", "typ": TOKEN_TYPE}, separators=(",", ":")).encode()
_NAME = re.compile(r"[A-Za-z0-9._-]{1,128}")
_VIEWER = re.compile(r"[!-~]{1,128}")


def mint_viewer_token(
    key: str | bytes,
    *,
    workspace: str,
    env: str,
    viewer: str,
    role: ViewerRole = "watch",
    seconds: int = DEFAULT_SECONDS,
    now: float | None = None,
) -> str:
    """A token by which `viewer` may watch `workspace` in `env` for `seconds`.

    `viewer` is the host's own id of the person: 1 to 128 ASCII characters without blanks, the same
    at each renewal, since watch sessions belong to it. It stands in the audit log. `now` is in
    seconds since 1970. Raises ValueError for what the server would refuse.
    """
    secret = key.encode() if isinstance(key, str) else key
    if len(secret) < MIN_KEY_BYTES:
        raise ValueError(f"the key is shorter than {MIN_KEY_BYTES} bytes")
    check_viewer(viewer)
    for name, value in (("workspace", workspace), ("env", env)):
        if not _NAME.fullmatch(value):
            raise ValueError(f"{name} is not 1 to 128 letters, digits, dots, dashes or underscores")
    if role not in ROLES:
        raise ValueError(f"role is none of {', '.join(ROLES)}")
    if not isinstance(seconds, int) or not 1 <= seconds <= MAX_SECONDS:
        raise ValueError(f"seconds is no whole number from 1 to {MAX_SECONDS}")
    issued_at = time.time() if now is None else now
    if not 0 <= issued_at <= MAX_TIME:
        raise ValueError("now is no time in seconds since 1970")
    issued = int(issued_at)
    return sign_claims(
        secret,
        {
            "aud": AUDIENCE,
            "workspace": workspace,
            "env": env,
            "role": role,
            "sub": viewer,
            "iat": issued,
            "exp": issued + seconds,
        },
    )


def check_viewer(viewer: str) -> None:
    """Raises ValueError if `viewer` cannot name a viewer."""
    if not _VIEWER.fullmatch(viewer):
        raise ValueError("viewer is not 1 to 128 ASCII characters without blanks")


def sign_claims(key: bytes, claims: Mapping[str, str | int]) -> str:
    """The token of `claims`, which are not checked."""
    payload = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
    signed = f"{_base64url(_HEADER)}.{_base64url(payload)}"
    return f"{signed}.{signature(key, signed)}"


def signature(key: bytes, signed: str) -> str:
    """HMAC-SHA256 of a token's first two parts, as its third part."""
    return _base64url(hmac.digest(key, signed.encode(), hashlib.sha256))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
