"""`ui`."""

from pathlib import Path

import pytest

from dagnet_realtime.cli.ui import copy
from dagnet_realtime.model.problem import Problem


def test_the_interface_is_copied_whole_and_again(tmp_path: Path) -> None:
    """CLI-25: `ui` writes the interface as static files: the page that stands alone, and what stands beside it."""
    for name, text in {
        "alone/index.html": "<html data-static>",
        "static/index.html": "<html>",
        "static/tap.js": "t",
        "static/shop/shop.js": "1",
        "static/extension/manifest.json": "{}",
    }.items():
        (tmp_path / "web" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "web" / name).write_text(text)
    out = tmp_path / "deep" / "out"
    assert copy(tmp_path / "web", out) == 4
    assert copy(tmp_path / "web", out) == 4
    assert (out / "index.html").read_text() == "<html data-static>"
    assert (out / "shop" / "shop.js").read_text() == "1"
    assert (out / "extension" / "manifest.json").read_text() == "{}"


def test_what_is_missing_or_cannot_be_written_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="not built"):
        copy(tmp_path, tmp_path / "out")
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "index.html").write_text("")
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="cannot be written"):
        copy(tmp_path, tmp_path / "file")
