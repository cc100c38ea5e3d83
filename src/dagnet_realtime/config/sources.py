"""Values beside the file's own: durations, secret references, and environment variables."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from dagnet_realtime.config.file import AccessTable, ServerTable, SourceTable, WorkspaceTable
from dagnet_realtime.config.tables import KeyPath, SourceLocation
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem


def is_loopback_host(host: str) -> bool:
    """Whether `host` can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SHAPE = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")


def seconds(text: str) -> float | None:
    """The seconds of a duration such as `15m`, `1.5h` or `250ms`; None if `text` is none."""
    found = _SHAPE.fullmatch(text.strip())
    return float(found[1]) * _SECONDS[found[2]] if found else None


LARGEST = 64 * 1024
"""Bytes of a secret's file; a larger file was named by mistake."""


def secret(written: str, where: str, environ: Mapping[str, str], folder: Path) -> Secret:
    """Resolves `env:NAME`, `file:PATH` or a literal secret.

    `where` names the key in messages; relative paths start at `folder`. A file's trailing line
    break is not part of the secret. Raises `Problem("invalid")` if the reference leads nowhere.
    """
    if written.startswith("env:"):
        name = written.removeprefix("env:")
        if not environ.get(name):
            raise Problem(
                "invalid",
                f"{where}: the variable {name} is not set",
                remedy=f"Set {name}, then start again",
            )
        return Secret(environ[name])
    if written.startswith("file:"):
        path = folder / Path(written.removeprefix("file:")).expanduser()
        try:
            with path.open("rb") as file:
                text = file.read(LARGEST + 1).rstrip(b"\r\n")
        except OSError as error:
            raise Problem(
                "invalid", f"{where}: {path} cannot be read", error.strerror or ""
            ) from None
        if not text or len(text) > LARGEST:
            raise Problem(
                "invalid",
                f"{where}: {path} holds no secret",
                "It is empty" if not text else "It is larger than 64 KiB",
            )
        return Secret(text)
    return Secret(written)


class ResolveContext:
    """What building needs beside the tables.

    Source locations for messages, the environment, the file's folder, and randomness.
    """

    def __init__(
        self,
        place: SourceLocation,
        environ: Mapping[str, str],
        folder: Path,
        chance: Callable[[int], bytes],
    ) -> None:
        self.place = place
        self.environ = environ
        self.folder = folder
        self.chance = chance

    def secret(self, written: str, *path: str | int) -> Secret:
        """Resolves the secret `written` at `path`."""
        return secret(written, self.place.of(path), self.environ, self.folder)


PREFIX = "DAGNET_REALTIME_"
CONFIG = PREFIX + "CONFIG"
"""The variable that names the configuration file; it overrides no key."""

STATE = PREFIX + "STATE_DIR"
"""The variable that names the folder for state and key files; it overrides no key."""

SUCCESSOR = "_DAGNET_REALTIME_SUCCESSOR"
"""The pipe from which a spawned worker reads its state (`app.worker_process`); set by us only."""

_SHAPES: tuple[tuple[re.Pattern[str], type[msgspec.Struct]], ...] = (
    (re.compile(r"WORKSPACE_(\d+)_SOURCE_(\d+)_(\w+)"), SourceTable),
    (re.compile(r"WORKSPACE_(\d+)_(\w+)"), WorkspaceTable),
    (re.compile(r"(?:ACCESS)_(\w+)"), AccessTable),
    (re.compile(r"(?:SERVER_)?(\w+)"), ServerTable),
)


def overrides(
    environ: Mapping[str, str], mentioned: Iterable[str] = ()
) -> dict[KeyPath, tuple[str, Any]]:
    """The variables that override keys: by key path, the variable's name and value.

    `DAGNET_REALTIME_PORT` and `…_SERVER_PORT` set `server.port`, `…_ACCESS_MODE` sets
    `access.mode`, `…_WORKSPACE_1_SOURCE_2_ID` the id of the first workspace's second source. Lists
    are separated by commas. `mentioned` are variables that `env:` references read. Raises
    `Problem("invalid")` for a variable that names no key.
    """
    known = {CONFIG, STATE, *mentioned}
    found: dict[KeyPath, tuple[str, Any]] = {}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            path, kind = _key(name)
            found[path] = (name, _typed(environ[name], kind))
    return found


def _key(name: str) -> tuple[KeyPath, Any]:
    for shape, kind in _SHAPES:
        found = shape.fullmatch(name.removeprefix(PREFIX))
        if found is None:
            continue
        *numbers, key = found.groups()
        field = {field.encode_name: field for field in msgspec.structs.fields(kind)}.get(
            key.lower()
        )
        if (
            field is not None
            and key.lower() not in ("source", "grant")
            and all(int(number) > 0 for number in numbers)
        ):
            places = [int(number) - 1 for number in numbers]
            return (*_table(kind, places), key.lower()), field.type
    raise Problem(
        "invalid",
        f"The variable {name} names no key of the configuration",
        remedy="Keys are listed in docs/reference/configuration.md",
    )


def _table(kind: type[msgspec.Struct], places: list[int]) -> KeyPath:
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
