"""JSON Schemas."""

import json

from dagnet_realtime.config.schemas import schemas


def test_every_schema_stands_alone() -> None:
    """CLI-15: `schema` prints JSON Schemas of frames, configuration and session log, each standing alone."""
    found = json.loads(json.dumps(schemas()))
    assert set(found) == {"frames", "configuration", "session_log"}
    for schema in found.values():
        known = schema["$defs"]
        for reference in _references(schema):
            assert reference.removeprefix("#/$defs/") in known
    assert "op" in found["frames"]["$defs"]["Hello"]["properties"]
    assert found["configuration"]["$defs"]["WorkspaceTable"]["additionalProperties"] is False
    assert {"SessionLogHeader", "Graph", "TapLine"} <= set(found["session_log"]["$defs"])


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [found for inner in value.values() for found in _references(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in _references(inner)]
    return []
