"""The fast path of a delivery answers as the ordinary way does, over real sockets."""

import asyncio
import contextlib
import functools
import hmac
import itertools
import json
import re
import socket
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
from uvicorn.server import ServerState

from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.frame import IngestCounters
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Source, Workspace
from dagnet_realtime.ports.storage import LogSlice
from dagnet_realtime.web.connection import (
    ConnectionLimits,
    ConnectionStats,
    LimitedHttpProtocol,
    connection,
    fast_path,
)
from tests.hub.stage import POLICY, SHOP
from tests.support.clock import settle
from tests.support.server import SECRET, Served, label_of, serving, track
from tests.support.tries import tries
from tests.web.stage import WebStage

EVENT = json.dumps(track("one", "view_item")).encode()


def request(
    body: bytes,
    path: str = "/segment/webhook/web",
    secret: bytes = SECRET,
    signed: bytes | None = None,
    extra: str = "",
) -> bytes:
    """One POST as Segment writes it; `extra` headers keep it off the fast path."""
    signature = hmac.digest(secret, body if signed is None else signed, "sha1").hex()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nX-Signature: {signature}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


ORDINARY = "Content-Encoding: identity\r\n"


class Wire:
    """A bare connection that reads whole answers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def answer(self) -> tuple[int, dict[str, str], Any]:
        """Status, headers without the date, and the JSON body."""
        head = (await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), 20)).decode()
        status, *lines = head.strip().split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines)
        }
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
    """DOOR-11: status, headers and body are the same on the fast path and on the long one."""
    async with serving() as served:
        await served.open()
        short = await asked(served, request(**sent))
        long = await asked(served, request(**sent, extra=ORDINARY))
        assert short == long, case


async def test_a_repeat_by_the_other_way_is_no_news() -> None:
    """DOOR-11: both ways share one log and one ledger."""
    async with serving() as served:
        session = await served.open()
        for extra in ("", ORDINARY, ""):
            assert (await asked(served, request(EVENT, extra=extra)))[0] == 200
        frames = (
            await served.client.get(
                f"/api/watch/{session['watch_session_id']}/frames", params={"wait": "1"}
            )
        ).json()["frames"]
        assert [label_of(event["id"]) for frame in frames for event in frame.get("events", ())] == [
            "one"
        ]
        doors = [frame["ledger"]["web"] for frame in frames if frame["op"] == "hello"]
        assert [(door["received"], door["taken"], door["duplicate"]) for door in doors] == [
            (3, 1, 2)
        ]


async def test_a_delivery_in_pieces_takes_the_long_way() -> None:
    """DOOR-11: what has not come whole waits, within the time that a body has."""
    async with serving() as served:
        await served.open()
        whole = request(EVENT)
        assert (await asked(served, whole[:20], whole[20:-30], whole[-30:]))[0] == 200


async def test_a_batch_takes_the_long_way() -> None:
    """DOOR-11: several events are never taken in one turn of the loop."""
    async with serving() as served:
        await served.open()
        assert (await asked(served, request(b"[" + EVENT + b"]", signed=EVENT)))[0] == 200


async def test_one_connection_serves_many_deliveries() -> None:
    """DOOR-11: keep-alive, pipelining and `Connection: close` work on both ways, mixed."""
    async with serving() as served:
        await served.open()
        wire = await connect(served)
        wire.writer.write(
            b"".join(request(EVENT, extra=extra) for extra in ("", ORDINARY, "", "", ORDINARY))
        )
        assert [(await wire.answer())[0] for _ in range(5)] == [200] * 5
        wire.writer.write(request(EVENT) + request(EVENT, extra="Connection: close\r\n"))
        assert [(await wire.answer())[0] for _ in range(2)] == [200] * 2
        assert await wire.ended()
        wire.writer.close()


async def test_garbage_after_a_head_ends_the_connection() -> None:
    """DOOR-11: what is no HTTP is refused and cut, and the server goes on."""
    async with serving() as served:
        wire = await connect(served)
        wire.writer.write(
            b"POST /segment/webhook/web HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x"
        )
        assert b"400" in await asyncio.wait_for(wire._reader.read(), 20)
        wire.writer.close()
        assert (await served.client.get("/healthz")).status_code == 200


# What follows compares the two ways, request by request, over sockets of one loop.

DATE = [(b"date", b"Mon, 02 Mar 2026 12:00:00 GMT")]
EVENTS = (
    EVENT,
    b'{"type":"track","event":"\\ud800 \xc3\xa9"}',
    b"{}",
    b"{nonsense",
    b'{"type":"identify"',
    b'{"type":"track","event":"\xff"}',
)
BODIES = (
    *EVENTS,
    b"[" + EVENT + b"]",
    b"[]",
    b" " + EVENT,
    b"\xef\xbb\xbf" + EVENT,
    b"",
    b"a=b",
    b'{"body":"a=b"}',
    b'"text"',
    b"{" + b" " * 70_000,
)
LINES = (
    *(b"X-A: " + bytes([code]) for code in (*range(32), 127, 128, 255)),
    *(b"X-A: " + b"a" * size for size in (4_200, 16_000, 32_300, 33_000, 60_000)),
    *(b"X-A:" + b" " * size + b"a" for size in (33_000, 60_000)),
    b"\r\n".join(b"X-%d: a" % number for number in range(96)),
    b"\r\n".join(b"X-%d: a" % number for number in range(101)),
    b"Connection: close",
    b"connection: Keep-Alive",
    b"Connection: keep-alive, close",
    b"Connection: upgrade",
    b"Connection: Upgrade\r\nUpgrade: foo",
    b"Upgrade: h2c",
    b"Proxy-Connection: close",
    b"Proxy-Connection: keep-alive",
    b"Keep-Alive: timeout=1",
    b"Expect: 100-continue",
    b"Expect: 200-ok",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: identity",
    b"Transfer-Encoding: gzip, chunked",
    b"Content-Encoding: gzip",
    b"Content-Encoding: identity",
    b"Content-Encoding:",
    b"Content-Length: 5",
    b"Content-Length: +5",
    b"content-length: 0",
    b"X-Signature: nonsense",
    b"x-signature: " + b"a" * 40,
    b"X_Signature: a",
    b"X-Signature : a",
    b" folded",
    b"Host: y",
    b"Authorization: Basic YTo=",
    b"no colon",
    b": no name",
    b"",
)
TARGETS = (
    b"/segment/webhook/web",
    b"/segment/webhook/nobody",
    b"/segment/webhook/",
    b"/segment/webhook/web/",
    b"/segment/webhook/web?a=b",
    b"/segment/webhook/we%62",
    b"/segment/webhook/web#a",
    b"//segment/webhook/web",
    b"http://x/segment/webhook/web",
    b"/segment/webhook/" + b"a" * 300,
    b"/segment/webhook/\xc3\xa9",
    b"/elsewhere",
    b"*",
)
LENGTHS = (
    b"%d",
    b"0%d",
    b" %d \t",
    b"00000000%d",
    b"+%d",
    b"%d, %d",
    b"0x%x",
    b"%d.0",
    b"-%d",
    b"1%d",
    b"99999999%d",
    b"",
)


METHODS = (b"POST", b"PUT", b"PATCH", b"GET", b"HEAD", b"OPTIONS", b"post", b"CONNECT", b"SOURCE")
VERSIONS = (
    b"HTTP/1.1",
    b"HTTP/1.0",
    b"HTTP/2.0",
    b"HTTP/0.9",
    b"http/1.1",
    b"HTTP/1.1 ",
    b"RTSP/1.0",
    b"",
)


def delivery(
    *lines: bytes,
    body: bytes = EVENT,
    length: bytes = b"%d",
    method: bytes = b"POST",
    target: bytes = TARGETS[0],
    version: bytes = b"HTTP/1.1",
) -> bytes:
    """A delivery as Segment sends it but for what is given; `lines` stand between its signature and its length."""
    signed = hmac.digest(SECRET, EVENT if body.startswith(b"[") else body, "sha1").hex().encode()
    ends = [b"Content-Length: " + length % ((len(body),) * length.count(b"%"))] if length else []
    head = b"\r\n".join(
        (
            method + b" " + target + b" " + version,
            b"Host: x",
            b"X-Signature: " + signed,
            *lines,
            *ends,
        )
    )
    return head + b"\r\n\r\n" + body


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """One request: mostly a delivery as Segment sends it, with some of what might be told apart."""
    body = draw(st.sampled_from(BODIES) | st.binary(max_size=40).map(lambda more: b"{" + more))
    return delivery(
        *draw(st.lists(st.sampled_from(LINES), max_size=2)),
        body=body,
        length=draw(st.sampled_from((b"%d",) * 20 + LENGTHS)),
        method=draw(st.sampled_from((b"POST",) * 8 + METHODS)),
        target=draw(st.sampled_from((TARGETS[0],) * 10 + TARGETS)),
        version=draw(st.sampled_from((b"HTTP/1.1",) * 8 + VERSIONS)),
    )


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """One to three requests behind one another, with up to two bytes of them changed, lost or doubled."""
    data = b"".join(draw(st.lists(requests(), min_size=1, max_size=3)))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, min(len(data), 600) - 1))
        put = draw(
            st.sampled_from(
                (b"", b"\0", b"\r", b"\n", b"\r\n", b" ", b"\t", b"\x7f", b":", b"\x0b")
            )
            | st.binary(min_size=1, max_size=1)
        )
        data = data[:at] + put + data[at + draw(st.integers(0, 1)) :]
    return data


class Ways:
    """The whole app behind each of the protocol classes, watched, and whether it waits for more of a body."""

    def __init__(self) -> None:
        source = Source(id="web", channel=SHOP, kind="webhook", secrets=(Secret(SECRET),))
        self._stage = WebStage(
            workspaces=[Workspace(channel=SHOP, path=".", policy=POLICY, sources=(source,))]
        )
        self.intake = self._stage.parts.intake
        self._running = self._waiting = 0
        self._config = uvicorn.Config(
            self._app, lifespan="off", interface="asgi3", log_config=None, access_log=False
        )
        bounds = ConnectionLimits(head_seconds=600, idle_seconds=600)
        self.ordinary: type[LimitedHttpProtocol] = connection(
            bounds, ConnectionStats(), self.intake.now
        )
        self.fast: type[LimitedHttpProtocol] = fast_path(
            self.intake, bounds, ConnectionStats(), waits=False
        )
        self.waiting: type[LimitedHttpProtocol] = fast_path(
            self.intake, bounds, ConnectionStats(), waits=True
        )

        self.clock, self.log = self._stage.clock, self._stage.log

    async def watch(self) -> Position:
        return await self.log.acquire_lease(SHOP, "a viewer", 600)

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        async def waits() -> Any:
            self._waiting += 1
            try:
                return await receive()
            finally:
                self._waiting -= 1

        self._running += 1
        try:
            await self._stage.app(scope, waits, send)
        finally:
            self._running -= 1

    async def _quiet(self) -> None:
        """Waits until every running app waits for more to come."""
        turns = 0
        while turns < 4:
            await asyncio.sleep(0)
            turns = turns + 1 if self._running == self._waiting else 0

    async def alike(self, *cuts: Sequence[bytes]) -> tuple[bytes, bool]:
        """What all ways answer to the same bytes, however they are cut. A delivery is ingested by all, or by none."""
        door = self.intake.ingest_counters(SHOP)["web"]
        found = set()
        for parts in cuts:
            for way in (self.ordinary, self.fast, self.waiting):
                before = door.received
                found.add((await self.answers(way, parts), door.received - before))
        assert len(found) == 1, (cuts, found)
        return found.pop()[0]

    async def answers(
        self, way: type[LimitedHttpProtocol], parts: Sequence[bytes], pause: float = 0
    ) -> tuple[bytes, bool]:
        """What is answered to `parts`, each in a read of its own, `pause` seconds apart, and whether the connection ends."""
        state = ServerState()
        state.default_headers = DATE
        here, there = socket.socketpair()
        here.settimeout(0)
        with here:
            make = functools.partial(way, self._config, state, {})
            transport, protocol = await asyncio.get_running_loop().connect_accepted_socket(
                make, there
            )
            for part in parts:
                if not transport.is_closing():
                    protocol.data_received(part)
                await self._quiet()
                if pause:
                    await self.clock.advance(pause)
            found, ended = taken(here)
            transport.abort()
            await self._quiet()
        return found, ended


def taken(here: socket.socket) -> tuple[bytes, bool]:
    """All that has come, and whether it has ended."""
    found = b""
    while True:
        try:
            more = here.recv(1_000_000)
        except BlockingIOError:
            return found, False
        except ConnectionError:
            return found, True
        if not more:
            return found, True
        found += more


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """`data` in parts that end at the places."""
    ends = sorted({place % len(data) for place in places} - {0})
    return [data[start:end] for start, end in itertools.pairwise((0, *ends, len(data)))]


ODD = (
    delivery(),
    *(delivery(line) for line in LINES),
    *(delivery(body=body) for body in BODIES),
    *(delivery(body=body).replace(b"X-Signature: ", b"X-Signature: 0") for body in BODIES),
    *(delivery(length=length) for length in LENGTHS),
    *(delivery(target=target) for target in TARGETS),
    *(delivery(method=method) for method in METHODS),
    *(delivery(version=version) for version in VERSIONS),
    *(delivery(b"Connection: keep-alive", version=version) for version in VERSIONS),
    *(
        delivery().replace(name, name.upper())
        for name in (b"X-Signature", b"Content-Length", b"Host")
    ),
    *(
        delivery().replace(name, name.lower())
        for name in (b"X-Signature", b"Content-Length", b"Host")
    ),
    delivery().replace(b"\r\n", b"\n"),
    delivery().replace(b"X-Signature: ", b"X-Signature:"),
    delivery().replace(b"X-Signature: ", b"X-Signature: \t "),
    delivery().replace(b"Host: x\r\n", b""),
    delivery(body=b"").replace(b"Content-Length: 0\r\n", b""),
    delivery(
        b"Transfer-Encoding: chunked",
        length=b"",
        body=b"%x\r\n%b\r\n0\r\n\r\n" % (len(EVENT), EVENT),
    ).replace(
        hmac.digest(SECRET, b"%x\r\n%b\r\n0\r\n\r\n" % (len(EVENT), EVENT), "sha1").hex().encode(),
        hmac.digest(SECRET, EVENT, "sha1").hex().encode(),
    ),
)


async def test_each_oddity_is_answered_alike() -> None:
    """DOOR-11, CON-3: both ways answer odd characters, heads, framing, targets, methods, versions
    and bodies alike, whole and cut.
    """
    ways = Ways()
    await ways.watch()
    statuses = set()
    for sent in ODD:
        end = sent.find(b"\r\n\r\n")
        for parts in (
            [sent],
            [sent + delivery()],
            [sent + b"x"],
            *(cut(sent, [place]) for place in (1, end, end + 4, end + 9)),
        ):
            statuses.add((await ways.alike(parts))[0][9:12])
    assert {b"200", b"400", b"401", b"404", b"405", b"413", b"431"} <= statuses


async def test_a_delivery_cut_at_any_byte_is_answered_alike() -> None:
    """DOOR-11: between any two of its bytes another read may begin."""
    ways = Ways()
    await ways.watch()
    for sent in (
        delivery(),
        delivery(b"Connection: close"),
        delivery(body=b"{}"),
        delivery() + delivery(body=b"{nonsense"),
    ):
        whole = await ways.answers(ways.ordinary, [sent])
        for place in range(len(sent)):
            for way in (ways.fast, ways.waiting):
                assert await ways.answers(way, cut(sent, [place])) == whole, place


async def test_a_slow_head_puts_its_event_no_later() -> None:
    """SEG-5: our clock is read at the head's first byte, on the fast path and beside it, on every request of a connection."""
    body = json.dumps({"type": "track", "event": "view_item", "userId": "u"})
    for name in ("fast", "waiting", "ordinary"):
        ways = Ways()
        at = await ways.watch()
        way, began = getattr(ways, name), ways.clock.now()
        whole, second = request(body.replace("u", "v").encode()), request(body.encode())
        cuts = [whole[:1], whole[1:30], whole[30:] + second[:1], second[1:]]
        answers, _ = await ways.answers(way, cuts, 3)
        assert answers.count(b" 200 OK") == 2
        found = await ways.log.read(SHOP, at, 10, 0)
        assert isinstance(found, LogSlice)
        assert [one.occurred_at - began for one in found.entries] == [0, 6_000]
        assert [one.arrived_at - began for one in found.entries] == [6_000, 9_000], (
            "lag is measured when all of it is here"
        )


@tries(100)
@given(damaged(), st.lists(st.integers(0, 2000), max_size=3))
async def test_no_request_is_answered_differently_by_the_fast_path(
    data: bytes, places: list[int]
) -> None:
    """DOOR-11, CON-3: both ways answer alike, whole or cut anywhere, damaged or behind others; both
    take a delivery or neither does.
    """
    ways = Ways()
    await ways.watch()
    parts = cut(data, places)
    if b"transfer-encoding" in data.lower():  # what is wrong in a chunk may come after the answer
        await ways.alike(parts)
    else:
        await ways.alike(parts, [data])


class Held:
    """One connection of the way that waits, over a log that appends only once `gate` is open."""

    def __init__(self, ways: Ways, here: socket.socket) -> None:
        self.ways = ways
        self.here = here
        self.state = ServerState()
        self.state.default_headers = DATE
        self.gate = asyncio.Event()
        append = ways.log.append

        async def held(*given: Any) -> Any:
            await self.gate.wait()
            return await append(*given)

        ways.log.append = held  # type: ignore[method-assign]

    async def connect(self, there: socket.socket) -> None:
        self.here.settimeout(0)
        make = functools.partial(self.ways.waiting, self.ways._config, self.state, {})
        self.transport, self.protocol = await asyncio.get_running_loop().connect_accepted_socket(
            make, there
        )

    async def send(self, data: bytes) -> tuple[bytes, bool]:
        """What has been answered by then, and whether the connection has ended."""
        self.protocol.data_received(data)
        await settle()
        return taken(self.here)

    async def open_gate(self) -> tuple[bytes, bool]:
        self.gate.set()
        await settle()
        return taken(self.here)

    @property
    def counters(self) -> IngestCounters:
        return self.ways.intake.ingest_counters(SHOP)["web"]


@contextlib.asynccontextmanager
async def held_delivery() -> AsyncIterator[Held]:
    ways = Ways()
    await ways.watch()
    here, there = socket.socketpair()
    with here:
        held = Held(ways, here)
        await held.connect(there)
        yield held
        held.transport.abort()
        await settle()


async def test_requests_behind_a_delivery_that_waits_are_answered_after_it() -> None:
    """DOOR-11: answers keep the order of requests, in the same read or later ones, however long the
    log takes.
    """
    async with held_delivery() as held:
        assert await held.send(delivery() + delivery(body=b"{}")) == (b"", False)
        assert await held.send(delivery(method=b"GET")) == (b"", False)
        held.protocol.timeout_keep_alive_handler()
        assert not held.transport.is_closing(), "a busy connection is not idle"
        answers, ended = await held.open_gate()
        assert re.findall(rb"HTTP/1.1 ([0-9]+)", answers) == [b"200", b"400", b"405"]
        assert not ended
        assert (await held.send(delivery(body=b"{}")))[0].startswith(b"HTTP/1.1 400")
        assert held.protocol.timeout_keep_alive_task, "it is closed once it is idle for long"
        assert held.state.total_requests == 4
        assert not held.state.tasks


async def test_a_connection_is_idle_from_its_last_answer() -> None:
    """CON-1: idleness counts from the last answer, and a delivery that waits for the log is not
    idle.
    """
    async with held_delivery() as held:
        await held.send(b"")
        timer = held.protocol.timeout_keep_alive_task
        await held.send(delivery())
        held.protocol.waiting_since -= 1000
        held.protocol.timeout_keep_alive_handler()
        await held.open_gate()
        assert not held.transport.is_closing()
        held.protocol.timeout_keep_alive_handler()
        assert not held.transport.is_closing(), "it has just been answered"
        held.protocol.waiting_since -= 1000
        held.protocol.timeout_keep_alive_handler()
        assert held.transport.is_closing()
        assert timer


async def test_a_delivery_that_waits_is_answered_while_the_server_stops() -> None:
    """DOOR-11: its sender learns that it was taken, and that the connection ends."""
    async with held_delivery() as held:
        await held.send(delivery())
        held.protocol.shutdown()
        assert await held.send(b"") == (b"", False)
        answers, ended = await held.open_gate()
        assert answers.startswith(b"HTTP/1.1 200")
        assert ended
        assert b"\r\nconnection: close\r\n" in answers
        assert not held.state.connections
        assert not held.state.tasks


async def test_a_sender_that_leaves_while_its_delivery_waits_costs_nothing() -> None:
    """DOOR-11: the event is appended, and nothing is written to the connection."""
    async with held_delivery() as held:
        await held.send(delivery())
        held.transport.abort()
        await settle()
        await held.open_gate()
        assert held.counters.taken == 1
        assert not held.state.connections
        assert not held.state.tasks


async def test_what_the_log_refuses_is_to_be_sent_again() -> None:
    """DOOR-11: the answer is 503 with Retry-After, and the ledger counts the event."""
    async with held_delivery() as held:

        async def refuse(*given: Any) -> Any:
            raise Problem("unavailable", "The store cannot be reached", retry_after=2)

        held.ways.log.append = refuse  # type: ignore[method-assign]
        answers, ended = await held.send(delivery())
        assert answers.startswith(b"HTTP/1.1 503")
        assert not ended
        assert b"retry-after: 2\r\n" in answers.lower()
        assert held.counters.refused == {"unavailable": 1}


async def test_what_an_unproven_sender_holds_while_it_waits_is_counted() -> None:
    """DOOR-14: a delivery without a signature takes the general path if the log waits."""
    async with held_delivery() as held:
        answers, _ = await held.send(delivery().replace(b"X-Signature: ", b"X-Other: "))
        assert answers.startswith(b"HTTP/1.1 401")
        assert isinstance(held.protocol._current, RequestResponseCycle)
