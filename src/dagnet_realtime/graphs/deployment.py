"""Graphs that a DagNet deployment gives over HTTP, asked for again and again, with definitions from files beside."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from dagnet_realtime.core.dagnet.workspace import indexed_paths
from dagnet_realtime.graphs.answers import Graph
from dagnet_realtime.graphs.asking import Absent, Answer, Asking, Failed
from dagnet_realtime.graphs.reading import Fetched, Print, fetch, fingerprint
from dagnet_realtime.graphs.shelf import KEPT, Shelf
from dagnet_realtime.model.deployment import Deployment
from dagnet_realtime.model.folders import USUAL, Folders
from dagnet_realtime.model.graph import Catalogue, FileError

SOONER = 5.0  # seconds after which whoever has no graph yet asks again
_ABSENT = "is not there: the deployment has no such graph, or may not read its repository"


class DeploymentPlace:
    """A `Place`. `definitions` is a folder whose events and nodes are read, by `layout`; `now` tells seconds, of whichever origin.

    A graph that the deployment does not have any more is gone while it has another one. Where it has none, its own way to the repository
    is as likely broken, so all stay as they were.
    """

    def __init__(
        self,
        deployment: Deployment,
        definitions: Path | None = None,
        *,
        asking: Asking | None = None,
        now: Callable[[], float] = time.time,
        deny: Iterable[str] = (),
        layout: Folders = USUAL,
    ) -> None:
        self._deployment = deployment
        self._asking = asking or Asking(deployment)
        self._definitions = _Definitions(definitions, layout) if definitions is not None else None
        self._now = now
        self._asked: float | None = None
        self._shelf = Shelf(deny)
        self._taken: tuple[Mapping[str, Answer], Fetched] | None = None

    @property
    def catalogue(self) -> Catalogue:
        """As last read."""
        return self._shelf.catalogue

    @property
    def due(self) -> bool:
        """Whether the last answer is older than the interval; sooner where there is no graph yet."""
        return self._asked is None or not 0 <= self._now() - self._asked < self._pause

    def load(self) -> None:
        """One round, in a loop of its own; closing it waits for no look-up of a name that hangs."""
        with contextlib.closing(asyncio.new_event_loop()) as loop:
            answers = loop.run_until_complete(self._round())
            loop.run_until_complete(loop.shutdown_asyncgens())
        self._take(answers)

    async def follow(self, tell: Callable[[], None]) -> None:
        """A round every interval; sooner where there is no graph yet."""
        while True:
            await asyncio.sleep(self._pause)
            if await asyncio.to_thread(self._take, await self._round()):
                tell()

    @property
    def _pause(self) -> float:
        return self._deployment.interval if self.catalogue.graphs else min(SOONER, self._deployment.interval)

    async def _round(self) -> Mapping[str, Answer]:
        answers = await self._asking.round()
        self._asked = self._now()
        return answers

    def _take(self, answers: Mapping[str, Answer]) -> bool:
        """Whether the catalogue is another; where nothing has changed, nothing is parsed."""
        beside = self._definitions.read() if self._definitions is not None else Fetched({}, (), stands=True)
        if (answers, beside) == self._taken:
            return False
        files, errors = dict(beside.files), list(beside.errors)
        some = any(isinstance(answer, Graph) for answer in answers.values())
        for name, answer in answers.items():
            path = f"graphs/{name}.json"
            match answer:
                case Graph(content=content):
                    files[path] = content
                case Failed(why=why):
                    errors.append(FileError(path, why))
                case Absent(why=why):
                    if not self._shelf.knew(path) or (self._shelf.holds(path) and not some):
                        errors.append(FileError(path, f"{_ABSENT}, and says “{why}”" if why else _ABSENT))
        changed = self._shelf.take(Fetched(files, tuple(errors), stands=True))
        self._taken = (answers, beside)
        return changed


class _Definitions:
    """A folder's definitions, read when they have changed; a folder that vanishes keeps what was last read."""

    def __init__(self, root: Path, layout: Folders) -> None:
        self._root = root
        self._layout = layout
        self._print: Print | None = None
        self._last = Fetched({}, (), stands=True)

    def read(self) -> Fetched:
        seen = fingerprint(self._root, indexed_paths(self._last.files), graphs=False, layout=self._layout)
        if seen != self._print or not self._last.stands:
            found = fetch(self._root, graphs=False, layout=self._layout)
            if not found.stands and self._last.files:
                kept = tuple(FileError(error.file, f"{error.text}; {KEPT}") for error in found.errors)
                found = Fetched(self._last.files, kept, stands=False)
            self._print, self._last = seen, found
        return self._last
