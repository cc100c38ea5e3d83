"""A DagNet deployment's `/api/graph` on loopback, over real HTTP, that breaks as a test says."""

import contextlib
import json
import threading
from collections.abc import Iterator
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

Fault = int | bytes | Literal["hang", "trickle", "huge", "elsewhere", "deflated", "closed"] | None


class Dagnet:
    """`graphs` are what it has, by name. `fault` is what every request gets instead, `faults` what one graph's requests get,
    `errors` the status and body of one graph's refusal.

    A status is answered as such, bytes are a body; `asked` keeps every request's query and headers, `sent` each status.
    """

    def __init__(self) -> None:
        self.graphs: dict[str, Any] = {}
        self.fault: Fault = None
        self.faults: dict[str, Fault] = {}
        self.errors: dict[str, tuple[int, dict[str, Any]]] = {}
        self.tags = True
        self.raw = False
        self.asked: list[tuple[dict[str, str], dict[str, str]]] = []
        self.sent: list[int] = []
        self.url = ""
        self.over = threading.Event()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        query = {key: values[0] for key, values in parse_qs(urlsplit(request.path).query).items()}
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append((query, headers))
        fault = self.faults.get(query["name"], self.fault)
        if query["name"] in self.errors:
            status, error = self.errors[query["name"]]
            self._send(request, status, json.dumps(error).encode())
        elif isinstance(fault, int):
            self._send(request, fault, b'{"error": "as the test says"}')
        elif isinstance(fault, bytes):
            self._send(request, 200, fault)
        elif fault == "elsewhere":
            self._send(
                request,
                302,
                b"",
                location="http://127.0.0.2:9/stolen?" + urlsplit(request.path).query,
            )
        elif fault == "deflated":
            self._send(request, 200, b"x", **{"content-encoding": "gzip"})
        elif fault in ("hang", "trickle", "huge", "closed"):
            self._misbehave(request, fault)
        elif query["name"] not in self.graphs:
            self._send(request, 404, b'{"error": "GitHub API error: Not Found"}')
        else:
            self._graph(request, query["name"], headers)

    def _graph(self, request: BaseHTTPRequestHandler, name: str, headers: dict[str, str]) -> None:
        content = json.dumps(self.graphs[name])
        sha = sha1(content.encode()).hexdigest()  # as git has it
        more = {"etag": f'"{sha}"'} if self.tags else {}
        if self.tags and headers.get("if-none-match") == more["etag"]:
            self._send(request, 304, b"")
        elif self.raw:
            self._send(request, 200, content.encode(), **more)
        else:
            inside = {
                "name": name,
                "path": f"graphs/{name}.json",
                "branch": "main",
                "sha": sha,
                "content": self.graphs[name],
            }
            self._send(request, 200, json.dumps({"success": True, "data": inside}).encode(), **more)

    def _misbehave(self, request: BaseHTTPRequestHandler, fault: str) -> None:
        if fault == "closed":
            return
        if fault != "hang":
            request.send_response(200)
            request.end_headers()
        while not self.over.wait(0.02 if fault == "trickle" else 0 if fault == "huge" else 30):
            try:
                request.wfile.write(b" " * (1 if fault == "trickle" else 2**16))
            except OSError:
                return

    def _send(
        self, request: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str
    ) -> None:
        self.sent.append(status)
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        if status != 304:
            request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


@contextlib.contextmanager
def dagnet() -> Iterator[Dagnet]:
    """It listens while the context is open."""
    served = Dagnet()

    class Request(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with contextlib.suppress(OSError):
                served.answer(self)

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Request) as server:
        server.daemon_threads = True
        server.block_on_close = False
        served.url = f"http://127.0.0.1:{server.server_port}/api/graph"
        thread = threading.Thread(
            target=lambda: server.serve_forever(poll_interval=0.02), daemon=True
        )
        thread.start()
        try:
            yield served
        finally:
            served.over.set()
            server.shutdown()
            thread.join(10)
