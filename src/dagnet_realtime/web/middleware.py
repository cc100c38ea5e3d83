"""ASGI middlewares before every route but the ingest routes: headers, errors, origin, sign-in.

`create_app` nests them in this order, the first outermost, so that a refusal carries the same
headers as any other response and passes through the same conversion to a problem:

    SecurityHeadersMiddleware(CorsMiddleware(ErrorMiddleware(OriginMiddleware(
        AuthenticationMiddleware(router)))))

`CorsMiddleware` is in `web/cors.py`.

What they hand on to routes stands in `scope["state"]`; see `web/asgi.py`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.asgi import App, Receive, Scope, Send, auth_request_of, set_state
from dagnet_realtime.web.auth.request import Authenticator, AuthRequest, auth_request
from dagnet_realtime.web.body import ClientDisconnected
from dagnet_realtime.web.error_log import ERROR_LOG
from dagnet_realtime.web.responses import NO_STORE, Header, problem_response

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'%s; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    # A page that is opened from here must be able to reach it: its tap offers itself to its opener.
    (b"cross-origin-opener-policy", b"same-origin-allow-popups"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
SHOP_PATH = "/shop/"  # the folder of the demo's shop


class SecurityHeadersMiddleware:
    """Adds the security headers, the content security policy and `no-store` to each response.

    A header that the route sets itself stays. `connect_origins` are other origins that the page may
    connect to: those of a relay's provider. With `shop` the page may frame the demo's shop.
    `framed_by` are the origins whose pages may frame the interface, and nothing else of the server.
    """

    def __init__(
        self,
        app: App,
        connect_origins: Iterable[str] = (),
        framed_by: Iterable[str] = (),
        *,
        shop: bool = False,
    ) -> None:
        self._app = app
        policy = CONTENT_SECURITY_POLICY % _listed(connect_origins)
        self._headers = _with_policy(policy)
        page_policy = f"{policy}; frame-src 'self'" if shop else policy
        if ancestors := _listed(framed_by):
            # X-Frame-Options knows no list, and would refuse in browsers that heed it.
            page_headers = tuple(
                header
                for header in _with_policy(_framed(page_policy, ancestors))
                if header[0] != b"x-frame-options"
            )
        else:
            page_headers = _with_policy(page_policy)
        self._headers_by_path = {"/": page_headers, "/index.html": page_headers}
        self._shop_headers = self._headers
        if shop:
            self._shop_headers = tuple(
                (name, b"SAMEORIGIN" if name == b"x-frame-options" else value)
                for name, value in _with_policy(_framed(policy, " 'self'"))
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and adds headers to the start of its response."""
        headers = self._headers_for(scope["path"])

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(header for header in headers if header[0] not in names),
                ]
            await send(message)

        set_state(scope, "raw_send", send)
        await self._app(scope, receive, send_with_headers)

    def _headers_for(self, path: str) -> tuple[Header, ...]:
        if path.startswith(SHOP_PATH):
            return self._shop_headers
        return self._headers_by_path.get(path, self._headers)


def _listed(origins: Iterable[str]) -> str:
    return "".join(f" {origin}" for origin in sorted(set(origins)))


def _framed(policy: str, ancestors: str) -> str:
    return policy.replace("frame-ancestors 'none'", f"frame-ancestors{ancestors}")


def _with_policy(policy: str) -> tuple[Header, ...]:
    return ((b"content-security-policy", policy.encode()), *SECURITY_HEADERS, NO_STORE)


class ErrorMiddleware:
    """Answers every exception with a problem (RFC 9457). Faults of ours are logged."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on. Once a response has begun it can only be cut short."""
        began = False

        async def send_and_note(message: Any) -> None:
            nonlocal began
            began = True
            await send(message)

        scope["app"] = self  # so that Starlette raises HTTPException instead of answering in text
        try:
            await self._app(scope, receive, send_and_note)
        except (ClientDisconnect, ClientDisconnected):
            return
        except Problem as problem:
            response = problem_response(problem)
        except HTTPException as error:
            allow = (error.headers or {}).get("Allow", "")
            known = _HTTP_PROBLEMS.get(error.status_code, _OTHER_HTTP_PROBLEM)
            response = problem_response(known, error.status_code, allow)
        except Exception as error:  # noqa: BLE001  # its text may hold what was sent: no traceback
            ERROR_LOG.note("request_failed", error)
            response = problem_response(_INTERNAL_ERROR)
        else:
            return
        if not began:
            await response(scope, receive, send)


_HTTP_PROBLEMS = {
    404: Problem(
        "not_found",
        "There is nothing here",
        remedy="See the routes in the documentation, or open the interface at /",
    ),
    405: Problem("invalid", "The route takes another method", remedy="See the Allow header"),
}
_OTHER_HTTP_PROBLEM = Problem("invalid", "The request is refused", remedy="Send it as documented")
_INTERNAL_ERROR = Problem(
    "unavailable",
    "Internal server error",
    "It was logged",
    "Retry, and report it if it persists",
    retry_after=2,
)

MAX_QUERY_FIELDS = 100  # parsing more takes time, even for a request that is refused afterwards
PROBE_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


class OriginMiddleware:
    """Checks the Host and Origin headers, and the number of query fields, before anything else.

    Load balancers, probes and scrapers address a process by its IP address or its container's name,
    so the probe paths answer under any Host. Only the `Authorization` header counts there, which no
    browser sends by itself: a page that rebinds its own name to this server learns nothing.
    """

    def __init__(self, app: App, authenticator: Authenticator) -> None:
        self._app = app
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on; raises `Problem("forbidden")`, or `invalid` for the query."""
        if scope.get("query_string", b"").count(b"&") >= MAX_QUERY_FIELDS:
            raise Problem(
                "invalid",
                "The address has too many fields",
                f"More than {MAX_QUERY_FIELDS}",
                "Send those that the route takes",
            )
        method = scope["method"]
        request = auth_request(method, scope["headers"], (scope.get("client") or ("",))[0])
        try:
            self._authenticator.check_origin(request)
        except Problem:
            if method not in ("GET", "HEAD") or scope["path"] not in PROBE_PATHS:
                raise
            request = AuthRequest(method, authorization=request.authorization)
        set_state(scope, "auth_request", request)
        await self._app(scope, receive, send)


class AuthenticationMiddleware:
    """Requires a signed-in person for each method and path that is not open (`is_open`).

    A path without a route requires one too, so that a stranger cannot find out which routes exist.
    """

    def __init__(
        self, app: App, authenticator: Authenticator, is_open: Callable[[str, str], bool]
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on; raises `Problem`: `unauthorized`, `forbidden`, `unavailable`."""
        if not self._is_open(scope["method"], scope["path"]):
            person = await self._authenticator.person(auth_request_of(scope))
            set_state(scope, "person", person)
        await self._app(scope, receive, send)
