"""Loads the configuration: the file, overridden by the environment, overridden by flags."""

import itertools
import re
import secrets
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from dagnet_realtime.config.build import access_of, assemble, default_workspace
from dagnet_realtime.config.config import AccessConfig, Config
from dagnet_realtime.config.file import AccessTable, FileTables, ServerTable, WorkspaceTable
from dagnet_realtime.config.sources import CONFIG, ResolveContext, overrides
from dagnet_realtime.config.tables import KeyPath as Key
from dagnet_realtime.config.tables import SourceLocation, dotted, lines, table, tables
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import DEFAULT_FOLDERS, DEFAULT_POLICY, Folders

DEFAULT = Path("realtime.toml")
LARGEST = 4 * 1024 * 1024
"""Bytes of a configuration file; a larger file was named by mistake."""


class Flags(msgspec.Struct, frozen=True, kw_only=True):
    """Values from the command line; None leaves a value to the environment and the file."""

    host: str | None = None
    port: int | None = None
    log: str | None = None
    workspace: Path | None = None
    key_file: Path | None = None
    demo: bool = False
    properties: tuple[str, ...] = DEFAULT_POLICY.properties
    folders: Folders = DEFAULT_FOLDERS


NO_FLAGS = Flags()


def load(
    path: Path | None,
    environ: Mapping[str, str],
    flags: Flags = NO_FLAGS,
    chance: Callable[[int], bytes] = secrets.token_bytes,
) -> Config:
    """Loads `path`, else `DAGNET_REALTIME_CONFIG`, else `./realtime.toml`.

    With `flags.workspace` no file is read. `chance(n)` gives n random bytes. Raises
    `Problem("invalid")` with the line, the key, what was found and what was expected, and
    `Problem("not_found")` if nothing is configured.
    """
    if flags.workspace is not None:
        if path is not None:
            raise Problem(
                "invalid",
                "--config and --workspace cannot be combined",
                remedy="Name the folder as `path` in the file",
            )
        config = _assembled("", Path.cwd(), "", environ, flags, chance)
        alone = default_workspace(
            flags.workspace, chance, properties=flags.properties, folders=flags.folders
        )
        return msgspec.structs.replace(
            config, workspaces=(alone,), demo=flags.demo, key_file=_text(flags.key_file)
        )
    file = path or (Path(environ[CONFIG]) if environ.get(CONFIG) else DEFAULT)
    if path is None and not environ.get(CONFIG) and not file.is_file():
        raise Problem(
            "not_found",
            "There is no realtime.toml here",
            remedy="Name one with --config, or a DagNet data repository with --workspace",
        )
    config = _assembled(_read(file), file.resolve().parent, str(file), environ, flags, chance)
    if not config.workspaces:
        raise Problem(
            "invalid",
            f"{file}: [[workspace]] is missing",
            remedy="Add one: docs/reference/configuration.md shows how",
        )
    return msgspec.structs.replace(
        config, demo=flags.demo, key_file=_text(flags.key_file), file=str(file.resolve())
    )


def access(path: Path | None, environ: Mapping[str, str]) -> AccessConfig:
    """The access configuration without resolving secrets. Raises as `load` does."""
    file = path or Path(environ.get(CONFIG) or DEFAULT)
    text = _read(file) if path is not None or environ.get(CONFIG) or file.is_file() else ""
    found, place = _merged(text, str(file), environ, NO_FLAGS)
    return access_of(_tables(found, place).access, file.resolve().parent)


def _assembled(
    text: str,
    folder: Path,
    name: str,
    environ: Mapping[str, str],
    flags: Flags,
    chance: Callable[[int], bytes],
) -> Config:
    found, place = _merged(text, name, environ, flags)
    return assemble(_tables(found, place), ResolveContext(place, environ, folder, chance))


def _merged(
    text: str, name: str, environ: Mapping[str, str], flags: Flags
) -> tuple[dict[str, Any], SourceLocation]:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Problem("invalid", f"{name} is not valid TOML", str(error)) from None
    origins = _override(found, environ, flags, re.findall(r"""["']env:(\w+)["']""", text))
    return found, SourceLocation(name, lines(text), origins)


def _override(
    found: dict[str, Any], environ: Mapping[str, str], flags: Flags, mentioned: list[str]
) -> dict[Key, str]:
    origins: dict[Key, str] = {}
    for key, (variable, value) in overrides(environ, mentioned).items():
        _set(found, key, value, variable)
        origins[key] = f"The variable {variable}"
    for key, value in (
        (("server", name), getattr(flags, name)) for name in ("host", "port", "log")
    ):
        if value is not None:
            _set(found, key, value, f"--{key[-1]}")
            origins[key] = f"The flag --{key[-1]}"
    return origins


def _set(found: dict[str, Any], key: Key, value: object, origin: str) -> None:
    here: Any = found
    for depth, (part, following) in enumerate(itertools.pairwise(key), 1):
        if isinstance(part, int) and isinstance(here, list):
            if part >= len(here):
                raise Problem(
                    "invalid",
                    f"{origin}: there is no {dotted(key[:depth])} in the file",
                    remedy="A variable overrides only tables that the file has",
                )
            here = here[part]
        elif isinstance(part, str) and isinstance(here, dict):
            here = here.setdefault(part, [] if isinstance(following, int) else {})
    if isinstance(here, dict):
        here[str(key[-1])] = value


def _tables(found: dict[str, Any], place: SourceLocation) -> FileTables:
    unknown = {
        key: value for key, value in found.items() if key not in ("server", "access", "workspace")
    }
    table(unknown, FileTables, (), place)
    return FileTables(
        server=table(found.get("server", {}), ServerTable, ("server",), place),
        access=table(found.get("access", {}), AccessTable, ("access",), place),
        workspace=tables(found.get("workspace", []), WorkspaceTable, ("workspace",), place),
    )


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise Problem(
                "invalid", f"{file} is larger than 4 MiB", remedy="Name a configuration file"
            )
        return content.decode()
    except OSError as error:
        raise Problem(
            "not_found",
            f"{file} cannot be read",
            error.strerror or "",
            "Name a configuration file with --config",
        ) from None
    except UnicodeDecodeError:
        raise Problem("invalid", f"{file} is not UTF-8", remedy="Save it as UTF-8") from None


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
