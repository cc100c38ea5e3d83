"""State files of running servers, by which `tail` and `simulate` find them.

One file per server, readable by its user only, and removed when the server stops.
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
    """A server's URL, the file with its key, and the secrets of its generated sources."""

    url: str
    key_file: str
    pid: int
    secret: str = ""
    write_key: str = ""

    def __repr__(self) -> str:
        return f"Beside(url={self.url!r})"

    @classmethod
    def of(cls, url: str, key_file: Path, generated: Workspace | None) -> Self:
        """The state of a server at `url`; `generated` is the workspace with generated secrets."""
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
        """The key for programs; "" if it cannot be read."""
        try:
            return Path(self.key_file).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""


def state_folder(environ: Mapping[str, str]) -> Path:
    """The folder of state files, made with mode 0700 if it is missing.

    Raises `Problem("forbidden")` if other users can write it.
    """
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
    """Removes the files that still exist."""
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()


def find(folder: Path, url: str) -> ServerState | None:
    """The server at `url`, or with "" the only one; None if there is none or several.

    Files of dead servers are ignored. The URL of another machine never matches: a server's key must
    not be sent elsewhere. Raises `Problem("forbidden")` if another user can have written the file.
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
    """The state, if its key file is in `folder`: another path could make us send any file."""
    if beside is not None and beside.key_file:
        key = Path(beside.key_file)
        if key.parent.resolve() != folder.resolve():
            raise Problem(
                "forbidden",
                f"The key of the server at {beside.url} is in another folder",
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
