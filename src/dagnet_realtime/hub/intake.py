"""Intake: from a delivery's bytes to entries in the log, and an account of every event on the way.

The order at the door is size, source, signature, watched, rate, parse, so that an unwatched or flooded source costs least.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec

from dagnet_realtime.core.admission import Admission
from dagnet_realtime.core.segment.message import Reader
from dagnet_realtime.core.segment.tracking import batch_events, open_batch, parse_single
from dagnet_realtime.core.segment.webhook import Parsed, events_of, split
from dagnet_realtime.core.tokens import PERSON
from dagnet_realtime.hub.gate import Gate
from dagnet_realtime.model.channel import Channel, Source
from dagnet_realtime.model.entry import EventType
from dagnet_realtime.model.ledger import Door
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.graphs import GraphSource
from dagnet_realtime.ports.log import Erasable, Log, Watched
from dagnet_realtime.ports.rates import Rates

_AT_ONCE = 200  # events parsed between two turns of the loop: about 4 ms, so that a great batch delays nobody

Forgotten = Callable[[Channel, frozenset[str]], None]
Followed = Callable[[Channel], Awaitable[frozenset[str]]]


class WatchedLog(Log, Watched, Protocol):
    """A log that can say cheaply whether anybody watches."""


class Intake:
    """Takes deliveries for all sources of all workspaces.

    `on_forget` hears the tokens of people who asked to be deleted or suppressed. `chance` makes the key of a workspace that has none.
    `rates` are buckets that are shared with other processes; without them each process counts alone.
    `followed` says which traces of a channel are followed, so that they are not sampled out; it is asked where there is a sample.
    Raises `Problem("invalid")` where two sources share an id or a write key.
    """

    def __init__(
        self,
        workspaces: Sequence[Workspace],
        graphs: GraphSource,
        log: WatchedLog,
        clock: Clock,
        on_forget: Forgotten | None = None,
        chance: Callable[[int], bytes] = secrets.token_bytes,
        rates: Rates | None = None,
        followed: Followed | None = None,
    ) -> None:
        self._graphs = graphs
        self._log = log
        self._clock = clock
        self._on_forget = on_forget
        self._rates = rates
        self._followed = followed
        self._gates: dict[str, Gate] = {}
        self._keys: dict[bytes, Source] = {}
        self._workspaces = {workspace.channel: workspace for workspace in workspaces}
        self._token_keys = {of.channel: of.policy.token_key.reveal() if of.policy.token_key else chance(32) for of in workspaces}
        self._admissions: dict[Channel, Admission] = {}
        for workspace in workspaces:
            for source in workspace.sources:
                self._add(source, workspace.policy.max_rate)

    def source(self, source_id: str) -> Source:
        """The webhook source of that id; raises `Problem("not_found")`."""
        gate = self._gates.get(source_id)
        if gate is None or gate.source.kind != "webhook":
            raise Problem(
                "not_found",
                "There is no such source",
                remedy="Use the URL that `dagnet-realtime serve` prints, or the id of a webhook source in realtime.toml",
            )
        return gate.source

    def by_write_key(self, key: str) -> Source | None:
        """The tracking source of that write key. It is looked up by its digest, so that time tells nothing about it."""
        return self._keys.get(_digest(key.encode("utf-8", "replace")))

    def watched(self, source: Source) -> bool:
        """False where nobody watches the source's channel for sure."""
        return self._log.watched(source.channel)

    def doors(self, channel: Channel) -> dict[str, Door]:
        """The ledgers of the channel's sources; they go on counting."""
        return {id: gate.door for id, gate in self._gates.items() if gate.source.channel == channel}

    def tokens(self, channel: Channel, kind: str, value: str) -> tuple[str, ...]:
        """The tokens that `value` has at this moment: one, or two for a while after a change of keys.

        Raises `Problem("invalid")` for a kind of identifier that the policy does not turn into tokens: nobody could be found by it.
        """
        admission = self._admission(channel)
        if kind not in admission.kinds and not (kind in PERSON and set(PERSON).intersection(admission.kinds)):
            told = f"This workspace goes by {', '.join(admission.kinds) or 'none'}"
            raise Problem("invalid", "Nobody can be found by this kind of identifier", told, "Choose one of them")
        return admission.tokens.of(kind, value, self._clock.now())

    def impose(self, channel: Channel, policy: Policy) -> None:
        """Another policy, by which what arrives from here on is admitted; keys and rates stay."""
        self._workspaces[channel] = msgspec.structs.replace(self._workspaces[channel], policy=policy)
        self._admissions.pop(channel, None)

    def refuse(self, source: Source, problem: Problem, events: int = 1) -> None:
        """Accounts for a delivery that was refused before it came here (too large, unreadable, too slow)."""
        self._gates[source.id].refuse(problem.code, events)

    async def webhook(self, source: Source, body: bytes, signature: str | None) -> None:
        """Takes one webhook delivery. Raises `Problem` where it is refused."""
        gate = self._gates[source.id]
        try:
            gate.verify(body, signature)
            elements = split(body)
        except Problem as problem:
            gate.refuse(problem.code)
            raise
        await self._take(gate, len(elements), lambda start, end, using: events_of(elements[start:end], using), self._clock.now())

    async def track(self, source: Source, body: bytes, type: EventType | None) -> None:
        """Takes one call of the tracking API: a single event of `type`, or a batch where it is None. Raises `Problem`."""
        gate = self._gates[source.id]
        arrived_at = self._clock.now()
        if type is not None:
            await self._take(gate, 1, lambda _start, _end, using: _lone(body, type, arrived_at, using), arrived_at)
            return
        try:
            envelope, elements = open_batch(body)
        except Problem as problem:
            gate.refuse(problem.code)
            raise
        parse = lambda start, end, _using: batch_events(envelope, elements[start:end], arrived_at, start)  # noqa: E731 -- it closes over all of it
        await self._take(gate, len(elements), parse, arrived_at)

    async def _take(self, gate: Gate, events: int, parse: Callable[[int, int, Reader], Parsed], arrived_at: int) -> None:
        """Parses and appends a stretch at a time what somebody watches and the rate lets through.

        Raises `Problem("rate_limited")`, the first `Problem` where nothing in the delivery is an event, or the log's.
        """
        channel = gate.source.channel
        if not self._log.watched(channel):
            gate.unwatched(events)
            return
        if self._rates is None:
            gate.limit(events, self._clock.monotonic())
        else:
            gate.within(events, await self._rates.take(gate.source.id, events, gate.max_rate, gate.burst))
        first: Problem | None = None
        kept = False
        for start in range(0, events, _AT_ONCE):
            if start:
                await asyncio.sleep(0)
            admission = self._admission(channel)
            parsed = parse(start, start + _AT_ONCE, admission.reader)
            for problem in parsed.refused:
                gate.refuse(problem.code)
                first = first or problem
            if parsed.events:
                kept = True
                try:
                    entries = admission.entries(parsed.events, gate.source.id, arrived_at, await self._follows(channel))
                    outcomes = await self._log.append(channel, entries)
                except BaseException:  # the sender will send all of it again
                    gate.refuse("unavailable", len(parsed.events) + max(0, events - start - _AT_ONCE))
                    raise
                gate.settle(outcomes)
                for event in parsed.events:
                    if event.type == "delete":
                        await self._forget(channel, admission.forgotten(event, arrived_at))
        if first is not None and not kept:
            raise first

    async def _follows(self, channel: Channel) -> frozenset[str]:
        if self._followed is None or self._workspaces[channel].policy.sample >= 1:
            return frozenset()
        return await self._followed(channel)

    async def _forget(self, channel: Channel, tokens: frozenset[str]) -> None:
        if not tokens:
            return
        if isinstance(self._log, Erasable):
            await self._log.forget(channel, tokens)
        if self._on_forget is not None:
            self._on_forget(channel, tokens)

    def _admission(self, channel: Channel) -> Admission:
        """The channel's rules, made anew where its graphs have come to need other properties."""
        try:
            needed = self._graphs.catalogue(channel.workspace).needed
        except Problem:
            needed = frozenset()
        known = self._admissions.get(channel)
        if known is not None and (known.needed is needed or known.needed == needed):
            return known
        made = Admission(self._workspaces[channel].policy, needed, channel, self._token_keys[channel])
        self._admissions[channel] = made
        return made

    def _add(self, source: Source, max_rate: float) -> None:
        if source.id in self._gates:
            raise Problem("invalid", f"Two sources are called {source.id!r}", remedy="Give each source of all workspaces its own id")
        self._gates[source.id] = Gate(source, max_rate)
        if source.write_key is not None and source.kind == "tracking":
            key = _digest(source.write_key.reveal())
            if key in self._keys:
                raise Problem("invalid", f"Source {source.id!r} has another's write key", remedy="Give each source its own write key")
            self._keys[key] = source


def _lone(body: bytes, type: EventType, arrived_at: int, using: Reader) -> Parsed:
    try:
        return Parsed((parse_single(body, type, arrived_at, using),))
    except Problem as problem:
        return Parsed((), (problem,))


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
