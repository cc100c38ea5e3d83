"""Asks a deployment for its graphs: one host, bounded in time and size, and every failure a sentence."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec

from dagnet_realtime.core.dagnet.unreadable import Unreadable
from dagnet_realtime.graphs.answers import LARGEST, Graph, graph_in, reason_in
from dagnet_realtime.model.deployment import Deployment

if TYPE_CHECKING:
    import ssl

    import httpx

ROUND_SECONDS = 4.0  # for all graphs together; Segment waits five for a delivery that a serverless process begins with
AT_ONCE = 4  # requests under way
_LONGEST_TAG = 256  # bytes of an ETag that is sent back
_LONGEST_REASON = 16 * 1024  # bytes of an answer that says what went wrong


class Absent(msgspec.Struct, frozen=True):
    """The deployment says that it has no such graph; `why` is its own reason, "" where it gives none."""

    why: str = ""


class Failed(msgspec.Struct, frozen=True):
    """`why` follows the file's name, as in an error of a file."""

    why: str


Answer = Graph | Absent | Failed


class Asking:
    """Remembers of every graph what it was, so that what has not changed is not sent again. `seconds` bound one round."""

    def __init__(self, deployment: Deployment, seconds: float = ROUND_SECONDS) -> None:
        self._deployment = deployment
        self._seconds = seconds
        self._had: dict[str, tuple[str, Graph]] = {}
        self._tls: ssl.SSLContext | bool = False

    async def round(self) -> Mapping[str, Answer]:
        """Asks for every graph, by name; never raises. Which loop it runs in is no matter."""
        import httpx  # 0.2 s of processor time that nobody without a deployment should wait for

        logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines would tell addresses, and DagNet's secret is part of them
        secure = self._deployment.url.startswith("https:")
        self._tls = self._tls or (httpx.create_ssl_context() if secure else False)  # takes 20 ms, so it is made once
        late = Failed(f"cannot be fetched: the deployment did not answer within {self._seconds:g} s")
        found: dict[str, Answer] = dict.fromkeys(self._deployment.names, late)
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(name: str) -> None:
            async with slots:
                found[name] = await self._one(client, name)

        async with httpx.AsyncClient(timeout=self._seconds, verify=self._tls, trust_env=secure, follow_redirects=False) as client:
            with contextlib.suppress(TimeoutError):  # who has not answered by then is late
                async with asyncio.timeout(self._seconds), asyncio.TaskGroup() as tasks:
                    for name in self._deployment.names:
                        tasks.create_task(one(name))
        return found

    async def _one(self, client: "httpx.AsyncClient", name: str) -> Answer:
        import httpx

        tag, had = self._had.get(name, ("", None))
        try:
            async with client.stream("GET", self._deployment.url, params=self._query(name), headers=self._headers(tag)) as answer:
                if answer.status_code == HTTPStatus.NOT_MODIFIED and had is not None:
                    return had
                if answer.status_code == HTTPStatus.NOT_FOUND:
                    self._had.pop(name, None)
                    return Absent(await self._reason(answer))
                graph = graph_in(await self._body(answer))
        except Unreadable as error:
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
        """Raises `Unreadable` for whatever is no plain answer of a bearable size."""
        status = answer.status_code
        if 300 <= status < 400:
            elsewhere = "the deployment sends elsewhere, which is not followed; give its final address as graphs_url"
            raise Unreadable(f"cannot be fetched: {elsewhere}")
        if status != HTTPStatus.OK:
            why = await self._reason(answer)
            refuses = status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
            said = f"the deployment refuses ({status})" if refuses else f"the deployment answers {status}"
            raise Unreadable(f"cannot be fetched: {said}{f' and says “{why}”' if why else ''}{_hint(status, why)}")
        return await _read(answer, LARGEST)

    async def _reason(self, answer: "httpx.Response") -> str:
        """What the deployment says for itself, unless it repeats a secret of ours."""
        try:
            why = reason_in(await _read(answer, _LONGEST_REASON))
        except Unreadable:
            return ""
        secrets = (self._deployment.secret, self._deployment.bearer)
        return "" if any(one is not None and one.reveal().decode(errors="replace") in why for one in secrets) else why

    def _query(self, name: str) -> dict[str, str]:
        secret = self._deployment.secret
        asked = {"name": name, "branch": self._deployment.branch, "secret": secret.reveal().decode() if secret else ""}
        return {key: value for key, value in asked.items() if value}

    def _headers(self, tag: str) -> dict[bytes, bytes]:
        bearer = self._deployment.bearer
        headers = {b"accept": b"application/json", b"accept-encoding": b"identity"}  # so that what arrives is what is held
        if bearer is not None:
            headers[b"authorization"] = b"Bearer " + bearer.reveal()
        if tag:
            headers[b"if-none-match"] = tag.encode()
        return headers


def _hint(status: int, why: str) -> str:
    """What to look at: where DagNet speaks of GitHub, it is its own access to the repository that failed."""
    if "github" in why.casefold():
        return "; this is DagNet's own access to GitHub, look at the deployment's credentials there"
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return "; look at graphs_secret (DagNet's SHARE_SECRET) and graphs_bearer"
    return ""


async def _read(answer: "httpx.Response", most: int) -> bytes:
    """The body as it was sent; raises `Unreadable` where it is longer than `most` bytes or packed."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise Unreadable("cannot be fetched: the deployment answers in an encoding that was not asked for")
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part
        if len(body) > most:
            raise Unreadable(f"cannot be fetched: the answer is larger than {most // 1024} KB, the most that is read")
    return bytes(body)


def _tag(answer: "httpx.Response") -> str:
    tag: str = answer.headers.get("etag", "")
    return tag if len(tag) <= _LONGEST_TAG and tag.isascii() and tag.isprintable() else ""
