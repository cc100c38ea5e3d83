"""Private files: keys of local access, the folder for them, the token store and the audit log.

A file that another user of the machine could have written is refused: it could make the server
trust that user's keys, or send secrets to them.
"""

import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from dagnet_realtime.config import token_file as file
from dagnet_realtime.config.config import AccessConfig
from dagnet_realtime.core.identifiers import Hmac
from dagnet_realtime.model.access import AccessToken
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.runtime import Clock

MAX_BYTES = 64 * 1024  # of a private file
DELETIONS = "deletions.times"  # not *.json: those are states of servers
LOCAL_KEY = "browsers.secret"  # not *.key: those are keys for programs
_OTHERS_WRITE, _OTHERS_READ = 0o022, 0o077


def write_key(path: Path, key: str) -> None:
    """Writes `key` with mode 0600, replacing the file.

    Raises `Problem("unavailable")` if it cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, key + "\n")
    except OSError as error:
        raise Problem(
            "unavailable",
            "The key file cannot be written",
            f"{path}: {error.strerror}",
            "Choose another --key-file",
        ) from None


def write_private(path: Path, text: str) -> None:
    """Writes `text` with mode 0600, replacing the file atomically. Raises OSError."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


def private_folder(folder: Path) -> Path:
    """`folder`, made with mode 0700 if it is missing.

    Raises `Problem("forbidden")` if other users can write it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check(folder, os.lstat(folder), 0)
        _check(folder, folder.stat(), _OTHERS_WRITE)
    except OSError as error:
        remedy = "Set DAGNET_REALTIME_STATE_DIR to a folder of your own"
        raise Problem(
            "unavailable",
            "The folder for the state of servers cannot be used",
            f"{folder}: {error.strerror}",
            remedy,
        ) from None
    return folder


def private_text(path: Path, *, hidden: bool) -> str | None:
    """The text of a private file; None if there is none.

    Raises `Problem("forbidden")` if other users can write it or, with `hidden`, read it.
    """
    try:
        descriptor = os.open(
            path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        )
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Problem(
            "forbidden", f"{path} cannot be used", error.strerror or "", "Remove it"
        ) from None
    try:
        told = os.fstat(descriptor)
        if not stat.S_ISREG(told.st_mode):
            raise Problem("forbidden", f"{path} is not a file", remedy="Remove it")
        _check(path, told, _OTHERS_READ if hidden else _OTHERS_WRITE)
        return os.read(descriptor, MAX_BYTES).decode(errors="replace")
    finally:
        os.close(descriptor)


class FileDeletionTimes:
    """Implements `DeletionTimes` in a private file, which outlives a restart of the server.

    A file that cannot be read, or written, knows nothing from before now.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._times = self._read()

    async def record(self, channel: Channel) -> None:
        """As the port says."""
        self._times[str(channel)] = self._clock.now()
        self._write()

    async def known_since(self, channel: Channel) -> int:
        """As the port says."""
        if str(channel) not in self._times:
            await self.record(channel)
        return self._times[str(channel)]

    def _read(self) -> dict[str, int]:
        try:
            text = private_text(self._path, hidden=False)
            return msgspec.json.decode(text or "{}", type=dict[str, int])
        except (Problem, OSError, msgspec.DecodeError):
            return {}

    def _write(self) -> None:
        try:
            write_private(self._path, msgspec.json.encode(self._times).decode())
        except OSError:
            with suppress(OSError):  # an old time would keep what must go
                self._path.unlink()


def local_key(folder: Path) -> bytes:
    """The key in `folder` (mode 0600) that seals local sign-ins and derives token keys.

    Made if it is missing.
    """
    path = private_folder(folder) / LOCAL_KEY
    found = private_text(path, hidden=True)
    if found is None:
        made = path.with_name(f".{LOCAL_KEY}.{os.getpid()}")
        try:
            write_private(made, secrets.token_urlsafe(32) + "\n")
            try:
                os.link(made, path)  # fails for the second of two servers that start together
            except FileExistsError:
                pass
            finally:
                made.unlink(missing_ok=True)
        except OSError as error:
            remedy = "Set DAGNET_REALTIME_STATE_DIR to a folder that can be written"
            raise Problem(
                "unavailable", f"{path} cannot be written", error.strerror or "", remedy
            ) from None
        found = private_text(path, hidden=True) or ""
    if len(found.strip()) < 32:
        raise Problem(
            "invalid",
            f"{path} holds no key",
            "It is too short",
            "Remove it; browsers then have to sign in again",
        )
    return found.strip().encode()


def local_token_key(key: bytes, channel: Channel) -> bytes:
    """The 32-byte key of `channel`'s pseudonyms and digests, derived from `local_key`.

    So a person keeps the same token over a restart, as with a configured `token_key`.
    """
    return Hmac(key, "sha256").digest(
        f"dagnet-realtime token key\0{channel.workspace}\0{channel.env}".encode()
    )


def _check(path: Path, status: os.stat_result, others: int) -> None:
    if not hasattr(os, "geteuid"):
        return
    if status.st_uid != os.geteuid():
        remedy = "Use one of your own: DAGNET_REALTIME_STATE_DIR names the folder"
        raise Problem(
            "forbidden",
            f"{path} belongs to another user",
            "That user could have written it",
            remedy,
        )
    if status.st_mode & others:
        what = "written" if status.st_mode & _OTHERS_WRITE else "read"
        mode = "700" if stat.S_ISDIR(status.st_mode) else "600"
        raise Problem(
            "forbidden",
            f"{path} can be {what} by other users",
            "It holds a secret",
            f"chmod {mode} {path}, or remove it",
        )


POLL_SECONDS = 1.0  # between two checks whether the token file has changed


class TokenStore:
    """The access tokens in the file at `path`, read again when it changes; "" has no tokens.

    While the file is unreadable or missing every token is refused.
    """

    def __init__(self, path: str, clock: Clock) -> None:
        self._path = Path(path) if path else None
        self._clock = clock
        self._looked = float("-inf")
        self._seen: tuple[int, int, int] | None = None
        self._tokens: tuple[AccessToken, ...] = ()

    def __call__(self) -> tuple[AccessToken, ...]:
        """The tokens. Raises `Problem("unavailable")` if the file cannot be read."""
        if self._path is None:
            return ()
        at = self._clock.monotonic()
        if at - self._looked >= POLL_SECONDS:
            self._refresh(self._path)
            self._looked = at
        return self._tokens

    def _refresh(self, path: Path) -> None:
        try:
            told = path.stat()
            seen = (told.st_mtime_ns, told.st_size, told.st_ino)
        except OSError:
            self._seen, self._tokens = None, ()
            return
        if seen != self._seen:
            try:
                self._tokens = file.read_token_file(path)
            except Problem as problem:
                raise Problem(
                    "unavailable",
                    "Access tokens cannot be checked",
                    problem.title,
                    "Repair the file of tokens",
                    retry_after=10,
                ) from None
            self._seen = seen


Write = Callable[[bytes], None]


@contextmanager
def audit_file(access: AccessConfig) -> Iterator[Write]:
    """The writer of audit lines: to the configured file, else to standard error.

    Local access without a file has no audit log, since one person watches their own machine. Lines
    are appended whole, so several processes may share the file. Raises `Problem("invalid")` if it
    cannot be opened.
    """
    if not access.audit:
        yield _nowhere if access.mode == "local" else _to_stderr
        return
    try:
        file = os.open(
            access.audit,
            os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0),
            0o600,
        )
    except OSError as error:
        raise Problem(
            "invalid",
            f"{access.audit} cannot be written",
            error.strerror or "",
            "Name another as [access] audit",
        ) from None
    try:
        yield lambda line: _append(file, line)
    finally:
        os.close(file)


def _append(file: int, line: bytes) -> None:
    while line:
        line = line[os.write(file, line) :]


def _to_stderr(line: bytes) -> None:
    sys.stderr.write(f"audit {line.decode()}")
    sys.stderr.flush()


def _nowhere(_: bytes) -> None:
    return
