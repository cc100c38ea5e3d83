"""Protocols of the runtime: clocks and graph sources."""

from collections.abc import AsyncIterator
from typing import Protocol

from dagnet_realtime.model.graph import Catalogue


class Clock(Protocol):
    """`now` is ms since 1970 UTC; `monotonic` is seconds that never go back."""

    def now(self) -> int: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class GraphSource(Protocol):
    """The catalogues of all workspaces, kept fresh."""

    def catalogue(self, workspace: str) -> Catalogue:
        """The workspace's latest catalogue; raises `Problem("not_found")` if the workspace is
        unknown.
        """
        ...

    def changes(self) -> AsyncIterator[str]:
        """Ids of workspaces whose catalogue changed, as it happens, until cancelled."""
        ...
