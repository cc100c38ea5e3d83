"""Graphs from a DagNet deployment's `/api/graph`, fetched at an interval."""

import asyncio
import contextlib
import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec

from dagnet_realtime.core.dagnet.decode import JSON_LIMIT, FileUnreadable
from dagnet_realtime.model.workspace import Deployment

if TYPE_CHECKING:
    import ssl

    import httpx
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from dagnet_realtime.core.dagnet.workspace import indexed_paths
from dagnet_realtime.graphs.folder import (
    KEPT,
    Fingerprint,
    FolderSnapshot,
    LastGoodCatalogue,
    fetch,
    fingerprint,
)
from dagnet_realtime.model.graph import Catalogue, FileError
from dagnet_realtime.model.workspace import DEFAULT_FOLDERS, Folders

MAX_BYTES = JSON_LIMIT + 64 * 1024  # of an answer: the largest graph and its envelope
_REASON = 200  # characters of a reason that are repeated
_ADDRESS = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://[^ ]*|(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}[:/][^ ]*|[^ ]*@[^ ]*"
)
_NO_GRAPH = (
    "cannot be read: the deployment answers with something other than a graph; check graphs_url"
)


class Graph(msgspec.Struct, frozen=True):
    """The bytes of a graph's JSON, and the `sha` that the deployment gives ("" if none)."""

    content: bytes
    sha: str = ""


class _Envelope(msgspec.Struct, frozen=True):
    success: bool | None = None
    data: msgspec.Raw = msgspec.Raw()


class _Error(msgspec.Struct, frozen=True):
    error: str = ""


class _Inside(msgspec.Struct, frozen=True):
    content: msgspec.Raw
    sha: str = ""


def parse_graph_response(body: bytes) -> Graph:
    """The graph in an answer, not decoded. Raises `FileUnreadable` if there is none."""
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
        if envelope.success is None:
            return Graph(body)
        if not envelope.success or not bytes(envelope.data):
            why = reason_in(body)
            raise FileUnreadable(
                "cannot be read: the deployment says that it failed" + (f", “{why}”" if why else "")
            )
        inside = msgspec.json.decode(envelope.data, type=_Inside)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise FileUnreadable(_NO_GRAPH) from None
    except RecursionError:
        raise FileUnreadable("is nested too deeply") from None
    return Graph(bytes(inside.content), inside.sha)


def reason_in(body: bytes) -> str:
    """The member `error` of an answer as one short line without addresses; "" if it has none.

    Nothing else is repeated: `details` and others can name tokens, repositories and addresses.
    """
    try:
        given = msgspec.json.decode(body, type=_Error).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    line = " ".join(
        "".join(sign if sign.isprintable() else " " for sign in given[: 4 * _REASON]).split()
    )
    line = _ADDRESS.sub("…", line)
    return line if len(line) <= _REASON else line[: _REASON - 1] + "…"


ROUND_SECONDS = 4.0  # for all graphs; a serverless process does this while Segment waits (5 s)
CONCURRENCY = 4  # requests under way
_MAX_TAG = 256  # bytes of an ETag that is sent back
_MAX_REASON = 16 * 1024  # bytes of an answer that says what went wrong


class Absent(msgspec.Struct, frozen=True):
    """The deployment has no such graph; `why` is its own reason ("" if it gives none)."""

    why: str = ""


class Failed(msgspec.Struct, frozen=True):
    """`why` follows the file's name, as in an error of a file."""

    why: str


Answer = Graph | Absent | Failed


class DeploymentClient:
    """Fetches all graphs; unchanged ones are not sent again (ETag).

    `seconds` limits one round.
    """

    def __init__(self, deployment: Deployment, seconds: float = ROUND_SECONDS) -> None:
        self._deployment = deployment
        self._seconds = seconds
        self._had: dict[str, tuple[str, Graph]] = {}
        self._tls: ssl.SSLContext | bool = False

    async def fetch_all(self) -> Mapping[str, Answer]:
        """Fetches every graph, by name. Never raises; may run in any event loop."""
        import httpx  # takes 0.2 s, needed only with a deployment

        logging.getLogger("httpx").setLevel(
            logging.WARNING
        )  # its lines would tell addresses, and DagNet's secret is part of them
        secure = self._deployment.url.startswith("https:")
        self._tls = self._tls or (
            httpx.create_ssl_context() if secure else False
        )  # takes 20 ms, so it is made once
        late = Failed(
            f"cannot be fetched: the deployment did not answer within {self._seconds:g} s"
        )
        found: dict[str, Answer] = dict.fromkeys(self._deployment.names, late)
        slots = asyncio.Semaphore(CONCURRENCY)

        async def one(name: str) -> None:
            async with slots:
                found[name] = await self._one(client, name)

        async with httpx.AsyncClient(
            timeout=self._seconds, verify=self._tls, trust_env=secure, follow_redirects=False
        ) as client:
            with contextlib.suppress(TimeoutError):  # who has not answered by then is late
                async with asyncio.timeout(self._seconds), asyncio.TaskGroup() as tasks:
                    for name in self._deployment.names:
                        tasks.create_task(one(name))
        return found

    async def _one(self, client: "httpx.AsyncClient", name: str) -> Answer:
        import httpx

        tag, had = self._had.get(name, ("", None))
        try:
            async with client.stream(
                "GET", self._deployment.url, params=self._query(name), headers=self._headers(tag)
            ) as answer:
                if answer.status_code == HTTPStatus.NOT_MODIFIED and had is not None:
                    return had
                if answer.status_code == HTTPStatus.NOT_FOUND:
                    self._had.pop(name, None)
                    return Absent(await self._reason(answer))
                graph = parse_graph_response(await self._body(answer))
        except FileUnreadable as error:
            return Failed(str(error))
        except httpx.TimeoutException:
            return Failed("cannot be fetched: the deployment did not answer in time")
        except (httpx.HTTPError, httpx.InvalidURL):
            return Failed("cannot be fetched: the deployment cannot be reached")
        if had is not None and graph.sha and graph.sha == had.sha:
            graph = had
        self._had[name] = (_tag(answer), graph)
        return graph

    async def _body(self, answer: "httpx.Response") -> bytes:
        """The body of an answer.

        Raises `FileUnreadable` for an error, a redirect or too large a body.
        """
        status = answer.status_code
        if 300 <= status < 400:
            elsewhere = (
                "the deployment sends elsewhere, which is not followed; give its final address as "
                "graphs_url"
            )
            raise FileUnreadable(f"cannot be fetched: {elsewhere}")
        if status != HTTPStatus.OK:
            why = await self._reason(answer)
            refuses = status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
            said = (
                f"the deployment refuses ({status})"
                if refuses
                else f"the deployment answers {status}"
            )
            raise FileUnreadable(
                "cannot be fetched: "
                f"{said}{f' and says “{why}”' if why else ''}{_hint(status, why)}"
            )
        return await _read(answer, MAX_BYTES)

    async def _reason(self, answer: "httpx.Response") -> str:
        """The deployment's own reason, unless it repeats one of our secrets."""
        try:
            why = reason_in(await _read(answer, _MAX_REASON))
        except FileUnreadable:
            return ""
        secrets = (self._deployment.secret, self._deployment.bearer)
        return (
            ""
            if any(
                one is not None and one.reveal().decode(errors="replace") in why for one in secrets
            )
            else why
        )

    def _query(self, name: str) -> dict[str, str]:
        secret = self._deployment.secret
        asked = {
            "name": name,
            "branch": self._deployment.branch,
            "secret": secret.reveal().decode() if secret else "",
        }
        return {key: value for key, value in asked.items() if value}

    def _headers(self, tag: str) -> dict[bytes, bytes]:
        bearer = self._deployment.bearer
        headers = {
            b"accept": b"application/json",
            b"accept-encoding": b"identity",
        }  # so that what arrives is what is held
        if bearer is not None:
            headers[b"authorization"] = b"Bearer " + bearer.reveal()
        if tag:
            headers[b"if-none-match"] = tag.encode()
        return headers


def _hint(status: int, why: str) -> str:
    """What to check: if DagNet names GitHub, its own access to the repository failed."""
    if "github" in why.casefold():
        return "; this is DagNet's own access to GitHub, look at the deployment's credentials there"
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return "; look at graphs_secret (DagNet's SHARE_SECRET) and graphs_bearer"
    return ""


async def _read(answer: "httpx.Response", most: int) -> bytes:
    """The body. Raises `FileUnreadable` if it is larger than `most` bytes or compressed."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise FileUnreadable(
            "cannot be fetched: the deployment answers in an encoding that was not asked for"
        )
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part
        if len(body) > most:
            raise FileUnreadable(
                f"cannot be fetched: the answer is larger than {most // 1024} KB, the most that "
                "is read"
            )
    return bytes(body)


def _tag(answer: "httpx.Response") -> str:
    tag: str = answer.headers.get("etag", "")
    return tag if len(tag) <= _MAX_TAG and tag.isascii() and tag.isprintable() else ""


RETRY_SECONDS = 5.0  # between rounds while a source has no graph yet
_ABSENT = "is not there: the deployment has no such graph, or may not read its repository"


class DeploymentSource:
    """A `WorkspaceSource` over a deployment.

    `definitions` is a folder of events and nodes with `layout`; `now` is a monotonic clock in
    seconds. A graph that the deployment no longer has is removed while it still has others. If it
    has none, its access to the repository is probably broken, so all graphs stay.
    """

    def __init__(
        self,
        deployment: Deployment,
        definitions: Path | None = None,
        *,
        asking: DeploymentClient | None = None,
        now: Callable[[], float] = time.time,
        deny: Iterable[str] = (),
        layout: Folders = DEFAULT_FOLDERS,
    ) -> None:
        self._deployment = deployment
        self._asking = asking or DeploymentClient(deployment)
        self._definitions = _Definitions(definitions, layout) if definitions is not None else None
        self._now = now
        self._asked: float | None = None
        self._shelf = LastGoodCatalogue(deny)
        self._taken: tuple[Mapping[str, Answer], FolderSnapshot] | None = None

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue as last read."""
        return self._shelf.catalogue

    @property
    def is_stale(self) -> bool:
        """Whether the last round is older than the interval, or 5 s without a graph."""
        return self._asked is None or not 0 <= self._now() - self._asked < self._pause

    def load(self) -> None:
        """One round in an event loop of its own, which does not wait for a hanging DNS look-up."""
        with contextlib.closing(asyncio.new_event_loop()) as loop:
            answers = loop.run_until_complete(self._round())
            loop.run_until_complete(loop.shutdown_asyncgens())
        self._update(answers)

    async def watch(self, tell: Callable[[], None]) -> None:
        """A round per interval; more often while there is no graph yet."""
        while True:
            await asyncio.sleep(self._pause)
            if await asyncio.to_thread(self._update, await self._round()):
                tell()

    @property
    def _pause(self) -> float:
        return (
            self._deployment.interval
            if self.catalogue.graphs
            else min(RETRY_SECONDS, self._deployment.interval)
        )

    async def _round(self) -> Mapping[str, Answer]:
        answers = await self._asking.fetch_all()
        self._asked = self._now()
        return answers

    def _update(self, answers: Mapping[str, Answer]) -> bool:
        """Whether the catalogue differs; if no answer has changed nothing is parsed."""
        beside = (
            self._definitions.read()
            if self._definitions is not None
            else FolderSnapshot({}, (), exists=True)
        )
        if (answers, beside) == self._taken:
            return False
        files, errors = dict(beside.files), list(beside.errors)
        some = any(isinstance(answer, Graph) for answer in answers.values())
        for name, answer in answers.items():
            path = f"graphs/{name}.json"
            match answer:
                case Graph(content=content):
                    files[path] = content
                case Failed(why=why):
                    errors.append(FileError(path, why))
                case Absent(why=why):
                    if not self._shelf.has_seen(path) or (self._shelf.has(path) and not some):
                        errors.append(
                            FileError(path, f"{_ABSENT}, and says “{why}”" if why else _ABSENT)
                        )
        changed = self._shelf.update(FolderSnapshot(files, tuple(errors), exists=True))
        self._taken = (answers, beside)
        return changed


class _Definitions:
    """A folder's definitions, read after changes; if the folder vanishes the last ones stay."""

    def __init__(self, root: Path, layout: Folders) -> None:
        self._root = root
        self._layout = layout
        self._print: Fingerprint | None = None
        self._last = FolderSnapshot({}, (), exists=True)

    def read(self) -> FolderSnapshot:
        seen = fingerprint(
            self._root, indexed_paths(self._last.files), graphs=False, layout=self._layout
        )
        if seen != self._print or not self._last.exists:
            found = fetch(self._root, graphs=False, layout=self._layout)
            if not found.exists and self._last.files:
                kept = tuple(
                    FileError(error.file, f"{error.text}; {KEPT}") for error in found.errors
                )
                found = FolderSnapshot(self._last.files, kept, exists=False)
            self._print, self._last = seen, found
        return self._last
