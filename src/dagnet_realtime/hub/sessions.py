"""Watch sessions of this process: registry, quotas and presence."""

from collections import deque
from collections.abc import Iterable, Sequence

import msgspec

from dagnet_realtime.hub.backfill import Past
from dagnet_realtime.hub.broadcast import FrameBuffer
from dagnet_realtime.hub.stats import ChannelStats
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import HEARTBEAT_SECONDS, SESSION_LEASE_SECONDS
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel


class SessionLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much anybody may hold. Durations are seconds.

    The ring keeps half a minute of frames at full tick; a viewer further behind is served from the log.
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
    """The other sessions on the same graph, and by name the people behind them, at most `MOST_NAMES`.

    Names pass between people who have signed in by name: whoever comes by an access token, as an office screen does, has none and is told
    none.
    """

    others: int = 0
    names: tuple[str, ...] = ()


def presence_for(session: WatchSession, live: Iterable[WatchSession]) -> Presence:
    """Who watches beside `session`, whatever their filters."""
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
    return Presence(others=len(beside), names=tuple(sorted(known)[:MAX_NAMES]))


def _sign_in_name(session: WatchSession) -> str:
    """The name by which somebody signed in, "" where none vouches for one."""
    return session.shown.partition(":")[2] if session.shown.startswith(_SIGN_INS) else ""


MAX_BACKFILLS = 20  # as many as a session may follow
KEPT_SESSIONS = 20_000  # of one process; beyond it nobody may open more


class SessionState(msgspec.Struct):
    """What is known of one session: when its lease was last renewed, and which graph version its viewer was told of last.

    `read` says how far into which ring its polls have come: what moves no position, such as a beat, is told to them once.
    `histories` are past events of traces that it has come to follow, until its viewer takes them.
    """

    session: WatchSession
    renewed_at: float
    announced_view: str = ""
    streams: int = 0
    poll_cursor: tuple[FrameBuffer, int, Position] | None = None
    backfill: deque[Past] = msgspec.field(default_factory=lambda: deque(maxlen=MAX_BACKFILLS))


class SessionRegistry:
    """Counts; refuses what is over a limit."""

    def __init__(self, limits: SessionLimits) -> None:
        self._limits = limits
        self._states: dict[str, SessionState] = {}

    def check_capacity(self) -> None:
        """Raises `Problem("rate_limited")` if this process knows of as many sessions as it can."""
        if len(self._states) >= KEPT_SESSIONS:
            raise _too_many(f"{len(self._states)} of at most {KEPT_SESSIONS} at this server")

    def quota_problem(self, held: int, here: int) -> Problem:
        """The refusal of one session more, to a person who holds `held`, on a channel that has `here`."""
        most = (self._limits.sessions_per_person, self._limits.sessions_per_channel)
        return _too_many(
            f"{held} of at most {most[0]} for one person, {here} of at most {most[1]} in this workspace"
        )

    def upsert(self, session: WatchSession, at: float) -> SessionState:
        """Notes a session, or what changed of it."""
        line = self._states.get(session.id)
        if line is None:
            line = self._states[session.id] = SessionState(session, at)
        line.session = session
        return line

    def remove(self, session_id: str) -> SessionState | None:
        """Strikes a session off."""
        return self._states.pop(session_id, None)

    def get(self, session_id: str) -> SessionState | None:
        """What is known of a session here."""
        return self._states.get(session_id)

    def all(self) -> list[SessionState]:
        """All of them."""
        return list(self._states.values())

    def add_stats(self, found: dict[Channel, ChannelStats]) -> dict[Channel, ChannelStats]:
        """Adds how many sessions each channel has."""
        for line in self._states.values():
            if (measure := found.get(line.session.channel)) is not None:
                measure.sessions += 1
        return found

    def acquire_stream(self, line: SessionState) -> None:
        """One more stream; raises `Problem("rate_limited")` where the person or the channel has too many."""
        mine = sum(
            other.streams
            for other in self._states.values()
            if other.session.person == line.session.person
        )
        here = sum(
            other.streams
            for other in self._states.values()
            if other.session.channel == line.session.channel
        )
        if mine >= self._limits.streams_per_person or here >= self._limits.streams_per_channel:
            raise Problem(
                "rate_limited",
                "Too many streams are open",
                f"{mine} of this person, {here} of this channel",
                "Close another tab; polling still works",
                retry_after=15,
            )
        line.streams += 1

    def validate_follows(
        self,
        session: WatchSession,
        follows: Sequence[str],
        live: Iterable[WatchSession] | None = None,
    ) -> tuple[str, ...]:
        """The tokens, each once.

        Raises `Problem("invalid")` if they are no tokens, or too many for the session, its person or its channel.

        `live` are the sessions of all processes; without it those that are known here count.
        """
        wanted = tuple(dict.fromkeys(follows))
        if any(not 4 <= len(token) <= 128 for token in wanted):
            raise Problem(
                "invalid",
                "That is no trace",
                "A trace's token has 4 to 128 characters",
                "Follow one that the feed shows",
            )
        known = (line.session for line in self._states.values()) if live is None else live
        others = [
            other for other in known if other.id != session.id and other.channel == session.channel
        ]
        here = {token for other in others for token in other.follows}.union(wanted)
        own = {
            token for other in others if other.person == session.person for token in other.follows
        }.union(wanted)
        most = self._limits
        if (
            len(wanted) > most.follows_per_session
            or len(own) > most.follows_per_person
            or len(here) > most.follows_per_channel
        ):
            bounds = f"{most.follows_per_session} for one viewer, {most.follows_per_person} for one person"
            bounds += f" and {most.follows_per_channel} for a channel are the most"
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
