"""What a running server leaves for the programs beside it, so that `tail` and `simulate` find it by themselves.

One file per server, readable by its user alone, gone when the server stops.
"""

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, urlsplit

import msgspec

from dagnet_realtime.app.files import private_folder, private_text, write_private
from dagnet_realtime.config.sources import STATE, is_loopback_host
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Workspace


class ServerState(msgspec.Struct, frozen=True):
    """Where a server is, the file that holds its key, and what its generated webhook and tracking sources ask for."""

    url: str
    key_file: str
    pid: int
    secret: str = ""
    write_key: str = ""

    def __repr__(self) -> str:
        return f"Beside(url={self.url!r})"

    @classmethod
    def of(cls, url: str, key_file: Path, generated: Workspace | None) -> Self:
        """For a server at `url`; `generated` is the workspace whose secrets nobody else knows."""
        sources = generated.sources if generated else ()
        secret = next(
            (source.secrets[0].reveal().decode() for source in sources if source.secrets), ""
        )
        write_key = next(
            (
                source.write_key.reveal().decode()
                for source in sources
                if source.write_key is not None
            ),
            "",
        )
        return cls(url, str(key_file.resolve()), os.getpid(), secret, write_key)

    def key(self) -> str:
        """The key for programs, "" where it cannot be read."""
        try:
            return Path(self.key_file).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""


def state_folder(environ: Mapping[str, str]) -> Path:
    """The folder for these files, made if it is missing, for its user alone. Raises `Problem("forbidden")` if others may write it."""
    if named := environ.get(STATE):
        folder = Path(named)
    else:
        import platformdirs

        folder = Path(platformdirs.user_state_dir("dagnet-realtime", appauthor=False))
    return private_folder(folder)


def write(folder: Path, beside: ServerState) -> Path:
    """Writes the file of one server, named by its process, and returns its path."""
    path = folder / f"{beside.pid}.json"
    write_private(path, msgspec.json.encode(beside).decode())
    return path


def remove(paths: Iterable[Path]) -> None:
    """Removes what was written; nothing where it is gone."""
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()


def find(folder: Path, url: str) -> ServerState | None:
    """The server at `url`, else with url "" the only one there is; None where none is known. Files of dead servers are passed over.

    Another machine's URL names none of them, whatever its port: what they left is for nobody else. Raises `Problem("forbidden")`
    if another user may have written what is found.
    """
    found = []
    for path in sorted(folder.glob("*.json")):
        text = private_text(path, hidden=False)
        try:
            beside = msgspec.json.decode(text or "", type=ServerState)
        except msgspec.DecodeError:
            continue
        if alive(beside.pid):
            found.append(beside)
    if url:
        return _trusted(
            folder,
            next((beside for beside in found if _same(urlsplit(beside.url), urlsplit(url))), None),
        )
    return _trusted(folder, found[0] if len(found) == 1 else None)


def _trusted(folder: Path, beside: ServerState | None) -> ServerState | None:
    """What was found, if its key lies beside it: any other file may be one that its writer wants to be sent."""
    if beside is not None and beside.key_file:
        key = Path(beside.key_file)
        if key.parent.resolve() != folder.resolve():
            raise Problem(
                "forbidden",
                f"The key of the server at {beside.url} lies elsewhere",
                str(key),
                f"Stop that server, or empty {folder}",
            )
        private_text(key, hidden=True)
    return beside


def _same(own: SplitResult, asked: SplitResult) -> bool:
    return own.port == asked.port and (
        own.hostname == asked.hostname or is_loopback_host(asked.hostname or "")
    )


def alive(pid: int) -> bool:
    """Whether a process of this id runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
