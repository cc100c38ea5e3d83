"""A watch session over HTTP."""

import json

import httpx
import pytest

from dagnet_realtime.cli.api_client import ApiClient
from dagnet_realtime.model.problem import Problem

BEAT = 'id: p{0}\ndata: {{"op":"beat","now":"","position":"p{0}"}}\n\n'
BYE = 'data: {"op":"bye","reason":"stopping"}\n\n'
LATER = 'data: {"op":"bye","reason":"stopping","retry_after":2.0}\n\n'


class Server:
    """Answers streams with the texts given, in turn."""

    def __init__(self, *streams: httpx.Response | str | Exception) -> None:
        self.streams = list(streams)
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path == "/api/watch":
            return httpx.Response(201, json={"watch_session_id": "w1"})
        if request.method == "DELETE":
            return httpx.Response(204)
        answer = self.streams.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(200, text=answer) if isinstance(answer, str) else answer

    def remote(self) -> ApiClient:
        made = ApiClient("http://here", "k", httpx.MockTransport(self), self.waits.append)
        made.watch("shop", "local", "g", "type:track")
        return made


def test_a_session_resumes_where_its_stream_broke() -> None:
    """CLI-26: `tail` reconnects and goes on from its position; each lost connection is reported."""
    server = Server(
        BEAT.format(1), httpx.ConnectError("cut"), BEAT.format(2) + LATER, httpx.Response(503), BYE
    )
    with server.remote() as remote:
        frames = list(remote.frames())
    assert [type(frame).__name__ for frame in frames] == [
        "Heartbeat",
        "NoneType",  # it ended without a word
        "NoneType",
        "Heartbeat",
        "Close",
        "NoneType",
        "Close",
    ]
    streams = [request for request in server.requests if request.url.path.endswith("/stream")]
    assert [request.headers.get("last-event-id") for request in streams] == [
        None,
        "p1",
        "p1",
        "p2",
        "p2",
    ]
    assert 2.0 in server.waits
    assert max(server.waits) <= 10.0
    assert server.requests[-1].method == "DELETE"
    assert server.requests[0].headers["authorization"] == "Bearer k"
    assert json.loads(server.requests[0].content)["filter"] == "type:track"


def test_a_session_that_is_gone_is_reported_in_the_servers_words() -> None:
    server = Server(
        httpx.Response(410, json={"title": "The session has lapsed", "detail": "5 minutes passed"})
    )
    with (
        server.remote() as remote,
        pytest.raises(Problem, match="The session has lapsed") as caught,
    ):
        list(remote.frames())
    assert caught.value.code == "gone"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(401, json={"title": "Sign in"}), "Sign in"),
        (httpx.Response(403, text="no"), "The server answered 403"),
        (httpx.Response(200, text="<html>"), "is not a DagNet Realtime server"),
        (httpx.ConnectError("refused"), "No answer from http://here"),
    ],
)
def test_every_refusal_is_a_problem(answer: httpx.Response | Exception, words: str) -> None:
    with Server(answer).remote() as remote, pytest.raises(Problem, match=words):
        remote.request("GET", "/api/workspaces")


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u0085"])
def test_an_event_with_any_character_is_one_line_and_the_next_is_heard(mark: str) -> None:
    """CLI-26: names may hold what other readers split at."""
    gap = {"op": "gap", "from": "a", "to": "b", "missed": 1, "reason": f"x{mark}y"}
    text = f"id: a{mark}\ndata: {json.dumps(gap, ensure_ascii=False)}\r\n\r\n"
    server = Server(text + BEAT.format(1) + BYE)
    with server.remote() as remote:
        frames = list(remote.frames())
    assert [type(frame).__name__ for frame in frames[:2]] == ["Gap", "Heartbeat"]
    assert frames[0].reason == f"x{mark}y"  # type: ignore[union-attr]  # as was just seen


def test_an_unreadable_frame_is_reported_in_one_line() -> None:
    """CLI-26: an unreadable frame is one line, not a traceback."""
    with Server("data: {\n\n").remote() as remote, pytest.raises(Problem, match="unreadable frame"):
        list(remote.frames())
