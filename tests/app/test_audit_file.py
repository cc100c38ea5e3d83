"""Where the audit log goes."""

import stat
from pathlib import Path

import pytest

from dagnet_realtime.app.audit_file import audit_file
from dagnet_realtime.config.config import AccessConfig
from dagnet_realtime.model.problem import Problem


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
    with pytest.raises(Problem, match="cannot be written"), audit_file(AccessConfig(audit=str(tmp_path / "none" / "audit.log"))):
        pass


def test_without_a_file_it_goes_to_standard_error_but_for_one_person(capsys: pytest.CaptureFixture[str]) -> None:
    """ACC-25: in local access whoever watches is whoever runs it."""
    with audit_file(AccessConfig(mode="oidc")) as write:
        write(b'{"deed":"on"}\n')
    assert capsys.readouterr().err == 'audit {"deed":"on"}\n'
    with audit_file(AccessConfig()) as write:
        write(b"line\n")
    assert capsys.readouterr().err == ""
