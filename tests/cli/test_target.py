"""Where a command sends to."""

import os
from pathlib import Path
from random import Random

import pytest

from dagnet_realtime.cli.beside import Beside, remember
from dagnet_realtime.cli.target import sender_to
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.secret import Secret


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGNET_REALTIME_STATE_DIR", str(tmp_path))


def test_a_server_on_this_machine_is_sent_to_with_what_it_generated(tmp_path: Path) -> None:
    """CLI-19: `simulate` finds the secret of a server on this machine by itself."""
    remember(tmp_path, Beside("http://127.0.0.1:4711", "", os.getpid(), "generated", "key"))
    sender = sender_to("http://127.0.0.1:4711/segment/webhook/webhook", "", "", Random(1))
    assert sender._secret == Secret("generated")
    assert sender_to("http://127.0.0.1:4711/segment/webhook/webhook", "own", "", Random(1))._secret == Secret("own")
    assert sender_to("http://example.com:4711/segment/webhook/webhook", "", "", Random(1))._secret is None


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
def test_what_is_no_webhook_is_told(url: str) -> None:
    with pytest.raises(Problem):
        sender_to(url, "", "", Random(1))
