"""The whole road on real parts: Segment's own SDKs and signed deliveries in, lit nodes in Chromium out."""

import hmac
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.road import Road, wait_counts

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
UMD = ROOT / "web/node_modules/@segment/analytics-next/dist/umd/index.js"


def deliver(road: Road, *events: dict[str, Any], sign_with: str | None = None) -> int:
    """One delivery as Segment signs it: a single event whole, a batch over its first element."""
    encoded = [json.dumps(event, separators=(",", ":")).encode() for event in events]
    body = encoded[0] if len(encoded) == 1 else b"[" + b",".join(encoded) + b"]"
    signature = hmac.digest((sign_with or road.secret).encode(), encoded[0], "sha1").hex()
    return httpx.post(
        road.webhook,
        content=body,
        headers={"x-signature": signature, "content-type": "application/json"},
    ).status_code


def message(number: int, event: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "messageId": f"road-{number}",
        "event": event,
        "anonymousId": "a-visitor",
        "userId": None,
        "properties": properties,
        "originalTimestamp": "2026-01-02T03:04:05.678Z",
    }


def test_signed_deliveries_light_the_right_nodes_once(live: Page, road: Road) -> None:
    """DOOR-1: what a signed delivery carries lights its node in the browser; a retry of it lights nothing."""
    single = message(1, "view_item")
    batch = [message(2, "add_to_cart"), message(3, "add_to_cart"), message(4, "not_in_the_graph")]
    assert deliver(road, single) == 200
    assert deliver(road, *batch) == 200
    assert deliver(road, single) == 200
    assert deliver(road, *batch) == 200
    assert deliver(road, message(5, "view_item"), sign_with="another secret") == 401
    assert wait_counts(live, {"Product page": 1, "Basket": 2}) == {"Product page": 1, "Basket": 2}


def test_analytics_js_in_chromium_lights_the_graph(
    live: Page, context: BrowserContext, road: Road, tmp_path: Path
) -> None:
    """DOOR-2: Segment's own analytics.js, from npm, needs only its apiHost set."""
    shutil.copy(HERE / "pages/analytics_js.html", tmp_path / "index.html")
    shutil.copy(UMD, tmp_path / "analytics.umd.js")
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=tmp_path))
    threading.Thread(target=site.serve_forever, daemon=True).start()
    shop = context.new_page()
    shop.goto(
        f"http://127.0.0.1:{site.server_port}/?host={road.url.removeprefix('http://')}&key={road.write_key}"
    )
    shop.evaluate(
        """async () => {
            await analytics.page("Landing", "Page");
            await analytics.track("view_item", { item_id: "SKU-1" });
            await analytics.identify("user-1", { plan: "free" });
            await analytics.track("begin_checkout", { value: 12 });
        }"""
    )
    expected = {"Landing page": 1, "Product page": 1, "Checkout": 1}
    assert wait_counts(live, expected) == expected
    site.shutdown()
    site.server_close()


def test_the_node_sdk_lights_the_graph(live: Page, road: Road) -> None:
    """DOOR-2: `@segment/analytics-node` needs only its host set."""
    node = os.environ.get("NODE") or shutil.which("node") or sys.exit("no node")
    command = [node, str(HERE / "pages/node_sdk.mjs"), road.url, road.write_key]
    subprocess.run(command, check=True, timeout=30, stdin=subprocess.DEVNULL)
    expected = {"Product page": 1, "Checkout": 1}
    assert wait_counts(live, expected) == expected


@pytest.mark.parametrize("gzip", [pytest.param(False, marks=pytest.mark.proof), True])
def test_the_python_sdk_lights_the_graph(live: Page, road: Road, gzip: bool) -> None:
    """DOOR-2: `segment-analytics-python` needs only its host set, with and without gzip."""
    from segment.analytics.client import Client

    client = Client(road.write_key, host=road.url, sync_mode=True, gzip=gzip, max_retries=1)
    client.track(anonymous_id="py-visitor", event="search", properties={"query": "linen"})
    client.identify(user_id="py-user", traits={"plan": "free"})
    client.track(user_id="py-user", event="view_item_list")
    expected = {"Site search": 1, "Product list": 1}
    assert wait_counts(live, expected) == expected


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None: ...
