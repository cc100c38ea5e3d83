"""The program's log."""

import io
import logging
from collections.abc import Iterator

import pytest

from dagnet_realtime.app.logging import ROOT, log_to


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    own, root = logging.getLogger(ROOT), logging.getLogger()
    before = (own.handlers[:], own.level, own.propagate, root.handlers[:])
    stream = io.StringIO()
    log_to(stream)
    yield stream
    own.handlers[:], own.propagate, root.handlers[:] = before[0], before[2], before[3]
    own.setLevel(before[1])


def test_an_event_is_one_line_with_its_fields(lines: io.StringIO) -> None:
    """ACC-27: a line holds its time, level, event and fields."""
    logging.getLogger(f"{ROOT}.web").error(
        "request_failed error=%s at=%s", "KeyError", "x.py:7\nnot a second line"
    )
    (line,) = lines.getvalue().splitlines()
    at, said = line.split(" ", 1)
    assert at.endswith("Z")
    assert said == "error request_failed error=KeyError at=x.py:7 not a second line"


def test_no_error_brings_its_text_along(lines: io.StringIO) -> None:
    """ACC-27: a sent value may be part of it; of a library's line not even the message is kept."""
    try:
        int("ann@example.com")
    except ValueError:
        logging.getLogger(f"{ROOT}.hub").exception("part_failed")
        logging.getLogger("asyncio").exception("Exception in callback with ann@example.com")
    logging.getLogger("asyncio").warning("ann@example.com took 1 s")
    text = lines.getvalue()
    assert "ann@" not in text
    assert "part_failed error=ValueError" in text
    assert "library_error logger=asyncio error=ValueError" in text
    assert len(text.splitlines()) == 2
