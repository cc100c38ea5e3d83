"""The first line of a session log: what the frames after it mean."""

from typing import Literal

import msgspec

from dagnet_realtime.model.frame import Posture


class SessionLogHeader(msgspec.Struct, frozen=True, kw_only=True):
    """Says what wrote the file and what was watched; every further line of the file is one frame.

    `version` counts up when a reader of the last one would misread the file. Times are ISO 8601 UTC with milliseconds.
    """

    format: Literal["dagnet-realtime-session-log"] = "dagnet-realtime-session-log"
    version: int = 1
    graph: str = ""
    graph_version: str
    watch_session_id: str
    started_at: str
    policy: Posture = Posture()
