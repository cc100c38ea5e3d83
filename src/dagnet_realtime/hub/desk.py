"""The books of one process: which sessions are live here, who holds how many, and until when."""

from collections import deque
from collections.abc import Iterable, Sequence

import msgspec

from dagnet_realtime.hub.history import Past
from dagnet_realtime.hub.limits import Limits
from dagnet_realtime.hub.measures import Measure
from dagnet_realtime.hub.ring import Ring
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.position import Position
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession

MOST_HISTORIES = 20  # as many as a session may follow
KEPT_SESSIONS = 20_000  # of one process; beyond it nobody may open more


class Line(msgspec.Struct):
    """What is known of one session: when its lease was last renewed, and which graph version its viewer was told of last.

    `read` says how far into which ring its polls have come: what moves no position, such as a beat, is told to them once.
    `histories` are past events of traces that it has come to follow, until its viewer takes them.
    """

    session: WatchSession
    renewed: float
    told: str = ""
    streams: int = 0
    read: tuple[Ring, int, Position] | None = None
    histories: deque[Past] = msgspec.field(default_factory=lambda: deque(maxlen=MOST_HISTORIES))


class Desk:
    """Counts; refuses what is over a limit."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lines: dict[str, Line] = {}

    def admit(self, person: str, channel: Channel) -> None:
        """Raises `Problem("rate_limited")` where the person, or the channel, has as many sessions as one may have."""
        held = sum(line.session.person == person for line in self._lines.values())
        here = sum(line.session.channel == channel for line in self._lines.values())
        if held >= self._limits.sessions_per_person or here >= self._limits.sessions_per_channel:
            raise self.over(held, here)

    def room(self) -> None:
        """Raises `Problem("rate_limited")` if this process knows of as many sessions as it can."""
        if len(self._lines) >= KEPT_SESSIONS:
            raise _too_many(f"{len(self._lines)} of at most {KEPT_SESSIONS} at this server")

    def over(self, held: int, here: int) -> Problem:
        """The refusal of one session more, to a person who holds `held`, on a channel that has `here`."""
        most = (self._limits.sessions_per_person, self._limits.sessions_per_channel)
        return _too_many(f"{held} of at most {most[0]} for one person, {here} of at most {most[1]} in this workspace")

    def enter(self, session: WatchSession, at: float) -> Line:
        """Notes a session, or what changed of it."""
        line = self._lines.get(session.id)
        if line is None:
            line = self._lines[session.id] = Line(session, at)
        line.session = session
        return line

    def leave(self, session_id: str) -> Line | None:
        """Strikes a session off."""
        return self._lines.pop(session_id, None)

    def line(self, session_id: str) -> Line | None:
        """What is known of a session here."""
        return self._lines.get(session_id)

    def lines(self) -> list[Line]:
        """All of them."""
        return list(self._lines.values())

    def measures(self, found: dict[Channel, Measure]) -> dict[Channel, Measure]:
        """Adds how many sessions each channel has."""
        for line in self._lines.values():
            if (measure := found.get(line.session.channel)) is not None:
                measure.sessions += 1
        return found

    def seat(self, line: Line) -> None:
        """One more stream; raises `Problem("rate_limited")` where the person or the channel has too many."""
        mine = sum(other.streams for other in self._lines.values() if other.session.person == line.session.person)
        here = sum(other.streams for other in self._lines.values() if other.session.channel == line.session.channel)
        if mine >= self._limits.streams_per_person or here >= self._limits.streams_per_channel:
            raise Problem(
                "rate_limited",
                "Too many streams are open",
                f"{mine} of this person, {here} of this channel",
                "Close another tab; polling still works",
                retry_after=15,
            )
        line.streams += 1

    def followable(self, session: WatchSession, follows: Sequence[str], live: Iterable[WatchSession] | None = None) -> tuple[str, ...]:
        """The tokens, each once.

        Raises `Problem("invalid")` if they are no tokens, or too many for the session, its person or its channel.

        `live` are the sessions of all processes; without it those that are known here count.
        """
        wanted = tuple(dict.fromkeys(follows))
        if any(not 4 <= len(token) <= 128 for token in wanted):
            raise Problem("invalid", "That is no trace", "A trace's token has 4 to 128 characters", "Follow one that the feed shows")
        known = (line.session for line in self._lines.values()) if live is None else live
        others = [other for other in known if other.id != session.id and other.channel == session.channel]
        here = {token for other in others for token in other.follows}.union(wanted)
        own = {token for other in others if other.person == session.person for token in other.follows}.union(wanted)
        most = self._limits
        if len(wanted) > most.follows_per_session or len(own) > most.follows_per_person or len(here) > most.follows_per_channel:
            bounds = f"{most.follows_per_session} for one viewer, {most.follows_per_person} for one person"
            bounds += f" and {most.follows_per_channel} for a channel are the most"
            raise Problem("invalid", "Too many traces are followed", bounds, "Stop following another one first")
        return wanted


def _too_many(detail: str) -> Problem:
    remedy = "Switch Realtime off in another tab, or wait five minutes for closed tabs to lapse"
    return Problem("rate_limited", "Too many watch sessions are open", detail, remedy, retry_after=60)
