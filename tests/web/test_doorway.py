"""The short way of a delivery answers as the long way does, over real sockets."""

import asyncio
import hmac
import json
from typing import Any

import pytest

from tests.support.server import SECRET, Served, serving, track

EVENT = json.dumps(track("one", "view_item")).encode()


def request(body: bytes, path: str = "/segment/webhook/web", secret: bytes = SECRET, signed: bytes | None = None, extra: str = "") -> bytes:
    """One POST as Segment writes it; `extra` headers send it the long way."""
    signature = hmac.digest(secret, body if signed is None else signed, "sha1").hex()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nX-Signature: {signature}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


LONG = "Content-Encoding: identity\r\n"


class Wire:
    """A bare connection that reads whole answers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def answer(self) -> tuple[int, dict[str, str], Any]:
        """Status, headers without the date, and the JSON body."""
        head = (await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), 20)).decode()
        status, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        headers.pop("date")
        body = await self._reader.readexactly(int(headers["content-length"]))
        return int(status.split(" ")[1]), headers, json.loads(body)

    async def ended(self) -> bool:
        """Whether the server closes the connection."""
        return await asyncio.wait_for(self._reader.read(), 20) == b""


async def connect(served: Served) -> Wire:
    return Wire(*await asyncio.open_connection("127.0.0.1", served.port))


async def asked(served: Served, *parts: bytes) -> tuple[int, dict[str, str], Any]:
    """The answer to a request that is sent in `parts`, each in a read of its own."""
    wire = await connect(served)
    for part in parts:
        wire.writer.write(part)
        await wire.writer.drain()
        await served.client.get("/healthz")
    answer = await wire.answer()
    wire.writer.close()
    return answer


@pytest.mark.parametrize(
    ("case", "sent"),
    [
        ("taken", {"body": EVENT}),
        ("not signed with the secret", {"body": EVENT, "secret": b"another"}),
        ("an unknown source", {"body": EVENT, "path": "/segment/webhook/nobody"}),
        ("not JSON", {"body": b"{nonsense"}),
        ("no event", {"body": b"{}"}),
        ("not UTF-8", {"body": b'{"type":"track","event":"\xff"}'}),
        ("nothing", {"body": b""}),
    ],
)
async def test_both_ways_answer_alike(case: str, sent: dict[str, Any]) -> None:
    """DOOR-13: status, headers and body are the same on the short way and on the long one."""
    async with serving() as served:
        await served.open()
        short = await asked(served, request(**sent))
        long = await asked(served, request(**sent, extra=LONG))
        assert short == long, case


async def test_a_repeat_by_the_other_way_is_no_news() -> None:
    """DOOR-13: both ways lead to one log and one ledger."""
    async with serving() as served:
        session = await served.open()
        for extra in ("", LONG, ""):
            assert (await asked(served, request(EVENT, extra=extra)))[0] == 200
        frames = (await served.client.get(f"/api/watch/{session['watch_session_id']}/frames", params={"wait": "1"})).json()["frames"]
        assert [event["id"] for frame in frames for event in frame.get("events", ())] == ["one"]
        doors = [frame["ledger"]["web"] for frame in frames if frame["op"] == "hello"]
        assert [(door["received"], door["taken"], door["duplicate"]) for door in doors] == [(3, 1, 2)]


async def test_a_delivery_in_pieces_takes_the_long_way() -> None:
    """DOOR-13: what has not come whole waits, within the time that a body has."""
    async with serving() as served:
        await served.open()
        whole = request(EVENT)
        assert (await asked(served, whole[:20], whole[20:-30], whole[-30:]))[0] == 200


async def test_a_batch_takes_the_long_way() -> None:
    """DOOR-13: several events are never taken in one turn of the loop."""
    async with serving() as served:
        await served.open()
        assert (await asked(served, request(b"[" + EVENT + b"]", signed=EVENT)))[0] == 200


async def test_one_connection_serves_many_deliveries() -> None:
    """DOOR-13: keep-alive, pipelining and `Connection: close` work on both ways, mixed."""
    async with serving() as served:
        await served.open()
        wire = await connect(served)
        wire.writer.write(b"".join(request(EVENT, extra=extra) for extra in ("", LONG, "", "", LONG)))
        assert [(await wire.answer())[0] for _ in range(5)] == [200] * 5
        wire.writer.write(request(EVENT) + request(EVENT, extra="Connection: close\r\n"))
        assert [(await wire.answer())[0] for _ in range(2)] == [200] * 2
        assert await wire.ended()
        wire.writer.close()


async def test_garbage_after_a_head_ends_the_connection() -> None:
    """DOOR-13: what is no HTTP is refused and cut, and the server goes on."""
    async with serving() as served:
        wire = await connect(served)
        wire.writer.write(b"POST /segment/webhook/web HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x")
        assert b"400" in await asyncio.wait_for(wire._reader.read(), 20)
        wire.writer.close()
        assert (await served.client.get("/healthz")).status_code == 200
