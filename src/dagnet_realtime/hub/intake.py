"""Intake: from a delivery's bytes to entries in the log, and an account of every event on the way.

The order at the door is size, source, signature, watched, rate, parse, so that an unwatched or flooded source costs least.
"""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

import msgspec

from dagnet_realtime.core.admission import Admission
from dagnet_realtime.core.message_ids import message_key
from dagnet_realtime.core.placeholders import placeholder
from dagnet_realtime.core.segment.lenient import Strange
from dagnet_realtime.core.segment.tracking import Around, around, is_batch, open_batch, write_key, write_keys
from dagnet_realtime.core.segment.webhook import Element, split
from dagnet_realtime.core.signature import SMALL
from dagnet_realtime.core.tokens import PERSON
from dagnet_realtime.hub.gate import Gate
from dagnet_realtime.hub.parsing import STRETCH_BYTES, UNPROVEN_BYTES, Cut, Mender, Parse, Turns, batch, delivery, lone, sparing, stretches
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

_NONE: frozenset[str] = frozenset()
_BRIEF = 8 * 1024  # bytes of an SDK's call that are mended without leaving the loop

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
        self._mender, self._turns = Mender(), Turns()
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

    @property
    def tracks(self) -> bool:
        """Whether any source takes what SDKs send."""
        return bool(self._keys)

    def sender(self, body: bytes) -> Source | None:
        """The tracking source whose write key `body` names; None if there is none. Raises `Problem("invalid")` for a small body that is
        no JSON object. Nothing is decoded of a great body until a key in it is known.
        """
        likely = next((source for key in write_keys(body) if (source := self.by_write_key(key)) is not None), None)
        if likely is None and len(body) > SMALL:
            return None
        try:
            return self.by_write_key(write_key(body))
        except Problem:
            if likely is None:
                raise
            return likely

    def hopeless(self, source: Source, signature: str | None) -> Problem | None:
        """Why no body at all could be authentic with `signature`; None if one could."""
        try:
            self._gates[source.id].expect(signature)
        except Problem as problem:
            return problem
        return None

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
        if placeholder(value):
            raise Problem("invalid", "That identifies nobody", "It is what programs write where an identifier is missing", "Give another")
        return admission.tokens.of(kind, value, self._clock.now())

    def message_key(self, channel: Channel) -> bytes:
        """The key of the digests of the channel's message ids."""
        return message_key(channel, self._token_keys[channel])

    def impose(self, channel: Channel, policy: Policy) -> None:
        """Another policy, by which what arrives from here on is admitted; keys and rates stay."""
        self._workspaces[channel] = msgspec.structs.replace(self._workspaces[channel], policy=policy)
        self._admissions.pop(channel, None)

    def refuse(self, source: Source, problem: Problem, events: int = 1) -> None:
        """Accounts for a delivery that was refused before it came here (too large, unreadable, too slow)."""
        self._gates[source.id].refuse(problem.code, events)

    async def webhook(
        self, source: Source, body: bytes, signature: str | None, proven: Callable[[], None] | None = None, began: int | None = None
    ) -> None:
        """Takes one webhook delivery. Raises `Problem` if it is refused.

        `proven` is called once its sender is known to have the secret. `began` is when its first byte came. Awaits nothing but the log
        for an object of at most 64 KB, unless it is `signature.slow`.
        """
        gate = self._gates[source.id]
        brief = len(body) <= SMALL
        try:
            if not gate.verified_soon(body, signature):
                await gate.verify(body, signature)
            signed = bool(signature and source.secrets)
            if proven is not None and signed:
                proven()
            try:
                elements = split(body, mending=brief)
            except Strange:
                elements = await self._mender.mend(partial(split, body))
        except Problem as problem:
            gate.refuse(problem.code)
            raise
        parse = delivery(elements)
        if not gate.may_delete(signed=signed):
            parse = sparing(parse)
        now = self._clock.now()
        cut = stretches(elements, STRETCH_BYTES if signed else UNPROVEN_BYTES)
        await self._take(gate, elements, parse, now, now if began is None else began, cut, brief=brief)

    async def track(self, source: Source, body: bytes, type: EventType | None, began: int | None = None) -> None:
        """Takes one call of the tracking API: one event of `type`, or a batch, by whatever route it comes. Raises `Problem`.

        `began` is when its first byte came: the sender's clock was read then, however long the body took.
        """
        gate = self._gates[source.id]
        arrived_at = self._clock.now()
        began = arrived_at if began is None else began
        brief, given = len(body) <= _BRIEF, Around()
        try:
            if type is not None and not await self._mender.run(partial(is_batch, body), brief=brief):
                elements: Sequence[Element] = (body,)
                parse = lone(body, type, began)
            else:
                envelope, elements = await self._mender.run(partial(open_batch, body), brief=brief)
                given = around(envelope)
                parse = batch(given, elements, began)
        except Problem as problem:
            gate.refuse(problem.code)
            raise
        if not gate.may_delete(signed=False):
            parse = sparing(parse)
        cut = stretches(elements, UNPROVEN_BYTES, given.size)
        await self._take(gate, elements, parse, arrived_at, began, cut, brief=brief, beside=given.size)

    async def _take(
        self, gate: Gate, elements: Sequence[Element], parse: Parse, arrived_at: int, began: int, cut: Cut, *, brief: bool, beside: int = 0
    ) -> None:
        """Parses and appends a stretch of the `cut` at a time what somebody watches and the rate lets through.

        Raises `Problem("rate_limited")`, the first `Problem` where nothing in the delivery is an event, or the log's.
        """
        channel = gate.source.channel
        events = len(elements)
        if not self._log.watched(channel):
            gate.unwatched(events)
            return
        size = (len(elements[0]) if events == 1 else sum(map(len, elements))) + events * beside
        if self._rates is None:
            gate.limit(events, self._clock.monotonic(), size)
        else:
            gate.within(events, await self._rates.take(gate.source.id, events, gate.max_rate, gate.burst, size))
        first: Problem | None = None
        kept = False
        for start, end in cut:
            if start:
                await self._turns.next()
            admission = self._admission(channel)
            try:
                parsed = parse(start, end, admission.reader, mending=brief)
            except Strange:
                parsed = await self._mender.mend(partial(parse, start, end, admission.reader))
            for problem in parsed.refused:
                gate.refuse(problem.code)
                first = first or problem
            if parsed.events:
                kept = True
                try:
                    followed = await self._followed(channel) if admission.samples and self._followed is not None else _NONE
                    entries = admission.entries(parsed.events, gate.source.id, arrived_at, followed, began)
                    outcomes = await self._log.append(channel, entries)
                except BaseException:  # the sender will send all of it again
                    gate.refuse("unavailable", len(parsed.events) + events - end)
                    raise
                gate.settle(outcomes, entries)
                for event in parsed.events:
                    if event.type == "delete":
                        await self._forget(channel, admission.forgotten(event, arrived_at))
        if first is not None and not kept:
            raise first

    def now(self) -> int:
        """Milliseconds since 1970 by the clock that arrivals are told by."""
        return self._clock.now()

    async def _forget(self, channel: Channel, tokens: frozenset[str]) -> None:
        if not tokens:
            return
        if isinstance(self._log, Erasable):
            await self._log.forget(channel, tokens, self._admission(channel).needed)
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


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
