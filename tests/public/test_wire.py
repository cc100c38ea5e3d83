"""Frames are written as they were recorded, byte for byte; log lines begin with the recorded words."""

import ast
import re
from pathlib import Path

import msgspec
import pytest

from dagnet_realtime.model.frame import Frame
from tests.public.recorded import FOLDER, differences

SOURCE = Path(__file__).parents[2] / "src"
FRAMES = (FOLDER / "frames.ndjson").read_bytes().splitlines()


@pytest.mark.parametrize("line", FRAMES, ids=lambda line: line.split(b'"')[3].decode())
def test_a_recorded_frame_is_written_again_as_it_was(line: bytes) -> None:
    """OPS-21: open pages, saved session logs and the pages of a rolling upgrade read these bytes; a difference is a Breaking line."""
    assert msgspec.json.encode(msgspec.json.decode(line, type=Frame)).decode() == line.decode()


def test_every_kind_of_frame_is_recorded() -> None:
    """OPS-21: the fixture has a frame of each `op`."""
    ops = {line.partition(")")[0][1:] for line in (FOLDER / "frames.txt").read_text().splitlines()}
    assert ops == {msgspec.json.decode(line)["op"] for line in FRAMES}


LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "note"}
EVENT = re.compile(r"[a-z]+((_[a-z]+)+( .+)?| [a-z_]+=.+)")


def log_events() -> list[str]:
    """Each event of the program's log in the sources, with its level and its fields."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args
            ):
                continue
            said = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            owner = ast.unparse(node.func.value)
            if (
                node.func.attr in LEVELS
                and isinstance(said, str)
                and EVENT.fullmatch(said)
                and "audit" not in owner.lower()
            ):
                found.add(f"{node.func.attr} {said}")
    return sorted(found)


def test_log_lines_begin_with_the_recorded_words() -> None:
    """OPS-21: operators search and alert on these words; one that is gone is a Breaking line."""
    assert differences("log_events", log_events()) == ""
