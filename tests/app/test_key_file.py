"""The key file."""

import stat
from pathlib import Path

import pytest

from dagnet_realtime.app.key_file import write_key
from dagnet_realtime.model.problem import Problem


def test_only_its_owner_can_read_the_key(tmp_path: Path) -> None:
    """ACC-5: mode 0600 from its first moment, whatever stood there, link or file."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    path = tmp_path / "new" / "key"
    write_key(path, "first")
    path.unlink()
    path.symlink_to(elsewhere)
    write_key(path, "second")
    assert path.read_text() == "second\n"
    assert stat.S_IMODE(path.lstat().st_mode) == 0o600
    assert elsewhere.read_text() == "untouched"
    assert list(path.parent.iterdir()) == [path]


def test_a_key_file_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    """ACC-5: with its path."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="key file"):
        write_key(tmp_path / "file" / "key", "x")
