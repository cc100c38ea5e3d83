"""A host's own editor (`web/host`) with the packed client in it, served with what its sources need."""

import http.server
import json
import os
import shutil
import subprocess
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from dagnet_realtime.pusher_auth import PusherAuth
from dagnet_realtime.relays.signing import sign_subscription
from tests.support.soketi import KEY, SECRET

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
HOST = WEB / "host"
WORKSPACE = HOST / "workspace"
TAP = ROOT / "src/dagnet_realtime/web/static/tap.js"
SDK = WEB / "node_modules/@segment/analytics-next/dist/umd/index.js"
NODES = json.loads((WORKSPACE / "graphs/checkout.json").read_text())["nodes"]
UUID = {node["id"]: node["uuid"] for node in NODES}


def run(*command: str | Path, folder: Path) -> str:
    """Runs a command of Node's; its output is the error if it fails."""
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def linked(source: str, target: str) -> None:
    """A file as a link, or as a copy if that is on another disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def build(folder: Path) -> Path:
    """Packs the client, installs the tarball into a copy of the host, checks its types and builds it."""
    node = shutil.which("node")
    npm = shutil.which("npm")
    assert node, "the tests of the host need node"
    assert npm, "the tests of the host need npm"
    assert (HOST / "node_modules").is_dir(), "the host's packages are not there: run `make setup`"
    tarball = run(node, WEB / "package/pack.js", folder / "packed", folder=WEB).splitlines()[-1]
    copy = folder / "host"
    parts = ("src", "workspace", "node_modules")
    for name in parts:
        shutil.copytree(HOST / name, copy / name, symlinks=True, copy_function=linked)
    for file in HOST.iterdir():
        if file.is_file():
            shutil.copy(file, copy)
    quiet = ("--no-save", "--offline", "--ignore-scripts", "--no-audit", "--no-fund")
    run(npm, "install", *quiet, tarball, folder=copy)
    run(node, "node_modules/typescript/bin/tsc", "--noEmit", folder=copy)
    run(node, "node_modules/vite/bin/vite.js", "build", folder=copy)
    shutil.copy(SDK, copy / "dist/sdk.js")
    shutil.copy(TAP, copy / "dist/tap.js")
    (copy / "dist/shop.html").write_text(SHOP)
    return copy / "dist"


SHOP = """<!doctype html><meta charset="utf-8"><title>A page under test</title>
<script src="/tap.js"></script><script src="/sdk.js"></script><script>
window.analytics = AnalyticsNext.AnalyticsBrowser.load(
  {writeKey: "k", cdnSettings: {integrations: {"Segment.io": {apiKey: "k"}}}},
  {integrations: {"Segment.io": {apiHost: location.host + "/v1", protocol: "http"}}});
</script>"""
"""A page of the host's origin, with Segment's own SDK and the tap."""


class BackEnd:
    """The host's authorisation of the function's channels, and its users by their tokens."""

    auth: PusherAuth | None = None
    users: ClassVar[dict[str, bool | None]] = {}


class Handler(http.server.SimpleHTTPRequestHandler):
    """The host's files, and its back end: it signs subscriptions, and takes what an SDK sends."""

    def do_GET(self) -> None:
        """Names the function's channels, or sends a file."""
        if not self._authorised(b""):
            super().do_GET()

    def _authorised(self, body: bytes) -> bool:
        """Answers at the address of the host's authorisation; False at any other."""
        if self.path != "/api/realtime/pusher-auth" or BackEnd.auth is None:
            return False
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        headers = list(self.headers.items())
        allowed = BackEnd.users.get(token)
        answer = BackEnd.auth.answer(self.command, headers, body, allowed=allowed)
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        return True

    def do_POST(self) -> None:
        """Signs for the provider at `/auth`; all else is taken."""
        raw = self.rfile.read(int(self.headers["content-length"]))
        if self._authorised(raw):
            return
        sent = raw.decode()
        answer: dict[str, Any] = {"success": True}
        if self.path == "/auth":
            form = dict(urllib.parse.parse_qsl(sent))
            answer = {
                "auth": sign_subscription(
                    KEY, SECRET.encode(), form["socket_id"], form["channel_name"]
                )
            }
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The host's origin, while the context is open."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Handler, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def address(origin: str, page: str = "index", /, **source: object) -> str:
    """A page of the host with Realtime from a source."""
    return f"{origin}/{page}.html?{urllib.parse.urlencode({'source': json.dumps(source)})}"
