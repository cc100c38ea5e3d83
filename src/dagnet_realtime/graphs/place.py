"""One workspace's graphs, wherever they are kept."""

from collections.abc import Callable
from typing import Protocol

from dagnet_realtime.model.graph import Catalogue


class Place(Protocol):
    """Read by one thread at a time; `catalogue` may be looked at from anywhere, and has the version "" before the first reading."""

    @property
    def catalogue(self) -> Catalogue:
        """As last read."""
        ...

    @property
    def due(self) -> bool:
        """Whether somebody who does not follow it should read it again."""
        ...

    def load(self) -> None:
        """Reads it, blocking and bounded in time; what cannot be read is said in the catalogue."""
        ...

    async def follow(self, tell: Callable[[], None]) -> None:
        """Reads it whenever it may have changed, until cancelled; calls `tell` where the catalogue is another."""
        ...
