"""Canaries in everything that arrives; then everything that the server wrote, answered and stored is searched for them."""

import base64
import contextlib
import gzip
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from tests.hostile.canary import BATCH, DELIVERED, MARK, PERSONAL, PLAIN, messages, planted, refused
from tests.support.program import Program, running
from tests.support.redis import redis_server
from tests.support.server import GRAPH, SAMPLE

SECRET, KEY = b"a secret of tests", "a-write-key-of-tests"
ROUTES = {"track": "t", "page": "p", "screen": "s", "identify": "i", "group": "g", "alias": "a"}
CONFIG = """
[server]
port = 0
log = "{log}"
[access]
audit = "audit.log"
[[workspace]]
id = "plain"
env = "test"
path = "{path}"
token_key = "a key of tests"
[[workspace.source]]
id = "plain"
secrets = ["a secret of tests"]
[[workspace.source]]
id = "sdk"
kind = "tracking"
write_key = "a-write-key-of-tests"
[[workspace]]
id = "all"
env = "test"
path = "{path}"
token_key = "a key of tests"
properties = ["*"]
trace = ["properties.trace_id", "context.trace_id", "session", "userId", "anonymousId"]
[[workspace.source]]
id = "all"
secrets = ["a secret of tests"]
"""


class Told:
    """Every answer that came, by what was asked."""

    def __init__(self, program: Program, folder: Path) -> None:
        key = next(iter((folder / "state").glob("*.key"))).read_text().strip()
        self.sender = httpx.Client(base_url=program.url, trust_env=False, timeout=30)
        self.viewer = httpx.Client(
            base_url=program.url,
            trust_env=False,
            timeout=30,
            headers={"authorization": f"Bearer {key}"},
        )
        self.answers: list[tuple[str, str]] = []

    def close(self) -> None:
        self.sender.close()
        self.viewer.close()

    def note(self, what: str, answer: httpx.Response) -> httpx.Response:
        self.answers.append((what, f"{answer.status_code} {answer.headers} {answer.text}"))
        return answer

    def post(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        return self.note(f"POST {path}", self.sender.post(path, content=body, headers=headers))

    def signed(
        self, source: str, body: bytes, signed: bytes | None = None, **headers: str
    ) -> httpx.Response:
        signature = hmac.digest(SECRET, body if signed is None else signed, "sha1").hex()
        return self.post(
            f"/segment/webhook/{source}", body, **{"x-signature": signature, **headers}
        )


def deliver(told: Told) -> None:
    """Every kind of message by every way in, with canaries that each workspace must not let through."""
    for source, canary in (("plain", PLAIN), ("plain", PERSONAL), ("all", PERSONAL)):
        for message in messages(canary):
            body = json.dumps(message).encode()
            assert told.signed(source, body).status_code == 200
            wrapped = b'[{"json":' + body + b"}]"
            told.signed(source, wrapped, body)
            told.signed(source, gzip.compress(body), **{"content-encoding": "gzip"})
        for body in refused(canary):
            told.signed(source, body)
            told.post(f"/segment/webhook/{source}", body, **{"x-signature": MARK})
    for type, short in ROUTES.items():
        call = json.dumps(
            {
                **planted({**DELIVERED[type], "type": type}, PLAIN),
                "messageId": f"sdk-{type}",
                "writeKey": KEY,
            }
        ).encode()
        for route in (type, short):
            assert told.post(f"/v1/{route}", call).status_code == 200
    batch = json.dumps(
        {
            **BATCH,
            "batch": [planted(one, PLAIN) for one in BATCH["batch"]],
            "context": {MARK: MARK},
            "writeKey": KEY,
        }
    )
    assert told.post("/v1/batch", batch.encode()).status_code == 200
    for body in refused(PLAIN):
        told.post(
            "/v1/t", body, authorization="Basic " + base64.b64encode(f"{KEY}:".encode()).decode()
        )
        told.post(
            "/v1/t", body, authorization="Basic " + base64.b64encode(f"{MARK}:".encode()).decode()
        )


def pester(told: Told) -> None:
    """Plants canaries in unlikely places: headers, paths and requests of strangers."""
    headers = {
        "user-agent": MARK,
        "x-forwarded-for": MARK,
        "cookie": f"dagnet={MARK}{MARK}{MARK}",
        "referer": f"http://{MARK}/",
    }
    body = json.dumps(planted(DELIVERED["track"], PLAIN)).encode()
    told.signed("plain", body, **headers)
    for path in (
        f"/segment/webhook/{MARK}",
        f"/v1/{MARK}",
        f"/v1/projects/{MARK}/settings",
        f"/segment/webhook/plain?email={MARK}",
    ):
        told.note(path, told.sender.request("POST", path, content=body, headers=headers))
        told.note(path, told.sender.get(path, headers=headers))
    for path in (
        f"/{MARK}",
        f"/api/{MARK}",
        f"/api/watch/{MARK}/stream",
        f"/?key={MARK}",
        f"/api/me?token={MARK}",
    ):
        told.note(
            path, told.sender.get(path, headers={**headers, "authorization": f"Bearer {MARK}"})
        )
    told.note("host", told.sender.get("/api/me", headers={"host": MARK}))
    told.note("origin", told.sender.post("/api/watch", headers={"origin": f"http://{MARK}"}))
    told.note("m", told.sender.post("/v1/m", content=f'{{"series":["{MARK}"]}}'))


def watch(told: Told) -> list[str]:
    """Looks at everything that there is to see, and looks up a person as a viewer."""
    sessions = []
    for workspace in ("plain", "all"):
        opened = told.viewer.post(
            "/api/watch", json={"workspace": workspace, "env": "test", "graph": GRAPH}
        )
        assert opened.status_code == 201
        sessions.append(opened.json()["watch_session_id"])
    return sessions


def look(told: Told, sessions: list[str]) -> None:
    for session in sessions:
        frames = told.note("frames", told.viewer.get(f"/api/watch/{session}/frames"))
        batches = [frame for frame in frames.json()["frames"] if frame["op"] == "batch"]
        assert sum(len(batch["events"]) for batch in batches) >= 18, (
            "nothing is proved by an empty picture"
        )
        told.viewer.post(f"/api/watch/{session}/follow", json={"kind": "userId", "value": MARK})
        told.note("frames", told.viewer.get(f"/api/watch/{session}/frames"))
        told.viewer.patch(f"/api/watch/{session}", json={"filter": f"is:{MARK}"})
        told.viewer.patch(f"/api/watch/{session}", json={"filter": f"type:{MARK}"})
    for path in (
        "/metrics",
        "/api/me",
        "/api/workspaces",
        f"/api/workspaces/all/test/graphs/{GRAPH}",
        "/healthz",
    ):
        told.note(path, told.viewer.get(path))


def stored(url: str) -> Iterator[tuple[bytes, object]]:
    """Every key of the store with its value, for every type of key."""
    with redis.Redis.from_url(url) as store:
        readers: dict[bytes, Any] = {
            b"string": store.get,
            b"hash": store.hgetall,
            b"set": store.smembers,
            b"list": lambda key: store.lrange(key, 0, -1),
            b"zset": lambda key: store.zrange(key, 0, -1, withscores=True),
            b"stream": lambda key: store.xrange(key),
        }
        for key in store.scan_iter():
            yield key, readers[store.type(key)](key)


@pytest.mark.parametrize("log", ["memory", "redis"])
def test_no_canary_is_written_answered_or_stored(tmp_path: Path, log: str) -> None:
    """ACC-27: no canary stands in an answer, frame, metric, log, audit line or the store."""
    with contextlib.ExitStack() as stack, redis_server() as server:
        url = server.url if log == "redis" else "memory://"
        (tmp_path / "realtime.toml").write_text(CONFIG.format(log=url, path=SAMPLE))
        (tmp_path / "state").mkdir()
        environ = {
            "DAGNET_REALTIME_STATE_DIR": str(tmp_path / "state"),
            "PYTHONDEVMODE": "1",
            "PYTHONASYNCIODEBUG": "1",
        }
        with running(
            "serve", "--config", str(tmp_path / "realtime.toml"), environ=environ
        ) as program:
            told = stack.enter_context(contextlib.closing(Told(program, tmp_path)))
            pester(told)
            sessions = watch(told)
            deliver(told)
            pester(told)
            look(told, sessions)
            held = list(stored(url)) if log == "redis" else []
            if log == "redis":
                assert len(held) > 3
        written = "".join(program.lines)
    for what, text in told.answers:
        at = text.lower().find(MARK)
        assert at < 0, (what, text[max(0, at - 300) : at + 100])
    for key, value in held:
        assert MARK not in repr((key, value)).lower(), key
    assert MARK not in written.lower(), written
    audit = (tmp_path / "audit.log").read_text()
    assert MARK not in audit.lower(), audit
    assert '"deed":"look_up"' in audit
