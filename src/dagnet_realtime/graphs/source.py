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
    """The graphs of one workspace.

    One thread at a time reads; `catalogue` may be used from any, and has version "" at first.
    """

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue as last read."""
        ...

    @property
    def is_stale(self) -> bool:
        """Whether a caller that does not watch should read it again."""
        ...

    def load(self) -> None:
        """Reads it, blocking and within a time limit; errors are in the catalogue."""
        ...

    async def watch(self, tell: Callable[[], None]) -> None:
        """Reads it after each change until cancelled; calls `tell` if the catalogue differs."""
        ...


_CONCURRENCY = 8  # sources read at the same time


class GraphSources:
    """A `GraphSource` over the sources of several workspaces; `async with` watches them."""

    def __init__(self, sources: Mapping[str, WorkspaceSource]) -> None:
        self._sources = dict(sources)
        self._changed = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self._closing = False
        self._reading = threading.Lock()

    def load(self) -> Self:
        """Reads every source, blocking; called before the server starts."""
        self._read(self._sources.values())
        return self

    @property
    def due(self) -> bool:
        """Whether `refresh` would read a source."""
        return any(source.is_stale for source in self._sources.values())

    def refresh(self) -> None:
        """Reads stale sources, blocking, for callers that do not watch.

        While another thread reads, the present catalogues stay in use.
        """
        unread = any(not source.catalogue.version for source in self._sources.values())
        if self._reading.acquire(blocking=unread):
            try:
                self._read([source for source in self._sources.values() if source.is_stale])
            finally:
                self._reading.release()

    def catalogue(self, workspace: str) -> Catalogue:
        """The catalogue of a workspace. Raises `Problem("not_found")` for an unknown id."""
        source = self._sources.get(workspace)
        if source is None:
            raise Problem(
                "not_found",
                "No such workspace",
                f"There is no workspace “{workspace}”",
                "Open one of those listed",
            )
        return source.catalogue

    def changes(self) -> AsyncIterator[str]:
        """Ids of workspaces whose catalogue changes after this call, until cancelled or closed.

        A slow listener sees the latest state once, so nothing queues up.
        """
        return self._follow_versions(
            {id: source.catalogue.version for id, source in self._sources.items()}
        )

    async def _follow_versions(self, seen: dict[str, str]) -> AsyncIterator[str]:
        while not self._closing:
            changed = self._changed
            for id, source in self._sources.items():
                version = source.catalogue.version
                if seen[id] != version:
                    seen[id] = version
                    yield id
            if changed is self._changed:
                await changed.wait()

    async def __aenter__(self) -> Self:
        self._tasks = asyncio.TaskGroup()
        await self._tasks.__aenter__()
        self._following = [
            self._tasks.create_task(source.watch(self._tell)) for source in self._sources.values()
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

    def _read(self, sources: Iterable[WorkspaceSource]) -> None:
        """Reads in threads: a slow source delays no other, and may run its own event loop."""
        with ThreadPoolExecutor(_CONCURRENCY) as threads:
            for reading in [threads.submit(source.load) for source in sources]:
                reading.result()
