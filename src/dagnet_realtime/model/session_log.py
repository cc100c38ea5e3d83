"""A session log: its first line, what the frames after it mean, and the lines that no server sent."""

from typing import Literal

import msgspec

from dagnet_realtime.model.frame import CarriedEvent, Frame, Posture
from dagnet_realtime.model.graph import Graph


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
    policy: Posture = Posture()
    definition: Graph | None = None
    binds: dict[str, str] = {}


class TapLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="tap"):
    """What the local lane heard of the message `id`. `events` holds it at its first stage, and nothing later; `page` names where from."""

    id: str
    stage: Literal["called", "enriched", "delivered", "failed", "dropped"]
    reason: str | None = None
    page: str | None = None
    events: tuple[CarriedEvent, ...] = ()


LogLine = Frame | TapLine
