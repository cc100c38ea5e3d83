"""What the log stores of an event: nothing that the policy does not let through."""

from collections.abc import Iterable
from typing import Literal

import msgspec

Scalar = None | bool | int | float | str
Value = Scalar | list[Scalar]
EventType = Literal["track", "page", "screen", "identify", "group", "alias", "delete"]
Flag = Literal["late", "replayed", "violation", "maybe_repeat", "partial", "test", "sampled_out", "placeholder", "shared_id"]


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
        return isinstance(other, Entry) and all(getattr(self, field) == getattr(other, field) for field in self.__struct_fields__[:-1])

    def __hash__(self) -> int:
        """By the id, which tells most apart."""
        return hash(self.id)


def forgotten(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The tokens of everybody who asked to be forgotten among `entries`."""
    return tuple(sorted({token for entry in entries if entry.forgets for token in entry.forgets}))
