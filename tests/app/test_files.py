"""The program's files: keys, access tokens, the audit log and the times of deletions."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dagnet_realtime.app.files import (
    LOCAL_KEY,
    POLL_SECONDS,
    FileDeletionTimes,
    TokenStore,
    audit_file,
    local_key,
    private_folder,
    private_text,
    write_key,
)
from dagnet_realtime.config import token_file as file
from dagnet_realtime.config.config import AccessConfig
from dagnet_realtime.model.access import AccessToken
from dagnet_realtime.model.problem import Problem
from tests.hub.stage import SHOP
from tests.stores.deletion_times_contract import a_deletion_is_known_everywhere
from tests.support.clock import FakeClock


def test_only_its_owner_can_read_the_key(tmp_path: Path) -> None:
    """CLI-19: the key's file has mode 0600 from its first moment, and replaces a link or file in
    its place.
    """
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
    """CLI-19: the problem names the key file."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="key file"):
        write_key(tmp_path / "file" / "key", "x")


def test_the_local_key_is_made_once_and_stays(tmp_path: Path) -> None:
    """ACC-4: servers that start at once share one key, which its user alone can read."""
    folder = tmp_path / "state"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: local_key(folder), range(16)))
    assert len(keys) == 1
    assert len(next(iter(keys))) >= 32
    assert stat.S_IMODE((folder / LOCAL_KEY).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [file.name for file in folder.iterdir()] == [LOCAL_KEY]


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o722, 0o720, 0o702])
def test_a_folder_that_others_can_write_is_refused(tmp_path: Path, mode: int) -> None:
    """ACC-4: the problem says what to do; a folder that others can only read is taken."""
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(Problem, match="can be written by other users") as refused:
        private_folder(folder)
    assert f"chmod 700 {folder}" in refused.value.remedy
    folder.chmod(0o755)
    assert private_folder(folder) == folder


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_belongs_to_another_user_is_refused(tmp_path: Path) -> None:
    """ACC-4: the folder, a link to it, and a file in it are refused if another user owns them, at
    any mode.
    """
    folder, mine = tmp_path / "state", tmp_path / "mine"
    key = local_key(folder)
    mine.mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(mine)
    os.chown(tmp_path / "link", 12345, 12345, follow_symlinks=False)
    with pytest.raises(Problem, match="belongs to another user"):
        private_folder(tmp_path / "link")
    os.chown(folder / LOCAL_KEY, 12345, 12345)
    with pytest.raises(Problem, match="belongs to another user"):
        local_key(folder)
    os.chown(folder / LOCAL_KEY, 0, 0)
    assert local_key(folder) == key
    os.chown(folder, 12345, 12345)
    with pytest.raises(Problem, match="belongs to another user"):
        private_folder(folder)


@pytest.mark.parametrize("mode", [0o666, 0o644, 0o640, 0o604, 0o620, 0o602])
def test_a_key_that_others_can_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    """ACC-4: it may be known, or theirs."""
    local_key(tmp_path / "state")
    (tmp_path / "state" / LOCAL_KEY).chmod(mode)
    with pytest.raises(Problem, match="by other users"):
        local_key(tmp_path / "state")


def test_a_key_file_is_a_file(tmp_path: Path) -> None:
    """ACC-4: a link, folder, pipe or empty file in the key's place is refused, and none is waited
    for.
    """
    folder = private_folder(tmp_path / "state")
    (tmp_path / "elsewhere").write_text("x" * 64)
    (folder / LOCAL_KEY).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Problem):
        local_key(folder)
    (folder / LOCAL_KEY).unlink()
    os.mkfifo(folder / LOCAL_KEY, 0o600)
    with pytest.raises(Problem, match="is not a file"):
        local_key(folder)
    (folder / LOCAL_KEY).unlink()
    (folder / LOCAL_KEY).mkdir()
    with pytest.raises(Problem):
        local_key(folder)
    (folder / LOCAL_KEY).rmdir()
    write_key(folder / LOCAL_KEY, "short")
    with pytest.raises(Problem, match="holds no key"):
        local_key(folder)
    assert private_text(folder / "none", hidden=True) is None


def test_a_folder_that_cannot_be_made_is_a_problem(tmp_path: Path) -> None:
    """ACC-4: the problem names the variable that sets another folder."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="cannot be used") as refused:
        private_folder(tmp_path / "file" / "state")
    assert "DAGNET_REALTIME_STATE_DIR" in refused.value.remedy


ONE = AccessToken(id="a", name="one", digest="0" * 64, role="watch", channels=("*",), created_at=0)


def test_a_revoked_token_is_gone_within_a_second(tmp_path: Path) -> None:
    """ACC-11: the file is checked again, and read if it has changed."""
    clock, path = FakeClock(), tmp_path / "tokens.json"
    file.write_token_file(path, [ONE])
    store = TokenStore(str(path), clock)
    assert store() == (ONE,)
    file.write_token_file(path, [])
    clock.shift(POLL_SECONDS)
    assert store() == ()


def test_a_file_that_vanishes_or_breaks_lets_no_one_in(tmp_path: Path) -> None:
    """ACC-11: a person who cannot be checked is refused."""
    clock, path = FakeClock(), tmp_path / "tokens.json"
    file.write_token_file(path, [ONE])
    store = TokenStore(str(path), clock)
    assert store()
    path.write_text("{")
    clock.shift(POLL_SECONDS)
    for _ in range(2):
        with pytest.raises(Problem) as problem:
            store()
        assert problem.value.code == "unavailable"
    path.unlink()
    clock.shift(POLL_SECONDS)
    assert store() == ()


def test_no_file_holds_no_tokens() -> None:
    """ACC-11: if no file is configured, there are no tokens."""
    assert TokenStore("", FakeClock())() == ()


def test_a_file_is_appended_to_and_is_its_owners(tmp_path: Path) -> None:
    """ACC-25: a restart goes on in it."""
    path = tmp_path / "audit.log"
    for number in range(2):
        with audit_file(AccessConfig(mode="token", audit=str(path))) as write:
            write(b"line %d\n" % number)
    assert path.read_bytes() == b"line 0\nline 1\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_opened_stops_the_start(tmp_path: Path) -> None:
    """ACC-25: an audit that is lost silently is none."""
    with (
        pytest.raises(Problem, match="cannot be written"),
        audit_file(AccessConfig(audit=str(tmp_path / "none" / "audit.log"))),
    ):
        pass


def test_without_a_file_it_goes_to_standard_error_but_for_one_person(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """ACC-25: the audit log of several people goes to standard error; in local access none is
    written.
    """
    with audit_file(AccessConfig(mode="oidc")) as write:
        write(b'{"deed":"on"}\n')
    assert capsys.readouterr().err == 'audit {"deed":"on"}\n'
    with audit_file(AccessConfig()) as write:
        write(b"line\n")
    assert capsys.readouterr().err == ""


async def test_when_people_were_deleted_outlives_a_restart(tmp_path: Path) -> None:
    """PIC-97: the times of deletions are kept in a private file; if it cannot be read, nothing
    before now is known.
    """
    clock, path = FakeClock(), tmp_path / "deletions.times"
    times = FileDeletionTimes(path, clock)
    await a_deletion_is_known_everywhere(times, times, clock)
    known = await times.known_since(SHOP)
    clock.shift(60)
    assert await FileDeletionTimes(path, clock).known_since(SHOP) == known
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for broken in ("{", "[]", '{"shop/prod": "now"}'):
        path.write_text(broken)
        assert await FileDeletionTimes(path, clock).known_since(SHOP) == clock.now()
