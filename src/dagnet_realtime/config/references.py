"""Secrets by reference: `env:NAME` and `file:PATH` keep them out of the configuration file."""

from collections.abc import Mapping
from pathlib import Path

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.secret import Secret

LARGEST = 64 * 1024
"""Bytes of a secret's file; a larger one is another file by mistake."""


def secret(written: str, where: str, environ: Mapping[str, str], folder: Path) -> Secret:
    """What `written` stands for. `where` names the key in messages; raises `Problem("invalid")` where the reference leads nowhere.

    A file's trailing line break is not part of the secret.
    """
    if written.startswith("env:"):
        name = written.removeprefix("env:")
        if not environ.get(name):
            raise Problem("invalid", f"{where}: the variable {name} is not set", remedy=f"Set {name} and start again")
        return Secret(environ[name])
    if written.startswith("file:"):
        path = folder / Path(written.removeprefix("file:")).expanduser()
        try:
            with path.open("rb") as file:
                text = file.read(LARGEST + 1).rstrip(b"\r\n")
        except OSError as error:
            raise Problem("invalid", f"{where}: {path} cannot be read", error.strerror or "") from None
        if not text or len(text) > LARGEST:
            raise Problem("invalid", f"{where}: {path} holds no secret", "It is empty" if not text else "It is larger than 64 KiB")
        return Secret(text)
    return Secret(written)
