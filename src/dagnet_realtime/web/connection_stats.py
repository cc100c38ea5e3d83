"""Counters of a server's connections, apart from their code: a server that is not ours has none."""

from typing import Literal

import msgspec

Reason = Literal["slow", "large", "malformed", "stuck", "full"]
CUT: tuple[Reason, ...] = ("slow", "large", "malformed", "stuck", "full")


class ConnectionStats(msgspec.Struct):
    """Open connections and their limit, and how many were cut, by reason.

    The reasons: a slow head, a large one, a malformed one, a reader that takes nothing, and an idle
    connection that made room for others.
    """

    limit: int = 0
    open: int = 0
    slow: int = 0
    large: int = 0
    malformed: int = 0
    stuck: int = 0
    full: int = 0

    def record_cut(self, reason: Reason) -> None:
        """Counts one connection that was cut."""
        setattr(self, reason, getattr(self, reason) + 1)
