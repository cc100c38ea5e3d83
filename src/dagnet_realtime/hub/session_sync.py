"""Applies session changes made by other processes; restores sessions after the store lost them."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from dagnet_realtime.hub.backfill import backfill_traces
from dagnet_realtime.hub.feed_registry import FeedRegistry
from dagnet_realtime.hub.sessions import SessionLimits, SessionRegistry, SessionState
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.frame import Close
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import (
    CountingSessionStore,
    Log,
    SessionStore,
    SharedSessionStore,
)

REST_SECONDS = 0.5  # between two looks that a lost log asks for
ENDED = "Realtime was switched off"

Restore = Callable[[SessionState], Awaitable[object]]


class SessionSync:
    """Ends here what was ended elsewhere, changes here what was changed elsewhere, and brings back what nobody has ended.

    `restore` saves a session and holds its lease for `limits.lease`.
    """

    def __init__(
        self,
        floor: FeedRegistry,
        desk: SessionRegistry,
        log: Log,
        sessions: SessionStore,
        clock: Clock,
        limits: SessionLimits,
        restore: Restore,
    ) -> None:
        self._feeds = floor
        self._registry = desk
        self._log = log
        self._sessions = sessions
        self._clock = clock
        self._restore = restore
        self._limits = limits
        self._lost = asyncio.Event()

    def admit(self, person: str, channel: Channel) -> None:
        """Refuses one session more where this process alone can tell; where sessions are shared, `begin` does."""
        self._registry.room()
        if not isinstance(self._sessions, CountingSessionStore):
            self._registry.check_quota(person, channel)

    async def begin(self, session: WatchSession) -> None:
        """Stores a session that is opened.

        Raises `Problem("rate_limited")` if the person or the channel has too many, whichever process opened them.
        """
        if not isinstance(self._sessions, CountingSessionStore):
            await self._sessions.save(session, self._limits.lease)
            return
        most = (self._limits.sessions_per_person, self._limits.sessions_per_channel)
        held = await self._sessions.open(session, self._limits.lease, *most)
        if held is not None:
            await self._log.release_lease(session.channel, session.id)
            raise self._registry.over(*held)

    def signal_log_lost(self) -> None:
        """A feed found its log gone while somebody still watches."""
        self._lost.set()

    async def consume_changes(self) -> None:
        """Heeds news of other processes until it is cancelled."""
        if not isinstance(self._sessions, SharedSessionStore):
            return
        async for session_id in self._sessions.changes():
            with contextlib.suppress(Problem):
                await self._on_change(session_id)

    async def run_recovery(self) -> None:
        """Looks after every session as soon as a log is gone, until it is cancelled."""
        while True:
            await self._lost.wait()
            self._lost.clear()
            with contextlib.suppress(Problem):
                await self.reconcile()
            await self._clock.sleep(REST_SECONDS)

    async def reconcile(self) -> None:
        """Compares every session that is watched here with the store; makes up for news that was missed. Raises `Problem`."""
        live = await self._sessions.list_active()
        self._feeds.set_followed(live)
        if not isinstance(self._sessions, SharedSessionStore):
            return
        known = {session.id: session for session in live}
        missing: list[SessionState] = []
        for line in self._registry.all():
            if (session := known.get(line.session.id)) is not None:
                await self._apply_change(line, session)
            elif self._feeds.viewers_of(line.session.id) or self._is_expected(line):
                missing.append(line)
        missing.sort(
            key=lambda line: not self._feeds.viewers_of(line.session.id)
        )  # whoever waits comes first
        ended = await self._sessions.were_ended([line.session.id for line in missing])
        for line in missing:
            if line.session.id in ended:
                self.terminate(line)
            else:
                await self.renew(line)

    def _is_expected(self, line: SessionState) -> bool:
        """Whether the store should still have it, viewer or none: one that is between two connections may come back to any process."""
        return self._clock.monotonic() - line.renewed_at < self._limits.lease

    async def restore(self, session_id: str) -> WatchSession | None:
        """A session that the store does not have, brought back where it is known here and nobody has ended it.

        Raises `Problem("unavailable")` where another process may be about to bring it back.
        """
        line = self._registry.get(session_id)
        if not isinstance(self._sessions, SharedSessionStore) or await self._sessions.were_ended(
            [session_id]
        ):
            return None
        if line is None:
            if self._sessions.recently_failed():
                raise Problem(
                    "unavailable",
                    "The store has just come back",
                    "Sessions are being brought back",
                    "Try again",
                    retry_after=1,
                )
            return None
        await self._restore(line)
        return line.session

    async def renew(self, line: SessionState) -> None:
        """Renews a session that is watched here, or learns that it was ended. Raises `Problem` where the store cannot be reached."""
        try:
            await self._restore(line)
        except Problem as problem:
            if problem.code != "gone":
                raise
            self.terminate(line)

    async def backfill(self, line: SessionState, added: frozenset[str]) -> None:
        """What the log still holds of traces that the session has come to follow, for its next viewer to take."""
        session = line.session
        feed, start = self._feeds.feed_for(session.channel), Position.parse(session.position)
        if feed is not None and start is not None:
            past = await backfill_traces(
                self._log, session.channel, start, feed.position, added, self._limits.history_events
            )
            if past:
                line.backfill.append(past)

    def terminate(self, line: SessionState) -> None:
        """The session was ended elsewhere: its viewers here are told."""
        self._registry.remove(line.session.id)
        for viewer in self._feeds.viewers_of(line.session.id):
            viewer.close(Close(reason=ENDED))

    async def _on_change(self, session_id: str) -> None:
        self._feeds.set_followed(await self._sessions.list_active())
        line = self._registry.get(session_id)
        if line is None:
            return
        session = await self._sessions.load(session_id)
        if session is not None:
            await self._apply_change(line, session)
        elif isinstance(self._sessions, SharedSessionStore) and await self._sessions.were_ended(
            [session_id]
        ):
            self.terminate(line)

    async def _apply_change(self, line: SessionState, session: WatchSession) -> None:
        before = line.session
        if session == before:
            return
        line.session = session
        self._feeds.rebind_viewers([session])
        added = frozenset(session.follows) - frozenset(before.follows)
        if added and self._feeds.viewers_of(session.id):
            await self.backfill(line, added)
