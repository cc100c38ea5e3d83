"""The installed command, run in this process as its console script runs it."""

import contextlib
import functools
import io
import json
import sys
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any, NamedTuple
from unittest import mock


class Ran(NamedTuple):
    """The exit code, and what was printed."""

    code: int
    out: str
    err: str


def command(*arguments: str, environ: Mapping[str, str] | None = None) -> Ran:
    """Runs `dagnet-realtime ARGUMENTS`."""
    (script,) = entry_points(group="console_scripts", name="dagnet-realtime")
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["dagnet-realtime", *arguments]),
        mock.patch.dict("os.environ", {"COLUMNS": "200", "NO_COLOR": "1", **(environ or {})}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            code = script.load()()
        except SystemExit as end:
            code = end.code
    out.flush()
    return Ran(int(code or 0), out.buffer.getvalue().decode(), err.getvalue())


@functools.cache
def schema(part: str) -> dict[str, Any]:
    """What `dagnet-realtime schema PART` prints."""
    ran = command("schema", part)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found
