"""The JSON Schemas of frames, configuration and session log."""

from typing import Any

import msgspec

from dagnet_realtime.config.file import FileTables
from dagnet_realtime.model.frame import Frame, LogLine, SessionLogHeader

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """The schemas by name; each is complete in itself."""
    return {
        "frames": {"$schema": DIALECT, "title": "A frame", **msgspec.json.schema(Frame)},
        "configuration": {
            "$schema": DIALECT,
            "title": "realtime.toml",
            **msgspec.json.schema(FileTables),
        },
        "session_log": {
            "$schema": DIALECT,
            "title": "A line of a session log: the header, a frame, or events of the tap",
            **_session_log(),
        },
    }


def _session_log() -> dict[str, Any]:
    (header, line), parts = msgspec.json.schema_components(
        [SessionLogHeader, LogLine], ref_template="#/$defs/{name}"
    )
    when = {
        "type": "number",
        "description": "Milliseconds since 1970 by the viewer's clock, when the line was applied.",
    }
    timed = {"allOf": [{"properties": {"at": when}, "required": ["at"]}, line]}
    return {"anyOf": [header, timed], "$defs": parts}
