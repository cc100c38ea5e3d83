"""What becomes of connections, counted."""

from typing import Literal

import msgspec

Reason = Literal["slow", "large", "malformed", "stuck", "full"]
CUT: tuple[Reason, ...] = ("slow", "large", "malformed", "stuck", "full")


class Traffic(msgspec.Struct):
    """How many connections are `open` of how many there may be, and how many were cut, by what for: a slow head, a large one, nonsense,
    a reader that takes nothing, room for others.
    """

    most: int = 0
    open: int = 0
    slow: int = 0
    large: int = 0
    malformed: int = 0
    stuck: int = 0
    full: int = 0

    def cut(self, reason: Reason) -> None:
        """One more."""
        setattr(self, reason, getattr(self, reason) + 1)
