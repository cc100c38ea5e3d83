"""Frames, their counts, and session logs: what is sent to browsers, with the wire's field names."""

from typing import Literal

import msgspec

from dagnet_realtime.model.event import EventType, Flag, Token, Value
from dagnet_realtime.model.graph import Graph
from dagnet_realtime.model.protocol import DEDUPE_ENTRIES, DEDUPE_SECONDS, PROTOCOL
from dagnet_realtime.model.workspace import DEFAULT_POLICY


class IngestCounters(msgspec.Struct):
    """Counters of one source at the ingest, since this process began.

    `received = sum(refused.values()) + rate_limited + unwatched + duplicate + taken`. A delivery
    that cannot be parsed counts as one event. Beside the sum, `placeholder` counts events with a
    placeholder for an identifier, and `shared_id` those with one for a message id, repeats
    included. The ingest is the only writer.
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
    """Counts of the log's range `(from, position]` in one view.

    `offered = lit + unmapped + filtered + missed`, and `lit + unmapped = carried + thinned +
    sampled_out + forgotten`. `forgotten` are the events of people who asked to be deleted; they
    still count.
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
    """Messages of one relay since this process began, as providers bill them.

    `published` went to the provider, and `delivered` to subscribers, if it says how many subscribe.
    `failed` ones were refused; viewers fetch their content by polling.
    """

    published: int = 0
    delivered: int = 0
    failed: int = 0


class Guarantees(msgspec.Struct, frozen=True, kw_only=True):
    """The data quality of a view, as it is shown to the viewer.

    `filtered` says where the viewer's filter runs. `notes` are further sentences. `deny` and
    `trace` (kinds of identifiers, in order) are for taps, which follow the same rules.
    """

    identity: str = DEFAULT_POLICY.identity
    sample: float = DEFAULT_POLICY.sample
    carried_per_second: float = float(DEFAULT_POLICY.carried_per_second)
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
    """An event in a frame: its log entry, and the nodes that it lights in this view.

    `offset` is its place in the log, counted from 1 in each epoch; events of one moment happened in
    this order. It is unset in frames that come from no log. `revealed` (kind to raw identifier) is
    set only for the role `identities` under the policy `reveal`.
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
    """The first frame of every stream.

    `ledger` holds the ingest counters by source at this moment. `protocol` is the frames' version.
    """

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
    """The entries in `(from, position]`: exact counts, and as many events as the budget allows.

    `unmapped` counts the 200 most frequent names, `other` all further ones. Traces whose hash (0 to
    1) is below `threshold` are carried whole. `ledger` counts this range alone. `age_ms` is set if
    the frame is of the past: how long ago its last entry arrived when the frame was sent. Its
    entries arrived within the second before that.
    """

    from_: str
    position: str
    counts: dict[str, int] = {}
    unmapped: dict[str, int] = {}
    other: int = 0
    events: tuple[FrameEvent, ...] = ()
    threshold: float = 1.0
    ledger: FrameCounts = FrameCounts()
    age_ms: int | msgspec.UnsetType = msgspec.UNSET


class Gap(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="gap", rename={"from_": "from"}
):
    """Entries that the viewer missed, and why; the view goes on at `to`.

    `missed` is their number, None if it cannot be known.
    """

    from_: str
    to: str
    missed: int | None
    reason: str


class Change(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="change"):
    """The graph's files, the policy or the role changed.

    A new `graph_version` asks the viewer to load the graph again.
    """

    graph_version: str
    policy_version: str
    sampling: float
    posture: Guarantees
    since: str


class Forget(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="forget"):
    """A person asked to be deleted or suppressed: drop all that carries these tokens."""

    tokens: tuple[str, ...]


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="beat"):
    """Nothing happened up to `now`. `ledger` holds the ingest counters by source."""

    now: str
    position: str
    ledger: dict[str, IngestCounters] = {}


class Follower(msgspec.Struct, frozen=True):
    """A person who signed in by name, and the tokens of the traces that they follow."""

    name: str
    tokens: tuple[str, ...]


class Company(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="company"):
    """The others who follow traces on the viewer's graph, in place of all told before.

    It is sent to one viewer alone, and only if they signed in by name and may follow.
    """

    follows: tuple[Follower, ...] = ()


class Close(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="bye"):
    """The stream ends. Reconnect after `retry_after` seconds; None: don't reconnect."""

    reason: str
    retry_after: float | None = None


Frame = Hello | Batch | Gap | Change | Forget | Heartbeat | Company | Close


class SessionLogHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of a session log: what wrote it, and what was watched.

    Every further line is a frame or a `TapLine`, with `at` added: when it was applied, in ms since
    1970 by the viewer's clock. `version` is raised if a reader of the last one would misread the
    file. Times are ISO 8601 UTC with milliseconds. `definition` is the graph itself, `binds` (name
    to node uuid) are the viewer's own bindings.
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
    """A stage of the message `id`, as observed in the page.

    `events` holds the message at its first stage and is empty later. `page` names the page.
    """

    id: str
    stage: Literal["called", "enriched", "delivered", "failed", "dropped"]
    reason: str | None = None
    page: str | None = None
    events: tuple[FrameEvent, ...] = ()


LogLine = Frame | TapLine


class ThinningState(msgspec.Struct, frozen=True):
    """What one frame's thinning leaves for the next.

    Traces below `threshold` were carried at `at` (seconds). `lowest` is the lowest threshold since
    `cut_at`, when traces were last cut.
    """

    threshold: float = 1.0
    at: float = 0.0
    lowest: float = 1.0
    cut_at: float = 0.0
