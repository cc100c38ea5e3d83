"""The program's log on standard error: one line per event, `time level event key=value …`.

No line holds text that a client sent.
"""

import logging
import sys
from typing import TextIO

from dagnet_realtime.core.times import iso

ROOT = "dagnet_realtime"


class LineFormatter(logging.Formatter):
    """Formats the program's own lines.

    Of an exception only the class: its text may hold user data.
    """

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
    """Sends the program's lines to `stream` (standard error by default).

    Of libraries only errors are logged, without their text.
    """
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
    """Formats a library's line without its message, which may hold user data."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "unknown"
        at, level = iso(round(record.created * 1000)), record.levelname.lower()
        return f"{at} {level} library_error logger={record.name} error={kind}"
