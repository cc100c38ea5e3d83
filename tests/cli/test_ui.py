"""`ui`."""

from pathlib import Path

import pytest

from dagnet_realtime.cli.ui import copy
from dagnet_realtime.model.problem import Problem


def test_the_interface_is_copied_whole_and_again(tmp_path: Path) -> None:
    """CLI-25: `ui` writes the interface as static files."""
    built = tmp_path / "built"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<html>")
    (built / "assets" / "a.js").write_text("1")
    out = tmp_path / "deep" / "out"
    assert copy(built, out) == 2
    assert copy(built, out) == 2
    assert (out / "assets" / "a.js").read_text() == "1"


def test_what_is_missing_or_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="not built"):
        copy(tmp_path, tmp_path / "out")
    (tmp_path / "index.html").write_text("")
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="cannot be written"):
        copy(tmp_path, tmp_path / "file")
