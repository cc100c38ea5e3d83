"""Authorisation for a host's back end: lets its users subscribe to the function's channels.

Our function in Segment publishes to channels at a provider whose names change every quarter of an
hour. `PusherAuth` is an ASGI app for one address of the host. `GET` answers where the provider is
and which channels are in use at this moment; `POST` signs a subscription, as Pusher's client asks
for it. Nothing is kept, and no event passes. A user who is no longer let in stops receiving with
the next name.

    from dagnet_realtime.pusher_auth import PusherAuth

    app = PusherAuth(
        key="…", secret=os.environ["PUSHER_SECRET"], cluster="eu",
        workspace="acme-main", env="prod", token_key=os.environ["REALTIME_TOKEN_KEY"],
        allowed=lambda scope: user_of(scope) is not None,
    )

A host without ASGI calls `answer`. This module needs the standard library alone;
`web/client/src/pusherAuth.ts` is its twin, and `conformance/pusher_auth.json` holds both to the
same answers.
"""

import hashlib
import hmac
import inspect
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from dagnet_realtime.model.protocol import (
    FUNCTION_CHANNEL_OVERLAP_SECONDS,
    FUNCTION_CHANNEL_SECONDS,
)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Allowed = Callable[[Scope], bool | Awaitable[bool | None] | None]

METHODS = "GET, POST"
FORM = "application/x-www-form-urlencoded"
MAX_BODY_BYTES = 4096  # a form has some 120
PREFLIGHT_SECONDS = 600

_SOCKET_ID = re.compile(r"[0-9]{1,20}\.[0-9]{1,20}")
_TOKEN_KEY = re.compile(r"(?:[0-9a-f]{2}){8,}")
_CLUSTER = re.compile(r"[a-z0-9-]*")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What the host sends back; `body` is JSON, or empty."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class PusherAuth:
    """The ASGI app. Raises ValueError for options that cannot work.

    `key` and `secret` are those of the app at the provider. Browsers reach it in Pusher's `cluster`
    or at `host`. `token_key` is the function's setting `tokenKey`: hexadecimal digits. `allowed`
    says of a request's ASGI scope whether the person may watch: True lets in, False refuses, None
    says that no one is signed in, or no longer; if it raises, the answer is 503. `origins` are
    other origins whose pages may ask, let in by a token in the header `authorization`. `now` is in
    seconds since 1970.
    """

    def __init__(
        self,
        *,
        key: str,
        secret: str,
        workspace: str,
        env: str,
        token_key: str,
        allowed: Allowed | None = None,
        cluster: str = "",
        host: str = "",
        port: int | None = None,
        tls: bool = True,
        origins: Iterable[str] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        port = (443 if tls else 80) if port is None else port
        self._origins = frozenset(origins)
        _check(bool(key and secret), "key and secret are not those of an app at the provider")
        _check(bool(workspace and env), "workspace and env are not those of the function's plan")
        _check(
            _TOKEN_KEY.fullmatch(token_key) is not None,
            "token_key is not the function's setting: 16 or more hexadecimal digits, in lower case",
        )
        _check(bool(cluster or host), "neither cluster nor host is given")
        _check(_CLUSTER.fullmatch(cluster) is not None, "cluster is not a name as “eu”")
        _check(1 <= port <= 65_535, "port is not a whole number from 1 to 65535")
        _check(
            all(_is_origin(origin) for origin in self._origins),
            "origins are not written as browsers send them, as https://editor.example.com",
        )
        self._key, self._secret = key, secret.encode()
        self._channel_key = _mac(bytes.fromhex(token_key), "relay: function channel").digest()
        self._of = f"{workspace}\0{env}\0"
        self._allowed = allowed
        self._now = now
        self._provider = {
            "kind": "pusher",
            "key": key,
            "host": host or f"ws-{cluster}.pusher.com",
            "port": port,
            "tls": tls,
            "encrypted": False,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] == "lifespan":
            while (await receive())["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close", "code": 1000})
            return
        named = _joined(
            [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        )
        body = await _body(receive) if scope["method"] == "POST" else b""
        read = self._read(scope["method"], named, body)
        if isinstance(read, _Asked):
            answer = self._answer(named, self._decide(read, await self._verdict(scope)))
        else:
            answer = self._answer(named, read)
        await send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": [
                    (name.encode(), value.encode("latin-1")) for name, value in answer.headers
                ],
            }
        )
        await send({"type": "http.response.body", "body": answer.body})

    def answer(
        self,
        method: str,
        headers: Mapping[str, str] | Sequence[tuple[str, str]],
        body: bytes,
        *,
        allowed: bool | None,
    ) -> Answer:
        """The answer to one request of a host without ASGI, which has found out `allowed`."""
        named = _joined(list(headers.items()) if isinstance(headers, Mapping) else headers)
        read = self._read(method, named, body)
        decided = self._decide(read, allowed) if isinstance(read, _Asked) else read
        return self._answer(named, decided)

    def channels(self, at: float) -> tuple[str, ...]:
        """The channels in use at `at` (seconds since 1970): one, or two about a change of name."""
        near = FUNCTION_CHANNEL_OVERLAP_SECONDS
        both = (self._channel_at(max(0.0, at - near)), self._channel_at(at + near))
        return tuple(dict.fromkeys(both))

    def _channel_at(self, at: float) -> str:
        turn = int(at // FUNCTION_CHANNEL_SECONDS)
        digits = _mac(self._channel_key, f"{self._of}{turn}").hexdigest()
        return f"private-dagnet-function-{digits[:40]}"

    async def _verdict(self, scope: Scope) -> "bool | _Refused | None":
        """What the host says of the person."""
        if self._allowed is None:
            return False
        try:
            found = self._allowed(scope)
            return await found if inspect.isawaitable(found) else found
        except Exception:  # noqa: BLE001  # the host's own code; it is logged
            _log.exception("Who may watch could not be found out")
            return _Refused(
                503, "unavailable", "Who may watch could not be found out", "It is tried again"
            )

    def _read(
        self, method: str, headers: Mapping[str, str], body: bytes | None
    ) -> "_Asked | _Refused":
        """What is asked, or why that cannot be answered; before the person is looked at."""
        if method not in ("GET", "POST"):
            preflight = method == "OPTIONS" and headers.get("origin") in self._origins
            return _Refused(204 if preflight else 405, "invalid", "This address takes GET and POST")
        if not self._may_ask(headers):
            return _Refused(
                403, "forbidden", "This page may not ask here", "List its origin in `origins`"
            )
        return _Asked() if method == "GET" else _subscription(headers, body)

    def _decide(
        self, asked: "_Asked", allowed: "bool | _Refused | None"
    ) -> "Mapping[str, Any] | _Refused":
        """The answer's body, if the person may watch."""
        if isinstance(allowed, _Refused):
            return allowed
        if allowed is None:
            return _Refused(
                401, "unauthorized", "No one is signed in", "Sign in, and turn Realtime on again"
            )
        if allowed is not True:  # a mistaken callback may return anything
            return _Refused(
                403, "forbidden", "You may not watch this workspace", "Ask the owner of this site"
            )
        present = self.channels(self._now())
        if asked.socket_id == "":
            return {"public": self._provider, "channels": present}
        if not any(_same(asked.channel, one) for one in present):
            return _Refused(
                403,
                "forbidden",
                "That channel is not this workspace's",
                "Ask for its channels again",
            )
        signature = _mac(self._secret, f"{asked.socket_id}:{asked.channel}").hexdigest()
        return {"auth": f"{self._key}:{signature}"}

    def _answer(self, headers: Mapping[str, str], found: "Mapping[str, Any] | _Refused") -> Answer:
        cors = {"vary": "origin"}
        if (origin := headers.get("origin", "")) in self._origins:
            cors["access-control-allow-origin"] = origin
        if isinstance(found, _Refused) and found.status == 204:
            cors["access-control-allow-methods"] = METHODS
            cors["access-control-allow-headers"] = "authorization, content-type"
            cors["access-control-max-age"] = str(PREFLIGHT_SECONDS)
            return Answer(204, tuple(cors.items()), b"")
        status = found.status if isinstance(found, _Refused) else 200
        common = {
            "content-type": "application/json" if status == 200 else "application/problem+json",
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        }
        allow = {"allow": METHODS} if status == 405 else {}
        body = found.body() if isinstance(found, _Refused) else found
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        return Answer(status, tuple({**common, **cors, **allow}.items()), text)

    def _may_ask(self, headers: Mapping[str, str]) -> bool:
        """Whether the page that asks is of this site, of a listed origin, or no page at all.

        A browser says by `sec-fetch-site` what it knows; one that does not is judged by `origin`
        and `host`.
        """
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None and origin in self._origins:
            return True
        if site is not None:
            return site == "same-origin" or (site == "none" and origin is None)
        return origin is None or re.sub(r"^https?://", "", origin) == headers.get("host")


@dataclass(frozen=True)
class _Asked:
    """The subscription to sign; without a socket, only where the channels are."""

    socket_id: str = ""
    channel: str = ""


@dataclass(frozen=True)
class _Refused:
    status: int
    code: str
    title: str
    remedy: str = ""

    def body(self) -> dict[str, str | int]:
        """As the server's own problems are written."""
        return {
            "code": self.code,
            "title": self.title,
            "status": self.status,
            "detail": "",
            "remedy": self.remedy,
        }


def _subscription(headers: Mapping[str, str], body: bytes | None) -> _Asked | _Refused:
    """What a page asks to have signed, or why it cannot be."""
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != FORM:
        return _Refused(
            415, "invalid", "The body is not a form", f"Send socket_id and channel_name as {FORM}"
        )
    length = headers.get("content-length", "")
    declared = int(length[:20]) if length.isascii() and length.isdigit() else 0
    if body is None or max(len(body), declared) > MAX_BODY_BYTES:
        return _Refused(
            413,
            "too_large",
            f"The body breaks off, or has more than {MAX_BODY_BYTES} bytes",
            "Send socket_id and channel_name alone",
        )
    form = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    sockets = [value for name, value in form if name == "socket_id"]
    channels = [value for name, value in form if name == "channel_name"]
    if len(sockets) != 1 or len(channels) != 1:
        return _Refused(
            400,
            "invalid",
            "socket_id and channel_name must each come once",
            "Send them as pusher-js does",
        )
    if not _SOCKET_ID.fullmatch(sockets[0]):
        return _Refused(
            400, "invalid", "Invalid socket id", "Send the socket's id as pusher-js gives it"
        )
    return _Asked(sockets[0], channels[0])


async def _body(receive: Receive) -> bytes | None:
    """The request's body; None if it is too long or breaks off."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return body


def _joined(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Headers by their names in lower case; repeated ones are joined, as in JavaScript."""
    named: dict[str, str] = {}
    for name, value in headers:
        held = named.get(name.lower())
        named[name.lower()] = value.strip() if held is None else f"{held}, {value.strip()}"
    return named


def _is_origin(text: str) -> bool:
    """Whether an origin is written as browsers send it."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    default = {"http": 80, "https": 443}
    if parts.scheme not in default or not parts.hostname or port == default[parts.scheme]:
        return False
    return text == f"{parts.scheme}://{parts.netloc}" and text == text.lower() and "@" not in text


def _mac(key: bytes, text: str) -> "hmac.HMAC":
    return hmac.new(key, text.encode("utf-8", "replace"), hashlib.sha256)


def _same(a: str, b: str) -> bool:
    return hmac.compare_digest(a.encode("utf-8", "replace"), b.encode())


def _check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)
