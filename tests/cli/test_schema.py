"""`schema`."""

import json

import pytest

from dagnet_realtime.cli.schema import Part, schema


def test_one_schema_or_all_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """CLI-15: `schema` prints JSON Schemas of frames, configuration and session log, and the API's OpenAPI document."""
    schema(None)
    assert set(json.loads(capsys.readouterr().out)) == {part.value for part in Part}
    schema(Part.FRAMES)
    assert json.loads(capsys.readouterr().out)["title"] == "A frame"
    schema(Part.OPENAPI)
    assert json.loads(capsys.readouterr().out)["openapi"] == "3.1.0"
