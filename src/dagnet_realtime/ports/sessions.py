"""Where watch sessions are kept, so that any process can serve any of them."""

from typing import Protocol

from dagnet_realtime.model.watch import WatchSession


class Sessions(Protocol):
    """Sessions by id; each lives `ttl` seconds from its last save."""

    async def save(self, session: WatchSession, ttl: float) -> None:
        """Stores the session, or renews and replaces it."""
        ...

    async def load(self, session_id: str) -> WatchSession | None:
        """The session, or None where there is none or it has lapsed."""
        ...

    async def drop(self, session_id: str) -> None:
        """Ends it; nothing where there is none."""
        ...

    async def live(self) -> list[WatchSession]:
        """All sessions that have not lapsed."""
        ...
