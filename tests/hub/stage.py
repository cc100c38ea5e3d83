"""A hub with everything real around it but the clock and the folder of graphs."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from random import Random
from types import TracebackType
from typing import Any, Self

import msgspec

from dagnet_realtime.hub.broadcast import EncodedFrame
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed_registry import FeedRegistry
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.relay_manager import NO_RELAYS
from dagnet_realtime.hub.relay_process import ProcessRelayManager
from dagnet_realtime.hub.sessions import SessionLimits
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.frame import Batch, IngestCounters
from dagnet_realtime.model.graph import Catalogue, EventBinding, Graph, Node
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel, Policy, Workspace
from dagnet_realtime.ports.relay import Relay
from dagnet_realtime.stores.memory import MemoryLog, MemorySessionStore
from tests.support.clock import FakeClock

SHOP = Channel("shop", "prod")
POLICY = Policy(properties=("device", "price"), log_entries=1000)


def graph(*names: str, version: str = "v1", name: str = "checkout") -> Graph:
    """A graph whose nodes listen each for one name; node `u-X` for `X`."""
    nodes = tuple(Node(uuid=f"u-{one}", id=one.lower(), label=one) for one in names)
    listens = tuple(
        EventBinding(node=f"u-{one}", label=one, event_id=one.lower(), names=(one,), rule="segment")
        for one in names
    )
    return Graph(
        name=name, file=f"graphs/{name}.json", version=version, nodes=nodes, listens=listens
    )


class Graphs:
    """A `GraphSource` whose files a test changes by `put`."""

    def __init__(self, *graphs: Graph) -> None:
        self._catalogue = Catalogue(version="1", graphs={one.name: one for one in graphs})
        self._changed: asyncio.Queue[str] = asyncio.Queue()

    def put(self, *graphs: Graph) -> None:
        self._catalogue = Catalogue(version="2", graphs={one.name: one for one in graphs})
        self._changed.put_nowait("shop")

    def catalogue(self, workspace: str) -> Catalogue:
        if workspace != "shop":
            raise Problem("not_found", "No such workspace")
        return self._catalogue

    async def changes(self) -> AsyncIterator[str]:
        while True:
            yield await self._changed.get()


class Reader:
    """A stream that a test reads; frames pile up in `got`."""

    def __init__(self, hub: Hub, session: WatchSession, after: str | None = None) -> None:
        self.got: list[EncodedFrame] = []
        self.failed: Problem | None = None
        self._frames = hub.watch(session.id, Position.parse(after) if after else None)
        self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for sent in self._frames:
                self.got.append(sent)
        except Problem as problem:
            self.failed = problem

    @property
    def ops(self) -> list[str]:
        return [
            str(msgspec.json.decode(msgspec.json.encode(sent.frame))["op"]) for sent in self.got
        ]

    @property
    def batches(self) -> list[Batch]:
        return [sent.frame for sent in self.got if isinstance(sent.frame, Batch)]

    def counts(self) -> dict[str, int]:
        total: dict[str, int] = {}
        for batch in self.batches:
            for node, n in batch.counts.items():
                total[node] = total.get(node, 0) + n
        return total

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self._frames.aclose()


class Counters:
    """The ingest counters that viewers are shown, by source; `refreshed` counts the questions."""

    def __init__(self, by_source: dict[str, IngestCounters]) -> None:
        self.by_source = by_source
        self.refreshed = 0

    def __call__(self, channel: Channel) -> dict[str, IngestCounters]:
        return self.by_source

    async def refresh(self, channel: Channel) -> None:
        self.refreshed += 1


class Stage:
    """Enter it: a hub over a memory log. `clock.advance` moves time."""

    def __init__(
        self,
        *graphs: Graph,
        policy: Policy = POLICY,
        relays: Mapping[Channel, Relay] | None = None,
        sessions: type[MemorySessionStore] = MemorySessionStore,
        **limits: Any,
    ) -> None:
        self.clock = FakeClock()
        self.graphs = Graphs(*(graphs or (graph("Home", "Cart", "Paid"),)))
        self.log = MemoryLog({SHOP: policy}, self.clock)
        self.sessions = sessions(self.clock)
        self.doors: dict[str, IngestCounters] = {"web": IngestCounters(received=3, taken=3)}
        workspaces = [Workspace(channel=SHOP, path=".", policy=policy)]
        self.context = HubContext(
            workspaces=workspaces,
            graphs=self.graphs,
            log=self.log,
            sessions=self.sessions,
            counters=Counters(self.doors),
            clock=self.clock,
            limits=SessionLimits(**limits),
            random=Random(1),
        )
        self.feeds = FeedRegistry(self.context)
        manager = ProcessRelayManager(self.context, self.feeds, relays) if relays else NO_RELAYS
        self.hub = Hub(self.context, self.feeds, manager)
        self.readers: list[Reader] = []

    async def __aenter__(self) -> Self:
        await self.hub.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for reader in self.readers:
            await reader.stop()
        await self.hub.__aexit__(kind, error, trace)

    async def open(self, filter: str = "", person: str = "ann") -> WatchSession:
        return await self.hub.open(SHOP, "checkout", person, filter)

    async def read(self, session: WatchSession, after: str | None = None) -> Reader:
        reader = Reader(self.hub, session, after)
        self.readers.append(reader)
        await self.clock.advance(0)
        return reader
