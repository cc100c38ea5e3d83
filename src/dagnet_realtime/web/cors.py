"""Cross-origin access (CORS): pages of the listed origins may watch, by access token alone.

The operations that such a page needs are declared with `cross_origin`. Of a request from a listed
origin only the headers in `READ_HEADERS` are read, so that neither a cookie nor what a proxy
vouches for counts; credentials are never allowed, and no answer names `*`.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.routing import compile_path

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import LAST_EVENT_ID_HEADER
from dagnet_realtime.web.asgi import App, Receive, Scope, Send
from dagnet_realtime.web.auth.request import (
    Authenticator,
    AuthRequest,
    auth_request,
    normalise_origin,
)
from dagnet_realtime.web.openapi import Operation
from dagnet_realtime.web.responses import Header, problem_response

ALLOWED_HEADERS = f"authorization, content-type, {LAST_EVENT_ID_HEADER}"
EXPOSED_HEADERS = "content-encoding, retry-after"
PREFLIGHT_SECONDS = 600  # for which a browser may remember a preflight
READ_HEADERS = frozenset(
    {
        b"host",
        b"authorization",
        b"accept",
        b"accept-encoding",
        b"content-type",
        b"content-length",
        b"content-encoding",
        b"transfer-encoding",
        LAST_EVENT_ID_HEADER.encode(),
    }
)
VARY: Header = (b"vary", b"origin")


class CorsPolicy:
    """Which origins may use which of `operations`, beside the server's own pages.

    `origins` are written as browsers send them, and compared byte by byte.
    """

    def __init__(self, origins: Iterable[str], operations: Iterable[Operation]) -> None:
        self.origins = frozenset(origin.encode() for origin in origins)
        methods: dict[str, list[str]] = {}
        for operation in operations:
            if operation.cross_origin:
                methods.setdefault(operation.path, []).append(operation.method)
        self._methods: Sequence[tuple[re.Pattern[str], tuple[str, ...]]] = [
            (compile_path(path)[0], tuple(found)) for path, found in methods.items()
        ]

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods by which pages of listed origins may ask for `path`; none for others."""
        return next((found for shape, found in self._methods if shape.match(path)), ())

    def headers(self, scope: Scope) -> list[Header]:
        """The CORS headers of any answer to this request, a refusal included."""
        origins = _all(scope, b"origin")
        if not self.origins or not self.methods(scope["path"]):
            return []
        if len(origins) != 1 or origins[0] not in self.origins:
            return [VARY]
        return [
            VARY,
            (b"access-control-allow-origin", origins[0]),
            (b"access-control-expose-headers", EXPOSED_HEADERS.encode()),
        ]


class CorsMiddleware:
    """Answers preflights, and lets requests from listed origins in by their bearer token alone.

    It refuses requests from other origins for the same paths. Requests from the server's own pages,
    for other paths, and without an Origin header pass unchanged: `OriginMiddleware` checks them.
    """

    def __init__(
        self, app: App, policy: CorsPolicy, authenticator: Authenticator, public_url: str = ""
    ) -> None:
        self._app = app
        self._policy = policy
        self._authenticator = authenticator
        self._public = normalise_origin(public_url) if public_url else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or answers it."""
        headers = self._policy.headers(scope)

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        answering: Send = send_with_headers if headers else send
        methods = self._policy.methods(scope["path"])
        if not methods or not self._is_foreign(scope):
            await self._app(scope, receive, answering)
            return
        try:
            if not any(name == b"access-control-allow-origin" for name, _ in headers):
                raise _NOT_LISTED
            if scope["method"] == "OPTIONS" and _all(scope, b"access-control-request-method"):
                self._check_host(scope)
                preflight = _preflight_headers(scope, methods)
                await answering(
                    {"type": "http.response.start", "status": 204, "headers": preflight}
                )
                await answering({"type": "http.response.body", "body": b""})
                return
            if not auth_request(scope["method"], scope["headers"]).bearer:
                raise _NO_TOKEN
        except Problem as problem:
            await problem_response(problem)(scope, receive, answering)
            return
        read = [header for header in scope["headers"] if header[0] in READ_HEADERS]
        await self._app({**scope, "headers": read}, receive, answering)

    def _is_foreign(self, scope: Scope) -> bool:
        """Whether a page of another host asks; which of the own origins is checked later."""
        asking = {normalise_origin(one.decode("latin-1")) for one in _all(scope, b"origin")}
        host = auth_request("GET", scope["headers"]).host
        own = {normalise_origin(f"{scheme}://{host}") for scheme in ("http", "https") if host}
        return not asking <= own | {self._public}

    def _check_host(self, scope: Scope) -> None:
        """Raises `Problem("forbidden")` if the request addresses the server by a foreign name."""
        host = auth_request("GET", scope["headers"]).host
        self._authenticator.check_origin(AuthRequest("GET", host=host))


_NOT_LISTED = Problem(
    "forbidden",
    "A page of this origin may not watch",
    "It is not among `origins` under [server]",
    "Add the origin as browsers write it, e.g. https://dagnet.example.com",
)
_NO_TOKEN = Problem(
    "unauthorized",
    "The request has no access token",
    "A page of another origin is let in by its token alone, never by a cookie",
    "Send it as Authorization: Bearer …",
)


def _preflight_headers(scope: Scope, methods: Sequence[str]) -> list[Header]:
    headers: list[Header] = [
        (b"access-control-allow-methods", ", ".join(methods).encode()),
        (b"access-control-allow-headers", ALLOWED_HEADERS.encode()),
        (b"access-control-max-age", b"%d" % PREFLIGHT_SECONDS),
    ]
    # A browser asks this before a page of the internet may reach a server of its own network.
    if _all(scope, b"access-control-request-private-network") == [b"true"]:
        headers.append((b"access-control-allow-private-network", b"true"))
    return headers


def _all(scope: Scope, name: bytes) -> list[bytes]:
    return [value for other, value in scope["headers"] if other == name]
