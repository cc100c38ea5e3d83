"""The two delivery routes as bare ASGI apps: Segment's webhook and Segment's tracking API.

A route of a framework costs more than the whole road of an event, so these stand beside the framework. Nothing that a sender sent is
ever logged, not even as part of an error.
"""

import base64
import binascii
import contextlib
import re
from typing import Any, Literal

import msgspec

from dagnet_realtime.core.segment.pixel import GIF, body_of
from dagnet_realtime.core.segment.tracking import ROUTES, says_what_it_is
from dagnet_realtime.hub.intake import Intake
from dagnet_realtime.model.channel import Source
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.addresses import BARE, COUNTS_OF_SDKS, Kind, kind_of, tracking_route, webhook_source
from dagnet_realtime.web.answers import JSON, PROBLEM, SUCCESS, answer, answer_unread, problem_body, refusal_body, retry_headers
from dagnet_realtime.web.body import Gone, Limits, Receive, Scope, Send, Unproven, Unread, pass_over, read_body
from dagnet_realtime.web.cors import ANY_ORIGIN, posting, preflight
from dagnet_realtime.web.faults import FAULTS
from dagnet_realtime.web.offer import Method

WEBHOOK_PREFIX = "/segment/webhook/"
DELIVERS: tuple[Method, ...] = ("POST", "PUT", "PATCH")

_LEFT = 4.0  # seconds before a sender whose delivery failed here shall come back
_HOST = re.compile(rb"[A-Za-z0-9.:\[\]_-]{1,255}")
_ENCODER = msgspec.json.Encoder()
_TAKEN = (JSON,)
_PICTURE = ((b"content-type", b"image/gif"), (b"cross-origin-resource-policy", b"cross-origin"), *ANY_ORIGIN)
_BEARS_DATA = b"data="


class SdkSettings(msgspec.Struct, frozen=True, rename="camel"):
    """What an SDK that fetches its settings here needs in order to send here."""

    integrations: dict[str, dict[str, str]]
    plan: dict[str, Any]
    edge_function: dict[str, Any]


class Asked(msgspec.Struct):
    """The headers of a request that matter here; b"" where absent."""

    length: bytes = b""
    encoding: bytes = b""
    signature: bytes = b""
    authorization: bytes = b""
    host: bytes = b""


_FIELDS: dict[bytes, Literal["length", "encoding", "signature", "authorization", "host"]] = {
    b"content-length": "length",
    b"content-encoding": "encoding",
    b"x-signature": "signature",
    b"authorization": "authorization",
    b"host": "host",
}


class WebhookApp:
    """`POST`, `PUT` and `PATCH /segment/webhook/{source}`."""

    def __init__(self, intake: Intake, limits: Limits | None = None, unproven: Unproven | None = None) -> None:
        self._intake = intake
        self._limits = limits or Limits()
        self._unproven = unproven or Unproven()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers by Segment's retry rules: 200 taken, 4xx not to be sent again, 429 and 503 to be."""
        try:
            await self._take(scope, receive)
        except Gone:
            return
        except _Method:
            await answer(send, 405, [PROBLEM, (b"allow", b"POST, PUT, PATCH")], problem_body(_NOT_ALLOWED, 405))
        except Problem as problem:
            told = (problem.status, [PROBLEM, *retry_headers(problem)], problem_body(problem))
            await (answer_unread(receive, send, *told) if isinstance(problem, Unread) else answer(send, *told))
        except Exception as error:  # noqa: BLE001 -- the sender must get an answer, and the error's text may hold what was sent
            failed = unexpected(error)
            await answer(send, failed.status, [PROBLEM, *retry_headers(failed)], problem_body(failed))
        else:
            await answer(send, 200, _TAKEN, SUCCESS)

    async def _take(self, scope: Scope, receive: Receive) -> None:
        if scope["method"] not in DELIVERS:
            raise _Method
        asked, began = _asked(scope), _began(scope, self._intake)
        source = self._intake.source(webhook_source(scope["path"]) or "")
        signature, limits = asked.signature.decode("latin-1"), self._limits
        with self._unproven.hold() as held:
            try:
                hopeless = self._intake.hopeless(source, signature)
                if hopeless is not None and not asked.encoding:
                    await pass_over(receive, asked.length, limits.webhook, limits.seconds)
                    raise hopeless
                body = await read_body(receive, asked.length, asked.encoding, limits.webhook, limits.seconds, held)
            except Problem as problem:
                self._intake.refuse(source, problem)
                raise
            await self._intake.webhook(source, body, signature, held.release, began)


class TrackingApp:
    """Segment's tracking API, and the settings that SDKs fetch; answers as Segment's own does.

    `public_url` is "" where the request's own host is the address that SDKs reach.
    """

    def __init__(self, intake: Intake, limits: Limits | None = None, public_url: str = "", unproven: Unproven | None = None) -> None:
        self._intake = intake
        self._limits = limits or Limits()
        self._unproven = unproven or Unproven()
        self._scheme, _, self._public = public_url.rstrip("/").partition("://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers exactly `200 {"success": true}`, or `{"success": false, "code", "message"}`; too large is 400 here, as at Segment."""
        method = scope["method"]
        route = tracking_route(method, scope["path"]) or BARE
        kind = kind_of(route)
        if method == "OPTIONS":
            await answer(send, 204, preflight(scope["headers"], reads=kind in ("settings", "pixel")), b"")
            return
        shared = (JSON, *(posting(scope["headers"]) if method == "POST" else ANY_ORIGIN))
        try:
            if kind == "pixel" or (method in ("GET", "HEAD") and _BEARS_DATA in scope.get("query_string", b"") and ROUTES.get(route)):
                await self._picture(route, method, scope.get("query_string", b""), _began(scope, self._intake))
                await answer(send, 200, _PICTURE, GIF)
                return
            body = await self._answered(route, kind, scope, receive)
        except Gone:
            return
        except _Method as refused:
            await answer(send, 405, [*shared, (b"allow", refused.allow)], refusal_body(_NOT_ALLOWED))
        except Problem as problem:
            status = 400 if problem.code == "too_large" else problem.status
            told = (status, [*shared, *retry_headers(problem)], refusal_body(problem))
            await (answer_unread(receive, send, *told) if isinstance(problem, Unread) else answer(send, *told))
        except Exception as error:  # noqa: BLE001 -- the sender must get an answer, and the error's text may hold what was sent
            failed = unexpected(error)
            await answer(send, failed.status, [*shared, *retry_headers(failed)], refusal_body(failed))
        else:
            await answer(send, 200, shared, body)

    async def _answered(self, route: str, kind: Kind, scope: Scope, receive: Receive) -> bytes:
        method = scope["method"]
        if kind == "settings":
            if method != "GET":
                raise _Method(b"GET, OPTIONS")
            return self._settings(route.split("/")[1], _asked(scope).host, scope.get("scheme", "http"))
        if kind == "unknown":
            raise _no_route()
        if method != "POST":
            raise _Method(b"POST, OPTIONS")
        await self._track(route, _asked(scope), receive, _began(scope, self._intake))
        return SUCCESS

    async def _picture(self, route: str, method: str, query: bytes, began: int) -> None:
        """Takes the call of a pixel. Whatever is wrong with it, a mail program that asks for a picture gets one."""
        if method not in ("GET", "HEAD"):
            raise _Method(b"GET, HEAD, OPTIONS")
        if not self._intake.tracks:
            raise Problem("not_found", "No source here takes what SDKs send", remedy=_NONE_TRACKS)
        with contextlib.suppress(Problem):
            body = body_of(query)
            await self._intake.track(self._sender(body), body, ROUTES[route.rpartition("/")[2].removesuffix(".gif")], began)

    async def _track(self, route: str, asked: Asked, receive: Receive, began: int) -> None:
        if not self._intake.tracks:
            raise Problem("not_found", "No source here takes what SDKs send", remedy=_NONE_TRACKS)
        key = _basic(asked.authorization)
        source = self._known(key) if key else None
        limits = self._limits
        if route == COUNTS_OF_SDKS:
            await pass_over(receive, asked.length, limits.tracking, limits.seconds)
            return
        with self._unproven.hold() as held:
            try:
                body = await read_body(receive, asked.length, asked.encoding, limits.tracking, limits.seconds, held)
            except Problem as problem:
                if source is not None:
                    self._intake.refuse(source, problem)
                raise
            source = source or self._sender(body)
            if route == BARE and not says_what_it_is(body):
                raise _no_route()
            await self._intake.track(source, body, ROUTES.get(route), began)

    def _sender(self, body: bytes) -> Source:
        source = self._intake.sender(body)
        if source is None:
            raise _no_source()
        return source

    def _known(self, key: str) -> Source:
        source = self._intake.by_write_key(key)
        if source is None:
            raise _no_source()
        return source

    def _settings(self, key: str, host: bytes, scheme: str) -> bytes:
        if self._intake.by_write_key(key) is None:
            raise Problem("not_found", "No source has this write key", remedy=_KEYS)
        own = {"apiKey": key}
        if self._public:
            own |= {"apiHost": f"{self._public}/v1", "protocol": self._scheme}
        elif _HOST.fullmatch(host):
            own |= {"apiHost": f"{host.decode()}/v1", "protocol": scheme}
        return _ENCODER.encode(SdkSettings({"Segment.io": own}, {}, {}))


class _Method(Exception):
    """The route takes other methods."""

    def __init__(self, allow: bytes = b"") -> None:
        super().__init__()
        self.allow = allow


_KEYS = "Use the key that `dagnet-realtime serve` prints, or the write_key of a tracking source in realtime.toml"
_NONE_TRACKS = 'Add a source with kind = "tracking" and a write_key to a workspace in realtime.toml'
_NOT_ALLOWED = Problem("invalid", "The route takes another method", remedy="See the Allow header")


def _no_route() -> Problem:
    return Problem("not_found", "Segment's tracking API has no such route", remedy="Use /v1/track, /v1/batch and their like")


def _no_source() -> Problem:
    return Problem("unauthorized", "No source has this write key", remedy=_KEYS)


def _began(scope: Scope, intake: Intake) -> int:
    """When the request's first byte came; of a server that does not say so, when its head was whole."""
    began = (scope.get("state") or {}).get("began")
    return began if isinstance(began, int) else intake.now()


def _asked(scope: Scope) -> Asked:
    asked = Asked()
    for name, value in scope["headers"]:
        field = _FIELDS.get(name)
        if field is not None:
            setattr(asked, field, value)
    return asked


def _basic(authorization: bytes) -> str:
    """The write key of `Authorization: Basic base64(key + ":")`, with or without the colon; "" where there is none."""
    scheme, _, packed = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return ""
    try:
        return base64.b64decode(packed.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return ""


def unexpected(error: Exception) -> Problem:
    """Logs where and what kind of error it was, which is all that cannot be personal."""
    FAULTS.note("delivery_failed", error)
    return Problem("unavailable", "The delivery could not be taken", remedy="Send it again", retry_after=_LEFT)
