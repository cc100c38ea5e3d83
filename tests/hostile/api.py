"""Real servers in threads of their own, one for each way of signing in, and what is asked of every answer that they give."""

import asyncio
import base64
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import requests
from schemathesis import Case, CheckContext, Response

from dagnet_realtime.app.serve import run
from dagnet_realtime.config import token_file
from dagnet_realtime.config.config import AccessConfig, Config, ProviderConfig, ServerConfig
from dagnet_realtime.core.access_tokens import create_token
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import STATUS
from dagnet_realtime.model.workspace import Source
from tests.support.server import CHANNEL, GRAPH, SECRET, WRITE_KEY, config
from tests.support.sockets import free_port

SOURCES = (
    Source(id="web", channel=CHANNEL, kind="webhook", secrets=(Secret(SECRET),)),
    Source(id="any", channel=CHANNEL, kind="webhook", allow_unsigned=True),
    Source(id="sdk", channel=CHANNEL, kind="tracking", write_key=Secret(WRITE_KEY)),
)
WHERE = {"workspace": CHANNEL.workspace, "env": CHANNEL.env, "graph": GRAPH}
BASIC = "Basic " + base64.b64encode(f"{WRITE_KEY}:".encode()).decode()
SECONDS = 60.0  # that an answer may take on a busy machine
LOOK_SECONDS = 30.0  # between two polls of the session that watches


class Town:
    """A server at `url`, `key` that signs a program in, and the document that it gives.

    A session watches there: otherwise bodies would be dropped unread.
    """

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self.asking = requests.Session()
        self.asking.trust_env = False
        self.signed_in = {"authorization": f"Bearer {key}"}
        self.document = self.asking.get(
            f"{url}/api/openapi.json", headers=self.signed_in, timeout=SECONDS
        ).json()
        self._watching, self._seen = self.on(), time.monotonic()

    def on(self) -> str:
        """A session's id."""
        answer = self.asking.post(
            f"{self.url}/api/watch", json=WHERE, headers=self.signed_in, timeout=SECONDS
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["watch_session_id"])

    def off(self, session: str) -> None:
        """Ends it."""
        self.asking.delete(
            f"{self.url}/api/watch/{session}", headers=self.signed_in, timeout=SECONDS
        )

    def stay(self) -> None:
        """Keeps the session watching: one that does not poll for five minutes has left."""
        if time.monotonic() - self._seen > LOOK_SECONDS:
            path = f"{self.url}/api/watch/{self._watching}/frames"
            assert self.asking.get(path, headers=self.signed_in, timeout=SECONDS).status_code == 200
            self._seen = time.monotonic()

    def received(self) -> float:
        """How many events have arrived; raises AssertionError if that cannot be read."""
        self.stay()
        text = self.asking.get(f"{self.url}/metrics", headers=self.signed_in, timeout=SECONDS).text
        counts = [
            line.rpartition(" ")[2]
            for line in text.splitlines()
            if line.startswith("dagnet_realtime_events_total{")
        ]
        assert counts, text
        return sum(map(float, counts))

    def ask(self, case: Case, *, signed_in: bool) -> Response:
        """One request as it was generated; a session that it opens is ended again."""
        self.stay()
        headers = (
            self.signed_in
            if signed_in and not {"Authorization", "authorization"} & set(case.headers)
            else {}
        )
        answer = case.call(
            base_url=self.url,
            headers=headers,
            session=self.asking,
            timeout=SECONDS,
            allow_redirects=False,
        )
        if case.operation.label == "POST /api/watch" and answer.status_code == 201:
            self.off(answer.json()["watch_session_id"])
        return answer


def aim(case: Case, session: str) -> None:
    """Puts what the server knows in place of what was generated: names, keys, a session."""
    path = case.operation.path
    known = {
        "source": "any",
        "key": WRITE_KEY,
        "name": GRAPH,
        "env": CHANNEL.env,
        "id": session or CHANNEL.workspace,
    }
    for name in case.path_parameters:
        case.path_parameters[name] = known[name]
    if path.startswith("/v1/"):
        case.headers["Authorization"] = BASIC
    if isinstance(case.body, dict) and path in (
        "/api/watch",
        "/api/test-event",
        "/api/demo/visitors",
    ):
        case.body = {**case.body, **WHERE}
    if isinstance(case.body, dict) and path == "/api/channels/auth":
        case.body = {**case.body, "watch_session_id": session}


def hurry(case: Case) -> None:
    """Sets a poll's `wait` to 0, so that no test waits half a minute."""
    wait = (case.query or {}).get("wait")
    if isinstance(wait, int | float) and 0 < wait <= 25:
        case.query["wait"] = 0


def a_clear_answer(ctx: CheckContext, response: Response, case: Case) -> None:
    """A refusal is a problem with a code of the contract that fits its status; of 5xx there is 503 alone."""
    if response.status_code < 400:
        return
    assert response.status_code < 500 or response.status_code == 503
    media = response.headers["content-type"][0]
    if media.startswith("text/html"):
        assert case.operation.path == "/" or case.operation.path.startswith("/sign-in")
        return
    said = response.json()
    tracking = case.operation.path.startswith(("/v1/", "/projects/"))
    assert media == ("application/json" if tracking else "application/problem+json")
    assert said["message"] if tracking else said["title"]
    expected = 405 if response.status_code == 405 else STATUS[said["code"]]
    assert response.status_code == (400 if tracking and said["code"] == "too_large" else expected)


@contextmanager
def town(mode: str, folder: Path) -> Iterator[Town]:
    """A server in that mode of access while the context is open; in `local` it is the demo's."""
    port, key = free_port(), folder / "key"
    kept, text = create_token(
        "ci", "administer", ("*",), time.time_ns() // 1_000_000, None, secrets.token_bytes
    )
    token_file.write_token_file(folder / "tokens", [kept])
    provider = ProviderConfig(issuer=f"http://127.0.0.1:{free_port()}", client_id="us")
    access = AccessConfig(
        mode=mode, tokens="" if mode == "local" else str(folder / "tokens"), provider=provider
    )  # type: ignore[arg-type]
    server = ServerConfig(port=port, public_url=f"http://127.0.0.1:{port}")
    configured = config(sources=SOURCES, access=access, demo=mode == "local", key_file=str(key))
    with _running(msgspec.structs.replace(configured, server=server)):
        yield Town(server.public_url, key.read_text().strip() if mode == "local" else text)


@contextmanager
def _running(configured: Config) -> Iterator[None]:
    ready, stop, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()
    failed: list[BaseException] = []

    def serve() -> None:
        try:
            loop.run_until_complete(run(configured, ready=lambda _: ready.set(), stop=stop))
        except BaseException as error:  # noqa: BLE001  # told to the test's own thread
            failed.append(error)
            ready.set()
        finally:
            loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        assert ready.wait(30)
        assert not failed, failed
        yield
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join(30)


def named(value: Any) -> str:
    """How a test's parameter is shown."""
    return f"{value.method} {value.path}" if hasattr(value, "path") else str(value)
