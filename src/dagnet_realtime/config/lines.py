"""Which line of a TOML file a key stands on; for messages only, so it may say None but never a wrong table."""

import re

Path = tuple[str | int, ...]

_TABLE = re.compile(r"^\s*\[(\[?)\s*([^\]\[]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")


def lines(text: str) -> dict[Path, int]:
    """Line numbers, from 1, by path. The second `[[workspace]]`'s `env` is `("workspace", 1, "env")`."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    quote = ""
    for number, line in enumerate(text.split("\n"), 1):
        if quote:
            quote = "" if quote in line else quote
        elif header := _TABLE.match(line):
            table = _open(_names(header[2]), bool(header[1]), counts)
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_names(key[1])), number)
            quote = next((mark for mark in ('"""', "'''") if line.count(mark) == 1), "")
    return found


def line_of(found: dict[Path, int], path: Path) -> int | None:
    """The line of `path`, else of the nearest thing around it."""
    while path:
        if path in found:
            return found[path]
        path = path[:-1]
    return None


def _names(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _open(names: list[str], repeated: bool, counts: dict[Path, int]) -> Path:
    path: Path = ()
    for depth, name in enumerate(names, 1):
        path = (*path, name)
        if depth == len(names) and repeated:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
