"""Protocols of the surroundings: clocks and graph sources."""

from collections.abc import AsyncIterator
from typing import Protocol

from dagnet_realtime.model.graph import Catalogue


class Clock(Protocol):
    """`now` is milliseconds since 1970 UTC; `monotonic` is seconds that never go back."""

    def now(self) -> int: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class GraphSource(Protocol):
    """The catalogues of all workspaces, kept fresh."""

    def catalogue(self, workspace: str) -> Catalogue:
        """The workspace as last read; raises `Problem("not_found")` where there is none of that id."""
        ...

    def changes(self) -> AsyncIterator[str]:
        """Ids of workspaces whose catalogue has changed, as it happens, until cancelled."""
        ...
