"""The HTTP client of the API: requests, and a watch session with its stream of frames."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Self
from urllib.parse import quote

import httpx
import msgspec

from dagnet_realtime.app.sender import describe_failure
from dagnet_realtime.core.json_text import lines_of
from dagnet_realtime.model.frame import Close, Frame
from dagnet_realtime.model.problem import STATUS, Code, Problem
from dagnet_realtime.model.protocol import LAST_EVENT_ID_HEADER

SILENCE = 40.0
"""Seconds without a byte after which a stream counts as dead; heartbeats come every 15 s."""

MAX_WAIT = 10.0
"""Seconds between two attempts to reconnect."""

_FRAME: msgspec.json.Decoder[Frame] = msgspec.json.Decoder(Frame)
_CODES: dict[int, Code] = {status: code for code, status in STATUS.items()}


class ApiClient:
    """A client of one server, with a key; `with` closes its session and connections.

    An answer that takes more than `silence` seconds is a failure.
    """

    def __init__(
        self,
        url: str,
        key: str,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        silence: float = SILENCE,
    ) -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        timeout = httpx.Timeout(min(10.0, silence), read=silence)
        self._client = httpx.Client(
            base_url=url,
            headers=headers,
            timeout=timeout,
            transport=transport,
            trust_env=False,
            # Reading the certificates takes 50 ms, and plain HTTP needs none.
            verify=not url.startswith("http://"),
        )
        self._url = url
        self._sleep = sleep
        self._session = ""
        self._position = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._session:
            try:
                self._client.delete(f"/api/watch/{self._session}", timeout=2.0)
            except httpx.HTTPError:
                self._session = ""
        self._client.close()

    def request(self, method: str, path: str, body: object = None) -> Any:
        """The JSON of the response.

        Raises the server's `Problem`, or `unavailable` without an answer.
        """
        try:
            response = self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise Problem(
                "unavailable",
                f"No answer from {self._url}",
                describe_failure(error).capitalize(),
                "Is the server running?",
            ) from None
        if response.status_code >= 400:
            raise _problem(response)
        try:
            return msgspec.json.decode(response.content)
        except msgspec.DecodeError:
            raise Problem("unavailable", f"{self._url} is not a DagNet Realtime server") from None

    def graph(self, workspace: str, env: str, name: str) -> Any:
        """The graph of that name, as sent on the wire."""
        return self.request(
            "GET",
            f"/api/workspaces/{quote(workspace, '')}/{quote(env, '')}/graphs/{quote(name, '')}",
        )

    def watch(self, workspace: str, env: str, graph: str, filter: str) -> None:
        """Opens a watch session."""
        body = {"workspace": workspace, "env": env, "graph": graph, "filter": filter}
        self._session = self.request("POST", "/api/watch", body)["watch_session_id"]

    def frames(self) -> Iterator[Frame | None]:
        """The session's frames, resumed after a broken stream.

        None says that the connection was lost, could not be made, or ended without a word (a proxy
        answers for a server that is away). Ends if the server closes the session for good. Raises
        `Problem` if the session is gone.
        """
        wait = 0.5
        while True:
            try:
                for frame in self._stream():
                    wait = 0.5
                    yield frame
                    if isinstance(frame, Close):
                        if frame.retry_after is None:
                            return
                        wait = frame.retry_after
                        break
                else:
                    yield None
            except httpx.HTTPError:
                yield None
            self._sleep(min(MAX_WAIT, wait))
            wait *= 2

    def _stream(self) -> Iterator[Frame]:
        headers = {"accept": "text/event-stream"} | (
            {LAST_EVENT_ID_HEADER: self._position} if self._position else {}
        )
        with self._client.stream(
            "GET", f"/api/watch/{self._session}/stream", headers=headers
        ) as response:
            if response.status_code >= 500 or response.status_code == 429:
                return
            if response.status_code >= 400:
                response.read()
                raise _problem(response)
            for line in lines_of(response.iter_text()):
                if line.startswith("id:"):
                    self._position = line[3:].strip()
                elif line.startswith("data:"):
                    yield _frame(line[5:].strip())


def _frame(text: str) -> Frame:
    try:
        return _FRAME.decode(text)
    except msgspec.DecodeError as error:
        remedy = "Use the same version as the server"
        raise Problem(
            "unavailable", "The server sent an unreadable frame", str(error), remedy
        ) from None


def _problem(response: httpx.Response) -> Problem:
    try:
        body = msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        body = {}
    body = body if isinstance(body, dict) else {}
    code = _CODES.get(response.status_code, "unavailable")
    title = str(body.get("title") or f"The server answered {response.status_code}")
    return Problem(code, title, str(body.get("detail") or ""), str(body.get("remedy") or ""))
