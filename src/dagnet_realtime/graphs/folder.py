"""Graphs from DagNet folders on this machine, watched and read anew while the program runs."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Self

from watchfiles import awatch

from dagnet_realtime.graphs.reading import standing
from dagnet_realtime.graphs.shelf import Shelf
from dagnet_realtime.model.graph import Catalogue
from dagnet_realtime.model.problem import Problem

INTERVAL = 2.0  # seconds between looks where the system sends no word of changes
_QUIET = 40  # milliseconds without a further change before a look, so that a save is read once


class FolderGraphs:
    """A `GraphSource` over folders by workspace id. Inside `async with` it follows their files.

    The system's word of a change is a hint to look; whether anything has changed is judged by the files themselves, so a missed or
    missing hint costs at most `interval` seconds.
    """

    def __init__(self, folders: Mapping[str, Path], *, interval: float = INTERVAL) -> None:
        self._shelves = {id: Shelf(Path(folder)) for id, folder in folders.items()}
        self._interval = interval
        self._changed = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self._closing = False

    def load(self) -> Self:
        """Reads every folder, blocking; called before the program begins to serve."""
        for shelf in self._shelves.values():
            shelf.refresh()
        return self

    def catalogue(self, workspace: str) -> Catalogue:
        """The workspace as last read; raises `Problem("not_found")` where there is none of that id."""
        shelf = self._shelves.get(workspace)
        if shelf is None:
            raise Problem("not_found", "No such workspace", f"There is no workspace “{workspace}”", "Open one of those listed")
        return shelf.catalogue

    def changes(self) -> AsyncIterator[str]:
        """Ids of workspaces whose catalogue differs from the one at the time of this call, and so on, until cancelled or closed.

        A listener that is slow sees the latest state once, so nothing queues up.
        """
        return self._follow_versions({id: shelf.catalogue.version for id, shelf in self._shelves.items()})

    async def _follow_versions(self, seen: dict[str, str]) -> AsyncIterator[str]:
        while not self._closing:
            changed = self._changed
            for id, shelf in self._shelves.items():
                version = shelf.catalogue.version
                if seen[id] != version:
                    seen[id] = version
                    yield id
            if changed is self._changed:
                await changed.wait()

    async def __aenter__(self) -> Self:
        self._tasks = asyncio.TaskGroup()
        await self._tasks.__aenter__()
        self._following = [self._tasks.create_task(self._follow(shelf)) for shelf in self._shelves.values()]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        tasks, self._tasks = self._tasks, None
        if tasks is None:
            return
        self._closing = True
        self._tell()
        for task in self._following:
            task.cancel()
        await tasks.__aexit__(kind, error, trace)

    async def _follow(self, shelf: Shelf) -> None:
        while True:
            await self._look(shelf)
            places = await asyncio.to_thread(standing, shelf.root)
            try:
                async with aclosing(self._hints(places)) as hints:
                    async for _ in hints:
                        await self._look(shelf)
                        if await asyncio.to_thread(standing, shelf.root) != places:
                            break
            except OSError:  # the folder went between two looks, or the system has no watches left: look by the clock
                await asyncio.sleep(self._interval)

    def _hints(self, places: Iterable[str]) -> AsyncGenerator[object, None]:
        """Something may have changed in `places`, or `interval` is over."""
        timeout = max(int(self._interval * 1000), _QUIET)
        return awatch(
            *places, recursive=False, watch_filter=None, debounce=10 * _QUIET, step=_QUIET, rust_timeout=timeout, yield_on_timeout=True
        )

    async def _look(self, shelf: Shelf) -> None:
        if await asyncio.to_thread(shelf.refresh):
            self._tell()

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
