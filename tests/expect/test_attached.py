"""Runs that watch a server which dies, comes back, hides behind a proxy or takes the permission back."""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from dagnet_realtime.cli import api_client
from dagnet_realtime.cli.demo import SAMPLE
from dagnet_realtime.cli.expect import feed, modes
from dagnet_realtime.cli.expect.modes import Asked, expect_run
from dagnet_realtime.cli.expect.runner import Run
from tests.deploy.proxies import found
from tests.support.program import Program
from tests.support.redis import RedisServer, redis_server
from tests.support.sockets import free_port

SPEC = """\
format: dagnet-realtime/expect@1
graph: uk-checkout-journey
expect:
  - lit: [product-page]
  - lit: [purchase]
  - dark: [wishlist]
  - never: 'node:wishlist'
policy: {near_misses: warn}
"""
LIT = SPEC.partition("  - dark")[0] + "policy: {near_misses: warn}\n"
CONFIG = """
[server]
port = {port}
{more}
[[workspace]]
id = "shop"
env = "test"
path = "{folder}"
token_key = "the same for every server of one place"
[[workspace.source]]
id = "web"
kind = "tracking"
write_key = "attached"
"""
NGINX = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{behind};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_buffering off;
        }}
    }}
}}
"""
SERVES = re.compile(r"http://127\.0\.0\.1:\d+")
REPORTS = ("junit", "json", "md")


class Place:
    """A server in a process of its own, an expectations file, and a run that is attached to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spec = folder / "lit.yaml"
        self.spec.write_text(SPEC)
        self.key = folder / "key"
        self.config = folder / "realtime.toml"
        self.port = 0
        self.environ = {"XDG_STATE_HOME": str(folder)}
        self.server: Program | None = None

    def serve(self, more: str = "") -> Program:
        self.config.write_text(CONFIG.format(port=self.port, folder=SAMPLE, more=more))
        self.server = Program(
            *("serve", "--config", str(self.config), "--key-file", str(self.key)),
            environ=self.environ,
        )
        self.server.wait_line(SERVES, 60)
        return self.server

    def token(self, *arguments: str) -> str:
        """What `dagnet-realtime token` says of the place's own store."""
        command = [sys.executable, "-m", "dagnet_realtime", "token", *arguments]
        command += ["--tokens", str(self.folder / "tokens")]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def serve_with_tokens(self, more: str = "") -> None:
        """The server with access by tokens, which are good for the next one too."""
        if not self.key.exists():
            self.key.write_text(self.token("create", "ci", "--role", "follow").split()[-1])
        self.serve(f'{more}\n[access]\nmode = "token"\ntokens = "{self.folder / "tokens"}"')

    def kill(self) -> None:
        assert self.server is not None
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.stop()

    def send(self, name: str, **properties: object) -> None:
        call = {"event": name, "anonymousId": "a1", "properties": properties}
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/v1/track",
            json=call,
            auth=("attached", ""),
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text

    def reports(self) -> list[str]:
        return [f"{kind}={self.folder}/report.{kind}" for kind in REPORTS]

    def asked(self, **more: Any) -> Asked:
        base: dict[str, Any] = {"until_decided": True, "timeout": 60.0, "settle": 0.1, "wait": 0.3}
        return Asked(
            specs=[self.spec],
            url=f"http://127.0.0.1:{self.port}",
            key_file=self.key,
            scopes=["anonymousId=a1"],
            reports=self.reports(),
            **(base | more),
        )

    def expect(self, **more: Any) -> tuple[int, str]:
        out = io.StringIO()
        return expect_run(self.asked(**more), {}, out), out.getvalue()

    def verdicts(self) -> list[str]:
        """Those of the reports, which are all there and say the same."""
        told = json.loads((self.folder / "report.json").read_text())["results"][0]["items"]
        errors = sum(one["verdict"] == "inconclusive" for one in told if one["severity"] == "fail")
        assert ElementTree.parse(self.folder / "report.junit").getroot().attrib["errors"] == str(
            errors
        )
        assert "inconclusive" in (self.folder / "report.md").read_text()
        return [one["verdict"] for one in told if one["kind"] not in ("near_misses", "unmapped")]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    made.port = free_port()
    yield made
    if made.server is not None:
        made.server.stop()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost connection is tried again at once."""
    monkeypatch.setattr(api_client, "MAX_WAIT", 0.1)


Once = Callable[[Callable[[Run], object]], None]


@pytest.fixture
def once_on(monkeypatch: pytest.MonkeyPatch) -> Once:
    """Does something as soon as the run is on, before it waits for anything."""
    waits = modes._last

    def install(action: Callable[[Run], object]) -> None:
        def last(asked: Asked, run: Run, *more: Any) -> None:
            action(run)
            waits(asked, run, *more)

        monkeypatch.setattr(modes, "_last", last)

    return install


def seen(run: Run, events: int) -> None:
    """Waits until so many events have come."""
    (feed,) = run.feeds.values()
    while feed.events < events:
        assert feed.failure is None
        feed.wait(1.0)


def viewers(url: str, key: Path) -> int:
    """The number of viewers that a server's metrics give."""
    headers = {"authorization": f"Bearer {key.read_text().strip()}"}
    told = httpx.get(f"{url}/metrics", headers=headers, trust_env=False).text
    (count,) = re.findall(r"^dagnet_realtime_viewers{.*} (\d+)", told, re.MULTILINE)
    return int(count)


@contextlib.contextmanager
def nginx(folder: Path, behind: int) -> Iterator[int]:
    """The real nginx before a server; its port."""
    port, home = free_port(), folder / "nginx"
    home.mkdir()
    config = home / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    config.write_text(NGINX.format(folder=home, port=port, behind=behind, user=user))
    command = [str(found("nginx")), "-e", "stderr", "-c", str(config), "-p", str(home)]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(trust_env=False, transport=httpx.HTTPTransport(retries=20)) as client:
            assert client.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        yield port
    finally:
        child.terminate()
        child.wait(10)


PARTLY = ["met", "inconclusive", "inconclusive", "inconclusive"]


@pytest.mark.parametrize("lasts", [None, 1.0], ids=["until decided", "for a time"])
def test_a_server_that_is_killed(place: Place, once_on: Once, lasts: float | None) -> None:
    """EXP-17: a server that is killed under the run ends it in bounded time: what was seen stands, the rest is inconclusive, 3, and every report is written."""
    place.serve()

    def kill(run: Run) -> None:
        place.send("view_item")
        seen(run, 1)
        place.kill()

    once_on(kill)
    code, said = place.expect(lasts=lasts, until_decided=lasts is None)
    assert code == 3, said
    assert "the server ended, or could not be reached, during the run" in said
    assert ("could not be reached for 0.3 seconds" in said) == (lasts is None)
    assert place.verdicts() == PARTLY


def test_a_server_that_comes_back_without_its_sessions(place: Place, once_on: Once) -> None:
    """EXP-17: a server that is started again and has forgotten the session ends the run: a gap."""
    place.serve()

    def restart(run: Run) -> None:
        place.send("view_item")
        seen(run, 1)
        place.kill()
        place.serve()

    once_on(restart)
    code, said = place.expect(wait=30.0)
    assert code == 3, said
    assert "The watch ended early: " in said
    assert place.verdicts() == PARTLY


def test_a_server_that_comes_back_with_its_sessions(
    place: Place, once_on: Once, redis: RedisServer
) -> None:
    """EXP-17: a server that is started again on its store goes on where it was, and nothing is lost."""
    log = f'log = "{redis.url}"'
    place.serve_with_tokens(log)

    def restart(run: Run) -> None:
        place.send("view_item")
        seen(run, 1)
        place.kill()
        place.serve_with_tokens(log)
        place.send("purchase", currency="GBP")

    once_on(restart)
    code, said = place.expect(wait=30.0)
    assert code == 0, said


def test_a_proxy_that_answers_for_a_server(place: Place, once_on: Once, tmp_path: Path) -> None:
    """EXP-17: while a proxy answers 502 nothing is known, so that no absence is believed."""
    place.serve()
    behind = place.port
    with nginx(tmp_path, behind) as place.port:

        def kill(run: Run) -> None:
            place.send("view_item")
            seen(run, 1)
            place.kill()

        once_on(kill)
        code, said = place.expect(lasts=1.0, until_decided=False)
    assert code == 3, said
    assert place.verdicts() == PARTLY


def test_a_server_that_stands_still(
    place: Place, once_on: Once, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EXP-17: a server that answers nothing at the end may have held something back."""
    monkeypatch.setattr(feed, "COUNTS_WITHIN", 0.5)
    server = place.serve()

    def freeze(run: Run) -> None:
        place.send("view_item")
        seen(run, 1)
        server.signal(signal.SIGSTOP)

    once_on(freeze)
    try:
        code, said = place.expect(lasts=0.2, until_decided=False)
    finally:
        server.signal(signal.SIGCONT)
    assert code == 3, said
    assert "the server did not answer at the end of the run" in said
    assert place.verdicts() == PARTLY


def test_the_command_ends_with_the_server(place: Place, tmp_path: Path) -> None:
    """EXP-17: the program exits with 3 when the server ends, and no thread keeps it."""
    place.serve()
    place.spec.write_text(LIT)
    url = f"http://127.0.0.1:{place.port}"
    command = [sys.executable, "-m", "dagnet_realtime", "expect", str(place.spec)]
    command += ["--url", url, "--key-file", str(place.key), "--until-decided", "--wait", "300ms"]
    for one in place.reports():
        command += ["--report", one]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        while viewers(url, place.key) == 0:
            assert child.poll() is None, child.communicate()[0]
        place.kill()
        said, _ = child.communicate(timeout=60)
    finally:
        child.kill()
    assert child.returncode == 3, said
    assert "No event arrived; events were missed once" in said
    assert place.verdicts() == ["inconclusive"] * 2


@pytest.mark.proof
def test_a_token_that_is_revoked(place: Place, once_on: Once) -> None:
    """EXP-17: a token that is taken back in the middle ends the run, with the server's reason."""
    place.serve_with_tokens()

    def revoke(run: Run) -> None:
        place.send("view_item")
        seen(run, 1)
        (id,) = re.findall(r"^[0-9a-f]{12}\b", place.token("list"), re.MULTILINE)
        place.token("revoke", id)

    once_on(revoke)
    code, said = place.expect(wait=30.0)
    assert code == 3, said
    assert "The watch ended early: " in said
    assert place.verdicts() == PARTLY
