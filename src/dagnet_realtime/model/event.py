"""An event on its way in (`Event`), as a log stores it (`Entry`), and its place there (`Position`)."""

from collections.abc import Iterable
from typing import Any, Literal

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


Scalar = None | bool | int | float | str
Value = Scalar | list[Scalar]
EventType = Literal["track", "page", "screen", "identify", "group", "alias", "delete"]
Flag = Literal[
    "late",
    "replayed",
    "violation",
    "maybe_repeat",
    "partial",
    "test",
    "sampled_out",
    "placeholder",
    "shared_id",
]


class Token(msgspec.Struct, frozen=True, gc=False):
    """A pseudonym of one trace identifier. `kind` names where it came from: `session`, `userId`, a property path …"""

    kind: str
    token: str


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One event as kept. Times are milliseconds since 1970 UTC, by our clock unless said otherwise.

    `names` are the candidate names that matching tries, in order; `name` is the one shown. `occurred_at` is skew-corrected as Segment does
    it; `traces` are in the policy's priority order; `properties` and `traits` hold allowed paths only, flat.
    `revealed` (kind → raw value) is filled only under the policy `reveal`. `forgets` are the tokens of the person whom a delete names, so
    that every process hears of it; no frame shows them but the one that tells viewers to forget. `once` is the fingerprint of the
    message's id as it came, by which repeats are told where `id` is its digest; no log stores it.
    """

    id: str
    type: EventType
    name: str
    names: tuple[str, ...]
    occurred_at: int
    arrived_at: int
    segment_received_at: int | None
    source: str
    traces: tuple[Token, ...]
    properties: dict[str, Value]
    traits: dict[str, Value] = {}
    flags: tuple[Flag, ...] = ()
    revealed: dict[str, str] = {}
    forgets: tuple[str, ...] = ()
    once: bytes | None = None

    def __eq__(self, other: object) -> bool:
        """Whether a log would keep the same of both."""
        return isinstance(other, Entry) and all(
            getattr(self, field) == getattr(other, field) for field in self.__struct_fields__[:-1]
        )

    def __hash__(self) -> int:
        """By the id, which tells most apart."""
        return hash(self.id)


def tokens_to_forget(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The tokens of everybody who asked to be forgotten among `entries`."""
    return tuple(sorted({token for entry in entries if entry.forgets for token in entry.forgets}))


EMPTY = msgspec.Raw(b"")
RawJson = msgspec.Raw | dict[str, Any]


class Event(msgspec.Struct, frozen=True, gc=False, repr_omit_defaults=True):
    """What a message says. It holds personal data, so it lives no longer than the delivery it came in.

    `properties`, `traits`, `context` and `integrations` are JSON as it came, which need be no object, or all four those of its members
    that the policy asks for.
    `id` tells messages apart; `given_id` is the id as it came where that is another text.
    `occurred_at` (ms since 1970) is skew-corrected but not yet believed; `segment_received_at` is Segment's own clock.
    """

    id: str
    type: EventType
    event: str | None = None
    name: str | None = None
    category: str | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    previous_id: str | None = None
    group_id: str | None = None
    properties: RawJson = EMPTY
    traits: RawJson = EMPTY
    context: RawJson = EMPTY
    integrations: RawJson = EMPTY
    occurred_at: int | None = None
    segment_received_at: int | None = None
    replayed: bool = False
    given_id: str | None = None

    def __repr__(self) -> str:
        return f"Event(type={self.type!r}, …)"
