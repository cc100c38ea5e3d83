"""Where watch sessions are kept, so that any process can serve any of them."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol, runtime_checkable

from dagnet_realtime.model.watch import WatchSession


class Sessions(Protocol):
    """Sessions by id; each lives `ttl` seconds from its last save."""

    async def save(self, session: WatchSession, ttl: float) -> None:
        """Stores the session, or renews and replaces it; raises `Problem("gone")` where another process has ended it."""
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


@runtime_checkable
class Counting(Protocol):
    """Sessions that are counted over all processes."""

    async def open(self, session: WatchSession, ttl: float, most_of_person: int, most_of_channel: int) -> tuple[int, int] | None:
        """Saves a new session in one atomic step and returns None; else how many its person and its channel have already."""
        ...


@runtime_checkable
class Shared(Protocol):
    """Sessions that other processes change and end too."""

    def changes(self) -> AsyncIterator[str]:
        """Ids of sessions that were changed or ended, by whichever process, as it happens, until cancelled. Some may be missed."""
        ...

    async def ended(self, session_ids: Sequence[str]) -> frozenset[str]:
        """Those that somebody has ended; of one that lapsed, or that the store lost, nobody has."""
        ...

    def shaken(self) -> bool:
        """Whether the store may have lost sessions a moment ago that nobody has brought back yet."""
        ...
