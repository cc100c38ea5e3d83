"""Where graphs come from."""

from collections.abc import AsyncIterator
from typing import Protocol

from dagnet_realtime.model.graph import Catalogue


class GraphSource(Protocol):
    """The catalogues of all workspaces, kept fresh."""

    def catalogue(self, workspace: str) -> Catalogue:
        """The workspace as last read; raises `Problem("not_found")` where there is none of that id."""
        ...

    def changes(self) -> AsyncIterator[str]:
        """Ids of workspaces whose catalogue has changed, as it happens, until cancelled."""
        ...
