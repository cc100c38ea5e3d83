"""What other processes do to the sessions of this one, and what a loss of the store does to all of them."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from dagnet_realtime.hub.desk import Desk, Line
from dagnet_realtime.hub.floor import Floor
from dagnet_realtime.hub.history import history
from dagnet_realtime.hub.limits import Limits
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.frame import Bye
from dagnet_realtime.model.position import Position
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.log import Log
from dagnet_realtime.ports.sessions import Counting, Sessions, Shared

REST_SECONDS = 0.5  # between two looks that a lost log asks for
ENDED = "Realtime was switched off"

Restore = Callable[[Line], Awaitable[object]]


class Others:
    """Ends here what was ended elsewhere, changes here what was changed elsewhere, and brings back what nobody has ended.

    `restore` saves a session and holds its lease for `limits.lease`.
    """

    def __init__(self, floor: Floor, desk: Desk, log: Log, sessions: Sessions, clock: Clock, limits: Limits, restore: Restore) -> None:
        self._floor = floor
        self._desk = desk
        self._log = log
        self._sessions = sessions
        self._clock = clock
        self._restore = restore
        self._limits = limits
        self._lost = asyncio.Event()

    def admit(self, person: str, channel: Channel) -> None:
        """Refuses one session more where this process alone can tell; where sessions are shared, `begin` does."""
        self._desk.room()
        if not isinstance(self._sessions, Counting):
            self._desk.admit(person, channel)

    async def begin(self, session: WatchSession) -> None:
        """Stores a session that is opened.

        Raises `Problem("rate_limited")` if the person or the channel has too many, whichever process opened them.
        """
        if not isinstance(self._sessions, Counting):
            await self._sessions.save(session, self._limits.lease)
            return
        most = (self._limits.sessions_per_person, self._limits.sessions_per_channel)
        held = await self._sessions.open(session, self._limits.lease, *most)
        if held is not None:
            await self._log.release(session.channel, session.id)
            raise self._desk.over(*held)

    def lost(self) -> None:
        """A feed found its log gone while somebody still watches."""
        self._lost.set()

    async def hear(self) -> None:
        """Heeds news of other processes until it is cancelled."""
        if not isinstance(self._sessions, Shared):
            return
        async for session_id in self._sessions.changes():
            with contextlib.suppress(Problem):
                await self._heard(session_id)

    async def recover(self) -> None:
        """Looks after every session as soon as a log is gone, until it is cancelled."""
        while True:
            await self._lost.wait()
            self._lost.clear()
            with contextlib.suppress(Problem):
                await self.look()
            await self._clock.sleep(REST_SECONDS)

    async def look(self) -> None:
        """Compares every session that is watched here with the store; makes up for news that was missed. Raises `Problem`."""
        live = await self._sessions.live()
        self._floor.follow(live)
        if not isinstance(self._sessions, Shared):
            return
        known = {session.id: session for session in live}
        missing: list[Line] = []
        for line in self._desk.lines():
            if (session := known.get(line.session.id)) is not None:
                await self._heed(line, session)
            elif self._floor.of(line.session.id) or self._held(line):
                missing.append(line)
        missing.sort(key=lambda line: not self._floor.of(line.session.id))  # whoever waits comes first
        ended = await self._sessions.ended([line.session.id for line in missing])
        for line in missing:
            if line.session.id in ended:
                self.end(line)
            else:
                await self.renew(line)

    def _held(self, line: Line) -> bool:
        """Whether the store should still have it, viewer or none: one that is between two connections may come back to any process."""
        return self._clock.monotonic() - line.renewed < self._limits.lease

    async def restored(self, session_id: str) -> WatchSession | None:
        """A session that the store does not have, brought back where it is known here and nobody has ended it.

        Raises `Problem("unavailable")` where another process may be about to bring it back.
        """
        line = self._desk.line(session_id)
        if not isinstance(self._sessions, Shared) or await self._sessions.ended([session_id]):
            return None
        if line is None:
            if self._sessions.shaken():
                raise Problem("unavailable", "The store has just come back", "Sessions are being brought back", "Try again", retry_after=1)
            return None
        await self._restore(line)
        return line.session

    async def renew(self, line: Line) -> None:
        """Renews a session that is watched here, or learns that it was ended. Raises `Problem` where the store cannot be reached."""
        try:
            await self._restore(line)
        except Problem as problem:
            if problem.code != "gone":
                raise
            self.end(line)

    async def bring(self, line: Line, added: frozenset[str]) -> None:
        """What the log still holds of traces that the session has come to follow, for its next viewer to take."""
        session = line.session
        feed, start = self._floor.running(session.channel), Position.parse(session.position)
        if feed is not None and start is not None:
            past = await history(self._log, session.channel, start, feed.position, added, self._limits.history_events)
            if past:
                line.histories.append(past)

    def end(self, line: Line) -> None:
        """The session was ended elsewhere: its viewers here are told."""
        self._desk.leave(line.session.id)
        for viewer in self._floor.of(line.session.id):
            viewer.dismiss(Bye(reason=ENDED))

    async def _heard(self, session_id: str) -> None:
        self._floor.follow(await self._sessions.live())
        line = self._desk.line(session_id)
        if line is None:
            return
        session = await self._sessions.load(session_id)
        if session is not None:
            await self._heed(line, session)
        elif isinstance(self._sessions, Shared) and await self._sessions.ended([session_id]):
            self.end(line)

    async def _heed(self, line: Line, session: WatchSession) -> None:
        before = line.session
        if session == before:
            return
        line.session = session
        self._floor.resettle([session])
        added = frozenset(session.follows) - frozenset(before.follows)
        if added and self._floor.of(session.id):
            await self.bring(line, added)
