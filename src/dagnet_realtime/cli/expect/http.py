"""The HTTP of a run, on loopback: scopes, identifiers and checks for the fixtures of test runners.

    POST /expect/scopes {"seeds": [{"kind": "anonymousId", "value": …}], "name": …}  → 201 {"scope"}
    POST /expect/scopes/{scope}/seeds {"seeds": […]}
    POST /expect/scopes/{scope}/checks {"lit": […]} or [{…}] or {"file": "checkout"} → 201
    GET  /expect/checks/{check}?wait=10     → when nothing of it waits for an event, else after
                                              `wait` seconds (at most 25)
    POST /expect/scopes/{scope}/end?settle=2 {"policy": {…}}  → the final verdicts; idempotent

Every request carries `Authorization: Bearer <key>`. Values of identifiers become tokens and are
forgotten.
"""

import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from dagnet_realtime.cli.expect.evaluator import AT_END, SO_FAR
from dagnet_realtime.cli.expect.feed import Feed
from dagnet_realtime.cli.expect.files import FORMAT, Policy, unkept
from dagnet_realtime.cli.expect.runner import PRESENCE, Run, Scope
from dagnet_realtime.model.problem import Problem

LONGEST_WAIT = 25.0
TOKEN_WITHIN = 10.0
LARGEST = 1024 * 1024
SCOPES = 10_000
SEEDS = 32
DEFAULT_WAIT = 10.0
DEFAULT_SETTLE = 2.0
STOPS_WITHIN = 0.02
"""Seconds that the end of a run waits for its HTTP at most."""

Send = Callable[[str, str, str], None]
"""(kind, value, message id): sends a message that only carries this identifier."""


class OpenScope:
    """A scope from its start to its end."""

    def __init__(self, name: str, key: str) -> None:
        self.name = name
        self.key = key
        self.checks: list[str] = []
        self.lock = threading.Lock()
        self.result: dict[str, Any] | None = None


class Check:
    """A check of a scope, on the graph of `feed`."""

    def __init__(self, scope: OpenScope, feed: Feed) -> None:
        self.scope = scope
        self.feed = feed


class ExpectApi:
    """Serves the run on a free port of loopback while the context is open.

    `send` makes identifiers known.
    """

    def __init__(self, run: Run, send: Send, graph: str = "") -> None:
        self.run = run
        self.key = secrets.token_urlsafe(24)
        self._send = send
        self._graph = graph or next(iter(run.feeds), "")
        self._scopes: dict[str, OpenScope] = {}
        self._checks: dict[str, Check] = {}
        self._lock = threading.Lock()
        api = self

        class Handler(_Handler):
            """Answers for this run."""

            expect = api

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(STOPS_WITHIN,), daemon=True
        )

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5.0)

    def end_all(self) -> None:
        """Ends the scopes that no test has ended.

        Their tests broke off, so what they expected stands as it is.
        """
        for scope in list(self._scopes.values()):
            if scope.result is None and scope.checks:
                self.end(scope.key, {}, 0.0)

    def open(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """A new scope with its first identifiers."""
        seeds = _seeds(asked)
        name = str(asked.get("name") or "a test")[:200]
        with self._lock:
            if len(self._scopes) >= SCOPES:
                raise Problem(
                    "too_large",
                    f"One run takes {SCOPES} scopes",
                    remedy="Run the tests in shards, each with a run of its own",
                )
            scope = OpenScope(name, secrets.token_hex(8))
            self._scopes[scope.key] = scope
        for feed in self.run.feeds.values():
            self.run.evaluator.ask("scope", feed.run, scope.key)
        self._claim(scope, seeds)
        return {"scope": scope.key}

    def add(self, key: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Further identifiers of a scope; what they did before counts too."""
        scope = self._open(key)
        self._claim(scope, _seeds(asked))
        return {"scope": key}

    def check(self, key: str, asked: object) -> dict[str, Any]:
        """A check as it stands."""
        scope = self._open(key)
        self._refuse_unkept(asked)
        name = secrets.token_hex(8)
        refused: dict[str, Any] = {}
        for feed in self._feeds(asked):
            told = self.run.evaluator.ask("check", feed.run, key, name, json.dumps(asked))
            if "issues" not in told:
                break
            refused = refused or told
        else:
            raise Problem("invalid", "This cannot be expected", _issues(refused))
        with scope.lock:
            scope.checks.append(name)
        self._checks[name] = Check(scope, feed)
        return {"check": name, **told}

    def answer(self, name: str, wait: float) -> dict[str, Any]:
        """A check when it is decided, else as it stands after `wait` seconds.

        What only the end decides stays open.
        """
        check = self._checks.get(name)
        if check is None:
            raise Problem("not_found", "There is no such check")
        if check.scope.result is not None:
            raise Problem("gone", "This check's scope has ended", remedy="Its end told its verdict")
        until = time.monotonic() + min(max(0.0, wait), LONGEST_WAIT)
        while True:
            taken = check.feed.taken
            told: dict[str, Any] = self.run.evaluator.ask("verdict", check.feed.run, name, SO_FAR)
            left = until - time.monotonic()
            waits = any(item["waits"] for item in told["items"])
            if told["verdict"] == "failed" or not waits or left <= 0 or check.feed.over:
                return {"check": name, **told}
            check.feed.wait(min(left, 0.5), taken)

    def end(
        self, key: str, asked: Mapping[str, Any], settle: float, wait: float = DEFAULT_WAIT
    ) -> dict[str, Any]:
        """The final verdicts of a scope, its policy included, after `settle` seconds of quiet."""
        scope = self._scope(key)
        with scope.lock:
            if scope.result is not None:
                return scope.result
            self._settle(scope, settle, wait)
            feed = self.run.feeds[self._graph]
            if scope.checks:  # the policy is of the graph that the test has asked about
                feed = self._checks[scope.checks[0]].feed
            if not self.run.evaluator.ask("quiet", feed.run, key)["events"]:
                feed.count_up()  # what was refused may be why
            items: list[dict[str, Any]] = []
            events = 0
            for name in scope.checks:
                told = self.run.evaluator.ask("verdict", self._checks[name].feed.run, name, AT_END)
                items += told["items"]
            policy = self.run.evaluator.ask(
                "policy", feed.run, key, json.dumps(asked.get("policy") or {})
            )
            if "issues" in policy:
                raise Problem("invalid", "This policy cannot be read", _issues(policy))
            events = policy["events"]
            items += policy["items"]
            numbered = [
                {**item, "number": n, "title": f"{n} {item['title'].partition(' ')[2]}"}
                for n, item in enumerate(items, 1)
            ]
            hard = {item["verdict"] for item in items if item["severity"] == "fail"}
            verdict = "failed" if "failed" in hard else "inconclusive" if hard - {"met"} else "met"
            scope.result = {"verdict": verdict, "events": events, "items": numbered}
            for each in self.run.feeds.values():
                self.run.evaluator.ask("drop", each.run, key)
            with self._lock:
                self.run.scopes.append(
                    Scope(
                        name=scope.name,
                        graph=feed.graph,
                        verdict=verdict,
                        items=numbered,
                        events=events,
                    )
                )
            return scope.result

    def _settle(self, scope: OpenScope, settle: float, wait: float) -> None:
        """Waits for quiet in this scope, and while a presence is missing for the longer `wait`."""
        began = time.time() * 1000
        feed = self.run.feeds[self._graph]
        while True:
            last = max(
                began,
                *(
                    self.run.evaluator.ask("quiet", one.run, scope.key)["last"]
                    for one in self.run.feeds.values()
                ),
            )
            quiet = (time.time() * 1000 - last) / 1000
            if feed.over:
                return
            if quiet < settle:
                feed.wait(min(settle - quiet, 0.5))
            elif settle > 0 and quiet < wait and feed.connected and self._awaits(scope):
                feed.wait(min(wait - quiet, 0.5))
            else:
                return

    def _awaits(self, scope: OpenScope) -> bool:
        return any(
            item["verdict"] == "open" and item["kind"] in PRESENCE and end["verdict"] == "failed"
            for name in scope.checks
            for item, end in zip(
                self.run.evaluator.ask("verdict", self._checks[name].feed.run, name, SO_FAR)[
                    "items"
                ],
                self.run.evaluator.ask("verdict", self._checks[name].feed.run, name, AT_END)[
                    "items"
                ],
                strict=True,
            )
        )

    def _claim(self, scope: OpenScope, seeds: list[tuple[str, str]]) -> None:
        """Makes the tokens of identifiers known to the scope."""
        markers = []
        for kind, value in seeds:
            id = str(uuid.uuid4())
            for feed in self.run.feeds.values():
                self.run.evaluator.ask("mark", feed.run, id)
            self._send(kind, value, id)
            markers.append((kind, id))
        until = time.monotonic() + TOKEN_WITHIN
        for kind, id in markers:
            for feed in self.run.feeds.values():
                while True:
                    taken = feed.taken
                    token = self.run.evaluator.ask("marked", feed.run, id)["token"]
                    if token == "":
                        raise Problem(
                            "invalid",
                            f"The server takes this for no identifier of kind {kind}",
                            "It is of a kind that is not traced, or a value like `undefined`",
                            "Give an anonymousId, a userId or a session",
                        )
                    if token is not None:
                        break
                    if feed.over:
                        raise Problem("unavailable", "The server has ended, so no event comes")
                    if time.monotonic() > until:
                        raise Problem(
                            "unavailable",
                            "An identifier's token did not come back within 10 seconds",
                            "Does the server trace identifiers of this kind?",
                        )
                    feed.wait(0.1, taken)
                self.run.evaluator.ask("claim", feed.run, scope.key, token)

    def _refuse_unkept(self, asked: object) -> None:
        """Raises `Problem` if a condition reads a property that is never carried.

        It would look as if it were missing.
        """
        spec = {
            "format": FORMAT,
            "graph": self._graph,
            "expect": asked if isinstance(asked, list) else [asked],
        }
        told = self.run.evaluator.ask("read", json.dumps(spec), "", "{}")
        for path, why in unkept(told.get("paths", ()), Policy()).items():
            raise Problem(
                "invalid",
                f"The property `{path}` is never carried",
                why.capitalize(),
                "Expect something of another property",
            )

    def _feeds(self, asked: object) -> list[Feed]:
        """The graphs that a check may be of: the file's, else each, the run's own first.

        A check names no graph; it is of the first that has its nodes.
        """
        name = self._graph
        if isinstance(asked, dict) and isinstance(asked.get("file"), str):
            stem = asked["file"]
            for file in (*self.run.judged, *self.run.named):
                if (
                    stem in (file.name, file.path.stem, file.path.name)
                    and file.graph in self.run.feeds
                ):
                    return [self.run.feeds[file.graph]]
        if name not in self.run.feeds:
            raise Problem("not_found", "No graph is watched")
        others = [feed for graph, feed in self.run.feeds.items() if graph != name]
        return [self.run.feeds[name], *others]

    def _scope(self, key: str) -> OpenScope:
        scope = self._scopes.get(key)
        if scope is None:
            raise Problem("not_found", "There is no such scope")
        return scope

    def _open(self, key: str) -> OpenScope:
        scope = self._scope(key)
        if scope.result is not None:
            raise Problem("gone", "This scope has ended", remedy="Open another for another test")
        return scope


class Markers:
    """Sends messages that only carry an identifier through the tracking API of a server."""

    def __init__(self, origin: str, write_key: str) -> None:
        self._client = httpx.Client(
            base_url=origin,
            auth=(write_key, ""),
            timeout=10.0,
            trust_env=False,
            verify=not origin.startswith("http://"),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send(self, kind: str, value: str, id: str) -> None:
        """Sends one. Raises `Problem` if the server does not take it."""
        body: dict[str, Any] = {"messageId": id}
        path = "/v1/identify"
        if kind in ("userId", "anonymousId"):
            body[kind] = value
        elif kind == "session":
            body |= {"context": {"sessionId": value}}
        else:
            path, name = "/v1/track", kind.removeprefix("properties.")
            body |= {"event": "dagnet-expect marker", "properties": {name: value}}
        try:
            response = self._client.post(path, json=body)
        except httpx.HTTPError as error:
            raise Problem(
                "unavailable", "The server does not answer", type(error).__name__
            ) from None
        if response.status_code >= 400:
            raise Problem(
                "invalid",
                f"The server refused an identifier of kind {kind}",
                response.text[:300],
            )


class _Handler(BaseHTTPRequestHandler):
    """One request. HTTP is the standard library's; what it may ask is above."""

    expect: ExpectApi
    protocol_version = "HTTP/1.1"
    timeout = 60
    # Head and body are two writes: else the second would wait up to 40 ms until the client's system
    # acknowledges the first.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """A check."""
        self._answer("GET")

    def do_POST(self) -> None:
        """Scopes, identifiers, checks, ends."""
        self._answer("POST")

    def log_message(self, format: str, *args: object) -> None:
        """Requests are not logged: their paths and bodies are the tests' own."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuses a request that is none of these, as the others are refused."""
        self.close_connection = True
        told = {"type": "about:blank", "title": message or HTTPStatus(code).phrase, "status": code}
        told |= {"code": "invalid", "detail": explain or "See docs/how-to/ci.md"}
        self._send_json(code, told, "application/problem+json")

    def _answer(self, method: str) -> None:
        if self.headers.get("transfer-encoding"):
            self.close_connection = True
            self._refuse(Problem("invalid", "Send the body whole, with its content-length"))
            return
        try:
            length = int(self.headers.get("content-length") or 0)
        except ValueError:
            length = LARGEST + 1
        if not 0 <= length <= LARGEST:
            self.close_connection = True
            self._refuse(Problem("too_large", "A request has at most 1 MiB"))
            return
        body = self.rfile.read(length)
        try:
            self._authorize()
            status, answer = self._route(method, body)
        except Problem as problem:
            self._refuse(problem)
        except Exception as error:  # noqa: BLE001  # the client gets its type
            self._refuse(Problem("unavailable", "The request failed", type(error).__name__))
        else:
            self._send_json(status, answer, "application/json")

    def _authorize(self) -> None:
        given = (self.headers.get("authorization") or "").removeprefix("Bearer ").strip()
        if not secrets.compare_digest(given.encode(), self.expect.key.encode()):
            raise Problem(
                "unauthorized",
                "The key is another",
                remedy="Send DAGNET_EXPECT_KEY as a bearer token",
            )

    def _route(self, method: str, body: bytes) -> tuple[int, dict[str, Any]]:
        url = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        parts = [unquote(part) for part in url.path.strip("/").split("/")]
        match method, parts:
            case "POST", ["expect", "scopes"]:
                return 201, self.expect.open(_object(body))
            case "POST", ["expect", "scopes", scope, "seeds"]:
                return 200, self.expect.add(scope, _object(body))
            case "POST", ["expect", "scopes", scope, "checks"]:
                return 201, self.expect.check(scope, _json(body))
            case "POST", ["expect", "scopes", scope, "end"]:
                settle = _number(query, "settle", DEFAULT_SETTLE)
                return 200, self.expect.end(
                    scope, _object(body), settle, _number(query, "wait", DEFAULT_WAIT)
                )
            case "GET", ["expect", "checks", check]:
                return 200, self.expect.answer(check, _number(query, "wait", 0.0))
        raise Problem(
            "not_found", f"There is no {method} {url.path[:100]}", remedy="See docs/how-to/ci.md"
        )

    def _refuse(self, problem: Problem) -> None:
        told = {
            "type": "about:blank",
            "title": problem.title,
            "status": problem.status,
            "code": problem.code,
            "detail": ". ".join(part for part in (problem.detail, problem.remedy) if part),
        }
        self._send_json(problem.status, told, "application/problem+json")

    def _send_json(self, status: int, answer: object, kind: str) -> None:
        content = json.dumps(answer).encode()
        try:
            self.send_response(status, HTTPStatus(status).phrase)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True


def _json(body: bytes) -> object:
    try:
        value = json.loads(
            body or b"{}", object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # ValueError: half a surrogate pair too
        raise Problem("invalid", "The body is not JSON") from None
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; raises `Problem` if a key stands twice, as one would be judged by nothing."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Problem("invalid", "A key of the body stands twice")
    return found


def _refuse_constant(text: str) -> None:
    raise ValueError(text)


def _object(body: bytes) -> dict[str, Any]:
    value = _json(body)
    if not isinstance(value, dict):
        raise Problem("invalid", "The body must be a JSON object")
    return value


def _number(query: Mapping[str, str], name: str, otherwise: float) -> float:
    try:
        value = float(query.get(name, otherwise))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 600:
        raise Problem("invalid", f"`{name}` must be between 0 and 600 seconds")
    return value


def _seeds(asked: Mapping[str, Any]) -> list[tuple[str, str]]:
    given = asked.get("seeds") or []
    if not isinstance(given, list) or len(given) > SEEDS:
        raise Problem("invalid", f"`seeds` must be a list of at most {SEEDS} identifiers")
    found = []
    for one in given:
        kind, value = (one.get("kind"), one.get("value")) if isinstance(one, dict) else (None, None)
        if (
            not isinstance(kind, str)
            or not isinstance(value, str)
            or not kind
            or not 0 < len(value) <= 500
        ):
            raise Problem("invalid", 'A seed is {"kind": "anonymousId", "value": "…"}, both texts')
        found.append((kind, value))
    return found


def _issues(told: Mapping[str, Any]) -> str:
    return "; ".join(one["text"] for one in told["issues"][:5])
