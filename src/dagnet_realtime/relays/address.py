"""The address of a Pusher-compatible provider, as one URL says it."""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import msgspec

from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem

REMEDY = 'Write relay = "pusher://KEY:SECRET@host:port/APP_ID", or pusher+tls:// for TLS on another port than 443'
SEALED_SHARE = 0.72  # of the provider's limit: Base64 takes a quarter, the nonce and the JSON around it some bytes more
_HOST = re.compile(
    r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|[0-9a-f:]*:[0-9a-f:.]*"
)  # it goes into the page's policy as it is
_KNOWN = frozenset(
    {"ws", "cluster", "encrypted", "limit", "batch", "pieces", "every", "rate", "timeout"}
)


class PusherConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where the provider is and what it allows. Defaults are Pusher's own limits: 10 kB a message, 10 messages a request.

    `api` is the origin of its HTTP interface; `ws_host`, `ws_port` and `tls` are what browsers connect to. `every` and `timeout` are
    seconds, `rate` is messages a second in one channel: Pusher states none, of Ably it is 50.
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
        """The origin that browsers connect to, as a page's policy names it."""
        host = f"[{self.ws_host}]" if ":" in self.ws_host else self.ws_host
        return f"{'wss' if self.tls else 'ws'}://{host}:{self.ws_port}"

    @property
    def body_limit(self) -> int:
        """Bytes of one message before encryption."""
        return int(self.limit * SEALED_SHARE) if self.encrypted else self.limit


def parse_relay_url(url: str) -> PusherConfig:
    """The address in `url`; raises `Problem("invalid")`, which never holds the URL itself."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _wrong("it is no URL") from None
    if parts.scheme not in ("pusher", "pusher+tls"):
        raise _wrong("it begins with neither pusher:// nor pusher+tls://")
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(asked.keys() - _KNOWN):
        raise _wrong(f"it asks for {', '.join(unknown)[:60]}, which nobody knows")
    app_id, key, secret = (
        parts.path.strip("/"),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )
    if not (app_id and key and secret and app_id.isalnum()):
        raise _wrong("it lacks the key, the secret or the app's id")
    tls = parts.scheme == "pusher+tls" or port == 443
    cluster = asked.get("cluster", "")
    host = parts.hostname or (f"api-{cluster}.pusher.com" if cluster else "")
    if not host or (not cluster.replace("-", "").isalnum() and cluster):
        raise _wrong("it names neither a host nor a cluster")
    if cluster and not parts.hostname:
        tls, port = True, 443
    port = port or (443 if tls else 80)
    ws = _socket(asked["ws"]) if "ws" in asked else None
    ws_tls = tls if ws is None else ws.scheme == "wss"
    ws_host = (
        (ws.hostname or "") if ws is not None else (f"ws-{cluster}.pusher.com" if cluster else host)
    )
    if not _HOST.fullmatch(host) or not _HOST.fullmatch(ws_host):
        raise _wrong(
            "a host is not written as browsers send it: letters of ASCII, digits, dots and hyphens"
        )
    return PusherConfig(
        app_id=app_id,
        key=key,
        secret=Secret(secret),
        api=f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}",
        ws_host=ws_host,
        ws_port=(ws.port or (443 if ws_tls else 80)) if ws is not None else port,
        tls=ws_tls,
        encrypted=asked.get("encrypted", "") in ("1", "true", "yes"),
        limit=int(_number(asked, "limit", 10_000, 1_000, 1_000_000)),
        batch=int(_number(asked, "batch", 10, 1, 100)),
        pieces=int(_number(asked, "pieces", 2, 1, 20)),
        every=_number(asked, "every", 0.25, 0.05, 10),
        rate=_number(asked, "rate", 20, 0.1, 1_000),
        timeout=_number(asked, "timeout", 2, 0.1, 30),
    )


def _socket(written: str) -> SplitResult:
    """What browsers connect to: `ws://` or `wss://`, a host, and a port if it is not the scheme's own."""
    try:
        found = urlsplit(written)
        _ = found.port
    except ValueError:
        raise _wrong("ws is no URL") from None
    if (
        not written.isprintable()
        or found.scheme not in ("ws", "wss")
        or found.username is not None
        or found.path.strip("/")
        or found.query
        or found.fragment
    ):
        raise _wrong("ws is more or less than ws://host:port or wss://host:port")
    return found


def _number(
    asked: Mapping[str, str], name: str, otherwise: float, least: float, most: float
) -> float:
    try:
        found = float(asked.get(name, otherwise))
    except ValueError:
        found = float("nan")
    if not least <= found <= most:
        raise _wrong(f"{name} must be a number from {least:g} to {most:g}")
    return found


def _wrong(why: str) -> Problem:
    return Problem("invalid", "The relay's address cannot be used", why, REMEDY)
