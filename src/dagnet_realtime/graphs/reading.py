"""The files of a DagNet folder on this machine: which are read, how far, and whether they have changed."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from stat import S_ISREG

import msgspec

from dagnet_realtime.core.dagnet.fields import well_formed
from dagnet_realtime.core.dagnet.texts import limit_of
from dagnet_realtime.core.dagnet.workspace import FOLDERS, INDEXES, Trees, indexed_paths, wanted
from dagnet_realtime.model.folders import USUAL, Folders
from dagnet_realtime.model.graph import FileError

FILE_LIMIT = 5_000  # files of one folder; real ones have tens
TOTAL_LIMIT = 256 * 1024 * 1024  # bytes of one workspace, held while it is parsed

Print = frozenset[tuple[str, int, int, int]]


class Fetched(msgspec.Struct, frozen=True):
    """Bytes by relative path, what could not be fetched, and whether the folder stands at all."""

    files: dict[str, bytes]
    errors: tuple[FileError, ...]
    stands: bool


def fetch(root: Path, *, graphs: bool = True, memory: Trees | None = None, layout: Folders = USUAL) -> Fetched:
    """Reads what DagNet reads of `root`, and the files that its indexes name; never leaves `root`, not even by a link.

    Without `graphs` it reads the definitions of events and nodes alone. `memory` is that of `read_workspace`, and keeps the trees
    of the indexes for it. With another `layout` files are known by DagNet's folder names all the same, unless an index names them.
    """
    real = os.path.realpath(root)
    files: dict[str, bytes] = {}
    errors: list[FileError] = []
    if not (root / layout.graphs if graphs else root).is_dir():
        return Fetched({}, (FileError("graphs" if graphs else "events", _nowhere(root, layout)),), stands=False)
    total = 0

    def take(paths: Iterable[str], layout: Folders = USUAL) -> None:
        nonlocal total
        for path in paths:
            try:
                content = _content(root / layout.actual(path), real, limit_of(path))
            except OSError as error:
                errors.append(FileError(well_formed(path), f"cannot be read: {error.strerror or error}"))
                continue
            total += len(content)
            if total > TOTAL_LIMIT:
                errors.append(FileError(well_formed(path), f"is one too many: together the files exceed {TOTAL_LIMIT // 2**20} MB"))
                return
            files[path] = content

    take((path for path in _listing(root, errors, graphs, layout) if wanted(path)), layout)
    listed = indexed_paths(files, memory)
    for path in listed - files.keys():
        if (known := layout.known(path)) in files:
            files[path] = files.pop(known)
    take(sorted(path for path in listed if path not in files and (root / path).exists())[:FILE_LIMIT])
    return Fetched(files, tuple(errors), stands=True)


def fingerprint(root: Path, also: Iterable[str], *, graphs: bool = True, layout: Folders = USUAL) -> Print:
    """Changes when any file that `fetch` would read does, judged by time, size and inode. `also` are further paths to look at."""
    marks = set()
    for path in {*map(layout.actual, _listing(root, [], graphs, layout)), *also}:
        try:
            told = (root / path).stat()
        except OSError:
            marks.add((path, -1, -1, -1))
        else:
            marks.add((path, told.st_mtime_ns, told.st_size, told.st_ino))
    return frozenset(marks)


def standing(root: Path, layout: Folders = USUAL) -> dict[str, int]:
    """The folders that exist, by path, with their inodes: a folder that went and came back is another."""
    found = {}
    for place in (root, *(root / layout.of(name) for name in FOLDERS)):
        try:
            found[str(place)] = place.stat().st_ino
        except OSError:
            continue
    return found


def _listing(root: Path, errors: list[FileError], graphs: bool, layout: Folders) -> Iterator[str]:
    """Relative paths, by DagNet's folder names, of the index files and of all files flat in the folders that are read."""
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
            errors.append(FileError(folder, f"holds more than {FILE_LIMIT} files; the others are not read"))
        yield from (f"{folder}/{name}" for name in names[:FILE_LIMIT])


def _content(path: Path, real: str, limit: int) -> bytes:
    """At most one byte more than `limit`; raises `OSError` also for what is no plain file inside the folder."""
    if os.path.commonpath([real, os.path.realpath(path)]) != real:
        raise OSError(0, "it is a link that leads out of the folder")
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        if not S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "it is no plain file")
        return file.read(limit + 1)


def _nowhere(root: Path, layout: Folders) -> str:
    if not root.is_dir():
        return f"the folder {well_formed(str(root))} does not exist"
    return f"there is no folder {layout.graphs}/ in {well_formed(str(root))}; give the folder of a DagNet data repository"
