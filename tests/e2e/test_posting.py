"""Pages of other origins that post to the tracking API, in a real Chromium."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page

from tests.support.program import running
from tests.support.server import GRAPH, SAMPLE

CONFIG = f"""
[server]
port = 0
[[workspace]]
id = "shop"
env = "test"
path = "{SAMPLE}"
[[workspace.source]]
id = "sdk"
kind = "tracking"
write_key = "K"
"""


class _Blank(BaseHTTPRequestHandler):
    """A page of another origin."""

    def do_GET(self) -> None:
        """An empty page."""
        body = b"<!doctype html><title>Elsewhere</title>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of a page of another origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Blank)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_page_posts_json_by_beacon_and_with_credentials(
    page: Page, elsewhere: str, tmp_path: Path
) -> None:
    """DOOR-10: both are preflighted with credentials, and the answer of `fetch` can be read."""
    (tmp_path / "realtime.toml").write_text(CONFIG)
    key_file = tmp_path / "key"
    with running(
        "serve", "--config", str(tmp_path / "realtime.toml"), "--key-file", str(key_file)
    ) as program:
        headers = {"authorization": f"Bearer {key_file.read_text().strip()}"}
        with httpx.Client(
            base_url=program.url, headers=headers, trust_env=False, timeout=30
        ) as client:
            asked = {"workspace": "shop", "env": "test", "graph": GRAPH, "filter": ""}
            session = client.post("/api/watch", json=asked).json()["watch_session_id"]
            page.goto(elsewhere)
            calls = [
                json.dumps(
                    {
                        "writeKey": "K",
                        "messageId": f"{way}-0000",
                        "event": "view_item",
                        "userId": "u",
                    }
                )
                for way in ("beacon", "fetch")
            ]
            with page.expect_response(
                lambda answer: answer.url.endswith("/t") and answer.request.method == "POST"
            ):
                page.evaluate(
                    "([url, body]) => navigator.sendBeacon(url, new Blob([body], { type: 'application/json' }))",
                    [f"{program.url}/v1/t", calls[0]],
                )
            told = page.evaluate(
                """async ([url, body]) => {
                  const headers = { "content-type": "application/json" };
                  const answer = await fetch(url, { method: "POST", credentials: "include", headers, body });
                  return await answer.json();
                }""",
                [f"{program.url}/v1/track", calls[1]],
            )
            assert told == {"success": True}
            script = "(url) => fetch(url, { credentials: 'include' }).then(() => '', (error) => error.name)"
            refused = page.evaluate(script, f"{program.url}/")
            assert refused == "TypeError"
            offered, after = 0, ""
            while offered < len(calls):
                answer = client.get(
                    f"/api/watch/{session}/frames",
                    params={"wait": 5, **({"after": after} if after else {})},
                )
                offered += sum(
                    frame["ledger"]["offered"]
                    for frame in answer.json()["frames"]
                    if frame["op"] == "batch"
                )
                after = answer.json()["position"]
