"""The file of access tokens."""

import os
from pathlib import Path

import pytest

from dagnet_realtime.config.token_file import read_token_file, write_token_file
from dagnet_realtime.model.access import AccessToken
from dagnet_realtime.model.problem import Problem

TOKEN = AccessToken(id="a", name="n", digest="d", role="watch", channels=("*",), created_at=0)


def test_what_is_written_is_read_and_is_its_owners_alone(tmp_path: Path) -> None:
    """ACC-11: the file of access tokens is readable by its owner alone."""
    path = tmp_path / "tokens.json"
    assert read_token_file(path) == ()
    write_token_file(path, [TOKEN])
    assert read_token_file(path) == (TOKEN,)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["tokens.json"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"tokens": 3}', b"\xff", b'{"version": 2}', b'{"unknown": 1}']
)
def test_a_file_that_is_none_is_reported(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    path.write_bytes(content)
    with pytest.raises(Problem):
        read_token_file(path)


def test_a_place_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot be written"):
        write_token_file(tmp_path / "gone" / "tokens.json", [])
    with pytest.raises(Problem, match="cannot be read"):
        read_token_file(tmp_path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="root alone gives files away")
def test_the_owner_of_the_file_stays(tmp_path: Path) -> None:
    """ACC-11: what root writes stays readable for the user of the server, also a file that is new."""
    tmp_path.chmod(0o755)
    os.chown(tmp_path, 65534, 65534)
    path = tmp_path / "tokens.json"
    for owner in (65534, 1234):
        write_token_file(path, [TOKEN])
        assert (path.stat().st_uid, path.stat().st_mode & 0o777) == (owner, 0o600)
        os.chown(path, 1234, 1234)
