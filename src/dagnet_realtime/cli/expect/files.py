"""Expectations files: read strictly by the evaluator, each fault with its line."""

import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from dagnet_realtime.cli.expect.evaluator import Evaluator, open_evaluator
from dagnet_realtime.core.dagnet.decode import FileUnreadable, load_yaml, read_text, well_formed
from dagnet_realtime.core.redaction import Redaction, personal_name
from dagnet_realtime.model.graph import Graph

FORMAT = "dagnet-realtime/expect@1"

FOLDER = "expectations"
"""Where a data repository keeps them, flat."""

SUFFIXES = (".yaml", ".yml")

LARGEST = 256 * 1024
"""Bytes of a file, five times what 200 long expectations need."""

MOST_ITEMS = 200
"""Expectations of a file, and items of a list in it, as the evaluator says."""

MOST_COUNTED = 1000
"""Items of a list that are counted; what has more is refused without reading on."""

MOST_VALUES = 20_000
"""Keys and items of a file, about a second of reading."""

MOST_UNREAD = 50
NO_GRAPHS = "no graph is here at all; name the data repository's folder by `--workspace`"
"""Keys that are given twice, of those that are listed."""

_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Signs that act on a terminal, end a line, are invisible or turn the direction of text."""

PathKey = tuple[str | int, ...]


class Issue(msgspec.Struct, frozen=True):
    """What is wrong with a file, and at which line (from 1)."""

    line: int
    text: str


class SpecFile(msgspec.Struct, kw_only=True):
    """One file as it was read. `value` is what it holds, `lines` the line of each key and item.

    `waits` and `settles` are seconds. A file with `issues` is not judged.
    """

    path: Path
    name: str
    value: Any = None
    lines: dict[PathKey, int] = {}
    graph: str = ""
    waits: float = 10.0
    settles: float = 2.0
    paths: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()
    warnings: tuple[Issue, ...] = ()

    def line_of(self, path: Sequence[str | int]) -> int:
        """The line of a place in the file, else of what holds it."""
        for end in range(len(path), 0, -1):
            if found := self.lines.get(tuple(path[:end])):
                return found
        return 1


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What a server carries: `properties` and `deny` are globs; if `open`, anything is carried."""

    properties: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    open: bool = True


def real(path: Path) -> Path:
    """The path without links; one that leads in a circle is as it is, where `resolve` raises."""
    return Path(os.path.realpath(path))


def find_files(workspace: Path) -> list[Path]:
    """The expectations files of a data repository, by name; no link leads out of it."""
    folder = workspace / FOLDER
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix in SUFFIXES
        and not path.name.startswith(".")
        and path.is_file()
        and real(path).is_relative_to(real(workspace))
    )


def check_files(workspace: Path, graphs: Mapping[str, Graph], policy: Policy) -> list[SpecFile]:
    """Every expectations file of a data repository, on its graphs.

    Raises `Problem("unavailable")` if there are some and nothing can read them.
    """
    files = find_files(workspace)
    if not files:
        return []
    with open_evaluator() as evaluator:
        return [
            resolve_file(
                read_file(path, evaluator, f"{FOLDER}/{path.name}"), graphs, policy, evaluator
            )
            for path in files
        ]


def workspace_of(specs: Sequence[Path]) -> Path:
    """The data repository that files in its `expectations/` belong to, else the folder here."""
    for spec in specs:
        if real(spec).parent.name == FOLDER:
            return real(spec).parent.parent
    return Path.cwd()


def read_file(path: Path, evaluator: Evaluator, shown: str = "") -> SpecFile:
    """A file with everything that is wrong with it, its graph aside."""
    file = SpecFile(path=path, name=well_formed(shown or path.as_posix()))
    try:
        with path.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        return _wrong(file, f"it cannot be read: {(error.strerror or 'no reason given').lower()}")
    lines = _Lines()
    try:
        file.value = load_yaml(read_text(content, LARGEST), lines.see)
    except FileUnreadable as error:
        return _wrong(file, f"it {error}", error.line or lines.last)
    except _TooMuch as error:
        return _wrong(file, str(error), error.line)
    file.lines = lines.found
    if lines.unread:
        file.issues = tuple(lines.unread)
        return file
    # JSON, in which the evaluator is asked, would hand them over as empty.
    for place in list(_not_finite(file.value))[:MOST_UNREAD]:
        _wrong(file, "a number is infinite or is none; leave it out", file.line_of(place))
    if file.issues:
        return file
    return _told(file, evaluator.ask("read", msgspec.json.encode(file.value).decode(), "", "{}"))


def resolve_file(
    file: SpecFile, graphs: Mapping[str, Graph], policy: Policy, evaluator: Evaluator
) -> SpecFile:
    """The file's names and conditions on its graph; what is wrong is added to it."""
    if file.issues:
        return file
    graph = graphs.get(file.graph)
    if graph is None:
        there = ", ".join(sorted(graphs)[:20])
        hint = f"the graphs here are {there}" if there else NO_GRAPHS
        line = file.line_of(("graph",))
        return _wrong(file, f"there is no graph {file.graph}; {hint}", line)
    answer = evaluator.ask(
        "read",
        msgspec.json.encode(file.value).decode(),
        msgspec.json.encode(graph).decode(),
        msgspec.json.encode(unkept(file.paths, policy)).decode(),
    )
    return _told(file, answer)


def unkept(paths: Iterable[str], policy: Policy) -> dict[str, str]:
    """The property paths that are never carried, with the reason."""
    rules = Redaction(policy.properties, policy.deny)
    found = {}
    for path in paths:
        if personal_name(path):
            found[path] = "its name is personal"
        elif rules.denies(path):
            found[path] = "the configuration denies it"
        elif not policy.open and not rules.permits(path):
            found[path] = "the server's `properties` do not list it"
    return found


def _wrong(file: SpecFile, text: str, line: int = 1) -> SpecFile:
    file.issues = (*file.issues, Issue(line, _UNSEEN.sub(_code, text)))
    return file


def _code(sign: re.Match[str]) -> str:
    return f"\\u{{{ord(sign[0]):x}}}"


def _told(file: SpecFile, answer: Mapping[str, Any]) -> SpecFile:
    def issues(key: str) -> tuple[Issue, ...]:
        return tuple(Issue(file.line_of(one["path"]), one["text"]) for one in answer.get(key, ()))

    file.issues, file.warnings = issues("issues"), issues("warnings")
    file.graph = answer.get("graph", file.graph)
    file.waits = answer.get("wait", file.waits * 1000) / 1000
    file.settles = answer.get("settle", file.settles * 1000) / 1000
    file.paths = tuple(answer.get("paths", file.paths))
    return file


def _not_finite(value: Any, path: PathKey = ()) -> Iterator[PathKey]:
    """The paths of numbers that are infinite or none: YAML's `.inf` and `.nan`, and `1.0e+999`."""
    if isinstance(value, float) and not math.isfinite(value):
        yield path
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _not_finite(one, (*path, str(key)))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _not_finite(one, (*path, at))


class _Place:
    """A list or mapping that is still being read: its path, and the key or index that is next."""

    def __init__(self, path: PathKey, mapping: bool) -> None:
        self.path = path
        self.mapping = mapping
        self.key: str | None = None
        self.index = 0


class _TooMuch(Exception):
    """A file holds more than is read."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__(text)
        self.line = line


class _Lines:
    """The line of every key and item of a YAML document, and what a reader would leave out in it.

    Of a key that is given twice YAML's readers take the last, and of several documents the first:
    the expectations in the others would be judged by nothing.
    """

    def __init__(self) -> None:
        self.found: dict[PathKey, int] = {}
        self.unread: list[Issue] = []
        self.last = 1
        self._open: list[_Place] = []
        self._documents = 0

    def see(self, event: Any) -> None:
        """Takes an event of the parser; raises `_TooMuch`."""
        line: int = event.start_mark.line + 1
        self.last = line
        match event:
            case DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self.unread.append(Issue(line, "a second document begins; one file has one"))
            case ScalarEvent():
                self._place(line, str(event.value))
            case AliasEvent():
                self._key_is_no_text(line, "an alias")
                self._place(line, "")
            case SequenceStartEvent() | MappingStartEvent():
                is_list = isinstance(event, SequenceStartEvent)
                self._key_is_no_text(line, "a list" if is_list else "a mapping")
                path = self._place(line, "")
                self._open.append(_Place(path or (), isinstance(event, MappingStartEvent)))
            case SequenceEndEvent() | MappingEndEvent():
                self._open.pop()
            case _:
                pass

    def _key_is_no_text(self, line: int, what: str) -> None:
        """Notes a value that stands as a key: it is left out, or is the same as another key."""
        is_key = bool(self._open) and self._open[-1].mapping and self._open[-1].key is None
        if is_key and len(self.unread) < MOST_UNREAD:
            self.unread.append(Issue(line, f"{what} stands as a key; a key is a word"))

    def _place(self, line: int, scalar: str) -> PathKey | None:
        """The path of a value that begins here; None for a key."""
        if not self._open:
            return ()
        parent = self._open[-1]
        if len(self.found) >= MOST_VALUES:
            raise _TooMuch(f"it holds more than {MOST_VALUES} values, the most in one file", line)
        if not parent.mapping:
            if parent.index == MOST_COUNTED:
                raise self._too_long(parent.path)
            path = (*parent.path, parent.index)
            parent.index += 1
            self.found[path] = line
            return path
        if parent.key is None:
            parent.key = scalar
            path = (*parent.path, parent.key)
            if path in self.found and len(self.unread) < MOST_UNREAD:
                text = f"`{parent.key[:80]}` stands here again, after line {self.found[path]}"
                self.unread.append(Issue(line, text))
            self.found[path] = line
            return None
        path, parent.key = (*parent.path, parent.key), None
        return path

    def _too_long(self, path: PathKey) -> _TooMuch:
        name = next((key for key in reversed(path) if isinstance(key, str)), "")
        what = "expectations" if path == ("expect",) else "items"
        place = f"`{name[:80]}`" if name else "a list"
        text = f"{place} has more than {MOST_COUNTED} {what}, and {MOST_ITEMS} are the most"
        line = self.found.get(path, 1)
        return _TooMuch(text + (" in one file" if what == "expectations" else ""), line)
