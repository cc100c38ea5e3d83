"""An event as parsed (`Event`) and as logged (`Entry`), and places in the log (`Position`)."""

from collections.abc import Iterable
from typing import Any, Literal

import msgspec


class Position(msgspec.Struct, frozen=True):
    """A place in a log: after `offset` entries of the log's life `epoch`.

    `check` is a short digest of the entry before it ("" if the log keeps none). A log that finds
    another entry there answers with a gap. On the wire a position is one opaque string.
    """

    epoch: str
    offset: int
    check: str = ""

    def __str__(self) -> str:
        return f"{self.epoch}.{self.offset}" + (f".{self.check}" if self.check else "")

    @staticmethod
    def parse(text: str) -> "Position | None":
        """The position that `text` stands for, or None if it cannot be one."""
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
    """A pseudonym of one trace identifier.

    `kind` says where the identifier was read: `session`, `userId`, a property path …
    """

    kind: str
    token: str


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One event as a log stores it. Times are ms since 1970 UTC, by our clock unless said
    otherwise.

    - `names` are the names that matching tries, in order; `name` is the one shown.
    - `occurred_at` is corrected for clock skew as Segment does it.
    - `traces` are in the policy's order of priority.
    - `properties` and `traits` hold allowed paths only, flat.
    - `revealed` (kind to raw value) is filled only under the policy `reveal`.
    - `forgets` are the tokens of the person that a delete names, so that every process can forget
      them. Frames leave them out, except the one that tells viewers to forget.
    - `fingerprint` detects repeats of a message whose `id` is a digest. No log stores it.
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
        """Whether a log would store the same for both."""
        return isinstance(other, Entry) and all(
            getattr(self, field) == getattr(other, field) for field in self.__struct_fields__[:-1]
        )

    def __hash__(self) -> int:
        """The id's hash, which tells most entries apart."""
        return hash(self.id)


def tokens_to_forget(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The tokens of all people that deletes among `entries` name, sorted."""
    return tuple(sorted({token for entry in entries if entry.forgets for token in entry.forgets}))


EMPTY = msgspec.Raw(b"")
RawJson = msgspec.Raw | dict[str, Any]


class Event(msgspec.Struct, frozen=True, gc=False, repr_omit_defaults=True):
    """A parsed message. It holds personal data, so it lives no longer than its delivery.

    `properties`, `traits`, `context` and `integrations` are raw JSON of any type; or, all four,
    dicts of the members that the policy needs. `id` identifies the message; `original_id` is the id
    as sent, if it differs. `occurred_at` (ms since 1970) is corrected for skew but not yet checked
    for plausibility; `segment_received_at` is by Segment's clock.
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
    original_id: str | None = None

    def __repr__(self) -> str:
        return f"Event(type={self.type!r}, …)"
