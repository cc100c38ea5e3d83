"""Where a command sends to."""

import os
from pathlib import Path
from random import Random

import pytest

from dagnet_realtime.cli.endpoint import sender_to, warn_of_password
from dagnet_realtime.cli.server_state import ServerState, write
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGNET_REALTIME_STATE_DIR", str(tmp_path))


def test_a_server_on_this_machine_is_sent_to_with_what_it_generated(tmp_path: Path) -> None:
    """CLI-19: `simulate` finds the secret of a server on this machine by itself."""
    write(tmp_path, ServerState("http://127.0.0.1:4711", "", os.getpid(), "generated", "key"))
    sender = sender_to("http://127.0.0.1:4711/segment/webhook/webhook", "", "", Random(1))
    assert sender._secret == Secret("generated")
    assert sender_to(
        "http://127.0.0.1:4711/segment/webhook/webhook", "own", "", Random(1)
    )._secret == Secret("own")
    assert (
        sender_to("http://example.com:4711/segment/webhook/webhook", "", "", Random(1))._secret
        is None
    )


def test_secrets_may_be_references(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S", "from-env")
    assert sender_to("http://127.0.0.1:1/x", "env:S", "", Random(1))._secret == Secret("from-env")
    with pytest.raises(Problem, match="--secret: the variable NONE is not set"):
        sender_to("http://127.0.0.1:1/x", "env:NONE", "", Random(1))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "ftp://a/b",
        "http://",
        "http://127.0.0.1:1",
        "http://127.0.0.1:1/",
        "http://a:99999/b",
        "http://a:b/c",
        "http://[::1/a",
        "http://a b/c",
    ],
)
def test_what_is_no_webhook_is_reported(url: str) -> None:
    with pytest.raises(Problem):
        sender_to(url, "", "", Random(1))


def test_a_secret_in_the_command_line_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """CLI-3: since every user of the machine can read it there; it is not repeated. References and generated secrets are none."""
    monkeypatch.setenv("S", "hidden-one")
    write(tmp_path, ServerState("http://127.0.0.1:4711", "", os.getpid(), "generated", "key"))
    sender_to("http://127.0.0.1:4711/x", "env:S", "env:S", Random(1))
    sender_to("http://127.0.0.1:4711/x", "", "", Random(1))
    warn_of_password("--log", "redis://host:6379/0", "")
    warn_of_password("--log", "env:REDIS", "")
    warn_of_password("--log", "redis://[", "")
    assert capsys.readouterr().err == ""
    for flag, given in (("--secret", ("hidden-one", "")), ("--write-key", ("", "hidden-one"))):
        sender_to("http://127.0.0.1:4711/x", *given, Random(1))
        told = capsys.readouterr().err
        assert flag in told
        assert "env:NAME or file:PATH" in told
        assert "hidden" not in told
    sender_to("http://ann:hidden-one@127.0.0.1:4711/x", "", "", Random(1))
    for url in (
        "redis://ann:hidden-one@host:6379/0",
        "redis://:hidden-one@host",
        "rediss+sentinel://a:hidden-one@h,i/s/0",
    ):
        warn_of_password("--log", url, "Set a variable")
    told = capsys.readouterr().err
    assert told.count("\n") == 4
    assert "hidden" not in told
