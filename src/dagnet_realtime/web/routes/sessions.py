"""Routes of a watch session: On, Off, stream, poll, filter, follow."""

import asyncio
import contextlib
import hashlib
import re
from contextlib import aclosing
from typing import Annotated
from urllib.parse import parse_qs

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.core.identifiers import is_token
from dagnet_realtime.core.rate import TokenBucket
from dagnet_realtime.core.roles import has_role
from dagnet_realtime.core.times import iso
from dagnet_realtime.hub.audit import Audit, AuditAction
from dagnet_realtime.hub.broadcast import EncodedFrame
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.ingest import Intake
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.frame import Close, Frame, Guarantees
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import LAST_EVENT_ID_HEADER, MAX_POLL_SECONDS
from dagnet_realtime.model.watch import SESSION_ID, WatchSession
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import RateLimiter
from dagnet_realtime.web.asgi import Receive, Scope, Send, auth_request_of, person_of, raw_send
from dagnet_realtime.web.auth.request import Person
from dagnet_realtime.web.auth.session import authorised_session, own_session
from dagnet_realtime.web.openapi import JSON, Operation, OperationRoute, Parameter, ResponseSpec
from dagnet_realtime.web.reauthorizer import Reauthorizer
from dagnet_realtime.web.responses import json_response, parse_body

STREAM_PATH = re.compile("/api/watch/([^/]*)/stream")
_LAST_EVENT_ID = LAST_EVENT_ID_HEADER.encode()
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),  # nginx would buffer frames
    # A proxy that compresses (Caddy's `encode`) would buffer them until a block is full.
    (b"content-encoding", b"identity"),
]


class StreamApp:
    """`GET /api/watch/{id}/stream`: Server-Sent Events.

    A viewer that stops reading blocks its own `send` and nothing else.
    """

    def __init__(self, hub: Hub, rounds: Reauthorizer, audit: Audit) -> None:
        self._hub = hub
        self._rounds = rounds
        self._audit = audit
        self._last: tuple[EncodedFrame | None, dict[str, object]] = (None, {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Streams until the session's `bye` or the viewer's disconnect.

        Raises `Problem` only before the first frame.
        """
        found = STREAM_PATH.fullmatch(scope["path"])
        if found is None:
            raise Problem("not_found", "There is nothing here")
        session = await authorised_session(self._hub, found[1], person_of(scope))
        after = _after(scope)
        if after is not None:
            self._audit.record(
                "resumed", session.shown, session.channel, graph=session.graph, session=session.id
            )
        pump = asyncio.current_task()
        left = asyncio.ensure_future(_wait_disconnect(receive))
        departed = False

        def cut(_: object) -> None:
            nonlocal departed
            departed = True
            if pump is not None:
                pump.cancel()

        left.add_done_callback(cut)
        try:
            with self._rounds.streaming(session.id, auth_request_of(scope)) as number:
                await self._send_frames(session.id, number, after, send, raw_send(scope, send))
        except asyncio.CancelledError:
            if not departed:
                raise
            if pump is not None:
                pump.uncancel()
        finally:
            left.remove_done_callback(cut)
            left.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await left

    async def _send_frames(
        self, session_id: str, number: int, after: Position | None, send: Send, bare: Send
    ) -> None:
        """`bare` is the server's own `send`; see `raw_send`."""
        async with aclosing(self._hub.watch(session_id, after, stream=number)) as frames:
            first = await anext(frames)
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await bare(_sse_chunk(first))
            async for frame in frames:
                last, part = self._last
                if last is not frame:
                    part = _sse_chunk(frame)
                    self._last = (frame, part)
                await bare(part)
        await bare({"type": "http.response.body", "body": b""})


def _sse_chunk(sent: EncodedFrame) -> dict[str, object]:
    body = sent.sse
    if isinstance(sent.frame, Close) and sent.frame.retry_after is not None:
        body = b"retry: %d\n%b" % (round(sent.frame.retry_after * 1000), body)
    return {"type": "http.response.body", "body": body, "more_body": True}


def _after(scope: Scope) -> Position | None:
    """The position to resume from: `Last-Event-ID` of a reconnect, else `?after=`."""
    for name, value in scope["headers"]:
        if name == _LAST_EVENT_ID:
            return parse_position(value.decode("latin-1"))
    after = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=20).get("after")
    return parse_position(after[0]) if after else None


async def _wait_disconnect(receive: Receive) -> None:
    """Returns when the viewer has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        pass


class OpenRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The request body of On.

    `share` is from a link: what is shown begins with the session that it names.
    """

    workspace: str
    env: str
    graph: str
    filter: str = ""
    share: str = ""


class ChangeRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The request body of a change; missing fields stay as they are."""

    filter: str | None = None
    follows: tuple[str, ...] | None = None
    graph: str | None = None


class FollowRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A trace by its token, or by an identifier, of which only the token is kept."""

    token: str | None = None
    kind: str | None = None
    value: str | None = None


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A watch session. `position` is that of the log at On, or at the On that was shared with it.

    It expires at `expires_at` unless a stream or a poll renews it. It shows all since `started_at`.
    `share` is what a link names it by, for those who may follow.
    """

    watch_session_id: str
    position: str
    expires_at: str
    posture: Guarantees
    graph_version: str
    started_at: str
    filter: str
    follows: tuple[str, ...]
    share: str = ""


class Polled(msgspec.Struct, frozen=True):
    """The frames of a poll; the next poll continues from `position`."""

    frames: tuple[Frame, ...]
    position: str


class Followed(msgspec.Struct, frozen=True):
    """The identifier's tokens, the current one first, and all that the session follows."""

    token: str
    tokens: tuple[str, ...]
    follows: tuple[str, ...]


_ID = Parameter(
    "id",
    Annotated[str, msgspec.Meta(pattern=f"^{SESSION_ID}$")],
    "The `watch_session_id` that On gave",
    "path",
)
_AFTER = Parameter(
    "after",
    str,
    "The position of the last frame, unchanged; without it the session's own position",
)
_MINE = {"id": "$response.body#/watch_session_id"}

ON = Operation(
    method="POST",
    path="/api/watch",
    operation_id="on",
    tag="Watching",
    summary="On: open a watch session",
    description="With `share` from a link it shows the past too, back to On of the session that "
    "the link names, as far as the log reaches. That session must be live, in the same workspace "
    "and environment, and the role `follow` is needed.",
    request_body={JSON: OpenRequest},
    responses={201: ResponseSpec("The session", Session)},
    problems=("invalid", "too_large", "not_found", "gone", "rate_limited"),
    links={
        **dict.fromkeys(("amend", "follow", "relay", "stream", "off"), _MINE),
        "frames": {**_MINE, "after": "$response.body#/position"},
    },
    cross_origin=True,
)
AMEND = Operation(
    method="PATCH",
    path="/api/watch/{id}",
    operation_id="amend",
    tag="Watching",
    summary="Change the filter, the followed traces or the graph",
    description="Following more needs the role `follow`. Once another `graph` of the workspace is "
    "chosen, frames from an earlier position on count what the log still holds on that graph.",
    parameters=(_ID,),
    request_body={JSON: ChangeRequest},
    responses={200: ResponseSpec("The session as it has become", Session)},
    problems=("invalid", "too_large", "gone", "not_found"),
    cross_origin=True,
)
OFF = Operation(
    method="DELETE",
    path="/api/watch/{id}",
    operation_id="off",
    tag="Watching",
    summary="Off: end the session",
    parameters=(_ID,),
    responses={204: ResponseSpec("It has ended")},
    problems=("gone",),
    cross_origin=True,
)
FRAMES = Operation(
    method="GET",
    path="/api/watch/{id}/frames",
    operation_id="frames",
    tag="Watching",
    summary="Poll: the frames after a position",
    description="Waits for a first frame if there is none. With `until` it returns the frames "
    "between two positions.",
    parameters=(
        _ID,
        _AFTER,
        Parameter("until", str, "A later position, for the frames in between"),
        Parameter(
            "wait",
            Annotated[float, msgspec.Meta(ge=0, le=MAX_POLL_SECONDS)],
            "How long to wait for a first frame, in seconds",
        ),
    ),
    responses={200: ResponseSpec("The frames", Polled)},
    problems=("invalid", "gone", "not_found", "rate_limited"),
    cross_origin=True,
)
FOLLOW = Operation(
    method="POST",
    path="/api/watch/{id}/follow",
    operation_id="follow",
    tag="Watching",
    summary="Follow a trace, or find a known user",
    description="By token, or by kind and value, of which only the token is kept. Needs the role "
    "`follow`, and is audited.",
    parameters=(_ID,),
    request_body={JSON: FollowRequest},
    responses={200: ResponseSpec("The tokens", Followed)},
    problems=("invalid", "too_large", "gone", "rate_limited"),
    cross_origin=True,
)
STREAM_OPERATION = Operation(
    method="GET",
    path="/api/watch/{id}/stream",
    operation_id="stream",
    tag="Watching",
    summary="Push: the frames as Server-Sent Events",
    description="Each event's data is one frame, its id the position to resume from. The last "
    "is a `bye`.",
    parameters=(
        _ID,
        _AFTER,
        Parameter(
            "Last-Event-ID",
            str,
            "As `after`, which it overrides; browsers send it by themselves",
            "header",
        ),
    ),
    responses={200: ResponseSpec("A stream without an end of its own", str, "text/event-stream")},
    problems=("invalid", "gone", "not_found", "rate_limited"),
    cross_origin=True,
)
SESSION_OPERATIONS = (ON, AMEND, OFF, FRAMES, FOLLOW, STREAM_OPERATION)


FOLLOWS_PER_SECOND = 0.5  # of one person: looking people up is slow on purpose
FOLLOWS_AT_ONCE = 20
SHARES_PER_SECOND = 0.1  # of one person: each reads the whole log
SHARES_AT_ONCE = 10
MAX_PERSONS = 1000  # whose follows are counted apart
LONGEST_VALUE = 256  # characters of an identifier


_OPEN, _AMEND, _FOLLOW = (
    msgspec.json.Decoder(OpenRequest),
    msgspec.json.Decoder(ChangeRequest),
    msgspec.json.Decoder(FollowRequest),
)


def session_routes(
    hub: Hub, intake: Intake, clock: Clock, audit: Audit, rates: RateLimiter | None = None
) -> list[OperationRoute]:
    """Every route under `/api/watch` except the stream.

    `rates` limit look-ups over all processes; None limits them in this process alone.
    """
    counted = rates or ProcessLimiter(clock)

    async def limit(person: Person, kind: str, per_second: float, at_once: int, what: str) -> None:
        key = hashlib.sha256(person.id.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        wait = await counted.try_consume(f"{kind}:{key}", 1, per_second, at_once)
        if wait is not None:
            raise Problem(
                "rate_limited",
                f"Too many {what}",
                "",
                "Wait a little",
                retry_after=max(1.0, wait),
            )

    async def turn_on(request: Request) -> Response:
        body, person = await parse_body(request, _OPEN), person_of(request.scope)
        channel = Channel(body.workspace, body.env)
        person.require("follow" if body.share else "watch", channel)
        if body.share:
            await limit(person, "share", SHARES_PER_SECOND, SHARES_AT_ONCE, "links were opened")
        session = await hub.open(
            channel,
            body.graph,
            person.id,
            body.filter,
            person.role(channel) or "watch",
            person.name,
            body.share,
        )
        kind = "shared" if body.share else ""
        audit.record("on", person.name, channel, graph=session.graph, session=session.id, kind=kind)
        return json_response(_session(hub, session), 201)

    async def turn_off(request: Request) -> Response:
        session = await own_session(hub, request.path_params["id"], person_of(request.scope))
        await hub.close(session.id)
        audit.record("off", session.shown, session.channel, graph=session.graph, session=session.id)
        return Response(status_code=204)

    async def change(request: Request) -> Response:
        session = await authorised_session(hub, request.path_params["id"], person_of(request.scope))
        body = await parse_body(request, _AMEND)
        added = set(map(_token, body.follows or ())) - set(session.follows)
        if added:
            person_of(request.scope).require("follow", session.channel)
        changed = await hub.change(session.id, body.filter, body.follows, body.graph)
        if changed.graph != session.graph:
            _note(audit, "switch", changed, ())
        if added:
            _note(audit, "follow", session, tuple(sorted(added)))
        return json_response(_session(hub, changed))

    async def poll(request: Request) -> Response:
        session = await authorised_session(hub, request.path_params["id"], person_of(request.scope))
        after, until = request.query_params.get("after"), request.query_params.get("until")
        if after and until:
            frames = await hub.read_range(session.id, parse_position(after), parse_position(until))
            position = frames[-1].position if frames else after
        else:
            wait = _wait(request.query_params.get("wait", "0"))
            frames, position = await hub.poll(
                session.id, parse_position(after) if after else None, wait
            )
        body = b'{"frames":[%b],"position":%b}' % (
            b",".join([frame.json for frame in frames]),
            msgspec.json.encode(position),
        )
        return Response(body, media_type="application/json")

    async def follow(request: Request) -> Response:
        person = person_of(request.scope)
        session = await authorised_session(hub, request.path_params["id"], person, "follow")
        body = await parse_body(request, _FOLLOW)
        await limit(person, "look-up", FOLLOWS_PER_SECOND, FOLLOWS_AT_ONCE, "traces were looked up")
        tokens = _tokens(intake, session, body)
        for token in tokens:
            session = await hub.follow(session.id, token)
        _note(audit, "follow" if body.token else "look_up", session, tokens, body.kind or "")
        return json_response(Followed(tokens[0], tokens, session.follows))

    return [
        OperationRoute(ON, turn_on),
        OperationRoute(AMEND, change),
        OperationRoute(OFF, turn_off),
        OperationRoute(FRAMES, poll),
        OperationRoute(FOLLOW, follow),
    ]


def parse_position(text: str) -> Position:
    """Parses a position; raises `Problem("invalid")`. The log decides whether it is known."""
    position = Position.parse(text)
    if position is None:
        raise Problem(
            "invalid",
            "Invalid position",
            "",
            "Send the position of the last frame as it came, or none",
        )
    return position


def _token(text: str) -> str:
    """`text`, if it has the form of a token, so that an identifier is not kept by mistake."""
    if not is_token(text):
        raise Problem(
            "invalid",
            "That is no trace",
            "A trace's token is a letter, `_` and 12 characters",
            "Follow one that the feed shows",
        )
    return text


class ProcessLimiter:
    """Implements `RateLimiter` for one process, of at most `MAX_PERSONS` keys."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, TokenBucket] = {}

    async def try_consume(
        self, key: str, events: int, per_second: float, burst: float
    ) -> float | None:
        """As `RateLimiter` says."""
        if len(self._buckets) >= MAX_PERSONS and key not in self._buckets:
            self._buckets.clear()
        return self._buckets.setdefault(key, TokenBucket(per_second, burst)).try_consume(
            events, self._clock.monotonic()
        )


def _note(
    audit: Audit, deed: AuditAction, session: WatchSession, tokens: tuple[str, ...], kind: str = ""
) -> None:
    audit.record(
        deed,
        session.shown,
        session.channel,
        graph=session.graph,
        session=session.id,
        tokens=tokens,
        kind=kind,
    )


def _session(hub: Hub, session: WatchSession) -> Session:
    return Session(
        watch_session_id=session.id,
        position=session.position,
        expires_at=iso(hub.expires_at()),
        posture=hub.guarantees(session),
        graph_version=hub.graph(session).version,
        started_at=iso(session.started_at),
        filter=session.filter,
        follows=session.follows,
        share=session.share if has_role(session.role, "follow") else "",
    )


def _wait(text: str) -> float:
    try:
        wait = float(text)
    except ValueError:
        wait = -1.0
    if not 0 <= wait <= MAX_POLL_SECONDS:
        raise Problem(
            "invalid",
            f"`wait` must be between 0 and {MAX_POLL_SECONDS:g} seconds",
            "",
            "Send a number in that range, or leave `wait` out",
        )
    return wait


def _tokens(intake: Intake, session: WatchSession, body: FollowRequest) -> tuple[str, ...]:
    if body.token:
        return (_token(body.token),)
    if (
        body.kind
        and body.value
        and len(body.kind) <= LONGEST_VALUE
        and len(body.value) <= LONGEST_VALUE
    ):
        return intake.tokens(session.channel, body.kind, body.value)
    raise Problem(
        "invalid", "Nothing to follow", "", "Send a token, or a kind and a value such as userId"
    )
