"""Every request in a process of its own, two at a time, against a real Redis."""

import base64
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dagnet_realtime.app.serverless import Serverless
from tests.support.redis import redis_server
from tests.support.server import GRAPH, SAMPLE, track

ROOT = Path(__file__).parents[2]
SECRET = b"a secret of tests"
CONFIG = """
[server]
log = "{log}"
public_url = "https://realtime.test"

[access]
mode = "token"
tokens = "tokens.json"
cookie_key = "{key}"

[[workspace]]
id = "shop"
env = "prod"
path = "{path}"
token_key = "0123456789abcdef0123456789abcdef"
max_rate = 50
relay = "pusher://k:s@127.0.0.1:9/1"

[[workspace.source]]
id = "web"
kind = "webhook"
secrets = ["a secret of tests"]
"""


class Platform:
    """Starts a process for every request."""

    def __init__(self, folder: Path, log: str) -> None:
        self.config = folder / "realtime.toml"
        self.config.write_text(CONFIG.format(log=log, key="k" * 40, path=SAMPLE))
        self.environ = {**os.environ, "DAGNET_REALTIME_CONFIG": str(self.config), "PYTHONPATH": str(ROOT)}
        self.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        self.environ["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")  # a deployment's packages are compiled when they are installed
        made = [sys.executable, "-m", "dagnet_realtime", "token", "create", "tests", "--config", str(self.config)]
        told = subprocess.run(made, capture_output=True, text=True, env=self.environ, check=False)
        assert told.returncode == 0, told.stdout + told.stderr
        self.token = next(word for word in told.stdout.split() if word.startswith("dnr_"))
        self.pool = ThreadPoolExecutor(2)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> dict[str, Any]:
        asked = {"method": method, "path": path, "body": base64.b64encode(body).decode()}
        asked["headers"] = {"authorization": f"Bearer {self.token}", **headers}  # type: ignore[assignment]
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.oneshot"],
            input=json.dumps(asked), capture_output=True, text=True, env=self.environ, cwd=self.config.parent, timeout=30, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def together(self, *asked: tuple[Any, ...]) -> list[dict[str, Any]]:
        return list(self.pool.map(lambda one: self.ask(*one[:3], **(one[3] if len(one) > 3 else {})), asked))

    def on(self) -> tuple[str, str]:
        body = json.dumps({"workspace": "shop", "env": "prod", "graph": GRAPH}).encode()
        answer = self.ask("POST", "/api/watch", body, **{"content-type": "application/json"})
        assert answer["status"] == 201, answer
        opened = json.loads(answer["body"])
        return opened["watch_session_id"], opened["position"]


def delivery(*ids: str) -> tuple[str, str, bytes, dict[str, str]]:
    encoded = [json.dumps(track(id)).encode() for id in ids]
    body = encoded[0] if len(encoded) == 1 else b"[" + b",".join(encoded) + b"]"
    return "POST", "/segment/webhook/web", body, {"x-signature": hmac.digest(SECRET, encoded[0], "sha1").hex()}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with redis_server() as redis:
        yield Platform(tmp_path_factory.mktemp("serverless"), redis.url)


def test_webhook_and_poll_meet_in_redis_and_nothing_outlives_an_answer(platform: Platform) -> None:
    """REL-17: every request in a fresh process, two at a time; a retry that reaches another process is a duplicate; the ledger sums."""
    session, position = platform.on()
    answers = platform.together(delivery("m1"), delivery("m2", "m3"), delivery("m1"), delivery("m4"))
    assert [answer["status"] for answer in answers] == [200] * 4
    polled = platform.ask("GET", f"/api/watch/{session}/frames?after={position}&wait=0")
    frames = json.loads(polled["body"])["frames"]
    assert sum(frame["ledger"]["offered"] for frame in frames if frame["op"] == "batch") == 4
    assert {answer["left"] for answer in (*answers, polled)} == {0}
    hello = json.loads(platform.ask("GET", f"/api/watch/{session}/frames")["body"])["frames"][0]
    door = hello["ledger"]["web"]
    assert (door["received"], door["taken"], door["duplicate"]) == (5, 4, 1)


def test_a_poll_waits_for_a_delivery_that_another_process_takes(platform: Platform) -> None:
    """REL-17: a process that waits hears of it through Redis, long before its time is over."""
    session, position = platform.on()
    waiting = platform.pool.submit(platform.ask, "GET", f"/api/watch/{session}/frames?after={position}&wait=25")
    time.sleep(0.3)
    began = time.monotonic()
    assert platform.ask(*delivery("late")[:3], **delivery("late")[3])["status"] == 200
    assert json.loads(waiting.result()["body"])["frames"]
    assert time.monotonic() - began < 20


def test_rates_hold_over_all_processes(platform: Platform) -> None:
    """REL-18: a source's limit is one limit; who is over it is told when to come back."""
    session, _ = platform.on()
    answers = platform.together(*(delivery(*(f"r{n}-{m}" for m in range(1900))) for n in range(4)))
    assert sorted(answer["status"] for answer in answers)[-1] == 429
    assert 200 in {answer["status"] for answer in answers}
    platform.ask("DELETE", f"/api/watch/{session}")


def test_a_cold_start_answers_within_its_time(platform: Platform) -> None:
    """REL-17: from nothing imported to an answered poll; of the processor's time, so that what else runs here does not count."""
    session, position = platform.on()
    took = [platform.ask("GET", f"/api/watch/{session}/frames?after={position}&wait=0")["cpu"] for _ in range(2)]
    assert min(took) < 0.6, took


def test_the_page_is_served_and_knows_that_it_has_to_poll(platform: Platform) -> None:
    """REL-17: the interface, and no stream."""
    page, me, stream = platform.together(("GET", "/", b""), ("GET", "/api/me", b""), ("GET", "/api/watch/x/stream", b""))
    assert page["status"] == 200
    assert json.loads(me["body"])["push"] is False
    assert (stream["status"], json.loads(stream["body"])["code"]) == (503, "unavailable")
    workspaces = platform.ask("GET", "/api/workspaces")
    assert json.loads(workspaces["body"])["workspaces"][0]["relay"] is False


def test_a_sign_out_outlives_its_process(platform: Platform) -> None:
    """ACC-51: the next process knows of it."""
    form = {"authorization": "", "content-type": "application/x-www-form-urlencoded", "origin": "https://realtime.test"}
    entered = platform.ask("POST", "/sign-in", f"token={platform.token}".encode(), **form)
    signed = {**form, "cookie": entered["headers"]["set-cookie"].partition(";")[0]}
    assert platform.ask("GET", "/api/me", **signed)["status"] == 200
    assert platform.ask("POST", "/sign-out", **signed)["status"] == 303
    assert platform.ask("GET", "/api/me", **signed)["status"] == 401


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("redis://", "memory://#"), "Redis"),
        (('mode = "token"', 'mode = "local"'), "one machine"),
        (("cookie_key", "# cookie_key"), "cookie key"),
    ],
)
async def test_a_deployment_that_cannot_work_says_why(platform: Platform, tmp_path: Path, change: tuple[str, str], says: str) -> None:
    """REL-19: with a problem, at the first request."""
    file = tmp_path / "realtime.toml"
    text = platform.config.read_text().replace(*change)
    file.write_text('[server]\nlog = "memory://"\n' + text.split("\n", 3)[3] if "memory" in change[1] else text)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    app = Serverless({"DAGNET_REALTIME_CONFIG": str(file)})
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    await app(scope, receive, send)
    assert says in sent[-1]["body"].decode()


async def test_the_platforms_own_start_and_stop_are_answered() -> None:
    """REL-17: ASGI's lifespan."""
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[str] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    await Serverless({})({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
