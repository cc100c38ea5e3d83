"""`DAGNET_REALTIME_*`: variables that override the file, one for every key."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import inspect

from dagnet_realtime.config.file import AccessTable, ServerTable, SourceTable, WorkspaceTable
from dagnet_realtime.config.lines import Path
from dagnet_realtime.model.problem import Problem

PREFIX = "DAGNET_REALTIME_"
CONFIG = PREFIX + "CONFIG"
"""Names the configuration file; it overrides no key."""

STATE = PREFIX + "STATE_DIR"
"""Names the folder for what one run leaves for programs beside it; it overrides no key."""

SUCCESSOR = "_DAGNET_REALTIME_SUCCESSOR"
"""Names the pipe from which a worker of another version reads what it is handed (`app.successor`); no user sets it."""

_SHAPES: tuple[tuple[re.Pattern[str], type[msgspec.Struct]], ...] = (
    (re.compile(r"WORKSPACE_(\d+)_SOURCE_(\d+)_(\w+)"), SourceTable),
    (re.compile(r"WORKSPACE_(\d+)_(\w+)"), WorkspaceTable),
    (re.compile(r"(?:ACCESS)_(\w+)"), AccessTable),
    (re.compile(r"(?:SERVER_)?(\w+)"), ServerTable),
)


def overrides(environ: Mapping[str, str], mentioned: Iterable[str] = ()) -> dict[Path, tuple[str, Any]]:
    """By path, the variable's name and its value. `mentioned` are variables that the file's `env:` references read.

    `DAGNET_REALTIME_PORT` and `…_SERVER_PORT` set `server.port`, `…_ACCESS_MODE` sets `access.mode`, `…_WORKSPACE_1_SOURCE_2_ID` the id of
    the first workspace's second source. Lists are separated by commas. Raises `Problem("invalid")` for a variable that names no key.
    """
    known = {CONFIG, STATE, *mentioned}
    found: dict[Path, tuple[str, Any]] = {}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            path, kind = _key(name)
            found[path] = (name, _typed(environ[name], kind))
    return found


def _key(name: str) -> tuple[Path, Any]:
    for shape, kind in _SHAPES:
        found = shape.fullmatch(name.removeprefix(PREFIX))
        if found is None:
            continue
        *numbers, key = found.groups()
        field = {field.encode_name: field for field in msgspec.structs.fields(kind)}.get(key.lower())
        if field is not None and key.lower() not in ("source", "grant") and all(int(number) > 0 for number in numbers):
            places = [int(number) - 1 for number in numbers]
            return (*_table(kind, places), key.lower()), field.type
    raise Problem("invalid", f"The variable {name} names no key of the configuration", remedy="Keys are listed in docs/configuration.md")


def _table(kind: type[msgspec.Struct], places: list[int]) -> Path:
    if kind is SourceTable:
        return ("workspace", places[0], "source", places[1])
    if kind is WorkspaceTable:
        return ("workspace", places[0])
    return ("access",) if kind is AccessTable else ("server",)


def _typed(text: str, kind: Any) -> object:
    info = inspect.type_info(kind)
    plain = info.type if isinstance(info, inspect.Metadata) else info
    match plain:
        case inspect.VarTupleType():
            return [part.strip() for part in text.split(",") if part.strip()]
        case inspect.BoolType():
            return {"true": True, "false": False}.get(text.lower(), text)
        case inspect.IntType() | inspect.FloatType():
            try:
                return float(text) if isinstance(plain, inspect.FloatType) else int(text)
            except ValueError:
                return text
        case _:
            return text
