"""Applies session changes by other processes, restores lost sessions, and backfills traces."""

import asyncio
import contextlib

import msgspec

from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed_registry import FeedRegistry
from dagnet_realtime.hub.sessions import Past, SessionRegistry, SessionState
from dagnet_realtime.model.event import Entry, Position
from dagnet_realtime.model.frame import Close
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.storage import Log, ReadGap

RECOVERY_SECONDS = 0.5  # between two recoveries
ENDED = "Realtime was switched off"


class SessionSync:
    """Keeps the sessions of this process and of the store the same.

    Sessions that another process ended or changed are ended or changed here; those that the store
    lost are saved again, unless they were ended.
    """

    def __init__(self, context: HubContext, feeds: FeedRegistry, registry: SessionRegistry) -> None:
        self._feeds = feeds
        self._registry = registry
        self._log = context.log
        self._sessions = context.sessions
        self._clock = context.clock
        self._limits = context.limits

    async def begin(self, session: WatchSession) -> None:
        """Saves a new session.

        Raises `Problem("rate_limited")` if its person or channel has too many, over all processes.
        """
        most = (self._limits.sessions_per_person, self._limits.sessions_per_channel)
        counts = await self._sessions.open(session, self._limits.lease, *most)
        if counts is not None:
            await self._log.release_lease(session.channel, session.id)
            raise self._registry.quota_problem(*counts)

    async def consume_changes(self) -> None:
        """Applies changes by other processes until it is cancelled."""
        async for session_id in self._sessions.changes():
            with contextlib.suppress(Problem):
                await self._on_change(session_id)

    async def run_recovery(self) -> None:
        """Reconciles all sessions whenever a log was lost, until it is cancelled."""
        while True:
            await self._feeds.log_lost.wait()
            self._feeds.log_lost.clear()
            with contextlib.suppress(Problem):
                await self.reconcile()
            await self._clock.sleep(RECOVERY_SECONDS)

    async def reconcile(self) -> None:
        """Compares every session here with the store, since changes may have been missed.

        Raises `Problem("unavailable")`.
        """
        live = await self._sessions.list_active()
        self._feeds.set_followed(live)
        known = {session.id: session for session in live}
        missing: list[SessionState] = []
        for state in self._registry.all():
            if (session := known.get(state.session.id)) is not None:
                await self._apply_change(state, session)
            elif self._feeds.viewers_of(state.session.id) or self._is_expected(state):
                missing.append(state)
        # those with viewers first
        missing.sort(key=lambda state: not self._feeds.viewers_of(state.session.id))
        ended = await self._sessions.were_ended([state.session.id for state in missing])
        for state in missing:
            if state.session.id in ended:
                self.terminate(state)
            else:
                await self.renew(state)

    def _is_expected(self, state: SessionState) -> bool:
        """Whether the store should have the session, which may reconnect to any process."""
        return self._clock.monotonic() - state.renewed_at < self._limits.lease

    async def restore(self, session_id: str) -> WatchSession | None:
        """Saves a session that the store has lost; None if it was ended or is not known here.

        Raises `Problem("unavailable")` if another process may be about to save it.
        """
        state = self._registry.get(session_id)
        if await self._sessions.were_ended([session_id]):
            return None
        if state is None:
            if self._sessions.recently_failed():
                raise Problem(
                    "unavailable",
                    "The store has just come back",
                    "Sessions are being restored",
                    "Try again",
                    retry_after=1,
                )
            return None
        await self.renew_lease(state)
        return state.session

    async def renew_lease(self, state: SessionState) -> Position:
        """Saves the session, renews its lease and returns the log's head.

        Raises `Problem`: `gone` if another process has ended it, `unavailable`.
        """
        session = state.session
        await self._sessions.save(session, self._limits.lease)
        head = await self._log.acquire_lease(session.channel, session.id, self._limits.lease)
        state.renewed_at = self._clock.monotonic()
        return head

    async def renew(self, state: SessionState) -> None:
        """Renews a session, or ends it here if another process has ended it.

        Raises `Problem("unavailable")`.
        """
        try:
            await self.renew_lease(state)
        except Problem as problem:
            if problem.code != "gone":
                raise
            self.terminate(state)

    async def backfill(self, state: SessionState, added: frozenset[str]) -> None:
        """Reads past events of traces that the session follows now, for its viewer."""
        session = state.session
        feed, start = self._feeds.feed_for(session.channel), Position.parse(session.position)
        if feed is not None and start is not None:
            past = await backfill_traces(
                self._log, session.channel, start, feed.position, added, self._limits.history_events
            )
            if past:
                state.backfill.append(past)

    def terminate(self, state: SessionState) -> None:
        """Ends the session here, and closes its viewers."""
        self._registry.remove(state.session.id)
        for viewer in self._feeds.viewers_of(state.session.id):
            viewer.close(Close(reason=ENDED))

    async def _on_change(self, session_id: str) -> None:
        self._feeds.set_followed(await self._sessions.list_active())
        state = self._registry.get(session_id)
        if state is None:
            return
        session = await self._sessions.load(session_id)
        if session is not None:
            await self._apply_change(state, session)
        elif await self._sessions.were_ended([session_id]):
            self.terminate(state)

    async def _apply_change(self, state: SessionState, session: WatchSession) -> None:
        before = state.session
        if session == before:
            return
        state.session = session
        self._feeds.rebind_viewers([session])
        added = frozenset(session.follows) - frozenset(before.follows)
        if added and self._feeds.viewers_of(session.id):
            await self.backfill(state, added)


BACKFILL_CHUNK = 2_000  # entries read between two turns of the loop, some 5 ms


async def backfill_traces(
    log: Log, channel: Channel, start: Position, end: Position, tokens: frozenset[str], most: int
) -> Past:
    """The entries in `(start, end]` with any of `tokens`, and their offsets; the latest `most`.

    All of them are flagged `partial` if there were more, or the log does not reach back to `start`.
    """
    past: list[tuple[int, Entry]] = []
    at, whole = start, True
    while at.epoch == end.epoch and at.offset < end.offset:
        entries = await log.read(channel, at, min(BACKFILL_CHUNK, end.offset - at.offset), 0)
        if isinstance(entries, ReadGap):
            whole = False
            if entries.resume == at or entries.reason != "retention":
                break
            at = entries.resume
            continue
        placed = enumerate(entries.entries, entries.start.offset + 1)
        past += [
            (offset, entry)
            for offset, entry in placed
            if any(trace.token in tokens for trace in entry.traces)
        ]
        if entries.end == at:
            break
        at = entries.end
        whole = whole and len(past) <= most
        del past[:-most]
        await asyncio.sleep(0)
    return tuple(past) if whole else tuple([(offset, _partial(entry)) for offset, entry in past])


def _partial(entry: Entry) -> Entry:
    return (
        entry
        if "partial" in entry.flags
        else msgspec.structs.replace(entry, flags=(*entry.flags, "partial"))
    )
