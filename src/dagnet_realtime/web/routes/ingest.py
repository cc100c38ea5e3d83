"""The ingest routes: Segment's webhook (`WebhookApp`) and tracking API (`TrackingApp`).

They are plain ASGI apps without middlewares, since they are by far the most used. Most webhook
events do not reach them: see `FastPath` in `web/connection.py`.
"""

import base64
import binascii
import contextlib
import re
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from dagnet_realtime.core.segment.message import Message
from dagnet_realtime.core.segment.pixel import GIF, call_from_query
from dagnet_realtime.core.segment.tracking import ROUTES, Envelope, is_self_describing
from dagnet_realtime.hub.ingest import Intake
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import SIGNATURE_HEADER
from dagnet_realtime.model.workspace import Source
from dagnet_realtime.web.asgi import ROOT_PATH, Receive, Scope, Send, request_began_at
from dagnet_realtime.web.body import (
    BodyLimits,
    ClientDisconnected,
    UnprovenBytes,
    UnreadBody,
    drain_body,
    read_body,
)
from dagnet_realtime.web.error_log import ERROR_LOG
from dagnet_realtime.web.openapi import JSON, Method, Operation, Parameter, ResponseSpec
from dagnet_realtime.web.responses import (
    JSON_TYPE,
    PROBLEM_TYPE,
    SUCCESS,
    Taken,
    problem_body,
    refusal_body,
    retry_headers,
    send_and_drain,
    send_response,
)

SDK_METRICS_ROUTE = "m"  # SDKs send counts about themselves there, which are ignored
PIXEL = "pixel"
BARE = ""  # the address without a path, as posted by an SDK that appends none
_VERSION, _SETTINGS = "v1", "projects"
_OWN_PREFIXES = ("/api/", "/assets/")  # of most requests: tried first

Kind = Literal["call", "settings", "pixel", "unknown"]


def webhook_source(path: str) -> str | None:
    """The source of `/segment/webhook/<source>`, any extra slashes aside; None for other paths."""
    if "/webhook/" not in path:
        return None
    first, second, *rest = [part for part in path.split("/") if part] + ["", ""]
    return "/".join(rest).rstrip("/") if (first, second) == ("segment", "webhook") else None


def tracking_route(method: str, path: str, *, tracks: bool = True) -> str | None:
    """The route of the tracking API, without `v1` and extra slashes; None for other paths.

    Examples: `track`, `pixel/track`, `projects/<key>/settings`, or `BARE` for the address alone.
    Without `v1` only posts to the API's routes count, and only if a source `tracks`.
    """
    if path.startswith(_OWN_PREFIXES):
        return None
    parts = [part for part in path.split("/") if part]
    own = False
    while parts[:1] == [_VERSION]:
        own = True
        del parts[0]
    if own or parts[:1] == [_SETTINGS]:
        return "/".join(parts)
    if (
        tracks
        and method in ("POST", "OPTIONS")
        and (
            not parts or (len(parts) == 1 and (parts[0] in ROUTES or parts[0] == SDK_METRICS_ROUTE))
        )
    ):
        return "".join(parts)
    return None


def kind_of(route: str) -> Kind:
    """The kind of a route of the tracking API."""
    if route in ROUTES or route in (BARE, SDK_METRICS_ROUTE):
        return "call"
    first, *rest = route.split("/")
    if first == _SETTINGS:
        return (
            "settings"
            if len(rest) == 2 and rest[1] == "settings" and len(rest[0]) <= 200
            else "unknown"
        )
    if first == PIXEL and len(rest) == 1 and ROUTES.get(rest[0].removesuffix(".gif")):
        return "pixel"
    return "unknown"


Header = tuple[bytes, bytes]

_EXPOSED: Header = (b"access-control-expose-headers", b"retry-after, x-ratelimit-reset")
ANY_ORIGIN: tuple[Header, ...] = ((b"access-control-allow-origin", b"*"), _EXPOSED)
_USUAL = b"authorization, content-type, x-retry-count"
_NAMES = re.compile(
    rb"[A-Za-z0-9!#$%&'*+.^_`|~-]+(?:[ \t]*,[ \t]*[A-Za-z0-9!#$%&'*+.^_`|~-]+){0,31}"
)
_LONGEST = 1024  # bytes of a list of header names
_ORIGIN = re.compile(rb"null|[a-z][a-z0-9+.-]{0,30}://[A-Za-z0-9._~:\[\]-]{1,255}")
_PREFLIGHT_VARY = (
    b"origin, access-control-request-method, access-control-request-headers, "
    b"access-control-request-private-network"
)


def posting(headers: Iterable[Header]) -> tuple[Header, ...]:
    """CORS headers of the response to a POST, with or without credentials."""
    return (*_allowing(headers), _EXPOSED, (b"vary", b"origin"))


def preflight(headers: Iterable[Header], *, reads: bool = False) -> list[Header]:
    """CORS headers of the response to OPTIONS: allows the headers that the request names.

    `reads` is True for routes that pages read with GET, without credentials.
    """
    pairs = list(headers)
    allowed, private = _USUAL, False
    for name, value in pairs:
        if (
            name == b"access-control-request-headers"
            and len(value) <= _LONGEST
            and _NAMES.fullmatch(value.strip())
        ):
            allowed = value.strip()
        elif name == b"access-control-request-private-network":
            private = value == b"true"
    answer = [
        *(ANY_ORIGIN if reads else (*_allowing(pairs), _EXPOSED)),
        (b"access-control-allow-methods", b"GET, OPTIONS" if reads else b"POST, OPTIONS"),
        (b"access-control-allow-headers", allowed),
        (b"access-control-max-age", b"86400"),
        (b"vary", _PREFLIGHT_VARY),
    ]
    if private:  # a page on the internet that reports to this machine
        answer.append((b"access-control-allow-private-network", b"true"))
    return answer


def _allowing(headers: Iterable[Header]) -> tuple[Header, ...]:
    origins = [value for name, value in headers if name == b"origin"]
    if len(origins) != 1 or not _ORIGIN.fullmatch(origins[0]):
        return ((b"access-control-allow-origin", b"*"),)
    return (
        (b"access-control-allow-origin", origins[0]),
        (b"access-control-allow-credentials", b"true"),
    )


WEBHOOK_PREFIX = "/segment/webhook/"
DELIVERS: tuple[Method, ...] = ("POST", "PUT", "PATCH")

_RETRY_SECONDS = 4.0  # after a server fault
_HOST = re.compile(rb"[A-Za-z0-9.:\[\]_-]{1,255}")
_ENCODER = msgspec.json.Encoder()
_TAKEN = (JSON_TYPE,)
_PICTURE = (
    (b"content-type", b"image/gif"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    *ANY_ORIGIN,
)
_BEARS_DATA = b"data="


class SdkSettings(msgspec.Struct, frozen=True, rename="camel"):
    """The settings with which an SDK that fetches them here sends here."""

    integrations: dict[str, dict[str, str]]
    plan: dict[str, Any]
    edge_function: dict[str, Any]


class RequestHeaders(msgspec.Struct):
    """The headers that are read; b"" if absent."""

    length: bytes = b""
    encoding: bytes = b""
    signature: bytes = b""
    authorization: bytes = b""
    host: bytes = b""


_FIELDS: dict[bytes, Literal["length", "encoding", "signature", "authorization", "host"]] = {
    b"content-length": "length",
    b"content-encoding": "encoding",
    SIGNATURE_HEADER.encode(): "signature",
    b"authorization": "authorization",
    b"host": "host",
}


class WebhookApp:
    """`POST`, `PUT` and `PATCH /segment/webhook/{source}`."""

    def __init__(
        self,
        intake: Intake,
        limits: BodyLimits | None = None,
        unproven: UnprovenBytes | None = None,
    ) -> None:
        self._intake = intake
        self._limits = limits or BodyLimits()
        self._unproven = unproven or UnprovenBytes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Responds by Segment's retry rules: 200 accepted, 4xx final, 429 and 503 to be retried."""
        try:
            await self._ingest(scope, receive)
        except ClientDisconnected:
            return
        except MethodNotAllowed:
            await send_response(
                send,
                405,
                [PROBLEM_TYPE, (b"allow", b"POST, PUT, PATCH")],
                problem_body(_NOT_ALLOWED, 405),
            )
        except Problem as problem:
            response = (
                problem.status,
                [PROBLEM_TYPE, *retry_headers(problem)],
                problem_body(problem),
            )
            await (
                send_and_drain(receive, send, *response)
                if isinstance(problem, UnreadBody)
                else send_response(send, *response)
            )
        except Exception as error:  # noqa: BLE001  # its text may be personal
            failed = unexpected(error)
            await send_response(
                send, failed.status, [PROBLEM_TYPE, *retry_headers(failed)], problem_body(failed)
            )
        else:
            await send_response(send, 200, _TAKEN, SUCCESS)

    async def _ingest(self, scope: Scope, receive: Receive) -> None:
        if scope["method"] not in DELIVERS:
            raise MethodNotAllowed
        headers, began = _parse_headers(scope), _began(scope, self._intake)
        source = self._intake.source(webhook_source(scope["path"]) or "")
        signature, limits = headers.signature.decode("latin-1"), self._limits
        with self._unproven.hold() as held:
            try:
                hopeless = self._intake.hopeless(source, signature)
                if hopeless is not None and not headers.encoding:
                    await drain_body(receive, headers.length, limits.webhook, limits.seconds)
                    raise hopeless
                body = await read_body(
                    receive, headers.length, headers.encoding, limits.webhook, limits.seconds, held
                )
            except Problem as problem:
                self._intake.refuse(source, problem)
                raise
            await self._intake.webhook(source, body, signature, held.release, began)


class TrackingApp:
    """Segment's tracking API, and the settings that SDKs fetch; responds as Segment's own does.

    `public_url` is "" if SDKs reach the server by the address of their own requests.
    """

    def __init__(
        self,
        intake: Intake,
        limits: BodyLimits | None = None,
        public_url: str = "",
        unproven: UnprovenBytes | None = None,
    ) -> None:
        self._intake = intake
        self._limits = limits or BodyLimits()
        self._unproven = unproven or UnprovenBytes()
        self._scheme, _, self._public = public_url.rstrip("/").partition("://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Responds `200 {"success": true}`, or `{"success": false, "code", "message"}`.

        A body that is too large is 400, as at Segment.
        """
        method = scope["method"]
        route = tracking_route(method, scope["path"]) or BARE
        kind = kind_of(route)
        if method == "OPTIONS":
            await send_response(
                send, 204, preflight(scope["headers"], reads=kind in ("settings", "pixel")), b""
            )
            return
        shared = (JSON_TYPE, *(posting(scope["headers"]) if method == "POST" else ANY_ORIGIN))
        try:
            if kind == "pixel" or (
                method in ("GET", "HEAD")
                and _BEARS_DATA in scope.get("query_string", b"")
                and ROUTES.get(route)
            ):
                await self._picture(
                    route, method, scope.get("query_string", b""), _began(scope, self._intake)
                )
                await send_response(send, 200, _PICTURE, GIF)
                return
            body = await self._answered(route, kind, scope, receive)
        except ClientDisconnected:
            return
        except MethodNotAllowed as refused:
            await send_response(
                send, 405, [*shared, (b"allow", refused.allow)], refusal_body(_NOT_ALLOWED)
            )
        except Problem as problem:
            status = 400 if problem.code == "too_large" else problem.status
            response = (status, [*shared, *retry_headers(problem)], refusal_body(problem))
            await (
                send_and_drain(receive, send, *response)
                if isinstance(problem, UnreadBody)
                else send_response(send, *response)
            )
        except Exception as error:  # noqa: BLE001  # its text may be personal
            failed = unexpected(error)
            await send_response(
                send, failed.status, [*shared, *retry_headers(failed)], refusal_body(failed)
            )
        else:
            await send_response(send, 200, shared, body)

    async def _answered(self, route: str, kind: Kind, scope: Scope, receive: Receive) -> bytes:
        method = scope["method"]
        if kind == "settings":
            if method != "GET":
                raise MethodNotAllowed(b"GET, OPTIONS")
            host, scheme = _parse_headers(scope).host, scope.get("scheme", "http")
            return self._settings(route.split("/")[1], host, scheme, scope.get(ROOT_PATH, ""))
        if kind == "unknown":
            raise _no_route()
        if method != "POST":
            raise MethodNotAllowed(b"POST, OPTIONS")
        await self._track(route, _parse_headers(scope), receive, _began(scope, self._intake))
        return SUCCESS

    async def _picture(self, route: str, method: str, query: bytes, began: int) -> None:
        """Ingests the call of a pixel. Errors in it are ignored: a mail client needs a picture."""
        if method not in ("GET", "HEAD"):
            raise MethodNotAllowed(b"GET, HEAD, OPTIONS")
        if not self._intake.tracks:
            raise Problem("not_found", "No source here takes what SDKs send", remedy=_NONE_TRACKS)
        with contextlib.suppress(Problem):
            body = call_from_query(query)
            await self._intake.track(
                self._sender(body),
                body,
                ROUTES[route.rpartition("/")[2].removesuffix(".gif")],
                began,
            )

    async def _track(
        self, route: str, headers: RequestHeaders, receive: Receive, began: int
    ) -> None:
        if not self._intake.tracks:
            raise Problem("not_found", "No source here takes what SDKs send", remedy=_NONE_TRACKS)
        key = _basic(headers.authorization)
        source = self._known(key) if key else None
        limits = self._limits
        if route == SDK_METRICS_ROUTE:
            await drain_body(receive, headers.length, limits.tracking, limits.seconds)
            return
        with self._unproven.hold() as held:
            try:
                body = await read_body(
                    receive, headers.length, headers.encoding, limits.tracking, limits.seconds, held
                )
            except Problem as problem:
                if source is not None:
                    self._intake.refuse(source, problem)
                raise
            source = source or self._sender(body)
            if route == BARE and not is_self_describing(body):
                raise _no_route()
            await self._intake.track(source, body, ROUTES.get(route), began)

    def _sender(self, body: bytes) -> Source:
        source = self._intake.sender(body)
        if source is None:
            raise self._intake.refuse_unknown_key()
        return source

    def _known(self, key: str) -> Source:
        source = self._intake.by_write_key(key)
        if source is None:
            raise self._intake.refuse_unknown_key()
        return source

    def _settings(self, key: str, host: bytes, scheme: str, root_path: str) -> bytes:
        if self._intake.by_write_key(key) is None:
            unknown = self._intake.refuse_unknown_key()
            raise Problem("not_found", unknown.title, remedy=unknown.remedy)
        own = {"apiKey": key}
        if self._public:
            own |= {"apiHost": f"{self._public}{root_path}/v1", "protocol": self._scheme}
        elif _HOST.fullmatch(host):
            own |= {"apiHost": f"{host.decode()}{root_path}/v1", "protocol": scheme}
        return _ENCODER.encode(SdkSettings({"Segment.io": own}, {}, {}))


class MethodNotAllowed(Exception):
    """The route takes other methods."""

    def __init__(self, allow: bytes = b"") -> None:
        super().__init__()
        self.allow = allow


_NONE_TRACKS = 'Add a source with kind = "tracking" and a write_key to a workspace in realtime.toml'
_NOT_ALLOWED = Problem("invalid", "The route takes another method", remedy="See the Allow header")


def _no_route() -> Problem:
    return Problem(
        "not_found",
        "Segment's tracking API has no such route",
        remedy="Use /v1/track, /v1/batch and their like",
    )


def _began(scope: Scope, intake: Intake) -> int:
    """When the request's first byte arrived; now, if the server does not say."""
    began_at = request_began_at(scope)
    return intake.now() if began_at is None else began_at


def _parse_headers(scope: Scope) -> RequestHeaders:
    headers = RequestHeaders()
    for name, value in scope["headers"]:
        field = _FIELDS.get(name)
        if field is not None:
            setattr(headers, field, value)
    return headers


def _basic(authorization: bytes) -> str:
    """The write key of `Authorization: Basic base64(key + ":")`; "" if there is none.

    The colon may be missing.
    """
    scheme, _, packed = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return ""
    try:
        return base64.b64decode(packed.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return ""


def unexpected(error: Exception) -> Problem:
    """Logs a server fault by type and place, and returns the problem for the sender."""
    ERROR_LOG.note("delivery_failed", error)
    return Problem(
        "unavailable",
        "Internal server error",
        "It was logged",
        "Retry, and report it if it persists",
        retry_after=_RETRY_SECONDS,
    )


def _read(name: str, struct: type[msgspec.Struct], about: str) -> type[msgspec.Struct]:
    """A struct with the fields of `struct`, each of any type: a wrong type is no error."""
    fields = [
        (field.encode_name, Any | msgspec.UnsetType, msgspec.UNSET)
        for field in msgspec.structs.fields(struct)
    ]
    return msgspec.defstruct(name, fields, namespace={"__doc__": about})


Event = _read(
    "SegmentEvent",
    Message,
    "One Segment message: the fields that are read. One of the wrong type counts as absent.",
)
Batch = _read(
    "SegmentBatch",
    Envelope,
    "Calls in `batch`, each a Segment message, with what holds for all of them around it.",
)
_EVENTS: Any = Event | list[Event]  # type: ignore[valid-type]  # made above


def _webhook(method: Method) -> Operation:
    return Operation(
        method=method,
        path=WEBHOOK_PREFIX + "{source}",
        operation_id=f"deliver_{method.lower()}",
        tag="Deliveries",
        summary="Segment Webhooks: one event, or an array of them",
        description="Also as wrapped by the Extensible Webhook, or as a form. Retry after 429 and "
        "503 only.",
        security="signature",
        parameters=(
            Parameter(
                SIGNATURE_HEADER.title(),
                str,
                "HMAC-SHA1 of what is signed, in hexadecimal, under a secret of the source",
                "header",
            ),
        ),
        request_body={JSON: _EVENTS},
        responses={200: ResponseSpec("Accepted, or a duplicate", Taken)},
        problems=("invalid", "unauthorized", "forbidden", "not_found", "too_large", "rate_limited"),
    )


def _call(route: str) -> Operation:
    kind = {
        SDK_METRICS_ROUTE: "What an SDK counts about itself, which is ignored",
        **{batch: "A batch of calls" for batch, type in ROUTES.items() if type is None},
    }
    return Operation(
        method="POST",
        path=f"/v1/{route}",
        operation_id=f"track_{route}",
        tag="Tracking API",
        summary=kind.get(route) or f"One call of the type {ROUTES[route]}",
        security="write_key",
        request_body={
            JSON: Any if route == SDK_METRICS_ROUTE else Event if ROUTES[route] else Batch
        },
        responses={200: ResponseSpec("Accepted, or a duplicate", Taken)},
        problems=("invalid", "unauthorized", "forbidden", "not_found", "too_large", "rate_limited"),
    )


def _pixel(route: str) -> Operation:
    return Operation(
        method="GET",
        path=f"/v1/pixel/{route}",
        operation_id=f"pixel_{route}",
        tag="Tracking API",
        summary=f"One call of the type {ROUTES[route]}, as the address of a picture",
        description="The write key is part of the call. Errors in it are ignored: the response is "
        "a picture.",
        security="write_key",
        parameters=(
            Parameter(
                "data",
                str,
                "The call's JSON in base64; without it the query's own fields are the call",
            ),
        ),
        responses={200: ResponseSpec("One transparent pixel", str, "image/gif")},
        problems=("not_found",),
    )


def _settings(path: str, name: str) -> Operation:
    return Operation(
        method="GET",
        path=path,
        operation_id=name,
        tag="Tracking API",
        summary="The settings of an SDK",
        security="write_key",
        responses={200: ResponseSpec("Settings by which it sends here", SdkSettings)},
        problems=("not_found",),
    )


INGEST_OPERATIONS = (
    *(_webhook(method) for method in DELIVERS),
    *(_call(route) for route in (*ROUTES, SDK_METRICS_ROUTE)),
    *(_pixel(route) for route, type in ROUTES.items() if type == route),
    _settings("/v1/projects/{key}/settings", "settings"),
    _settings("/projects/{key}/settings", "settings_by_old_path"),
)
