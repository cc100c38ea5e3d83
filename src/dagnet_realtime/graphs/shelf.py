"""One workspace's catalogue, made anew of what was fetched; what breaks keeps its last good content."""

from collections.abc import Iterable

from dagnet_realtime.core.dagnet.workspace import Trees, read_workspace
from dagnet_realtime.graphs.reading import Fetched
from dagnet_realtime.model.graph import Catalogue, FileError

_GONE_LIMIT = 100  # vanished graphs that are still spoken of
KEPT = "the last good version is still in use"


class Shelf:
    """Not for two threads at once: whoever calls `take` is the only writer. `catalogue` may be read from anywhere.

    `memory` keeps trees between reads, and those of the indexes for whoever fetches.
    """

    def __init__(self, deny: Iterable[str] = ()) -> None:
        self._deny = tuple(deny)
        self.catalogue = Catalogue(version="")
        self._good: dict[str, bytes] = {}
        self._known: set[str] = set()
        self.memory: Trees = {}

    def take(self, fetched: Fetched) -> bool:
        """Makes the catalogue of `fetched`, and says whether it is another."""
        before, self.catalogue = self.catalogue.version, self._read(fetched)
        return self.catalogue.version != before

    def holds(self, path: str) -> bool:
        """Whether there is good content of `path`."""
        return path in self._good

    def knew(self, path: str) -> bool:
        """Whether a graph was read from `path` at any time since."""
        return path in self._known or any(graph.file == path for graph in self.catalogue.graphs.values())

    def _read(self, fetched: Fetched) -> Catalogue:
        if not fetched.stands and self._good:
            kept = tuple(FileError(error.file, f"{error.text}; {KEPT}") for error in fetched.errors)
            return read_workspace(self._good, kept, self.memory, self._deny)
        first = read_workspace(fetched.files, fetched.errors, self.memory, self._deny)
        broken = {error.file for error in first.errors} & self._good.keys()
        known = {path for path in fetched.files if path.startswith("graphs/")} | broken
        gone = sorted((self._known | {graph.file for graph in self.catalogue.graphs.values()}) - known)[:_GONE_LIMIT]
        self._known = set(gone)
        errors = [FileError(path, "is gone, and its graph with it") for path in gone]
        errors += [FileError(error.file, f"{error.text}; {KEPT}") for error in first.errors if error.file in broken]
        errors += [error for error in fetched.errors if error.file not in broken]
        wrong = {error.file for error in first.errors}
        files = {path: content for path, content in fetched.files.items() if path not in broken}
        kept_files = {path: self._good[path] for path in broken}
        self._good = {path: content for path, content in files.items() if path not in wrong} | kept_files
        if not broken and not gone:
            return first
        return read_workspace(files | kept_files, errors, self.memory, self._deny)
