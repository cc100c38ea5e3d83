"""`link`: a fresh one-time link."""

import os
from pathlib import Path

import httpx
import pytest

from dagnet_realtime.cli.demo import SAMPLE
from dagnet_realtime.cli.link import link
from dagnet_realtime.cli.server_state import ServerState, write
from dagnet_realtime.model.problem import Problem
from tests.support.program import Program, running


@pytest.fixture(autouse=True)
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("DAGNET_REALTIME_STATE_DIR", str(tmp_path / "state"))
    return {"DAGNET_REALTIME_STATE_DIR": str(tmp_path / "state")}


def printed(capsys: pytest.CaptureFixture[str], url: str = "") -> str:
    link(url)
    return capsys.readouterr().out.strip()


def me(program: Program, cookie: str, secret: str) -> int:
    headers = {"cookie": cookie, "x-realtime-page": secret}
    return httpx.get(f"{program.url}/api/me", headers=headers, trust_env=False).status_code


def test_a_fresh_link_signs_in_and_a_restart_does_not_sign_out(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """ACC-4, ACC-3: with the real program on one port: a spent link stays spent, and links from
    before a start are invalid.
    """
    with running("serve", "--workspace", str(SAMPLE), "--port", "0", environ=environ) as program:
        first = printed(capsys)
        entered = httpx.get(first, trust_env=False)
        cookie = entered.headers["set-cookie"].partition(";")[0]
        secret = entered.headers["location"].partition("#page=")[2]
        assert (me(program, cookie, secret), me(program, cookie, "")) == (200, 401)
        assert httpx.get(first, trust_env=False).status_code == 401
        second, port = printed(capsys, program.url), program.url.rpartition(":")[2]
        assert second != first
    with running("serve", "--workspace", str(SAMPLE), "--port", port, environ=environ) as program:
        assert me(program, cookie, secret) == 200
        assert [httpx.get(one, trust_env=False).status_code for one in (first, second)] == [
            401,
            401,
        ]
        assert httpx.get(printed(capsys), trust_env=False).status_code == 303


def test_where_there_is_nothing_to_link_to_it_says_so(tmp_path: Path) -> None:
    """ACC-3: without a server, with an invalid address, or with another access mode there is no
    link, and a problem says so.
    """
    with pytest.raises(Problem, match="No such server"):
        link("")
    with pytest.raises(Problem):
        link("no address")
    state = tmp_path / "state"
    write(state, ServerState("https://watch.example.com", str(state / "none.key"), os.getpid()))
    with pytest.raises(Problem, match="has no links"):
        link("")
