"""Watch sessions in this process's memory."""

from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.ports.clock import Clock


class MemorySessions:
    """Implements `Sessions`; as many as the hub's caps let in, each until its time is over."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[WatchSession, float]] = {}

    async def save(self, session: WatchSession, ttl: float) -> None:
        """Stores or renews the session for `ttl` seconds."""
        self._kept[session.id] = (session, self._clock.monotonic() + ttl)

    async def load(self, session_id: str) -> WatchSession | None:
        """The session, or None where there is none any more."""
        kept = self._kept.get(session_id)
        if kept is None or kept[1] > self._clock.monotonic():
            return kept[0] if kept else None
        del self._kept[session_id]
        return None

    async def drop(self, session_id: str) -> None:
        """Ends the session."""
        self._kept.pop(session_id, None)

    async def live(self) -> list[WatchSession]:
        """All that have not lapsed; the others are forgotten."""
        at = self._clock.monotonic()
        self._kept = {id: kept for id, kept in self._kept.items() if kept[1] > at}
        return [session for session, _ in self._kept.values()]
