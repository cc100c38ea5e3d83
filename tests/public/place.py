"""A server as operators set it up: access tokens, a cookie key, an audit log, a relay, and Redis."""

import base64
import hmac
import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.public.command import command
from tests.support.program import Program

SAMPLE = Path(__file__).parents[2] / "src/dagnet_realtime/samples/shop"
GRAPH = "uk-checkout-journey"
SECRET = b"a secret of recorded sources"
TOKEN_KEY = "0123456789abcdef0123456789abcdef"
CONFIG = """
[server]
port = 0
log = "{log}"
[access]
mode = "token"
tokens = "tokens.json"
audit = "audit.log"
session = "36500d"
cookie_key = "a cookie key that was recorded, forty or more"

[[workspace]]
id = "shop"
env = "test"
path = "{sample}"
token_key = "{key}"
token_rotation = "36500d"
properties = ["quantity", "price"]
[[workspace.source]]
id = "web"
secrets = ["{secret}"]
[[workspace.source]]
id = "sdk"
kind = "tracking"
write_key = "a-recorded-write-key"

[[workspace]]
id = "shop"
env = "relayed"
path = "{sample}"
token_key = "{key}"
relay = "pusher://recorded:recorded-secret@127.0.0.1:9/recorded"
max_rate = 1
[[workspace.source]]
id = "pushed"
secrets = ["{secret}"]
"""
LISTENING = re.compile(r"Realtime is at (http://\S+?)[/\s]")


def track(
    id: str, event: str, person: str = "recorded person", **properties: Any
) -> dict[str, Any]:
    """One call with an id as SDKs make them, at a time of its own."""
    unique = f"00000000-0000-4000-8000-{int(id):012d}"
    at = f"2026-01-02T03:04:{int(id) % 60:02d}.000Z"
    return {
        "type": "track",
        "messageId": unique,
        "event": event,
        "anonymousId": person,
        "timestamp": at,
        "properties": properties,
    }


def delivery(*messages: dict[str, Any], secret: bytes = SECRET) -> tuple[bytes, dict[str, str]]:
    """A signed delivery: its body and headers."""
    encoded = [json.dumps(message).encode() for message in messages]
    body = encoded[0] if len(encoded) == 1 else b"[" + b",".join(encoded) + b"]"
    return body, {"x-signature": hmac.digest(secret, encoded[0], "sha1").hex()}


def written(folder: Path, log: str) -> Path:
    """The configuration file in `folder`."""
    path = folder / "realtime.toml"
    path.write_text(CONFIG.format(log=log, sample=SAMPLE, key=TOKEN_KEY, secret=SECRET.decode()))
    return path


class Place:
    """A running server. `ask` sends a request as a program with `token`, or with a `cookie`."""

    def __init__(self, program: Program, folder: Path, url: str) -> None:
        self.program = program
        self.folder = folder
        self.http = httpx.Client(
            base_url=url, timeout=30, trust_env=False, headers={"host": "127.0.0.1:8765"}
        )

    def ask(
        self, method: str, path: str, token: str = "", cookie: str = "", **more: Any
    ) -> httpx.Response:
        """One request; nothing of an answer is kept for the next one."""
        headers = {
            **({"authorization": f"Bearer {token}"} if token else {}),
            **({"cookie": cookie} if cookie else {}),
            **more.pop("headers", {}),
        }
        answer = self.http.request(method, path, headers=headers, **more)
        self.http.cookies.clear()
        return answer

    def send(self, source: str, *messages: dict[str, Any], secret: bytes = SECRET) -> int:
        """One delivery's status."""
        body, headers = delivery(*messages, secret=secret)
        return self.http.post(
            f"/segment/webhook/{source}", content=body, headers=headers
        ).status_code

    def on(self, token: str, env: str = "test", **more: Any) -> dict[str, Any]:
        """A watch session."""
        answer = self.ask(
            "POST",
            "/api/watch",
            token,
            json={"workspace": "shop", "env": env, "graph": GRAPH, **more},
        )
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def frames(
        self, session: str, token: str, after: str = "", until: int = 0
    ) -> list[dict[str, Any]]:
        """The frames after a position, asked for until they tell of `until` events."""
        found: list[dict[str, Any]] = []
        while True:
            answer = self.ask(
                "GET",
                f"/api/watch/{session}/frames",
                token,
                params={"wait": 1 if until else 0, **({"after": after} if after else {})},
            )
            assert answer.status_code == 200, answer.text
            some = answer.json()["frames"]
            found += some
            after = next(
                (frame["position"] for frame in reversed(some) if "position" in frame), after
            )
            if (
                sum(frame["ledger"]["offered"] for frame in found if frame["op"] == "batch")
                >= until
            ):
                return found


@contextmanager
def served(folder: Path, log: str, environ: Mapping[str, str] | None = None) -> Iterator[Place]:
    """The server for the time of the context, in a folder that may hold its tokens already."""
    state = {"DAGNET_REALTIME_STATE_DIR": str(folder / "state")}
    program = Program(
        "serve",
        "--config",
        str(written(folder, log)),
        environ={**state, **(environ or {})},
        folder=folder,
    )
    try:
        place = Place(program, folder, program.wait_line(LISTENING, 60)[1])
        yield place
        place.http.close()
    finally:
        program.stop()


def token(folder: Path, name: str, role: str) -> str:
    """A token that the command makes, in the file of the server in `folder`."""
    made = command(
        "token",
        "create",
        name,
        "--role",
        role,
        "--expires",
        "never",
        "--tokens",
        str(folder / "tokens.json"),
    )
    assert made.code == 0, made.err
    return next(word for word in made.out.split() if word.startswith("dnr_"))


def cookie_of(answer: httpx.Response) -> str:
    """`name=value` of the cookie that an answer sets."""
    return answer.headers["set-cookie"].partition(";")[0]


def shown(text: bytes) -> str:
    """Bytes as text in a fixture: themselves if they can be read, else base64."""
    try:
        found = text.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(text).decode()
    return found if found.isprintable() else "base64:" + base64.b64encode(text).decode()


def hidden(text: str) -> bytes:
    """The reverse of `shown`."""
    return base64.b64decode(text[7:]) if text.startswith("base64:") else text.encode()


def now() -> int:
    """Milliseconds since 1970."""
    return round(time.time() * 1000)
