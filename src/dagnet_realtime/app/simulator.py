"""Simulated visitors: they walk a graph and send signed deliveries to this server over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from dagnet_realtime.app.sender import DeliveryResult, Sender
from dagnet_realtime.core.simulation import (
    SimulatedCall,
    call_lighting,
    message,
    rarest_node,
    simulate,
)
from dagnet_realtime.model.graph import EventBinding, Graph
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Source, Workspace
from dagnet_realtime.ports.runtime import Clock, GraphSource

if TYPE_CHECKING:
    import httpx

MAX_RATE = 500.0  # events per second; faster the simulation itself would be the limit

CONCURRENCY = 16  # deliveries under way; further visitors wait

DWELL = 3.0  # seconds that a visitor stays on a node, on average


async def play(
    calls: Iterator[SimulatedCall],
    sender: Sender,
    clock: Clock,
    told: Callable[[SimulatedCall, DeliveryResult], None],
) -> None:
    """Sends each call at its time, at most `CONCURRENCY` at once, until `calls` ends."""
    began = clock.monotonic()
    slots = asyncio.Semaphore(CONCURRENCY)

    async def deliver(call: SimulatedCall) -> None:
        try:
            told(call, await sender.send([message(call, clock.now())]))
        finally:
            slots.release()

    async with asyncio.TaskGroup() as deliveries:
        for call in calls:
            await slots.acquire()
            await clock.sleep(max(0.0, began + call.at - clock.monotonic()))
            deliveries.create_task(deliver(call))


class SimulationSpec(msgspec.Struct, frozen=True):
    """Which graph to simulate, and at how many events per second."""

    channel: Channel
    graph: str
    rate: float


class TrafficSimulator:
    """Implements the web layer's simulator. `run` does the work.

    `address` (`http://host:port`) is set when the server listens. `stop`, another `start` or the
    end of `run` ends a simulation; events that cannot be delivered are dropped.
    """

    def __init__(
        self,
        workspaces: Sequence[Workspace],
        graphs: GraphSource,
        clock: Clock,
        chance: Random,
        transport: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        self._sources: Mapping[Channel, Sequence[Source]] = {
            workspace.channel: workspace.sources for workspace in workspaces
        }
        self._graphs = graphs
        self._clock = clock
        self._chance = chance
        self._transport = transport
        self._wanted: SimulationSpec | None = None
        self._changed = asyncio.Event()
        self.address = ""

    @property
    def rate(self) -> float | None:
        """Events per second being sent; None if no simulation runs."""
        return self._wanted.rate if self._wanted else None

    def start(self, channel: Channel, graph: str, rate: float) -> None:
        """Starts a simulation of `graph`, in place of a running one.

        Raises `Problem` if no node can be lit or the rate is out of range.
        """
        if not 0 < rate <= MAX_RATE:
            raise Problem(
                "invalid",
                f"The rate must be above 0 and at most {MAX_RATE:g} events per second",
                remedy="Choose another rate",
            )
        if not self._graph(channel, graph).listens:
            raise Problem(
                "invalid",
                "No node of this graph listens for an event",
                remedy="Give its nodes an event_id",
            )
        self._source(channel)
        self._wanted = SimulationSpec(channel, graph, rate)
        self._changed.set()

    def stop(self) -> None:
        """Ends the simulation, if one runs."""
        self._wanted = None
        self._changed.set()

    async def light(self, channel: Channel, graph: str, node: str | None) -> tuple[str, str]:
        """Sends one event that lights `node` (uuid), else the first node that can be lit.

        Returns its message id and event name.
        """
        found = self._graph(channel, graph)
        listen = next((listen for listen in found.listens if node in (None, listen.node)), None)
        if listen is None:
            raise Problem(
                "invalid",
                "This node listens for no event",
                remedy="Give it an event_id, or choose another node",
            )
        if not self.address:
            raise Problem("unavailable", "The server is still starting", retry_after=1.0)
        async with self._sender(channel) as sender:
            call = trial_call(listen, self._chance)
            answer = await sender.send([message(call, self._clock.now())])
        if not answer.taken:
            raise Problem(
                "unavailable",
                "The test event was not accepted",
                answer.reason,
                "See the source's counters",
            )
        return call.id, listen.names[0] if listen.names else listen.event_id

    async def run(self) -> None:
        """Runs the simulations that `start` requests, until cancelled."""
        while True:
            self._changed.clear()
            if self._wanted is None:
                await self._changed.wait()
                continue
            walking = asyncio.ensure_future(self._walk(self._wanted))
            change = asyncio.ensure_future(self._changed.wait())
            try:
                await asyncio.wait((walking, change), return_when=asyncio.FIRST_COMPLETED)
                if walking.done() and not self._changed.is_set():
                    self._wanted = None
            finally:
                change.cancel()
                await _ended(walking)

    async def _walk(self, wanted: SimulationSpec) -> None:
        graph = self._graph(wanted.channel, wanted.graph)
        at_once = max(1, round(wanted.rate * DWELL))
        calls = simulate(graph, at_once, wanted.rate, self._chance, forget=rarest_node(graph))
        async with self._sender(wanted.channel) as sender:
            await play(calls, sender, self._clock, lambda _call, _answer: None)

    def _graph(self, channel: Channel, name: str) -> Graph:
        graph = self._graphs.catalogue(channel.workspace).graphs.get(name)
        if graph is None:
            raise Problem(
                "not_found", "There is no such graph", remedy="Choose one of the workspace's graphs"
            )
        return graph

    def _source(self, channel: Channel) -> Source:
        sources = self._sources.get(channel)
        if sources is None:
            raise Problem(
                "not_found", "There is no such workspace", remedy="Choose one of those listed"
            )
        usable = (
            source
            for source in sources
            if source.secrets or source.write_key is not None or source.allow_unsigned
        )
        found = next(usable, None)
        if found is None:
            raise Problem(
                "unavailable",
                "This workspace has no source to send through",
                remedy="Give it one in realtime.toml",
            )
        return found

    def _sender(self, channel: Channel) -> Sender:
        source = self._source(channel)
        sleep: Callable[[float], Awaitable[None]] = self._clock.sleep
        path = f"/segment/webhook/{source.id}" if source.kind == "webhook" else "/v1/batch"
        secret = source.secrets[0] if source.secrets else None
        return Sender(
            self.address + path,
            secret=secret,
            write_key=source.write_key,
            chance=self._chance,
            sleep=sleep,
            attempts=2,
            transport=self._transport,
        )


def trial_call(listen: EventBinding, chance: Random) -> SimulatedCall:
    """A call that lights the node of `listen`; its id marks it as a test, like Segment's own."""
    made = call_lighting(listen, chance, {"currency": "GBP", "value": 1})
    token = UUID(int=chance.getrandbits(128), version=4)
    return msgspec.structs.replace(
        made, id=f"segment-test-message-{token}", anonymous_id=f"test-{token}"
    )


async def _ended(task: asyncio.Future[None]) -> None:
    """Cancels the simulation; that its graph has become unusable is no error of the server."""
    task.cancel()
    try:
        await task
    except* (asyncio.CancelledError, Problem):
        pass
