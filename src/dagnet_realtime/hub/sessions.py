"""Watch sessions of this process: registry, quotas and presence."""

from collections import deque
from collections.abc import Container, Iterable, Mapping, Sequence

import msgspec

from dagnet_realtime.core.roles import has_role
from dagnet_realtime.hub.broadcast import FrameBuffer
from dagnet_realtime.hub.stats import ChannelStats
from dagnet_realtime.model.event import Entry, Position
from dagnet_realtime.model.frame import Company, Follower
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import HEARTBEAT_SECONDS, SESSION_LEASE_SECONDS
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel


class SessionLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of sessions and streams. Durations are in seconds.

    A buffer has half a minute of frames at full rate; viewers further behind are served from the
    log.
    """

    sessions_per_person: int = 50
    sessions_per_channel: int = 5000
    streams_per_person: int = 100
    streams_per_channel: int = 5000
    filters_per_channel: int = 32
    follows_per_channel: int = 50
    follows_per_person: int = 20
    follows_per_session: int = 20
    history_events: int = 2000
    ring_frames: int = 600
    ring_bytes: int = 4 * 1024 * 1024
    tick: float = 0.05
    beat: float = HEARTBEAT_SECONDS
    lease: float = SESSION_LEASE_SECONDS
    idle_view: float = 30.0


MAX_NAMES = 8
_SIGN_INS = ("oidc:", "proxy:")


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """How many other sessions watch the same graph, and who, up to `MAX_NAMES` names.

    Names pass between people who have signed in by name only: an access token, as of an office
    screen, has no name and is given none. `follows` is as `Company` has it.
    """

    others: int = 0
    names: tuple[str, ...] = ()
    follows: tuple[Follower, ...] = ()


def presence_for(
    session: WatchSession, live: Iterable[WatchSession], hidden: Container[Channel] = ()
) -> Presence:
    """The presence of other sessions beside `session`, with any filter.

    In a `hidden` channel it is not said who follows what.
    """
    live = tuple(live)
    beside = [
        one
        for one in live
        if (one.channel, one.graph) == (session.channel, session.graph) and one.id != session.id
    ]
    known = (
        {_sign_in_name(one) for one in beside if one.person != session.person} - {""}
        if _sign_in_name(session)
        else set()
    )
    company = company_for(session, followers_by_graph(live, hidden))
    return Presence(
        others=len(beside),
        names=tuple(sorted(known)[:MAX_NAMES]),
        follows=company.follows if company is not None else (),
    )


Followers = Mapping[tuple[Channel, str], Mapping[str, Follower]]
"""Who follows traces on a channel's graph, by the person's id."""


def followers_by_graph(
    live: Iterable[WatchSession], hidden: Container[Channel] = ()
) -> dict[tuple[Channel, str], dict[str, Follower]]:
    """People who signed in by name and follow traces, over all their sessions on a graph.

    Their number is bounded by that of the traces that may be followed. None of `hidden` channels.
    """
    found: dict[tuple[Channel, str], dict[str, Follower]] = {}
    for one in live:
        name = _sign_in_name(one)
        if not (name and one.follows) or one.channel in hidden or not has_role(one.role, "follow"):
            continue
        people = found.setdefault((one.channel, one.graph), {})
        known = people.get(one.person, Follower(name, ()))
        tokens = tuple(dict.fromkeys((*known.tokens, *one.follows)))
        people[one.person] = Follower(name, tokens)
    return found


def company_for(session: WatchSession, followers: Followers) -> Company | None:
    """The other people who follow traces on the session's graph, by name.

    None if the viewer is not shown them: one without a name, or one who may not follow.
    """
    if not _sign_in_name(session) or not has_role(session.role, "follow"):
        return None
    people = followers.get((session.channel, session.graph), {})
    others = (one for person, one in people.items() if person != session.person)
    return Company(follows=tuple(sorted(others, key=lambda one: one.name)))


def _sign_in_name(session: WatchSession) -> str:
    """The name by which the person signed in; "" if no provider vouches for it."""
    return session.shown.partition(":")[2] if session.shown.startswith(_SIGN_INS) else ""


MAX_BACKFILLS = 20  # as many as the traces that a session may follow
MAX_SESSIONS = 20_000  # of one process, which refuses more


Past = tuple[tuple[int, Entry], ...]
"""Past entries of a trace, each after its offset in the log."""


class SessionState(msgspec.Struct):
    """What this process knows of one session.

    `renewed_at` is when its lease was last renewed (monotonic seconds), `announced_view` the
    version of the view in its last hello. `poll_cursor` is the buffer, the number of the next frame
    and the position of its last poll, so that frames without a position of their own, such as
    heartbeats, are sent once. `backfill` are past events of traces that it follows, until a viewer
    gets them.
    """

    session: WatchSession
    renewed_at: float
    announced_view: str = ""
    streams: int = 0
    poll_cursor: tuple[FrameBuffer, int, Position] | None = None
    backfill: deque[Past] = msgspec.field(default_factory=lambda: deque(maxlen=MAX_BACKFILLS))


class SessionRegistry:
    """The watch sessions of this process; enforces quotas of streams and followed traces."""

    def __init__(self, limits: SessionLimits) -> None:
        self._limits = limits
        self._states: dict[str, SessionState] = {}

    def check_capacity(self) -> None:
        """Raises `Problem("rate_limited")` if this process has as many sessions as it can."""
        if len(self._states) >= MAX_SESSIONS:
            raise _too_many(f"{len(self._states)} of at most {MAX_SESSIONS} at this server")

    def quota_problem(self, of_person: int, of_channel: int) -> Problem:
        """The refusal of a session, if its person has `of_person` and its channel `of_channel`."""
        limits = self._limits
        return _too_many(
            f"{of_person} of at most {limits.sessions_per_person} for one person, "
            f"{of_channel} of at most {limits.sessions_per_channel} in this workspace"
        )

    def upsert(self, session: WatchSession, at: float) -> SessionState:
        """Adds a session, or replaces what is known of it."""
        state = self._states.get(session.id)
        if state is None:
            state = self._states[session.id] = SessionState(session, at)
        state.session = session
        return state

    def remove(self, session_id: str) -> SessionState | None:
        """Removes a session; None if it is not known."""
        return self._states.pop(session_id, None)

    def get(self, session_id: str) -> SessionState | None:
        """The state of a session; None if it is not known."""
        return self._states.get(session_id)

    def all(self) -> list[SessionState]:
        """The states of all sessions."""
        return list(self._states.values())

    def add_stats(self, stats: dict[Channel, ChannelStats]) -> dict[Channel, ChannelStats]:
        """Adds the number of each channel's sessions to `stats`, and returns it."""
        for state in self._states.values():
            if (measure := stats.get(state.session.channel)) is not None:
                measure.sessions += 1
        return stats

    def acquire_stream(self, state: SessionState) -> None:
        """Counts one stream more.

        Raises `Problem("rate_limited")` if the person or the channel has too many.
        """
        of_person = sum(
            other.streams
            for other in self._states.values()
            if other.session.person == state.session.person
        )
        of_channel = sum(
            other.streams
            for other in self._states.values()
            if other.session.channel == state.session.channel
        )
        if (
            of_person >= self._limits.streams_per_person
            or of_channel >= self._limits.streams_per_channel
        ):
            raise Problem(
                "rate_limited",
                "Too many streams are open",
                f"{of_person} of this person, {of_channel} of this channel",
                "Close another tab; polling still works",
                retry_after=15,
            )
        state.streams += 1

    def validate_follows(
        self,
        session: WatchSession,
        follows: Sequence[str],
        live: Iterable[WatchSession] | None = None,
    ) -> tuple[str, ...]:
        """The followed tokens, each once.

        `live` are the sessions of all processes; without it, those of this process. Raises
        `Problem("invalid")` if one is not a token, or if they are too many for the session, its
        person or its channel.
        """
        wanted = tuple(dict.fromkeys(follows))
        if any(not 4 <= len(token) <= 128 for token in wanted):
            raise Problem(
                "invalid",
                "Invalid trace token",
                "A trace's token has 4 to 128 characters",
                "Follow one that the feed shows",
            )
        known = (state.session for state in self._states.values()) if live is None else live
        others = [
            other for other in known if other.id != session.id and other.channel == session.channel
        ]
        here = {token for other in others for token in other.follows}.union(wanted)
        own = {
            token for other in others if other.person == session.person for token in other.follows
        }.union(wanted)
        limits = self._limits
        if (
            len(wanted) > limits.follows_per_session
            or len(own) > limits.follows_per_person
            or len(here) > limits.follows_per_channel
        ):
            bounds = (
                f"At most {limits.follows_per_session} for one viewer, "
                f"{limits.follows_per_person} for one person "
                f"and {limits.follows_per_channel} for a channel"
            )
            raise Problem(
                "invalid",
                "Too many traces are followed",
                bounds,
                "Stop following another one first",
            )
        return wanted


def _too_many(detail: str) -> Problem:
    remedy = "Switch Realtime off in another tab, or wait five minutes for closed tabs to lapse"
    return Problem(
        "rate_limited", "Too many watch sessions are open", detail, remedy, retry_after=60
    )
