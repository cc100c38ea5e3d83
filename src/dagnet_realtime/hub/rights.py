"""What may be seen, as it changes under those who watch: a person's role, a channel's policy, and the filters that both allow."""

from collections.abc import Sequence

import msgspec

from dagnet_realtime.core.filter import parse_filter
from dagnet_realtime.core.roles import may, reveals
from dagnet_realtime.hub.desk import Desk
from dagnet_realtime.hub.feed import redaction_of
from dagnet_realtime.hub.floor import Floor
from dagnet_realtime.model.access_token import Role
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.frame import Bye
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.ports.graphs import GraphSource
from dagnet_realtime.ports.sessions import Sessions

HIDDEN = "the filter reads a property that is not shown here any more"


class Rights:
    """Moves viewers to the view that fits; what no longer fits anybody is not shown to the end of its frame, let alone of its log."""

    def __init__(self, floor: Floor, desk: Desk, graphs: GraphSource, sessions: Sessions, lease: float) -> None:
        self._floor = floor
        self._desk = desk
        self._graphs = graphs
        self._sessions = sessions
        self._lease = lease

    async def take(self, session: WatchSession, role: Role) -> WatchSession:
        """The session's person has another role: its viewers go on at once in the view that fits, and are told."""
        follows = session.follows if may(role, "follow") else ()
        session = msgspec.structs.replace(session, role=role, follows=follows)
        await self._sessions.save(session, self._lease)
        line = self._desk.line(session.id)
        if line is not None:
            line.session = session
        self._floor.follow(await self._sessions.live())
        self._floor.resettle([session])
        return session

    def policy(self, channel: Channel) -> Policy:
        """The policy that is in force."""
        return self._floor.policy(channel)

    def reveals(self, session: WatchSession) -> bool:
        """Whether the session's view shows raw identifiers."""
        return reveals(self._floor.policy(session.channel), session.role)

    def dismiss(self, session_id: str, bye: Bye) -> None:
        """Ends the streams of a session, but not the session."""
        for viewer in self._floor.of(session_id):
            viewer.dismiss(bye)

    def impose(self, channel: Channel, policy: Policy) -> tuple[WatchSession, ...]:
        """Another policy: from here on frames are written by it, also those of what the log holds already.

        Returns the sessions whose filter reads what may no longer be shown; they must end.
        """
        self._floor.impose(channel, policy)
        sessions = [line.session for line in self._desk.lines() if line.session.channel == channel]
        barred = tuple(session for session in sessions if not self._still_readable(session))
        self._floor.resettle([session for session in sessions if session not in barred])
        return barred

    def readable(self, channel: Channel, filter: str) -> str:
        """The filter's canonical text; one on a property that may not be shown is refused, since what it matches would tell the value."""
        parsed = parse_filter(filter)
        if not parsed.paths:
            return str(parsed)
        hidden = self._hidden(channel, parsed.paths)
        if hidden:
            raise Problem(
                "forbidden",
                "The filter reads a property that is not shown here",
                ", ".join(hidden)[:200],
                "Leave it out, or add it to `properties` in the workspace's configuration",
            )
        return str(parsed)

    def _still_readable(self, session: WatchSession) -> bool:
        return not self._hidden(session.channel, parse_filter(session.filter).paths)

    def _hidden(self, channel: Channel, paths: frozenset[str]) -> Sequence[str]:
        redaction = redaction_of(self._floor.policy(channel), self._graphs.catalogue(channel.workspace))
        return sorted(path for path in paths if not redaction.permits(path) and not redaction.permits(path.removeprefix("properties.")))
