"""What stands before every route: the two delivery apps pass, all else is let in by access or not at all, and leaves with safe headers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.auth.request import Authenticator, AuthRequest, auth_request
from dagnet_realtime.web.body import ClientDisconnected, Receive, Scope, Send
from dagnet_realtime.web.error_log import ERROR_LOG
from dagnet_realtime.web.responses import problem_response
from dagnet_realtime.web.routes.demo import frame_headers
from dagnet_realtime.web.routes.ingest import tracking_route, webhook_source

App = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'%s; "
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    # A page that is opened from here must find its way back to us: its tap offers itself to its opener.
    (b"cross-origin-opener-policy", b"same-origin-allow-popups"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
MOST_FIELDS = 100  # of an address; reading them takes time, whoever asks
ANY_HOST = frozenset(
    {"/healthz", "/readyz", "/metrics"}
)  # asked by machines, which name a process as their network does
_REFUSED = {
    404: Problem(
        "not_found",
        "There is nothing here",
        remedy="See the routes in the documentation, or open the interface at /",
    ),
    405: Problem("invalid", "The route takes another method", remedy="See the Allow header"),
}


class SecurityMiddleware:
    """The whole server as one ASGI app.

    For a method and path that is open (`is_open`) nobody need be signed in; for all else somebody must, whether the path exists or not.
    `connects` are further origins that the page may connect to: those of a relay's provider. `shop` says whether the demo's shop is there,
    `tracks` whether any source takes what SDKs send.
    """

    def __init__(
        self,
        webhook: App,
        tracking: App,
        inner: App,
        access: Authenticator,
        is_open: Callable[[str, str], bool],
        connects: Sequence[str] = (),
        *,
        shop: bool = False,
        tracks: bool = True,
    ) -> None:
        self._webhook = webhook
        self._tracking = tracking
        self._inner = inner
        self._access = access
        self._is_open = is_open
        security = CONTENT_SECURITY % "".join(f" {origin}" for origin in sorted(set(connects)))
        self._safe = ((b"content-security-policy", security.encode()), *SECURITY_HEADERS)
        self._shop = shop
        self._tracks = tracks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; nothing that goes wrong inside leaves as anything but a problem."""
        if scope["type"] != "http":
            raise RuntimeError(f"only HTTP is served here, not {scope['type']}")
        path = scope["path"]
        if webhook_source(path) is not None:
            await self._webhook(scope, receive, send)
        elif tracking_route(scope["method"], path, tracks=self._tracks) is not None:
            await self._tracking(scope, receive, send)
        else:
            await self._guarded(scope, receive, send)

    def _admitted(self, asked: AuthRequest, path: str, query: bytes) -> AuthRequest:
        """The request as access may look at it; raises `Problem("forbidden")` for what it must not look at at all, and `invalid` for an
        address of too many fields.

        Load balancers, probes and scrapers name a process by its address or its container's name. Under a foreign name only the
        `Authorization` header counts, which no browser sends by itself: a page that rebinds its name to this server learns nothing.
        """
        if query.count(b"&") >= MOST_FIELDS:
            raise Problem(
                "invalid",
                "The address has too many fields",
                f"More than {MOST_FIELDS}",
                "Send those that the route takes",
            )
        try:
            self._access.admit(asked)
        except Problem:
            if asked.method not in ("GET", "HEAD") or path not in ANY_HOST:
                raise
            return AuthRequest(asked.method, authorization=asked.authorization)
        return asked

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = False
        safe = frame_headers(self._safe, scope["path"]) if self._shop else self._safe

        async def safely(message: Any) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                given = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(header for header in safe if header[0] not in given),
                ]
                if b"cache-control" not in given:
                    message["headers"].append((b"cache-control", b"no-store"))
            await send(message)

        try:
            asked = auth_request(
                scope["method"], scope["headers"], (scope.get("client") or ("",))[0]
            )
            scope["app"] = self
            scope["bare_send"] = send
            asked = scope["asked"] = self._admitted(
                asked, scope["path"], scope.get("query_string", b"")
            )
            if not self._is_open(scope["method"], scope["path"]):
                scope["person"] = await self._access.person(asked)
            await self._inner(scope, receive, safely)
        except (ClientDisconnect, ClientDisconnected):
            return
        except Problem as problem:
            answer = problem_response(problem)
        except HTTPException as refused:
            allow = (refused.headers or {}).get("Allow", "")
            known = _REFUSED.get(refused.status_code) or Problem(
                "invalid", "The request is refused", remedy="Send it as documented"
            )
            answer = problem_response(known, refused.status_code, allow)
        except Exception as error:  # noqa: BLE001  # a user gets a problem, never a traceback; its text may hold what was sent
            answer = problem_response(_unexpected(error))
        else:
            return
        if not began:
            await answer(scope, receive, safely)


def _unexpected(error: Exception) -> Problem:
    """Logs the kind and the place of a fault of ours, and nothing of what it says."""
    ERROR_LOG.note("request_failed", error)
    return Problem(
        "unavailable",
        "The server made a mistake",
        "It was noted in its log",
        "Try again; if it stays, report it",
        retry_after=2,
    )
