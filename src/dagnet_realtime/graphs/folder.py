"""Graphs from DagNet folders on this machine, watched and read anew while the program runs."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from pathlib import Path

from dagnet_realtime.core.dagnet.workspace import indexed_paths
from dagnet_realtime.graphs.places import PlaceGraphs
from dagnet_realtime.graphs.reading import Print, fetch, fingerprint, standing
from dagnet_realtime.graphs.shelf import Shelf
from dagnet_realtime.model.folders import USUAL, Folders
from dagnet_realtime.model.graph import Catalogue

INTERVAL = 2.0  # seconds between looks where the system sends no word of changes
_QUIET = 40  # milliseconds without a further change before a look, so that a save is read once


class Folder:
    """A `Place` whose files are followed.

    The system's word of a change is a hint to look; whether anything has changed is judged by the files themselves, so a missed or
    missing hint costs at most `interval` seconds.
    """

    def __init__(self, root: Path, interval: float = INTERVAL, deny: Iterable[str] = (), layout: Folders = USUAL) -> None:
        self._root = root
        self._layout = layout
        self._interval = interval
        self._shelf = Shelf(deny)
        self._print: Print | None = None
        self._listed: frozenset[str] = frozenset()

    @property
    def catalogue(self) -> Catalogue:
        """As last read."""
        return self._shelf.catalogue

    @property
    def due(self) -> bool:
        """Once: who does not follow a folder takes it that its files stay."""
        return self._print is None

    def load(self) -> None:
        """Reads the folder."""
        self.refresh()

    def refresh(self) -> bool:
        """Reads the folder if anything in it has changed since the last time, and says whether the catalogue is another."""
        seen = fingerprint(self._root, self._listed, layout=self._layout)
        if seen == self._print:
            return False
        fetched = fetch(self._root, memory=self._shelf.memory, layout=self._layout)
        self._listed = indexed_paths(fetched.files, self._shelf.memory)
        changed = self._shelf.take(fetched)
        self._print = seen
        return changed

    async def follow(self, tell: Callable[[], None]) -> None:
        """Looks at every hint, and by the clock."""
        while True:
            await self._look(tell)
            places = await asyncio.to_thread(standing, self._root, self._layout)
            try:
                async with aclosing(self._hints(places)) as hints:
                    async for _ in hints:
                        await self._look(tell)
                        if await asyncio.to_thread(standing, self._root, self._layout) != places:
                            break
            except OSError:  # the folder went between two looks, or the system has no watches left: look by the clock
                await asyncio.sleep(self._interval)

    def _hints(self, places: Iterable[str]) -> AsyncGenerator[object, None]:
        """Something may have changed in `places`, or `interval` is over."""
        from watchfiles import awatch  # whoever reads once does not wait for it

        timeout = max(int(self._interval * 1000), _QUIET)
        return awatch(
            *places, recursive=False, watch_filter=None, debounce=10 * _QUIET, step=_QUIET, rust_timeout=timeout, yield_on_timeout=True
        )

    async def _look(self, tell: Callable[[], None]) -> None:
        if await asyncio.to_thread(self.refresh):
            tell()


class FolderGraphs(PlaceGraphs):
    """A `GraphSource` over folders by workspace id."""

    def __init__(self, folders: Mapping[str, Path], *, interval: float = INTERVAL, layout: Folders = USUAL) -> None:
        super().__init__({id: Folder(Path(folder), interval, layout=layout) for id, folder in folders.items()})
