"""Secrets by reference."""

from pathlib import Path

import pytest

from dagnet_realtime.config.references import secret
from dagnet_realtime.model.problem import Problem


def test_a_secret_comes_from_the_environment_a_file_or_the_line_itself(tmp_path: Path) -> None:
    """CLI-5: `env:NAME` and `file:PATH` stand for the variable's value and the file's content without its last line break."""
    (tmp_path / "key").write_text("from-file\n")
    environ = {"KEY": "from-env"}
    assert secret("env:KEY", "x", environ, tmp_path).reveal() == b"from-env"
    assert secret("file:key", "x", environ, tmp_path).reveal() == b"from-file"
    assert secret("plain", "x", environ, tmp_path).reveal() == b"plain"


@pytest.mark.parametrize("written", ["env:NONE", "env:EMPTY", "file:none", "file:empty", "file:.", "file:large"])
def test_a_reference_that_leads_nowhere_is_told_with_its_place(written: str, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "large").write_text("x" * 70_000)
    with pytest.raises(Problem) as caught:
        secret(written, "realtime.toml, line 3, workspace[1].token_key", {"EMPTY": ""}, tmp_path)
    assert caught.value.title.startswith("realtime.toml, line 3")
    assert "\n" not in caught.value.sentence()
