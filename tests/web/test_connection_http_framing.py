"""Request framing over real sockets: what follows a request is never run as part of it."""

import asyncio
import contextlib
from typing import Any

import pytest

from dagnet_realtime.web.connection_stats import CUT, ConnectionStats
from tests.web.test_connection import (
    HEAD,
    NEVER,
    Scene,
    eventually,
    hello,
    rest,
    serving,
    told,
    whole,
)

INNER = b"GET /inner HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(INNER), INNER)


class Heard:
    """An app that remembers what it was asked, with which headers, and answers with the path; `reads` says whether it awaits bodies."""

    def __init__(self, *, reads: bool = True) -> None:
        self._reads = reads
        self.paths: list[str] = []
        self.headers: list[tuple[bytes, bytes]] = []
        self.left = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.paths.append(scope["path"])
        more = self._reads
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.left += 1
                return
            more = message["more_body"]
        self.headers += scope["headers"]
        body = scope["path"].encode()
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-length", b"%d" % len(body))],
            }
        )
        await send({"type": "http.response.body", "body": body})


async def asked(scene: Scene, *parts: bytes) -> bytes:
    """All that comes back until the server closes; each part comes in a read of its own."""
    reader, writer = await scene.wire()
    answer = asyncio.create_task(rest(reader))
    for part in parts:
        with contextlib.suppress(ConnectionError):
            writer.write(part)
            await writer.drain()
        await scene.until_cut(
            HEAD + b"Connection: close\r\n\r\n"
        )  # the part was read before this was answered
    await answer
    writer.transport.abort()
    return answer.result()


def cuts(request: bytes) -> list[tuple[bytes, ...]]:
    """Cuts of a request: none, after its head if it has a body, in the middle of its head, and byte
    by byte around the head's end.
    """
    end = request.index(b"\r\n\r\n") + 4
    return [
        (request,),
        (request[:end], request[end:]),
        (request[: end // 2], request[end // 2 :]),
        (request[: end - 1], request[end - 1 : end], request[end : end + 1], request[end + 1 :]),
    ]


UPGRADES = [
    b"Connection: Upgrade\r\nUpgrade: %b\r\n" % value
    for value in (b"websocket", b"foo", b"h2c", b"TLS/1.0", b"websocket, foo", b"HTTP/2.0")
] + [
    b"Upgrade: foo\r\nConnection: keep-alive, upgrade\r\n",
    b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
    b"uPGRADE: foo\r\ncONNECTION: uPGRADE\r\n",
    b"Upgrade: foo\r\nProxy-Connection: upgrade\r\n",
]


@pytest.mark.parametrize("asks", UPGRADES)
@pytest.mark.parametrize(
    "framed",
    [
        b"Content-Length: %d\r\n\r\n" % len(INNER) + INNER,
        b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    ],
)
async def test_an_upgrade_with_a_body_is_refused(asks: bytes, framed: bytes) -> None:
    """CON-7: the parser would not read the body, a proxy passes it on; the answer names the cause, and nothing of it is run."""
    app = Heard()
    async with serving(app, NEVER) as scene:
        for parts in cuts(b"POST /outer HTTP/1.1\r\nHost: x\r\n" + asks + framed):
            app.paths.clear()
            status, problem = told(await asked(scene, *parts))
            assert (status, problem["code"]) == (400, "invalid")
            assert "upgrade" in problem["title"]
            assert "Upgrade header" in problem["remedy"]
            assert set(app.paths) == {"/"}


@pytest.mark.parametrize("asks", UPGRADES)
@pytest.mark.parametrize("empty", [b"", b"Content-Length: 0\r\n"])
async def test_an_upgrade_without_a_body_is_answered_and_the_connection_ends(
    asks: bytes, empty: bytes
) -> None:
    """CON-7: it is answered as HTTP/1.1, which every such client speaks; what follows it is
    discarded.
    """
    app = Heard()
    async with serving(app, NEVER) as scene:
        for parts in cuts(b"GET /outer HTTP/1.1\r\nHost: x\r\n" + asks + empty + b"\r\n" + INNER):
            app.paths.clear()
            answer = await asked(scene, *parts)
            assert answer.startswith(b"HTTP/1.1 200")
            assert b"\r\nconnection: close\r\n" in answer
            assert answer.endswith(b"\r\n\r\n/outer")
            assert set(app.paths) == {"/", "/outer"}


@pytest.mark.parametrize(
    "asks",
    [
        b"Upgrade: foo\r\n",
        b"Connection: upgrade\r\n",
        b"Connection: upgrade\r\nUpgrade:\r\n",
        b"Connection: close, x\r\nUpgrade: foo\r\n",
    ],
    ids=["no Connection", "no Upgrade", "an empty one", "another Connection"],
)
async def test_what_only_looks_like_an_upgrade_has_its_body(asks: bytes) -> None:
    """CON-7: there the parser reads the body as every proxy does."""
    app = Heard()
    async with serving(app, NEVER) as scene:
        head = (
            b"POST /outer HTTP/1.1\r\nHost: x\r\n"
            + asks
            + b"Content-Length: %d\r\n\r\n" % len(INNER)
        )
        text = await asked(scene, head + INNER + HEAD + b"Connection: close\r\n\r\n")
        assert text.startswith(b"HTTP/1.1 200")
        assert "/inner" not in app.paths


@pytest.mark.parametrize(
    "head",
    [
        b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT /outer HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /outer HTTP/2.0\r\nHost: x\r\n\r\n",
        b"GET /outer HTTP/0.9\r\n\r\n",
        b"GET /outer\r\n\r\n",
        b"POST /outer HTTP/2.0\r\nContent-Length: 4\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
async def test_a_head_of_another_protocol_ends_the_connection(head: bytes) -> None:
    """CON-7: a tunnel, HTTP/2's preface, another version or TLS is refused, and what follows it is
    not run.
    """
    app = Heard()
    async with serving(app, NEVER) as scene:
        for parts in cuts(head + INNER):
            app.paths.clear()
            status, problem = told(await asked(scene, *parts))
            assert (status, problem["code"]) == (400, "invalid")
            assert set(app.paths) == {"/"}


@pytest.mark.parametrize(
    "version",
    [
        b"1.1\r\nConnection: close",
        b"1.0",
        b"1.0\r\nConnection: keep-alive",
        b"1.1\r\nProxy-Connection: close",
    ],
)
async def test_what_comes_behind_a_last_request_is_thrown_away(version: bytes) -> None:
    """CON-7: a request that ends its connection is its last one; bytes behind it are discarded."""
    app = Heard()
    async with serving(app, NEVER) as scene:
        for behind in (INNER, b"nonsense\r\n\r\n", b"\x00" * 100):
            app.paths.clear()
            answer = await asked(
                scene, b"GET /outer HTTP/" + version + b"\r\nHost: x\r\n\r\n" + behind
            )
            assert answer.startswith(b"HTTP/1.1 200")
            assert answer.endswith(b"/outer")
            assert set(app.paths) == {"/", "/outer"}


@pytest.mark.parametrize(
    "behind",
    [
        b"nonsense\r\n\r\n",
        b"POST /2 HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n",
        b"POST /2 HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: foo\r\nContent-Length: 1\r\n\r\na",
        b"GET /2 HTTP/1.1\r\nX: " + b"a" * 40_000 + b"\r\n\r\n",
    ],
    ids=["nonsense", "two lengths", "a broken chunk", "an upgrade", "a large head"],
)
async def test_requests_before_a_refused_one_are_answered(behind: bytes) -> None:
    """CON-7: they are answered in order, then a refusal ends the connection; the app does not see
    the refused request.
    """
    app = Heard()
    async with serving(app, NEVER) as scene:
        answer = await asked(
            scene, b"GET /0 HTTP/1.1\r\nHost: x\r\n\r\nGET /1 HTTP/1.1\r\nHost: x\r\n\r\n" + behind
        )
        first, second, third = answer.split(b"HTTP/1.1 ")[1:]
        assert (first[:3], second[:3]) == (b"200", b"200")
        assert (first[-2:], second[-2:]) == (b"/0", b"/1")
        assert third[:3] == (b"431" if b"aaa" in behind else b"400")
        assert "/2" not in app.paths


async def test_a_body_that_turns_out_malformed_is_taken_back() -> None:
    """CON-7: the app that waits for the rest of it hears that its sender has left, and the sender why."""
    app = Heard()
    async with serving(app, NEVER) as scene:
        answer = await asked(
            scene,
            b"POST /outer HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
            b"no size\r\n",
        )
        assert told(answer)[0] == 400
        await eventually(lambda: app.left == 1)
        assert scene.traffic.malformed == 1


async def test_a_refusal_reaches_a_sender_that_still_writes() -> None:
    """CON-7: the connection is not torn down under it, within a bound of bytes and of time."""
    async with serving(hello, NEVER) as scene:
        reader, writer = await scene.wire(
            b"POST / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3000000\r\n\r\n"
        )
        for _ in range(30):
            writer.write(b"x" * 100_000)
            await writer.drain()
        assert told(await rest(reader))[0] == 400
        writer.transport.abort()


@pytest.mark.parametrize(
    "sent",
    [b"X-Forwarded-Email: boss@example.com\r\n", b"a: b\r\n" * 50 + b"Authorization: Bearer x\r\n"],
)
async def test_the_fields_of_a_trailer_are_no_headers(sent: bytes) -> None:
    """CON-3: a proxy that clears a header of what clients send passes their trailers on."""
    app = Heard()
    async with serving(app, NEVER) as scene:
        head = b"POST /outer HTTP/1.1\r\nConnection: close\r\nTrailer: X-Forwarded-Email\r\nTransfer-Encoding: chunked\r\n\r\n"
        for parts in cuts(head + b"1\r\na\r\n0\r\n" + sent + b"\r\n"):
            app.headers.clear()
            assert (await asked(scene, *parts)).startswith(b"HTTP/1.1 200")
            assert not {b"x-forwarded-email", b"a", b"authorization"} & {
                name for name, _ in app.headers
            }


@pytest.mark.parametrize(
    "sent", [b"X: " + b"a" * 40_000 + b"\r\n\r\n", b"X: " + b"a" * 2_000_000, b"a: b\r\n" * 10_000]
)
async def test_a_trailer_is_bounded_as_a_head_is(sent: bytes) -> None:
    """CON-3: what is sent beyond that ends the connection."""
    async with serving(whole, NEVER) as scene:
        await scene.until_cut(
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n" + sent
        )
        assert scene.traffic.large == 1


async def test_space_around_a_value_is_no_part_of_it() -> None:
    """CON-7: spaces and tabs before and after a value are removed."""
    app = Heard()
    async with serving(app, NEVER) as scene:
        request = b"POST /outer HTTP/1.1\r\nConnection: close \t\r\nX-A: \t a b \t \r\nContent-Length: 1 \t\r\n\r\na"
        assert (await asked(scene, request)).startswith(b"HTTP/1.1 200")
        assert (b"x-a", b"a b") in app.headers
        assert (b"content-length", b"1") in app.headers


@pytest.mark.parametrize("size", [32_768, 32_769])
async def test_how_a_head_is_cut_does_not_matter(size: int) -> None:
    """CON-3: its bytes count as they came, in one read or in many, padding included."""
    async with serving(hello, NEVER) as scene:
        for padding in (b"a", b" "):
            head = HEAD + b"Connection: close\r\nX: "
            request = head + padding * (size - len(head) - 4) + b"\r\n\r\n"
            statuses = {
                (await asked(scene, *parts))[9:12]
                for parts in ((request,), (request[:9], request[9:]), (request[:-1], request[-1:]))
            }
            assert statuses == {b"200" if size == 32_768 else b"431"}


async def test_an_app_hears_that_its_client_left_with_another_request_behind() -> None:
    """CON-7: the one whose turn it is, not only the newest."""
    left = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()  # the end of a body that there is not
        await receive()
        left.set()

    async with serving(app, NEVER) as scene:
        _, writer = await scene.wire(HEAD + b"\r\n" + HEAD + b"\r\n")
        await scene.until_cut(b"nonsense\r\n\r\n")
        writer.transport.abort()
        await left.wait()


def test_every_reason_has_its_count() -> None:
    """CON-5: a connection is cut for one of them."""
    traffic = ConnectionStats(limit=5)
    for reason in CUT:
        traffic.record_cut(reason)
    assert [getattr(traffic, reason) for reason in CUT] == [1] * len(CUT)
