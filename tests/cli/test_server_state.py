"""What a running server leaves for the programs beside it."""

import os
from pathlib import Path

import pytest

from dagnet_realtime.cli.server_state import ServerState, alive, find, remove, state_folder, write
from dagnet_realtime.config.build import default_workspace
from dagnet_realtime.model.problem import Problem


def beside(url: str, tmp_path: Path, pid: int | None = None) -> ServerState:
    return ServerState(url, str(tmp_path / "k.key"), pid or os.getpid(), "s", "w")


def test_a_server_is_found_by_its_port_or_as_the_only_one(tmp_path: Path) -> None:
    """CLI-19: programs on this machine find a running server and its key by themselves, which go to no other machine."""
    first, second = (
        beside("http://127.0.0.1:1001", tmp_path),
        beside("http://127.0.0.1:1002", tmp_path, os.getppid()),
    )
    path = write(tmp_path, first)
    assert path.stat().st_mode & 0o777 == 0o600
    assert find(tmp_path, "") == first
    write(tmp_path, second)
    assert find(tmp_path, "") is None
    assert find(tmp_path, "http://localhost:1002/segment/webhook/x") == second
    assert find(tmp_path, "http://localhost:1003") is None
    assert find(tmp_path, "https://elsewhere.example:1002") is None
    remove([path, path])
    assert find(tmp_path, "") == second


def test_what_a_dead_server_left_or_another_program_wrote_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, beside("http://127.0.0.1:1001", tmp_path, 2**22 + 12345))
    (tmp_path / "x.json").write_text("{")
    assert find(tmp_path, "") is None
    assert alive(os.getpid())


def test_secrets_of_generated_sources_are_known_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "graphs").mkdir()
    made = ServerState.of(
        "http://127.0.0.1:1",
        tmp_path / "k",
        default_workspace(tmp_path, lambda count: b"\x0a" * count),
    )
    assert made.secret == "0a" * 16
    assert made.write_key == "0a" * 12
    assert "0a0a" not in repr(made)
    assert ServerState.of("http://127.0.0.1:1", tmp_path / "k", None).secret == ""


def test_the_key_is_read_where_it_is(tmp_path: Path) -> None:
    found = beside("http://127.0.0.1:1", tmp_path)
    assert found.key() == ""
    (tmp_path / "k.key").write_text("abc\n")
    assert found.key() == "abc"


def test_the_state_folder_is_its_users_alone(tmp_path: Path) -> None:
    folder = state_folder({"DAGNET_REALTIME_STATE_DIR": str(tmp_path / "a" / "b")})
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_key_that_lies_elsewhere_is_not_sent(tmp_path: Path) -> None:
    """CLI-19: otherwise a writer of the address could have any file of its reader sent there."""
    folder, secret = (
        state_folder({"DAGNET_REALTIME_STATE_DIR": str(tmp_path / "state")}),
        tmp_path / "secret",
    )
    secret.write_text("of another program")
    secret.chmod(0o600)
    for place in (secret, folder / ".." / "secret"):
        write(folder, ServerState("http://127.0.0.1:1001", str(place), os.getpid()))
        with pytest.raises(Problem, match="is in another folder"):
            find(folder, "")
    (folder / "k.key").symlink_to(secret)
    write(folder, ServerState("http://127.0.0.1:1001", str(folder / "k.key"), os.getpid()))
    with pytest.raises(Problem):
        find(folder, "http://127.0.0.1:1001")


def test_what_others_can_write_is_not_believed(tmp_path: Path) -> None:
    """CLI-19: a folder or file that others can write, or a key that they can read, is refused."""
    folder = state_folder({"DAGNET_REALTIME_STATE_DIR": str(tmp_path / "state")})
    path = write(folder, ServerState("http://127.0.0.1:1001", str(folder / "k.key"), os.getpid()))
    (folder / "k.key").write_text("key\n")
    (folder / "k.key").chmod(0o640)
    with pytest.raises(Problem, match="can be read"):
        find(folder, "")
    (folder / "k.key").chmod(0o600)
    assert find(folder, "") is not None
    path.chmod(0o622)
    with pytest.raises(Problem, match="can be written"):
        find(folder, "")
    path.chmod(0o600)
    folder.chmod(0o777)
    with pytest.raises(Problem, match="can be written"):
        state_folder({"DAGNET_REALTIME_STATE_DIR": str(folder)})
