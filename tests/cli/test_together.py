"""The commands beside one another, as real programs."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagnet_realtime.cli.demo import SAMPLE
from tests.support.program import Program, running


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {"DAGNET_REALTIME_STATE_DIR": str(tmp_path_factory.mktemp("state")), "CI": "true"}


@pytest.fixture(scope="module")
def server(environ: dict[str, str]) -> Iterator[Program]:
    """`serve --workspace` on the sample."""
    with running("serve", "--workspace", str(SAMPLE), "--port", "0", environ=environ) as program:
        program.wait_line(re.compile("curl -u"), 30)
        yield program


def command(environ: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "dagnet_realtime", *arguments],
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_simulate_and_tail_find_the_server_and_the_printed_curl_line_lights_a_node(
    server: Program, environ: dict[str, str]
) -> None:
    """CLI-19: `simulate` and `tail` find the server by themselves. CLI-8: the printed `curl` line lights the first node."""
    tail = command(environ, "tail", "--graph", "uk-checkout-journey")
    assert tail.stdout is not None
    try:
        assert tail.stdout.readline().startswith("# live since")
        sent = command(
            environ,
            "simulate",
            "uk-checkout-journey",
            f"{server.url}/segment/webhook/webhook",
            "--events",
            "5",
            "--rate",
            "50",
        )
        assert sent.communicate(timeout=60)[0] == "Sent 5 events: 5 taken, 0 refused\n"
        line = next(line for line in server.lines if "curl -u" in line)
        assert (
            subprocess.run(
                [*shlex.split(line), "-sS"], capture_output=True, timeout=30, check=True
            ).stdout
            == b'{"success": true}'
        )
        seen = [tail.stdout.readline() for _ in range(6)]
        assert any(re.search(r"Viewed Landing Page +Landing page", line) for line in seen)
    finally:
        tail.terminate()
        tail.communicate(timeout=30)


def test_a_file_is_sent_signed_with_what_the_server_printed(
    server: Program, environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "events.json").write_text(
        '[{"type": "track", "event": "purchase", "anonymousId": "a"}]'
    )
    secret = next(line.split()[1] for line in server.lines if line.split()[:1] == ["secret"])
    url = f"{server.url}/segment/webhook/webhook"
    right = command(
        {**environ, "S": secret}, "send", url, str(tmp_path / "events.json"), "--secret", "env:S"
    )
    assert right.communicate(timeout=60)[0] == "Sent 1 events in 1 deliveries: 1 taken, 0 refused\n"
    wrong = command(environ, "send", url, str(tmp_path / "events.json"), "--secret", "wrong")
    told = wrong.communicate(timeout=60)[0]
    assert "Answered 401" in told
    assert "--secret holds a secret, which every user of this machine can read" in told, "CLI-3"
    assert wrong.returncode == 1


def test_the_demo_prints_one_line_and_leaves_nothing_behind(
    environ: dict[str, str], tmp_path: Path
) -> None:
    """CLI-8: `demo` needs no configuration and prints one line; its key file is private."""
    key = tmp_path / "key"
    with running(
        "demo", "--port", "0", "--key-file", str(key), environ=environ, folder=tmp_path
    ) as program:
        assert key.stat().st_mode & 0o777 == 0o600
    assert [line for line in program.lines if line.strip()] == [f"Realtime is at {program.link}\n"]
    assert program._child.returncode == 0
