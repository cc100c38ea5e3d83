"""Where a viewer stands in a channel's log: a place in one life of it."""

import msgspec


class Position(msgspec.Struct, frozen=True):
    """`offset` counts entries from the start of the log's life `epoch`; the position lies after that many entries.

    `check` is a short digest of the entry that the position follows ("" where the log keeps none); a log that finds another entry
    there answers with a gap. On the wire it is one opaque string.
    """

    epoch: str
    offset: int
    check: str = ""

    def __str__(self) -> str:
        return f"{self.epoch}.{self.offset}" + (f".{self.check}" if self.check else "")

    @staticmethod
    def parse(text: str) -> "Position | None":
        """The position that `text` stands for, or None where it cannot be one."""
        parts = text.split(".")
        if len(text) > 96 or len(parts) not in (2, 3) or not parts[0]:
            return None
        if not (parts[1].isascii() and parts[1].isdigit()) or len(parts[1]) > 18:
            return None
        return Position(parts[0], int(parts[1]), parts[2] if len(parts) == 3 else "")
