"""The server's own visitors."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import httpx
import pytest

from dagnet_realtime.app.sender import Sender
from dagnet_realtime.app.simulator import CONCURRENCY, TrafficSimulator, play
from dagnet_realtime.core.signature import Verifier
from dagnet_realtime.core.simulation import SimulatedCall
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.graph import Catalogue, EventBinding, Graph, Node
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Source, Workspace
from tests.support.clock import FakeClock, settle

SHOP = Channel("shop", "local")
WEBHOOK = Source(id="webhook", channel=SHOP, kind="webhook", secrets=(Secret("s"),))
LISTENS = tuple(
    EventBinding(node=name, label=name, event_id=name, names=(name,), rule="segment")
    for name in ("land", "buy")
)
GRAPH = Graph(
    name="g",
    file="g.json",
    version="1",
    nodes=tuple(Node(uuid=name) for name in ("land", "buy")),
    listens=LISTENS,
)
DARK = Graph(name="dark", file="dark.json", version="1", nodes=(Node(uuid="n"),))


class Shelf:
    """A graph source with two graphs."""

    def catalogue(self, workspace: str) -> Catalogue:
        """A catalogue of both graphs."""
        return Catalogue(version="1", graphs={"g": GRAPH, "dark": DARK})

    async def changes(self) -> AsyncIterator[str]:
        """None."""
        return
        yield ""


class Server:
    """Takes deliveries, or refuses them with `status`."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(self.status)


def visitors(
    server: Server, clock: FakeClock, sources: tuple[Source, ...] = (WEBHOOK,)
) -> TrafficSimulator:
    workspaces = (Workspace(channel=SHOP, path=str(Path()), sources=sources),)
    made = TrafficSimulator(workspaces, Shelf(), clock, Random(1), httpx.MockTransport(server))
    made.address = "http://here"
    return made


@asynccontextmanager
async def running(made: TrafficSimulator) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(made.run())
    yield task
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_visitors_send_signed_deliveries_until_they_are_called_back() -> None:
    """CLI-20: the server's own visitors send real signed deliveries over HTTP to its webhook."""
    server, clock = Server(), FakeClock()
    made = visitors(server, clock)
    async with running(made):
        made.start(SHOP, "g", 10)
        assert made.rate == 10
        await clock.advance(10)
        sent = len(server.requests)
        assert 50 < sent < 150
        request = server.requests[0]
        assert request.url.path == "/segment/webhook/webhook"
        Verifier(WEBHOOK).verify(request.content, request.headers["x-signature"])
        made.stop()
        assert made.rate is None
        await clock.advance(10)
        assert len(server.requests) <= sent + 1


async def test_a_second_start_replaces_the_first() -> None:
    server, clock = Server(503), FakeClock()
    made = visitors(server, clock)
    async with running(made):
        made.start(SHOP, "g", 1)
        await clock.advance(2)
        made.start(SHOP, "g", 50)
        assert made.rate == 50
        await clock.advance(2)
        assert server.requests


@pytest.mark.parametrize(
    ("channel", "graph", "rate", "words"),
    [
        (SHOP, "g", 0, "at most 500"),
        (SHOP, "g", 501, "at most 500"),
        (SHOP, "gone", 1, "no such graph"),
        (SHOP, "dark", 1, "No node of this graph"),
        (Channel("other", "x"), "g", 1, "no such workspace"),
    ],
)
async def test_what_cannot_walk_is_refused_at_once(
    channel: Channel, graph: str, rate: float, words: str
) -> None:
    with pytest.raises(Problem, match=words):
        visitors(Server(), FakeClock()).start(channel, graph, rate)


async def test_without_a_source_no_visitor_can_start() -> None:
    closed = Source(id="x", channel=SHOP, kind="webhook")
    with pytest.raises(Problem, match="no source"):
        visitors(Server(), FakeClock(), (closed,)).start(SHOP, "g", 1)


async def test_one_event_lights_the_node_asked_for_or_the_first() -> None:
    """CLI-20: a test event lights the node asked for, else the first that can be lit."""
    server = Server()
    made = visitors(server, FakeClock())
    message_id, name = await made.light(SHOP, "g", "buy")
    assert name == "buy"
    assert message_id.startswith("segment-test-message-")
    assert json.loads(server.requests[0].content)["messageId"] == message_id
    assert (await made.light(SHOP, "g", None))[1] == "land"


async def test_a_test_event_says_why_it_was_not_sent() -> None:
    made = visitors(Server(400), FakeClock())
    with pytest.raises(Problem, match="was not accepted"):
        await made.light(SHOP, "g", None)
    with pytest.raises(Problem, match="listens for no event"):
        await made.light(SHOP, "g", "nowhere")
    made.address = ""
    with pytest.raises(Problem, match="still starting"):
        await made.light(SHOP, "g", None)


async def test_a_tracking_source_is_sent_to_as_an_sdk_would() -> None:
    server = Server()
    tracking = Source(id="t", channel=SHOP, kind="tracking", write_key=Secret("wk"))
    await visitors(server, FakeClock(), (tracking,)).light(SHOP, "g", None)
    assert server.requests[0].url.path == "/v1/batch"
    assert json.loads(server.requests[0].content)["writeKey"] == "wk"


async def test_deliveries_under_way_are_bounded() -> None:
    gate = asyncio.Event()
    under_way = most = 0

    async def slow(_: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await gate.wait()
        under_way -= 1
        return httpx.Response(200)

    def calls() -> Iterator[SimulatedCall]:
        for number in range(100):
            yield SimulatedCall(id=str(number), type="track", name="e", anonymous_id="a")

    clock = FakeClock()
    async with Sender(
        "http://here", chance=Random(1), transport=httpx.MockTransport(slow)
    ) as sender:
        walking = asyncio.create_task(play(calls(), sender, clock, lambda _call, _answer: None))
        await settle(200)
        assert most == CONCURRENCY
        gate.set()
        await walking
