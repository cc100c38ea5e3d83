"""Where the audit log's lines go: a file that only its owner reads, standard error, or nowhere."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dagnet_realtime.config.config import AccessConfig
from dagnet_realtime.model.problem import Problem

Write = Callable[[bytes], None]


@contextmanager
def audit_file(access: AccessConfig) -> Iterator[Write]:
    """What takes a line. Without a file local access keeps no audit log: one person watches their own machine.

    Lines are appended whole, so that several processes may share the file. Raises `Problem("invalid")` where it cannot be opened.
    """
    if not access.audit:
        yield _nowhere if access.mode == "local" else _to_stderr
        return
    try:
        file = os.open(access.audit, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise Problem("invalid", f"{access.audit} cannot be written", error.strerror or "", "Name another as [access] audit") from None
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
