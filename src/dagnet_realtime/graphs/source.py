"""Graph sources: one for each workspace, and all of them as one `GraphSource`."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self

from dagnet_realtime.model.graph import Catalogue
from dagnet_realtime.model.problem import Problem


class WorkspaceSource(Protocol):
    """Read by one thread at a time; `catalogue` may be looked at from anywhere, and has the version "" before the first reading."""

    @property
    def catalogue(self) -> Catalogue:
        """As last read."""
        ...

    @property
    def is_stale(self) -> bool:
        """Whether somebody who does not follow it should read it again."""
        ...

    def load(self) -> None:
        """Reads it, blocking and bounded in time; what cannot be read is said in the catalogue."""
        ...

    async def watch(self, tell: Callable[[], None]) -> None:
        """Reads it whenever it may have changed, until cancelled; calls `tell` where the catalogue is another."""
        ...


_AT_ONCE = 8  # places read at the same time


class GraphSources:
    """A `GraphSource` over places by workspace id. Inside `async with` it follows them."""

    def __init__(self, places: Mapping[str, WorkspaceSource]) -> None:
        self._places = dict(places)
        self._changed = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self._closing = False
        self._reading = threading.Lock()

    def load(self) -> Self:
        """Reads every place, blocking; called before the program begins to serve."""
        self._read(self._places.values())
        return self

    @property
    def due(self) -> bool:
        """Whether `renew` would read anything."""
        return any(place.is_stale for place in self._places.values())

    def refresh(self) -> None:
        """Reads what is due, blocking, for programs that do not follow. While another thread does so, what is there stays in use."""
        unread = any(not place.catalogue.version for place in self._places.values())
        if self._reading.acquire(blocking=unread):
            try:
                self._read([place for place in self._places.values() if place.is_stale])
            finally:
                self._reading.release()

    def catalogue(self, workspace: str) -> Catalogue:
        """The workspace as last read; raises `Problem("not_found")` where there is none of that id."""
        place = self._places.get(workspace)
        if place is None:
            raise Problem(
                "not_found",
                "No such workspace",
                f"There is no workspace “{workspace}”",
                "Open one of those listed",
            )
        return place.catalogue

    def changes(self) -> AsyncIterator[str]:
        """Ids of workspaces whose catalogue differs from the one at the time of this call, and so on, until cancelled or closed.

        A listener that is slow sees the latest state once, so nothing queues up.
        """
        return self._follow_versions(
            {id: place.catalogue.version for id, place in self._places.items()}
        )

    async def _follow_versions(self, seen: dict[str, str]) -> AsyncIterator[str]:
        while not self._closing:
            changed = self._changed
            for id, place in self._places.items():
                version = place.catalogue.version
                if seen[id] != version:
                    seen[id] = version
                    yield id
            if changed is self._changed:
                await changed.wait()

    async def __aenter__(self) -> Self:
        self._tasks = asyncio.TaskGroup()
        await self._tasks.__aenter__()
        self._following = [
            self._tasks.create_task(place.watch(self._tell)) for place in self._places.values()
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        tasks, self._tasks = self._tasks, None
        if tasks is None:
            return
        self._closing = True
        self._tell()
        for task in self._following:
            task.cancel()
        await tasks.__aexit__(kind, error, trace)

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _read(self, places: Iterable[WorkspaceSource]) -> None:
        """In threads, so that a slow place holds up no other, and a place may run a loop of its own wherever this is called."""
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            for reading in [threads.submit(place.load) for place in places]:
                reading.result()
