"""The file of access tokens, which holds only their digests (mode 0600)."""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from dagnet_realtime.model.access import AccessToken
from dagnet_realtime.model.problem import Problem


class TokenFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file's content; `version` rises if an older program would misread it."""

    tokens: tuple[AccessToken, ...] = ()
    version: int = 1


def read_token_file(path: Path) -> tuple[AccessToken, ...]:
    """The tokens in the file; none if it is missing. Raises `Problem("invalid")`."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=TokenFile)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise Problem("invalid", f"{path} cannot be read", error.strerror or "") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Problem(
            "invalid",
            f"{path} is not a file of access tokens",
            remedy="Name another as [access] tokens",
        ) from None
    if found.version != 1:
        raise Problem(
            "invalid", f"{path} was written by a later version", remedy="Upgrade this program"
        )
    return found.tokens


def write_token_file(path: Path, tokens: Iterable[AccessToken]) -> None:
    """Replaces the file atomically, mode 0600. Raises `Problem("invalid")` if it cannot.

    Its owner stays, so that a server under a user of its own can read what root has written.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    content = msgspec.json.format(msgspec.json.encode(TokenFile(tuple(tokens))), indent=2)
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content + b"\n")
            _keep_owner(file.fileno(), path)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise Problem(
            "invalid",
            f"{path} cannot be written",
            error.strerror or "",
            "Name another as [access] tokens",
        ) from None


def _keep_owner(descriptor: int, path: Path) -> None:
    """Gives an open file the owner of `path`, or of its folder if `path` is missing.

    Root alone may; for everyone else the file is theirs already. Raises OSError.
    """
    if os.name != "posix" or os.geteuid() != 0:
        return
    before = (path if path.exists() else path.parent).stat()
    os.fchown(descriptor, before.st_uid, before.st_gid)
