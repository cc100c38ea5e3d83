"""Signatures of the Pusher protocol: of HTTP requests, subscriptions and webhooks.

Source: https://pusher.com/docs/channels/library_auth_reference/rest-api/#authentication,
https://pusher.com/docs/channels/library_auth_reference/auth-signatures/ and
https://pusher.com/docs/channels/server_api/webhooks/#authentication
"""

import hashlib
import hmac
import re

SOCKET_ID = re.compile(r"[0-9]{1,20}\.[0-9]{1,20}")
CHANNEL = re.compile(r"[A-Za-z0-9_\-=@,.;]{1,200}")


def request_query(
    key: str,
    secret: bytes,
    method: str,
    path: str,
    body: bytes,
    at: int,
    params: dict[str, str] | None = None,
) -> str:
    """The query of a request, with its signature at `at` (seconds since 1970 UTC).

    Parameters are sorted by name, and values are not escaped.
    """
    query = {"auth_key": key, "auth_timestamp": str(at), "auth_version": "1.0", **(params or {})}
    if body:
        query["body_md5"] = hashlib.md5(body, usedforsecurity=False).hexdigest()
    text = "&".join(f"{name}={query[name]}" for name in sorted(query))
    signature = hmac.digest(secret, f"{method}\n{path}\n{text}".encode(), "sha256").hex()
    return f"{text}&auth_signature={signature}"


def sign_subscription(key: str, secret: bytes, socket_id: str, channel: str) -> str:
    """The signature for a subscription of the browser on `socket_id` to a private `channel`."""
    return f"{key}:{hmac.digest(secret, f'{socket_id}:{channel}'.encode(), 'sha256').hex()}"


def verify_webhook(secret: bytes, signature: str, body: bytes) -> bool:
    """Whether `signature` is the provider's signature of a webhook's `body`."""
    return hmac.compare_digest(
        hmac.digest(secret, body, "sha256").hex().encode(), signature.encode("utf-8", "replace")
    )
