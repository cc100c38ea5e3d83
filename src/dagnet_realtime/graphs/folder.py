"""Graphs from a folder, read again when its files change.

While a changed file cannot be read, its last good version stays in use.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing
from pathlib import Path
from stat import S_ISREG

import msgspec

from dagnet_realtime.core.dagnet.decode import max_bytes, well_formed
from dagnet_realtime.core.dagnet.workspace import (
    FOLDERS,
    INDEXES,
    TreeCache,
    indexed_paths,
    is_workspace_file,
    read_workspace,
)
from dagnet_realtime.graphs.source import GraphSources
from dagnet_realtime.model.graph import Catalogue, FileError
from dagnet_realtime.model.workspace import DEFAULT_FOLDERS, Folders

FILE_LIMIT = 5_000  # files of one folder; real ones have tens
TOTAL_LIMIT = 256 * 1024 * 1024  # bytes of one workspace, held while it is parsed

Fingerprint = frozenset[tuple[str, int, int, int]]


class FolderSnapshot(msgspec.Struct, frozen=True):
    """The files by relative path, what could not be read, and whether the folder exists."""

    files: dict[str, bytes]
    errors: tuple[FileError, ...]
    exists: bool


def fetch(
    root: Path,
    *,
    graphs: bool = True,
    memory: TreeCache | None = None,
    layout: Folders = DEFAULT_FOLDERS,
) -> FolderSnapshot:
    """Reads the files of `root` that DagNet reads, also those that its indexes name.

    Never leaves `root`, not even by a link. Without `graphs` it reads only definitions of events
    and nodes. `memory` is that of `read_workspace`, and keeps the parsed indexes. With another
    `layout` paths still use DagNet's folder names, unless an index names them.
    """
    real = os.path.realpath(root)
    files: dict[str, bytes] = {}
    errors: list[FileError] = []
    if not (root / layout.graphs if graphs else root).is_dir():
        return FolderSnapshot(
            {}, (FileError("graphs" if graphs else "events", _nowhere(root, layout)),), exists=False
        )
    total = 0

    def take(paths: Iterable[str], layout: Folders = DEFAULT_FOLDERS) -> None:
        nonlocal total
        for path in paths:
            try:
                content = _content(root / layout.actual(path), real, max_bytes(path))
            except OSError as error:
                errors.append(
                    FileError(well_formed(path), f"cannot be read: {error.strerror or error}")
                )
                continue
            total += len(content)
            if total > TOTAL_LIMIT:
                errors.append(
                    FileError(
                        well_formed(path),
                        f"is one too many: together the files exceed {TOTAL_LIMIT // 2**20} MB",
                    )
                )
                return
            files[path] = content

    take(
        (path for path in _listing(root, errors, graphs, layout) if is_workspace_file(path)), layout
    )
    listed = indexed_paths(files, memory)
    for path in listed - files.keys():
        if (known := layout.known(path)) in files:
            files[path] = files.pop(known)
    take(
        sorted(path for path in listed if path not in files and (root / path).exists())[:FILE_LIMIT]
    )
    return FolderSnapshot(files, tuple(errors), exists=True)


def fingerprint(
    root: Path, also: Iterable[str], *, graphs: bool = True, layout: Folders = DEFAULT_FOLDERS
) -> Fingerprint:
    """A value that changes with any file that `fetch` reads, by time, size and inode.

    `also` are further paths.
    """
    marks = set()
    for path in {*map(layout.actual, _listing(root, [], graphs, layout)), *also}:
        try:
            told = (root / path).stat()
        except OSError:
            marks.add((path, -1, -1, -1))
        else:
            marks.add((path, told.st_mtime_ns, told.st_size, told.st_ino))
    return frozenset(marks)


def watched_folders(root: Path, layout: Folders = DEFAULT_FOLDERS) -> dict[str, int]:
    """The existing folders with their inodes: a folder that was replaced has another."""
    found = {}
    for place in (root, *(root / layout.of(name) for name in FOLDERS)):
        try:
            found[str(place)] = place.stat().st_ino
        except OSError:
            continue
    return found


def _listing(root: Path, errors: list[FileError], graphs: bool, layout: Folders) -> Iterator[str]:
    """Relative paths, by DagNet's folder names, of index files and files in the folders."""
    yield from (name for name in INDEXES if (root / name).exists())
    for folder in FOLDERS if graphs else FOLDERS.keys() - {"graphs"}:
        try:
            names = sorted(entry.name for entry in os.scandir(root / layout.of(folder)))
        except FileNotFoundError:
            continue
        except OSError as error:
            errors.append(FileError(folder, f"cannot be listed: {error.strerror}"))
            continue
        if len(names) > FILE_LIMIT:
            errors.append(
                FileError(folder, f"holds more than {FILE_LIMIT} files; the others are not read")
            )
        yield from (f"{folder}/{name}" for name in names[:FILE_LIMIT])


def _content(path: Path, real: str, limit: int) -> bytes:
    """At most `limit` + 1 bytes. Raises `OSError`, also if it is no regular file in the folder."""
    if os.path.commonpath([real, os.path.realpath(path)]) != real:
        raise OSError(0, "it is a link that leads out of the folder")
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        if not S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "it is not a regular file")
        return file.read(limit + 1)


def _nowhere(root: Path, layout: Folders) -> str:
    if not root.is_dir():
        return f"the folder {well_formed(str(root))} does not exist"
    return (
        f"there is no folder {layout.graphs}/ in {well_formed(str(root))}; give the folder of a "
        "DagNet data repository"
    )


_GONE_LIMIT = 100  # vanished graphs that are still reported
KEPT = "the last good version is still in use"


class LastGoodCatalogue:
    """A catalogue in which unreadable files keep their last good version.

    One thread at a time calls `update`; `catalogue` may be read from any. `memory` keeps parsed
    files between reads.
    """

    def __init__(self, deny: Iterable[str] = ()) -> None:
        self._deny = tuple(deny)
        self.catalogue = Catalogue(version="")
        self._good: dict[str, bytes] = {}
        self._known: set[str] = set()
        self.memory: TreeCache = {}

    def update(self, fetched: FolderSnapshot) -> bool:
        """Builds the catalogue of `fetched`, and returns whether it differs."""
        before, self.catalogue = self.catalogue.version, self._read(fetched)
        return self.catalogue.version != before

    def has(self, path: str) -> bool:
        """Whether `path` has a good version."""
        return path in self._good

    def has_seen(self, path: str) -> bool:
        """Whether a graph was ever read from `path`."""
        return path in self._known or any(
            graph.file == path for graph in self.catalogue.graphs.values()
        )

    def _read(self, fetched: FolderSnapshot) -> Catalogue:
        if not fetched.exists and self._good:
            kept = tuple(FileError(error.file, f"{error.text}; {KEPT}") for error in fetched.errors)
            return read_workspace(self._good, kept, self.memory, self._deny)
        first = read_workspace(fetched.files, fetched.errors, self.memory, self._deny)
        broken = {error.file for error in first.errors} & self._good.keys()
        known = {path for path in fetched.files if path.startswith("graphs/")} | broken
        gone = sorted(
            (self._known | {graph.file for graph in self.catalogue.graphs.values()}) - known
        )[:_GONE_LIMIT]
        self._known = set(gone)
        errors = [FileError(path, "is gone, and its graph with it") for path in gone]
        errors += [
            FileError(error.file, f"{error.text}; {KEPT}")
            for error in first.errors
            if error.file in broken
        ]
        errors += [error for error in fetched.errors if error.file not in broken]
        wrong = {error.file for error in first.errors}
        files = {path: content for path, content in fetched.files.items() if path not in broken}
        kept_files = {path: self._good[path] for path in broken}
        self._good = {
            path: content for path, content in files.items() if path not in wrong
        } | kept_files
        if not broken and not gone:
            return first
        return read_workspace(files | kept_files, errors, self.memory, self._deny)


INTERVAL = 2.0  # seconds between checks if the system reports no changes
_QUIET = 40  # ms without a further change before a check, so that a save is read once


class FolderSource:
    """A `WorkspaceSource` over a folder, watched for changes.

    The system's notifications only trigger a check of the files, so a missed one costs at most
    `interval` seconds.
    """

    def __init__(
        self,
        root: Path,
        interval: float = INTERVAL,
        deny: Iterable[str] = (),
        layout: Folders = DEFAULT_FOLDERS,
    ) -> None:
        self._root = root
        self._layout = layout
        self._interval = interval
        self._shelf = LastGoodCatalogue(deny)
        self._print: Fingerprint | None = None
        self._listed: frozenset[str] = frozenset()

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue as last read."""
        return self._shelf.catalogue

    @property
    def is_stale(self) -> bool:
        """True before the first read only: without watching, files count as unchanged."""
        return self._print is None

    def load(self) -> None:
        """Reads the folder."""
        self.refresh()

    def refresh(self) -> bool:
        """Reads the folder if a file has changed; returns whether the catalogue differs."""
        seen = fingerprint(self._root, self._listed, layout=self._layout)
        if seen == self._print:
            return False
        fetched = fetch(self._root, memory=self._shelf.memory, layout=self._layout)
        self._listed = indexed_paths(fetched.files, self._shelf.memory)
        changed = self._shelf.update(fetched)
        self._print = seen
        return changed

    async def watch(self, tell: Callable[[], None]) -> None:
        """Checks at every notification, and every `interval` seconds."""
        while True:
            await self._look(tell)
            places = await asyncio.to_thread(watched_folders, self._root, self._layout)
            try:
                async with aclosing(self._hints(places)) as hints:
                    async for _ in hints:
                        await self._look(tell)
                        if (
                            await asyncio.to_thread(watched_folders, self._root, self._layout)
                            != places
                        ):
                            break
            except OSError:  # the folder vanished, or the system has no watches left
                await asyncio.sleep(self._interval)

    def _hints(self, places: Iterable[str]) -> AsyncGenerator[object, None]:
        """Yields when something may have changed in `places`, and after each `interval`."""
        from watchfiles import awatch  # not needed to read once

        timeout = max(int(self._interval * 1000), _QUIET)
        return awatch(
            *places,
            recursive=False,
            watch_filter=None,
            debounce=10 * _QUIET,
            step=_QUIET,
            rust_timeout=timeout,
            yield_on_timeout=True,
        )

    async def _look(self, tell: Callable[[], None]) -> None:
        if await asyncio.to_thread(self.refresh):
            tell()


class FolderGraphs(GraphSources):
    """A `GraphSource` over folders by workspace id."""

    def __init__(
        self,
        folders: Mapping[str, Path],
        *,
        interval: float = INTERVAL,
        layout: Folders = DEFAULT_FOLDERS,
    ) -> None:
        super().__init__(
            {
                id: FolderSource(Path(folder), interval, layout=layout)
                for id, folder in folders.items()
            }
        )
