"""The key for programs on this machine, in a file that only its owner can read."""

import os
from pathlib import Path

from dagnet_realtime.model.problem import Problem


def write_key(path: Path, key: str) -> None:
    """Writes `key` with mode 0600, replacing what was there; raises `Problem("unavailable")` where that cannot be."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key + "\n")
        fresh.replace(path)
    except OSError as error:
        raise Problem("unavailable", "The key file cannot be written", f"{path}: {error.strerror}", "Choose another --key-file") from None
