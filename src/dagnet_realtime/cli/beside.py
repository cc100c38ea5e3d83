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

from dagnet_realtime.config.environment import STATE
from dagnet_realtime.config.loopback import loopback
from dagnet_realtime.model.workspace import Workspace


class Beside(msgspec.Struct, frozen=True):
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
        secret = next((source.secrets[0].reveal().decode() for source in sources if source.secrets), "")
        write_key = next((source.write_key.reveal().decode() for source in sources if source.write_key is not None), "")
        return cls(url, str(key_file.resolve()), os.getpid(), secret, write_key)

    def key(self) -> str:
        """The key for programs, "" where it cannot be read."""
        try:
            return Path(self.key_file).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""


def state_folder(environ: Mapping[str, str]) -> Path:
    """The folder for these files, made where it is missing, for its user alone."""
    if named := environ.get(STATE):
        folder = Path(named)
    else:
        import platformdirs

        folder = Path(platformdirs.user_state_dir("dagnet-realtime", appauthor=False))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def remember(folder: Path, beside: Beside) -> Path:
    """Writes the file of one server, named by its process, and returns its path."""
    path = folder / f"{beside.pid}.json"
    fresh = path.with_suffix(".fresh")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(beside))
    fresh.replace(path)
    return path


def forget(paths: Iterable[Path]) -> None:
    """Removes what was written; nothing where it is gone."""
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()


def find(folder: Path, url: str) -> Beside | None:
    """The server at `url`, else with url "" the only one there is; None where none is known. Files of dead servers are passed over.

    Another machine's URL names none of them, whatever its port: what they left is for nobody else.
    """
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            beside = msgspec.json.decode(path.read_bytes(), type=Beside)
        except (OSError, msgspec.DecodeError):
            continue
        if alive(beside.pid):
            found.append(beside)
    if url:
        return next((beside for beside in found if _same(urlsplit(beside.url), urlsplit(url))), None)
    return found[0] if len(found) == 1 else None


def _same(own: SplitResult, asked: SplitResult) -> bool:
    return own.port == asked.port and (own.hostname == asked.hostname or loopback(asked.hostname or ""))


def alive(pid: int) -> bool:
    """Whether a process of this id runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
