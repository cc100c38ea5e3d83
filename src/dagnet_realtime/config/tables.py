"""Typed tables from parsed TOML; a wrong value is reported with its line and key."""

import contextlib
import difflib
import math
import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from dagnet_realtime.model.problem import Problem

KeyPath = tuple[str | int, ...]

_TABLE = re.compile(r"^\s*\[(\[?)\s*([^\]\[]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
    r"""(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)


def lines(text: str) -> dict[KeyPath, int]:
    """Line numbers (from 1) by key path.

    E.g. `("workspace", 1, "env")` is `env` in the second `[[workspace]]`.
    """
    found: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
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


def _names(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _open(names: list[str], repeated: bool, counts: dict[KeyPath, int]) -> KeyPath:
    path: KeyPath = ()
    for depth, name in enumerate(names, 1):
        path = (*path, name)
        if depth == len(names) and repeated:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


Table = TypeVar("Table", bound=msgspec.Struct)


class SourceLocation:
    """Where a key was set: file and line, environment variable or flag."""

    def __init__(
        self, file: str, lines: Mapping[KeyPath, int], origins: Mapping[KeyPath, str]
    ) -> None:
        self._file = file
        self._lines = lines
        self._origins = origins

    def of(self, path: KeyPath) -> str:
        """E.g. `realtime.toml, line 7, workspace[1].env`, or the variable or flag that set it."""
        if path in self._origins:
            return self._origins[path]
        name = dotted(path)
        at, around = None, path
        while around and at is None:
            at, around = self._lines.get(around), around[:-1]
        return ", ".join(part for part in (self._file, f"line {at}" if at else "", name) if part)


def dotted(path: KeyPath) -> str:
    """A key path as text, e.g. `workspace[1].env`; tables of an array count from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def table(found: object, kind: type[Table], path: KeyPath, place: SourceLocation) -> Table:
    """Converts `found` to `kind`.

    Raises `Problem("invalid")` at the first key that is unknown, missing or wrong.
    """
    if not isinstance(found, dict):
        raise Problem("invalid", f"{place.of(path)}: found {redacted(found)}, expected a table")
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for key in found:
        if key not in fields:
            near = difflib.get_close_matches(key, fields, 1)
            remedy = f"Did you mean `{near[0]}`?" if near else f"Keys here are {', '.join(fields)}"
            raise Problem("invalid", f"{place.of((*path, key))}: unknown key", remedy=remedy)
    values: dict[str, Any] = {}
    for key, field in fields.items():
        if key in found:
            values[key] = _value(found[key], field.type, (*path, key), place)
        elif field.required:
            raise Problem(
                "invalid",
                f"{place.of(path)}: `{key}` is missing",
                f"Expected {expected(field.type)}",
            )
    return kind(**values)


def tables(
    found: object, kind: type[Table], path: KeyPath, place: SourceLocation
) -> tuple[Table, ...]:
    """Converts an array of tables. Raises as `table` does."""
    if not isinstance(found, list):
        raise Problem(
            "invalid",
            f"{place.of(path)}: found {redacted(found)}, expected an array of tables, "
            f"`[[{path[-1]}]]`",
        )
    return tuple(table(item, kind, (*path, index), place) for index, item in enumerate(found))


def _value(found: object, kind: Any, path: KeyPath, place: SourceLocation) -> Any:
    inner = inspect.type_info(kind)
    plain = inner.type if isinstance(inner, inspect.Metadata) else inner
    if isinstance(plain, inspect.VarTupleType) and isinstance(plain.item_type, inspect.StructType):
        return tables(found, plain.item_type.cls, path, place)
    if not isinstance(found, float) or math.isfinite(found):
        with contextlib.suppress(msgspec.ValidationError):
            return msgspec.convert(found, kind)
    what = "a value that is not shown here" if hidden(kind) else redacted(found)
    raise Problem("invalid", f"{place.of(path)}: found {what}, expected {expected(kind)}")


def hidden(kind: Any) -> bool:
    """Whether a field of this type holds a secret."""
    info = inspect.type_info(kind)
    return isinstance(info, inspect.Metadata) and bool((info.extra or {}).get("secret"))


def expected(kind: Any) -> str:
    """What a field of this type accepts, in words."""
    return _words(inspect.type_info(kind))


def _words(info: inspect.Type) -> str:
    match info:
        case inspect.Metadata():
            return _words(info.type)
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType() | inspect.FloatType():
            noun = "a whole number" if isinstance(info, inspect.IntType) else "a number"
            bounds = [
                f"at least {info.ge:g}" if info.ge is not None else "",
                f"at most {info.le:g}" if info.le is not None else "",
            ]
            bounds.append(f"above {info.gt:g}" if info.gt is not None else "")
            limits = " and ".join(bound for bound in bounds if bound)
            return f"{noun}, {limits}" if limits else noun
        case inspect.LiteralType():
            return "one of " + ", ".join(f'"{value}"' for value in sorted(map(str, info.values)))
        case inspect.VarTupleType():
            return "an array of texts"
        case inspect.StrType() if info.pattern and "ms|s|m|h|d" in info.pattern:
            return 'a duration such as "15m", "1.5h" or "30d"'
        case inspect.StrType() if info.pattern:
            return "1 to 128 letters, digits, dots, dashes or underscores"
        case inspect.StrType() if info.min_length:
            return "a text that is not empty"
        case _:
            return "a text in quotes"


def redacted(found: object) -> str:
    """A value as TOML writes it, cut to 60 characters."""
    match found:
        case dict():
            return "a table"
        case list():
            return "an array"
        case str():
            text = '"' + found + '"'
        case bool():
            text = str(found).lower()
        case _:
            text = str(found)
    return text if len(text) <= 60 else text[:57] + "…"
