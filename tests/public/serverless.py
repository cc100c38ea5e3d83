"""A serverless deployment on Redis and a provider: what its requests leave there,
and what those of another version make of it.
"""

import importlib
import json
import os
import sys
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest import mock

from redis import Redis

from tests.public import dump
from tests.public.place import GRAPH, SAMPLE, SECRET, TOKEN_KEY, delivery, token, track
from tests.support.redis import redis_server
from tests.support.soketi import KEY, soketi
from tests.support.subscriber import Subscriber

CONFIG = """
[server]
log = "{log}"
public_url = "https://realtime.test"
[access]
mode = "token"
tokens = "tokens.json"
audit = "audit.log"
cookie_key = "a cookie key that was recorded, forty or more"
[[workspace]]
id = "shop"
env = "test"
path = "{sample}"
token_key = "{key}"
token_rotation = "36500d"
relay = "{relay}"
[[workspace.source]]
id = "web"
secrets = ["{secret}"]
"""


class Deployment:
    """The entry that a platform imports, in this process. `tokens` is the file of access tokens,
    made if it is None.
    """

    def __init__(self, folder: Path, log: str, relay: str, tokens: str | None = None) -> None:
        path = folder / "realtime.toml"
        settings = {
            "log": log,
            "relay": f"{relay}?ws=wss://127.0.0.1",
            "sample": SAMPLE,
            "key": TOKEN_KEY,
            "secret": SECRET.decode(),
        }
        path.write_text(CONFIG.format(**settings))
        self.token = ""
        if tokens is None:
            self.token = token(folder, "recorded page", "follow")
        else:
            (folder / "tokens.json").write_text(tokens)
            (folder / "tokens.json").chmod(0o600)
        sys.modules.pop("api.index", None)
        self.app = importlib.import_module("api.index").app

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
        """What one request is answered, as JSON."""
        given = {
            "host": "realtime.test",
            "authorization": f"Bearer {self.token}",
            "content-type": "application/json",
            **headers,
        }
        plain, _, query = path.partition("?")
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": plain,
            "raw_path": plain.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "scheme": "https",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "server": ("realtime.test", 443),
            "client": ("10.0.0.1", 5),
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        answer = b"".join(part.get("body", b"") for part in sent[1:])
        assert sent[0]["status"] in (200, 201), answer
        return json.loads(answer)

    async def send(self, *messages: dict[str, Any]) -> None:
        """One delivery."""
        body, headers = delivery(*messages)
        await self.ask("POST", "/segment/webhook/web", body, **headers)

    async def subscribe(self, browser: Subscriber, session: str, channel: str) -> None:
        """Subscribes as the session's page does."""
        asked = {
            "watch_session_id": session,
            "channel_name": channel,
            "socket_id": browser.socket_id,
        }
        await browser.subscribe(
            channel, await self.ask("POST", "/api/channels/auth", json.dumps(asked).encode())
        )


def _environ(folder: str) -> AbstractContextManager[Any]:
    return mock.patch.dict(os.environ, {"DAGNET_REALTIME_CONFIG": f"{folder}/realtime.toml"})


async def lived() -> dict[str, Any]:
    """What a recorded deployment answers: its page got one event by the provider, and not another,
    since the provider had gone.
    """
    with (
        redis_server() as redis,
        soketi() as provider,
        tempfile.TemporaryDirectory() as name,
        Redis(port=redis.port) as store,
        _environ(name),
    ):
        deployment = Deployment(Path(name), redis.url, provider.url)
        wanted = {"workspace": "shop", "env": "test", "graph": GRAPH}
        on = await deployment.ask("POST", "/api/watch", json.dumps(wanted).encode())
        session = on["watch_session_id"]
        seat = await deployment.ask("GET", f"/api/watch/{session}/relay")
        async with Subscriber(provider.port, KEY) as browser:
            await deployment.subscribe(browser, session, seat["channel"])
            await deployment.send(track("1", "view_item"))
            first = await browser.until(seat["channel"], "frame")
        provider.stop()
        await deployment.send(track("2", "add_to_cart"))
        left = {
            "token": deployment.token,
            "tokens.json": (Path(name) / "tokens.json").read_text(),
            "dump": dump.taken(store),
        }
    return {
        **left,
        "session": session,
        "channel": seat["channel"],
        "position": on["position"],
        "frame": first,
    }


async def resumed(left: dict[str, Any]) -> dict[str, Any]:
    """What the page hears after an upgrade: by its channel, and by its position."""
    with (
        redis_server() as redis,
        soketi() as provider,
        tempfile.TemporaryDirectory() as name,
        Redis(port=redis.port) as store,
        _environ(name),
    ):
        dump.loaded(store, left["dump"])
        deployment = Deployment(Path(name), redis.url, provider.url, left["tokens.json"])
        deployment.token = left["token"]
        session, channel = left["session"], left["channel"]
        async with Subscriber(provider.port, KEY) as browser:
            await deployment.subscribe(browser, session, channel)
            await deployment.send(track("2", "add_to_cart"), track("3", "view_item"))
            await browser.until(channel, "frame")
            heard = browser.frames(channel)
        polled = await deployment.ask(
            "GET", f"/api/watch/{session}/frames?after={left['position']}&wait=0"
        )
        return {"heard": heard, "polled": polled["frames"]}
