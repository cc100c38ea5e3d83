"""What crosses to a browser: frames, the counts in them, and session logs, with the field names of the wire."""

from typing import Literal

import msgspec

from dagnet_realtime.model.event import EventType, Flag, Token, Value
from dagnet_realtime.model.graph import Graph
from dagnet_realtime.model.protocol import DEDUPE_ENTRIES, DEDUPE_SECONDS
from dagnet_realtime.model.workspace import DEFAULT_POLICY


class IngestCounters(msgspec.Struct):
    """One source at the door, since this process began:
    `received = sum(refused.values()) + rate_limited + unwatched + duplicate + taken`.

    A delivery that cannot be parsed counts as one event. The door's intake is the only writer. Beside the sum: `placeholder` counts
    events with a placeholder for an identifier, `shared_id` those with one for a message id, repeats of it included; and
    `gaps` how often records of a stream were left unread.
    """

    received: int = 0
    refused: dict[str, int] = {}
    rate_limited: int = 0
    unwatched: int = 0
    duplicate: int = 0
    taken: int = 0
    placeholder: int | msgspec.UnsetType = msgspec.UNSET
    shared_id: int | msgspec.UnsetType = msgspec.UNSET
    gaps: int | msgspec.UnsetType = msgspec.UNSET


class FrameCounts(msgspec.Struct, frozen=True):
    """What one frame's range `(from, position]` offered to one view:
    `offered = lit + unmapped + filtered + missed` and `lit + unmapped = carried + thinned + sampled_out + forgotten`.

    `forgotten` events count, and were a person's who asked to be forgotten.
    """

    offered: int = 0
    lit: int = 0
    unmapped: int = 0
    filtered: int = 0
    missed: int = 0
    carried: int = 0
    thinned: int = 0
    sampled_out: int = 0
    forgotten: int = 0


class RelayCounts(msgspec.Struct):
    """What one relay carried since this process began, in messages, since that is what providers bill: `published` to the provider, and
    `delivered` as far as it tells how many subscribe. `failed` ones it did not take; viewers fetch what those held by poll.
    """

    published: int = 0
    delivered: int = 0
    failed: int = 0


PROTOCOL = 1  # counts up when a reader of the last one would misread a frame


class Guarantees(msgspec.Struct, frozen=True, kw_only=True):
    """How far the picture can be trusted, in the words of the strip.

    `filtered` says where the viewer's filter runs; `notes` are further sentences. `deny` and `trace` (kinds of identifiers, in order)
    are there for taps, which keep to the same rules.
    """

    identity: str = DEFAULT_POLICY.identity
    sample: float = DEFAULT_POLICY.sample
    carried_per_second: float = DEFAULT_POLICY.carried_per_second
    dedupe_window: float = DEDUPE_SECONDS
    dedupe_entries: int = DEDUPE_ENTRIES
    retention: float = DEFAULT_POLICY.retention
    properties: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()
    redacted: bool = True
    exact_counts: bool = True
    filtered: Literal["server", "browser"] = "server"
    notes: tuple[str, ...] = ()


class FrameEvent(msgspec.Struct, frozen=True, kw_only=True):
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
    posture: Guarantees
    ledger: dict[str, IngestCounters] = {}
    protocol: int = PROTOCOL


class Batch(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="batch", rename={"from_": "from"}
):
    """The entries in `(from, position]`: exact counts, and as many events as the budget carries.

    `unmapped` holds the 200 most frequent names, `other` the count of all further ones. Traces whose hash (0 to 1) is below `threshold`
    are carried whole. `ledger` is of this range alone.
    """

    from_: str
    position: str
    counts: dict[str, int] = {}
    unmapped: dict[str, int] = {}
    other: int = 0
    events: tuple[FrameEvent, ...] = ()
    threshold: float = 1.0
    ledger: FrameCounts = FrameCounts()


class Gap(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="gap", rename={"from_": "from"}
):
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
    posture: Guarantees
    since: str


class Forget(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="forget"):
    """A person asked to be deleted or suppressed: drop what carries these tokens."""

    tokens: tuple[str, ...]


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="beat"):
    """Nothing happened, and that is known. `ledger` is the door's state per source."""

    now: str
    position: str
    ledger: dict[str, IngestCounters] = {}


class Close(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="bye"):
    """The stream ends. `retry_after` seconds say when to come back, None that coming back is no use."""

    reason: str
    retry_after: float | None = None


Frame = Hello | Batch | Gap | Change | Forget | Heartbeat | Close


class SessionLogHeader(msgspec.Struct, frozen=True, kw_only=True):
    """Says what wrote the file and what was watched; every further line is a frame or a `TapLine`, with `at` beside its own fields:
    milliseconds since 1970 by the viewer's clock, when it was applied.

    `version` counts up when a reader of the last one would misread the file. Times are ISO 8601 UTC with milliseconds. `definition` is the
    graph itself, `binds` the names (to node uuid) that were bound by hand.
    """

    format: Literal["dagnet-realtime-session-log"] = "dagnet-realtime-session-log"
    version: int = 1
    graph: str = ""
    graph_version: str = ""
    watch_session_id: str = ""
    started_at: str = ""
    policy: Guarantees = Guarantees()
    definition: Graph | None = None
    binds: dict[str, str] = {}


class TapLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="tap"):
    """What the local lane heard of the message `id`. `events` holds it at its first stage, and nothing later; `page` names where from."""

    id: str
    stage: Literal["called", "enriched", "delivered", "failed", "dropped"]
    reason: str | None = None
    page: str | None = None
    events: tuple[FrameEvent, ...] = ()


LogLine = Frame | TapLine


class ThinningState(msgspec.Struct, frozen=True):
    """Traces below `threshold` fitted at `at` (seconds); `lowest` is the lowest threshold since `cut_at`, when one was last cut."""

    threshold: float = 1.0
    at: float = 0.0
    lowest: float = 1.0
    cut_at: float = 0.0
