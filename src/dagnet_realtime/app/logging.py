"""The program's log: one line an event, `time level event key=value …`, on standard error; never anything that somebody sent."""

import logging
import sys
from typing import TextIO

from dagnet_realtime.core.times import iso

ROOT = "dagnet_realtime"


class LineFormatter(logging.Formatter):
    """The message says what happened and its fields; a traceback is cut down to its kind, since its text may hold what was sent."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        said = " ".join(record.getMessage().split())
        kind = (
            f" error={record.exc_info[0].__name__}"
            if record.exc_info and record.exc_info[0]
            else ""
        )
        return f"{iso(round(record.created * 1000))} {record.levelname.lower()} {said}{kind}"


def log_to(stream: TextIO | None = None) -> None:
    """Sends the program's own lines to `stream`, standard error by default; libraries' lines only from errors on, by their kind alone."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(LineFormatter())
    own = logging.getLogger(ROOT)
    own.handlers[:] = [handler]
    own.setLevel(logging.INFO)
    own.propagate = False
    others = logging.StreamHandler(stream or sys.stderr)
    others.setFormatter(RedactedFormatter())
    others.setLevel(logging.ERROR)
    logging.getLogger().handlers[:] = [others]


class RedactedFormatter(LineFormatter):
    """A library's line without its message, which nobody here has checked for what somebody sent."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "unknown"
        return f"{iso(round(record.created * 1000))} {record.levelname.lower()} library_error logger={record.name} error={kind}"
