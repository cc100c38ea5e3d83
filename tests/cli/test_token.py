"""`token`."""

import time
from pathlib import Path

import pytest

from dagnet_realtime.cli.token import Role, create, list_all, revoke, store
from dagnet_realtime.config.token_file import read_token_file
from dagnet_realtime.core.access_tokens import find_token
from dagnet_realtime.model.problem import Problem


def test_a_token_is_printed_once_listed_and_revoked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """ACC-11: a token is printed once; the list shows no secret; a revoked one is not recognised."""
    path = tmp_path / "tokens.json"
    create("ci", role=Role.FOLLOW, on=["acme/prod"], expires="7d", tokens=path)
    text = capsys.readouterr().out.strip()
    kept = find_token(read_token_file(path), text, time.time_ns() // 1_000_000)
    assert kept is not None
    assert (kept.name, kept.role, kept.channels) == ("ci", "follow", ("acme/prod",))
    list_all(tokens=path)
    listed = capsys.readouterr().out
    assert kept.id in listed
    assert text.rsplit("_", 1)[1] not in listed + path.read_text()
    revoke(kept.id, tokens=path)
    assert find_token(read_token_file(path), text, 0) is None
    capsys.readouterr()
    list_all(tokens=path)
    assert capsys.readouterr() == ("", f"{path} holds no token\n")
    with pytest.raises(Problem, match="There is no token"):
        revoke(kept.id, tokens=path)


@pytest.mark.parametrize("options", [{"expires": "soon"}, {"on": ["acme"]}, {"on": ["a/b/c"]}])
def test_wrong_options_are_reported(options: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(Problem):
        create("ci", tokens=tmp_path / "t", **options)  # type: ignore[arg-type]
    assert read_token_file(tmp_path / "t") == ()


def test_the_store_is_the_configured_one_and_no_secret_is_needed_to_find_it(tmp_path: Path) -> None:
    file = tmp_path / "realtime.toml"
    file.write_text(
        '[access]\ntokens = "t.json"\n[[workspace]]\nid = "a"\nenv = "b"\npath = "gone"\ntoken_key = "env:UNSET"\n'
    )
    assert store(file, None) == tmp_path / "t.json"
    assert store(file, tmp_path / "other") == tmp_path / "other"
    file.write_text("")
    with pytest.raises(Problem, match="No file for access tokens"):
        store(file, None)
