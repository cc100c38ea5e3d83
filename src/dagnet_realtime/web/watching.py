"""The routes of a watch session: On, Off, poll, filter, follow."""

import hashlib

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.core.rate import Bucket
from dagnet_realtime.core.roles import may
from dagnet_realtime.core.times import iso
from dagnet_realtime.core.tokens import is_token
from dagnet_realtime.hub.audit import Audit, Deed
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.intake import Intake
from dagnet_realtime.model.access_token import Role
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.position import Position
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession, is_session_id
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.rates import Rates
from dagnet_realtime.web.access.person import Person, forbidden
from dagnet_realtime.web.offer import Offered
from dagnet_realtime.web.replies import command, json_reply
from dagnet_realtime.web.session_offers import AMEND, FOLLOW, FRAMES, LONGEST_WAIT, OFF, ON, Amend, Follow, Followed, Open, Session

FOLLOWS_PER_SECOND = 0.5  # looking people up by name is slow on purpose
FOLLOWS_AT_ONCE = 20
MOST_PERSONS = 1000  # whose follows are counted apart
LONGEST_VALUE = 256  # characters of an identifier


_OPEN, _AMEND, _FOLLOW = msgspec.json.Decoder(Open), msgspec.json.Decoder(Amend), msgspec.json.Decoder(Follow)


def watch_routes(hub: Hub, intake: Intake, clock: Clock, audit: Audit, rates: Rates | None = None) -> list[Offered]:
    """Every route under `/api/watch` but the stream. `rates` count look-ups over all processes; without them this one counts alone."""
    counted = rates or _Alone(clock)

    async def turn_on(request: Request) -> Response:
        asked, person = await command(request, _OPEN), _person(request)
        channel = Channel(asked.workspace, asked.env)
        person.need("watch", channel)
        session = await hub.open(channel, asked.graph, person.id, asked.filter, person.role(channel) or "watch", person.name)
        audit.note("on", person.name, channel, graph=session.graph, session=session.id)
        return json_reply(_session(hub, session), 201)

    async def turn_off(request: Request) -> Response:
        session = await mine(hub, request.path_params["id"], _person(request))
        await hub.close(session.id)
        audit.note("off", session.shown, session.channel, graph=session.graph, session=session.id)
        return Response(status_code=204)

    async def change(request: Request) -> Response:
        session = await owned(hub, request.path_params["id"], _person(request))
        asked = await command(request, _AMEND)
        added = set(map(_token, asked.follows or ())) - set(session.follows)
        if added:
            _person(request).need("follow", session.channel)
        changed = await hub.change(session.id, asked.filter, asked.follows)
        if added:
            _note(audit, "follow", session, tuple(sorted(added)))
        return json_reply(_session(hub, changed))

    async def poll(request: Request) -> Response:
        session = await owned(hub, request.path_params["id"], _person(request))
        after, until = request.query_params.get("after"), request.query_params.get("until")
        if after and until:
            frames = await hub.span(session.id, position_of(after), position_of(until))
            position = frames[-1].position if frames else after
        else:
            wait = _wait(request.query_params.get("wait", "0"))
            frames, position = await hub.poll(session.id, position_of(after) if after else None, wait)
        body = b'{"frames":[%b],"position":%b}' % (b",".join([frame.json for frame in frames]), msgspec.json.encode(position))
        return Response(body, media_type="application/json")

    async def follow(request: Request) -> Response:
        person = _person(request)
        session = await owned(hub, request.path_params["id"], person, "follow")
        asked = await command(request, _FOLLOW)
        key = hashlib.sha256(person.id.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        wait = await counted.take(f"look-up:{key}", 1, FOLLOWS_PER_SECOND, FOLLOWS_AT_ONCE)
        if wait is not None:
            raise Problem("rate_limited", "Too many traces were looked up", "", "Wait a little", retry_after=max(1.0, wait))
        tokens = _tokens(intake, session, asked)
        for token in tokens:
            session = await hub.follow(session.id, token)
        _note(audit, "follow" if asked.token else "look_up", session, tokens, asked.kind or "")
        return json_reply(Followed(tokens[0], tokens, session.follows))

    return [Offered(ON, turn_on), Offered(AMEND, change), Offered(OFF, turn_off), Offered(FRAMES, poll), Offered(FOLLOW, follow)]


async def owned(hub: Hub, session_id: str, person: Person, wanted: Role = "watch") -> WatchSession:
    """The person's own session, on which they may do what `wanted` is needed for; a role that has changed takes effect.

    Raises `Problem`: `gone` where it is somebody else's, or none, and `forbidden`.
    """
    session = await mine(hub, session_id, person)
    role = person.role(session.channel)
    if role is None:
        raise Problem("forbidden", "You may no longer watch this", "", "Ask whoever administers this server")
    if not may(role, wanted):
        raise forbidden(wanted)
    return session if role == session.role else await hub.rights.take(session, role)


async def mine(hub: Hub, session_id: str, person: Person) -> WatchSession:
    """The session, if it is this person's; else `Problem("gone")`, so that guessing tells nothing. No store is asked for what is no id."""
    session = await hub.session(session_id) if is_session_id(session_id) else None
    if session is None or session.person != person.id:
        raise Problem("gone", "This watch session has ended", "", "Switch Realtime on again")
    return session


def position_of(text: str) -> Position:
    """Raises `Problem("invalid")` for what is no position at all; one that cannot be trusted is a gap, and the log's to tell."""
    position = Position.parse(text)
    if position is None:
        raise Problem("invalid", "That is no position", "", "Send the position of the last frame as it came, or none")
    return position


def _token(text: str) -> str:
    """`text`, if it has a token's form; an identifier that comes as one goes no further."""
    if not is_token(text):
        raise Problem("invalid", "That is no trace", "A trace's token is a letter, `_` and 12 characters", "Follow one that the feed shows")
    return text


class _Alone:
    """Implements `Rates` for one process, of at most `MOST_PERSONS` keys."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    async def take(self, key: str, events: int, per_second: float, burst: float) -> float | None:
        """As the port says."""
        if len(self._buckets) >= MOST_PERSONS and key not in self._buckets:
            self._buckets.clear()
        return self._buckets.setdefault(key, Bucket(per_second, burst)).take(events, self._clock.monotonic())


def _note(audit: Audit, deed: Deed, session: WatchSession, tokens: tuple[str, ...], kind: str = "") -> None:
    audit.note(deed, session.shown, session.channel, graph=session.graph, session=session.id, tokens=tokens, kind=kind)


def _person(request: Request) -> Person:
    person: Person = request.scope["person"]
    return person


def _session(hub: Hub, session: WatchSession) -> Session:
    return Session(
        watch_session_id=session.id,
        position=session.position,
        expires_at=iso(hub.expires_at()),
        posture=hub.posture(session),
        graph_version=hub.graph(session).version,
        started_at=iso(session.started_at),
        filter=session.filter,
        follows=session.follows,
    )


def _wait(text: str) -> float:
    try:
        wait = float(text)
    except ValueError:
        wait = -1.0
    if not 0 <= wait <= LONGEST_WAIT:
        raise Problem("invalid", "That is no time to wait", "", f"Give `wait` in seconds, 0 to {LONGEST_WAIT:g}")
    return wait


def _tokens(intake: Intake, session: WatchSession, asked: Follow) -> tuple[str, ...]:
    if asked.token:
        return (_token(asked.token),)
    if asked.kind and asked.value and len(asked.kind) <= LONGEST_VALUE and len(asked.value) <= LONGEST_VALUE:
        return intake.tokens(session.channel, asked.kind, asked.value)
    raise Problem("invalid", "Nothing to follow", "", "Send a token, or a kind and a value such as userId")
