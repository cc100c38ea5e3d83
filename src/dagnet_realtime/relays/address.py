"""The address of a Pusher-compatible provider, parsed from one URL."""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import msgspec

from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem

REMEDY = (
    'Write relay = "pusher://KEY:SECRET@host:port/APP_ID", '
    "or pusher+tls:// for TLS on another port than 443"
)
ENCRYPTED_SHARE = (
    0.72  # of the limit is left for the body: Base64, the nonce and JSON take the rest
)
# A host becomes part of the page's content security policy as it is.
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|[0-9a-f:]*:[0-9a-f:.]*")
_KNOWN = frozenset(
    {"ws", "cluster", "encrypted", "limit", "batch", "pieces", "every", "rate", "timeout"}
)


class PusherConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where a provider is and what it allows. The defaults are Pusher's own limits.

    `api` is the origin of its HTTP interface; browsers connect to `ws_host` and `ws_port`. `limit`
    is in bytes of a message, `batch` in messages of a request. `every` and `timeout` are seconds,
    `rate` is messages a second in one channel: Pusher states none, Ably allows 50.
    """

    app_id: str
    key: str
    secret: Secret
    api: str
    ws_host: str
    ws_port: int
    tls: bool
    encrypted: bool = False
    limit: int = 10_000
    batch: int = 10
    pieces: int = 2
    every: float = 0.25
    rate: float = 20.0
    timeout: float = 2.0

    @property
    def socket(self) -> str:
        """The origin that browsers connect to, as in a content security policy."""
        host = f"[{self.ws_host}]" if ":" in self.ws_host else self.ws_host
        return f"{'wss' if self.tls else 'ws'}://{host}:{self.ws_port}"

    @property
    def body_limit(self) -> int:
        """Bytes of one message before encryption."""
        return int(self.limit * ENCRYPTED_SHARE) if self.encrypted else self.limit


def parse_relay_url(url: str) -> PusherConfig:
    """The address in `url`. Raises `Problem("invalid")`, which never contains the URL itself."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _invalid("it is not a URL") from None
    if parts.scheme not in ("pusher", "pusher+tls"):
        raise _invalid("it must begin with pusher:// or pusher+tls://")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(options.keys() - _KNOWN):
        raise _invalid(f"it has unknown options: {', '.join(unknown)[:60]}")
    app_id, key, secret = (
        parts.path.strip("/"),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )
    if not (app_id and key and secret and app_id.isalnum()):
        raise _invalid("it lacks the key, the secret or the app's id")
    tls = parts.scheme == "pusher+tls" or port == 443
    cluster = options.get("cluster", "")
    host = parts.hostname or (f"api-{cluster}.pusher.com" if cluster else "")
    if not host or (not cluster.replace("-", "").isalnum() and cluster):
        raise _invalid("it names neither a host nor a cluster")
    if cluster and not parts.hostname:
        tls, port = True, 443
    port = port or (443 if tls else 80)
    ws = _socket(options["ws"]) if "ws" in options else None
    ws_tls = tls if ws is None else ws.scheme == "wss"
    ws_host = (
        (ws.hostname or "") if ws is not None else (f"ws-{cluster}.pusher.com" if cluster else host)
    )
    if not _HOST.fullmatch(host) or not _HOST.fullmatch(ws_host):
        raise _invalid("a host may have only ASCII letters, digits, dots and hyphens")
    return PusherConfig(
        app_id=app_id,
        key=key,
        secret=Secret(secret),
        api=f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}",
        ws_host=ws_host,
        ws_port=(ws.port or (443 if ws_tls else 80)) if ws is not None else port,
        tls=ws_tls,
        encrypted=options.get("encrypted", "") in ("1", "true", "yes"),
        limit=int(_number(options, "limit", 10_000, 1_000, 1_000_000)),
        batch=int(_number(options, "batch", 10, 1, 100)),
        pieces=int(_number(options, "pieces", 2, 1, 20)),
        every=_number(options, "every", 0.25, 0.05, 10),
        rate=_number(options, "rate", 20, 0.1, 1_000),
        timeout=_number(options, "timeout", 2, 0.1, 30),
    )


def _socket(written: str) -> SplitResult:
    """The option `ws`: `ws://` or `wss://`, a host, and a port unless it is the scheme's own."""
    try:
        parsed = urlsplit(written)
        _ = parsed.port
    except ValueError:
        raise _invalid("ws is not a URL") from None
    if (
        not written.isprintable()
        or parsed.scheme not in ("ws", "wss")
        or parsed.username is not None
        or parsed.path.strip("/")
        or parsed.query
        or parsed.fragment
    ):
        raise _invalid("ws must be ws://host:port or wss://host:port, and nothing else")
    return parsed


def _number(
    options: Mapping[str, str], name: str, default: float, least: float, most: float
) -> float:
    try:
        parsed = float(options.get(name, default))
    except ValueError:
        parsed = float("nan")
    if not least <= parsed <= most:
        raise _invalid(f"{name} must be a number from {least:g} to {most:g}")
    return parsed


def _invalid(why: str) -> Problem:
    return Problem("invalid", "The relay's address cannot be used", why, REMEDY)
