"""Applies session changes made by other processes; restores sessions after the store lost them."""

import contextlib

from dagnet_realtime.hub.backfill import backfill_traces
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed_registry import FeedRegistry
from dagnet_realtime.hub.sessions import SessionRegistry, SessionState
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.frame import Close
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession

REST_SECONDS = 0.5  # between two looks that a lost log asks for
ENDED = "Realtime was switched off"


class SessionSync:
    """Ends here what was ended elsewhere, changes here what was changed elsewhere, and brings back what nobody has ended."""

    def __init__(self, context: HubContext, feeds: FeedRegistry, registry: SessionRegistry) -> None:
        self._feeds = feeds
        self._registry = registry
        self._log = context.log
        self._sessions = context.sessions
        self._clock = context.clock
        self._limits = context.limits

    async def begin(self, session: WatchSession) -> None:
        """Stores a session that is opened.

        Raises `Problem("rate_limited")` if the person or the channel has too many, whichever process opened them.
        """
        most = (self._limits.sessions_per_person, self._limits.sessions_per_channel)
        held = await self._sessions.open(session, self._limits.lease, *most)
        if held is not None:
            await self._log.release_lease(session.channel, session.id)
            raise self._registry.quota_problem(*held)

    async def consume_changes(self) -> None:
        """Heeds news of other processes until it is cancelled."""
        async for session_id in self._sessions.changes():
            with contextlib.suppress(Problem):
                await self._on_change(session_id)

    async def run_recovery(self) -> None:
        """Looks after every session as soon as a log is gone, until it is cancelled."""
        while True:
            await self._feeds.log_lost.wait()
            self._feeds.log_lost.clear()
            with contextlib.suppress(Problem):
                await self.reconcile()
            await self._clock.sleep(REST_SECONDS)

    async def reconcile(self) -> None:
        """Compares every session that is watched here with the store; makes up for news that was missed. Raises `Problem`."""
        live = await self._sessions.list_active()
        self._feeds.set_followed(live)
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
        if await self._sessions.were_ended([session_id]):
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
        await self.renew_lease(line)
        return line.session

    async def renew_lease(self, line: SessionState) -> Position:
        """Saves the session, renews its lease and returns the log's head.

        Raises `Problem`: `gone` if another process has ended it, `unavailable`.
        """
        session = line.session
        await self._sessions.save(session, self._limits.lease)
        head = await self._log.acquire_lease(session.channel, session.id, self._limits.lease)
        line.renewed_at = self._clock.monotonic()
        return head

    async def renew(self, line: SessionState) -> None:
        """Renews a session that is watched here, or learns that it was ended. Raises `Problem` where the store cannot be reached."""
        try:
            await self.renew_lease(line)
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
        elif await self._sessions.were_ended([session_id]):
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
