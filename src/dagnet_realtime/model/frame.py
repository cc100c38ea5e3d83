"""What crosses to a browser: the seven frames, with the field names of the wire.

Times on the wire are ISO 8601 UTC with milliseconds; positions are opaque strings. A reader gives a missing field its default and
ignores one that it does not know.
"""

from typing import Literal

import msgspec

from dagnet_realtime.model.entry import EventType, Flag, Token, Value
from dagnet_realtime.model.ledger import Door, Ledger

PROTOCOL = 1  # counts up when a reader of the last one would misread a frame


class Posture(msgspec.Struct, frozen=True, kw_only=True):
    """How far the picture can be trusted, in the words of the strip.

    `filtered` says where the viewer's filter runs; `notes` are further sentences. `deny` and `trace` (kinds of identifiers, in order)
    are there for taps, which keep to the same rules.
    """

    identity: str = "token"
    sample: float = 1.0
    carried_per_second: float = 500.0
    dedupe_window: float = 4 * 3600.0
    dedupe_entries: int = 1_000_000
    retention: float = 900.0
    properties: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()
    redacted: bool = True
    exact_counts: bool = True
    filtered: Literal["server", "browser"] = "server"
    notes: tuple[str, ...] = ()


class CarriedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event in a frame: what the log keeps of it, and the nodes it lights here.

    `offset` is its place in the log, counted from 1 in each life of the log: events of one moment happened in this order. A frame
    that no log stands behind has none. `revealed` (kind to raw identifier) is there for the role `identities` alone, under the policy
    `reveal`.
    """

    id: str
    type: EventType
    name: str
    occurred_at: str
    arrived_at: str
    segment_received_at: str | None = None
    source: str
    traces: tuple[Token, ...] = ()
    nodes: tuple[str, ...] = ()
    properties: dict[str, Value] = {}
    flags: tuple[Flag, ...] = ()
    offset: int | msgspec.UnsetType = msgspec.UNSET
    revealed: dict[str, str] | msgspec.UnsetType = msgspec.UNSET


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="hello"):
    """First frame of every stream. `ledger` is the door's state per source at this moment; `protocol` is the version of the frames."""

    watch_session_id: str
    position: str
    graph_version: str
    started_at: str
    sampling: float
    posture: Posture
    ledger: dict[str, Door] = {}
    protocol: int = PROTOCOL


class Batch(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="batch", rename={"from_": "from"}):
    """The entries in `(from, position]`: exact counts, and as many events as the budget carries.

    `unmapped` holds the 200 most frequent names, `other` the count of all further ones. Traces whose hash (0 to 1) is below `threshold`
    are carried whole. `ledger` is of this range alone.
    """

    from_: str
    position: str
    counts: dict[str, int] = {}
    unmapped: dict[str, int] = {}
    other: int = 0
    events: tuple[CarriedEvent, ...] = ()
    threshold: float = 1.0
    ledger: Ledger = Ledger()


class Gap(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="gap", rename={"from_": "from"}):
    """What a viewer missed: `missed` entries (None where nobody can know), and why. The viewer now stands at `to`."""

    from_: str
    to: str
    missed: int | None
    reason: str


class Change(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="change"):
    """The graph's files, the policy or the role changed; a new `graph_version` asks the viewer to load the graph anew."""

    graph_version: str
    policy_version: str
    sampling: float
    posture: Posture
    since: str


class Forget(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="forget"):
    """A person asked to be deleted or suppressed: drop what carries these tokens."""

    tokens: tuple[str, ...]


class Beat(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="beat"):
    """Nothing happened, and that is known. `ledger` is the door's state per source."""

    now: str
    position: str
    ledger: dict[str, Door] = {}


class Bye(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="bye"):
    """The stream ends. `retry_after` seconds say when to come back, None that coming back is no use."""

    reason: str
    retry_after: float | None = None


Frame = Hello | Batch | Gap | Change | Forget | Beat | Bye
