"""Takes deliveries in: verifies, limits, parses, sanitises and appends them, and counts what became of each event."""

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

import msgspec

from dagnet_realtime.core.identifiers import PERSON, is_placeholder, message_key
from dagnet_realtime.core.json_text import NeedsRepair
from dagnet_realtime.core.rate import TokenBucket, consume_both
from dagnet_realtime.core.sanitizer import EventSanitizer
from dagnet_realtime.core.segment.message import Reader, RepeatNumbers
from dagnet_realtime.core.segment.tracking import (
    MAX_EVENT,
    EnvelopeDefaults,
    envelope_defaults,
    is_batch,
    open_batch,
    parse_batch_events,
    parse_single,
    write_key,
    write_keys,
)
from dagnet_realtime.core.segment.webhook import (
    MAX_EVENTS,
    Element,
    Parsed,
    parse_events,
    split_delivery,
)
from dagnet_realtime.core.signature import MAX_INLINE_BYTES, Verifier
from dagnet_realtime.core.stream_records import Found, Opened, open_record, record_events
from dagnet_realtime.hub.stream_reader import RecordCounts
from dagnet_realtime.model.event import Entry, EventType
from dagnet_realtime.model.frame import IngestCounters
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.stream import Only, Partition, Record
from dagnet_realtime.model.workspace import Channel, Policy, Source, Workspace
from dagnet_realtime.ports.runtime import Clock, GraphSource
from dagnet_realtime.ports.storage import Log, Outcome, RateLimiter

T = TypeVar("T")
ElementSpans = Sequence[tuple[int, int]]
Given = TypeVar("Given", covariant=True)
CHUNK_EVENTS = 200  # parsed between two turns of the loop: about 4 ms
CHUNK_BYTES = 128 * 1024  # as many at most
UNPROVEN_CHUNK_BYTES = (
    MAX_EVENT  # as many at most of a sender that nothing proves, who may have made them dear
)
_ALONE = ((0, 1),)


class ParseTask(Protocol[Given]):
    """Reads something strictly, or mends it first; raises `Strange` if it must be mended and may not be."""

    def __call__(self, *, repair: bool) -> Given:
        """What it reads."""
        ...


class Parse(Protocol):
    """Parses a delivery's elements from one place up to another, as `Work` does."""

    def __call__(self, start: int, end: int, using: Reader, *, repair: bool) -> Parsed:
        """Their events."""
        ...


class RepairQueue:
    """Mends for one process, one delivery at a time: two would only take the interpreter from one
    another, and from the event loop.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def run(self, work: ParseTask[T], *, brief: bool) -> T:
        """What `work` gives. If something must be mended, it is at once if it is `brief`, else in a thread."""
        try:
            return work(repair=brief)
        except NeedsRepair:
            return await self.repair(work)

    async def repair(self, work: ParseTask[T]) -> T:
        """What `work` gives, mended in a thread when its turn has come."""
        async with self._turn:
            return await asyncio.to_thread(work, repair=True)


class ChunkScheduler:
    """Lets one stretch a turn of the event loop go on, of all deliveries that have several."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def wait(self) -> None:
        """Waits for the next one."""
        async with self._lock:
            await asyncio.sleep(0)


def chunks(elements: Sequence[Element], most: int = CHUNK_BYTES, beside: int = 0) -> ElementSpans:
    """Where each stretch of a delivery begins and ends: at most `most` bytes if it has several events, each with `beside` more."""
    if len(elements) == 1:
        return _ALONE
    found = []
    start = size = 0
    for at, element in enumerate(elements):
        if at > start and (at - start >= CHUNK_EVENTS or size + len(element) + beside > most):
            found.append((start, at))
            start, size = at, 0
        size += len(element) + beside
    if start < len(elements):
        found.append((start, len(elements)))
    return found


def single_parser(body: bytes, type: EventType, arrived_at: int) -> Parse:
    """The parser of a single call of the tracking API."""

    def parse(start: int, end: int, using: Reader, *, repair: bool) -> Parsed:  # noqa: ARG001 -- it is all there is
        try:
            return Parsed((parse_single(body, type, arrived_at, using, repair=repair),))
        except Problem as problem:
            return Parsed((), (problem,))

    return parse


def batch_parser(around: EnvelopeDefaults, elements: Sequence[Element], arrived_at: int) -> Parse:
    """The parser of a batch of the tracking API."""
    repeats = RepeatNumbers()

    def parse(start: int, end: int, using: Reader, *, repair: bool) -> Parsed:  # noqa: ARG001 -- what lies around the events is read, too
        return parse_batch_events(
            around, elements[start:end], arrived_at, start, repeats=repeats, repair=repair
        )

    return parse


def webhook_parser(elements: Sequence[Element]) -> Parse:
    """The parser of a webhook's delivery."""
    repeats = RepeatNumbers() if len(elements) > 1 else None  # a message alone repeats none

    def parse(start: int, end: int, using: Reader, *, repair: bool) -> Parsed:
        return parse_events(elements[start:end], using, first=start, repeats=repeats, repair=repair)

    return parse


def refusing_deletes(parse: Parse) -> Parse:
    """`parse` with each delete and suppression refused: somebody who knows a public write key must
    not erase other people.
    """

    def spared(start: int, end: int, using: Reader, *, repair: bool) -> Parsed:
        parsed = parse(start, end, using, repair=repair)
        kept = tuple(event for event in parsed.events if event.type != "delete")
        if len(kept) == len(parsed.events):
            return parsed
        return Parsed(
            kept, (*parsed.refused, *(_no_delete() for _ in range(len(parsed.events) - len(kept))))
        )

    return spared


def _no_delete() -> Problem:
    return Problem(
        "forbidden",
        "This source takes no delete or suppress",
        "Nothing proves who sent it: write keys are public, and the delivery is not signed",
        "Have Segment's signed webhook deliver it, or set allow_delete = true on the source in realtime.toml",
    )


MARKS = ("placeholder", "shared_id")  # flags of events that are counted beside the sum
_BURST_SECONDS = 2.0  # of the full rate that may arrive at once after quiet


class SourceGuard:
    """Keeps one source's ledger so that it always sums: an event is received and accounted for in one step."""

    def __init__(
        self, source: Source, max_rate: float, counters: IngestCounters | None = None
    ) -> None:
        self.source = source
        self.counters = counters or IngestCounters()
        self._verifier = Verifier(source)
        self.verified_soon = self._verifier.verify_quickly
        self.max_rate = max_rate
        self.burst = max(_BURST_SECONDS * max_rate, MAX_EVENTS)
        self._bucket = TokenBucket(max_rate, self.burst)
        self._weight = TokenBucket(max_rate, self.burst)

    def expect(self, signature: str | None) -> None:
        """Raises `Problem("unauthorized")` if no body at all could be authentic with `signature`."""
        self._verifier.parse_signature(signature)

    async def verify(self, body: bytes, signature: str | None) -> None:
        """Decides in a thread, however long it takes. Raises `Problem("unauthorized")`."""
        await asyncio.to_thread(self._verifier.verify, body, signature)

    def may_delete(self, *, signed: bool) -> bool:
        """Whether a delivery of this source may delete people: if it is `signed`, or if the source is configured to."""
        return signed or self.source.allow_delete

    def limit(self, events: int, at: float, size: int = 0) -> None:
        """Raises `Problem("rate_limited")` if `events`, or their `size` in bytes, are too many at `at` (seconds, monotonic)."""
        wait = consume_both(self._bucket, self._weight, events, size, at)
        if wait is not None:
            self.raise_if_limited(events, wait)

    def raise_if_limited(self, events: int, wait: float | None) -> None:
        """Accounts for `events` that were too many by `wait` seconds, and raises `Problem("rate_limited")`; nothing where it is None."""
        if wait is None:
            return
        self.counters.received += events
        self.counters.rate_limited += events
        raise Problem(
            "rate_limited",
            "The source sends faster than its limit",
            f"{events} more events do not fit, by their number or their bytes",
            "Send again later, or raise max_rate in the workspace's configuration",
            retry_after=max(1.0, wait),
        )

    def record_refused(self, code: str, events: int = 1) -> None:
        """Accounts for events that were refused with a problem's `code`."""
        self.counters.received += events
        self.counters.refused[code] = self.counters.refused.get(code, 0) + events

    def record_unwatched(self, events: int) -> None:
        """Accounts for events that nobody watches."""
        self.counters.received += events
        self.counters.unwatched += events

    def record_gap(self) -> None:
        """Accounts for records of a stream that are left unread, beside the sum: how many is not known."""
        self.counters.gaps = (self.counters.gaps or 0) + 1

    def record_outcomes(self, outcomes: Sequence[Outcome], entries: Sequence[Entry] = ()) -> None:
        """Accounts for what the log made of events, and for what their `entries` have instead of identifiers."""
        for entry in entries:
            if entry.flags:
                for mark in MARKS:
                    if mark in entry.flags:
                        setattr(self.counters, mark, (getattr(self.counters, mark) or 0) + 1)
        door = self.counters
        taken = outcomes.count("taken")
        door.received += len(outcomes)
        door.taken += taken
        if taken < len(outcomes):
            door.duplicate += outcomes.count("duplicate")
            door.unwatched += outcomes.count("unwatched")


_NONE: frozenset[str] = frozenset()
_BRIEF = 8 * 1024  # bytes of an SDK's call that are mended without leaving the loop

OnForget = Callable[[Channel, frozenset[str]], None]
FollowedLookup = Callable[[Channel], Awaitable[frozenset[str]]]


class SourceCounters:
    """The ingest counters of every source of this process, which `Intake` goes on counting in.

    Implements `IngestTotals` for a process that is alone: its own counters are the sums.
    """

    def __init__(self, workspaces: Sequence[Workspace]) -> None:
        self._by_channel: dict[Channel, dict[str, IngestCounters]] = {}
        for workspace in workspaces:
            for source in workspace.sources:
                self._by_channel.setdefault(source.channel, {})[source.id] = IngestCounters()

    def __call__(self, channel: Channel) -> dict[str, IngestCounters]:
        """The live counters of the channel's sources, by source id."""
        return self._by_channel.get(channel, {})

    async def refresh(self, channel: Channel) -> None:
        """Nothing: no other process counts."""


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
        log: Log,
        clock: Clock,
        on_forget: OnForget | None = None,
        chance: Callable[[int], bytes] = secrets.token_bytes,
        rates: RateLimiter | None = None,
        followed: FollowedLookup | None = None,
        counters: SourceCounters | None = None,
    ) -> None:
        self.ingest_counters = counters or SourceCounters(workspaces)
        self._graphs = graphs
        self._log = log
        self._clock = clock
        self._on_forget = on_forget
        self._rates = rates
        self._followed = followed
        self._mender, self._turns = RepairQueue(), ChunkScheduler()
        self._guards: dict[str, SourceGuard] = {}
        self._keys: dict[bytes, Source] = {}
        self._workspaces = {workspace.channel: workspace for workspace in workspaces}
        self._token_keys = {
            of.channel: of.policy.token_key.reveal() if of.policy.token_key else chance(32)
            for of in workspaces
        }
        self._sanitizers: dict[Channel, EventSanitizer] = {}
        for workspace in workspaces:
            for source in workspace.sources:
                self._add(source, workspace.policy.max_rate)

    def source(self, source_id: str) -> Source:
        """The webhook source of that id; raises `Problem("not_found")`."""
        gate = self._guards.get(source_id)
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
        likely = next(
            (source for key in write_keys(body) if (source := self.by_write_key(key)) is not None),
            None,
        )
        if likely is None and len(body) > MAX_INLINE_BYTES:
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
            self._guards[source.id].expect(signature)
        except Problem as problem:
            return problem
        return None

    def watched(self, source: Source) -> bool:
        """False where nobody watches the source's channel for sure."""
        return self._log.watched(source.channel)

    def tokens(self, channel: Channel, kind: str, value: str) -> tuple[str, ...]:
        """The tokens that `value` has at this moment: one, or two for a while after a change of keys.

        Raises `Problem("invalid")` for a kind of identifier that the policy does not turn into tokens: nobody could be found by it.
        """
        admission = self._sanitizer(channel)
        if kind not in admission.kinds and not (
            kind in PERSON and set(PERSON).intersection(admission.kinds)
        ):
            told = f"This workspace goes by {', '.join(admission.kinds) or 'none'}"
            raise Problem(
                "invalid",
                "Nobody can be found by this kind of identifier",
                told,
                "Choose one of them",
            )
        if is_placeholder(value):
            raise Problem(
                "invalid",
                "That identifies nobody",
                "It is what programs write where an identifier is missing",
                "Give another",
            )
        return admission.tokens.tokens_for(kind, value, self._clock.now())

    def message_key(self, channel: Channel) -> bytes:
        """The key of the digests of the channel's message ids."""
        return message_key(channel, self._token_keys[channel])

    def apply_policy(self, channel: Channel, policy: Policy) -> None:
        """Another policy, by which what arrives from here on is admitted; keys and rates stay."""
        self._workspaces[channel] = msgspec.structs.replace(
            self._workspaces[channel], policy=policy
        )
        self._sanitizers.pop(channel, None)

    def refuse(self, source: Source, problem: Problem, events: int = 1) -> None:
        """Accounts for a delivery that was refused before it came here (too large, unreadable, too slow)."""
        self._guards[source.id].record_refused(problem.code, events)

    async def webhook(
        self,
        source: Source,
        body: bytes,
        signature: str | None,
        proven: Callable[[], None] | None = None,
        began: int | None = None,
    ) -> None:
        """Takes one webhook delivery. Raises `Problem` if it is refused.

        `proven` is called once its sender is known to have the secret. `began` is when its first byte came. Awaits nothing but the log
        for an object of at most 64 KB, unless it is `signature.slow`.
        """
        gate = self._guards[source.id]
        brief = len(body) <= MAX_INLINE_BYTES
        try:
            if not gate.verified_soon(body, signature):
                await gate.verify(body, signature)
            signed = bool(signature and source.secrets)
            if proven is not None and signed:
                proven()
            try:
                elements = split_delivery(body, repair=brief)
            except NeedsRepair:
                elements = await self._mender.repair(partial(split_delivery, body))
        except Problem as problem:
            gate.record_refused(problem.code)
            raise
        parse = webhook_parser(elements)
        if not gate.may_delete(signed=signed):
            parse = refusing_deletes(parse)
        now = self._clock.now()
        cut = chunks(elements, CHUNK_BYTES if signed else UNPROVEN_CHUNK_BYTES)
        await self._ingest(
            gate, elements, parse, now, now if began is None else began, cut, brief=brief
        )

    async def track(
        self, source: Source, body: bytes, type: EventType | None, began: int | None = None
    ) -> None:
        """Takes one call of the tracking API: one event of `type`, or a batch, by whatever route it comes. Raises `Problem`.

        `began` is when its first byte came: the sender's clock was read then, however long the body took.
        """
        gate = self._guards[source.id]
        arrived_at = self._clock.now()
        began = arrived_at if began is None else began
        brief, given = len(body) <= _BRIEF, EnvelopeDefaults()
        try:
            if type is not None and not await self._mender.run(
                partial(is_batch, body), brief=brief
            ):
                elements: Sequence[Element] = (body,)
                parse = single_parser(body, type, began)
            else:
                envelope, elements = await self._mender.run(partial(open_batch, body), brief=brief)
                given = envelope_defaults(envelope)
                parse = batch_parser(given, elements, began)
        except Problem as problem:
            gate.record_refused(problem.code)
            raise
        if not gate.may_delete(signed=False):
            parse = refusing_deletes(parse)
        cut = chunks(elements, UNPROVEN_CHUNK_BYTES, given.size)
        await self._ingest(
            gate, elements, parse, arrived_at, began, cut, brief=brief, beside=given.size
        )

    async def _ingest(
        self,
        gate: SourceGuard,
        elements: Sequence[Element],
        parse: Parse,
        arrived_at: int,
        began: int,
        cut: ElementSpans,
        *,
        brief: bool,
        beside: int = 0,
    ) -> None:
        """Parses and appends a stretch of the `cut` at a time what somebody watches and the rate lets through.

        Raises `Problem("rate_limited")`, the first `Problem` where nothing in the delivery is an event, or the log's.
        """
        channel = gate.source.channel
        events = len(elements)
        if not self._log.watched(channel):
            gate.record_unwatched(events)
            return
        size = (len(elements[0]) if events == 1 else sum(map(len, elements))) + events * beside
        if self._rates is None:
            gate.limit(events, self._clock.monotonic(), size)
        else:
            gate.raise_if_limited(
                events,
                await self._rates.try_consume(
                    gate.source.id, events, gate.max_rate, gate.burst, size
                ),
            )
        first: Problem | None = None
        kept = False
        for start, end in cut:
            if start:
                await self._turns.wait()
            admission = self._sanitizer(channel)
            try:
                parsed = parse(start, end, admission.reader, repair=brief)
            except NeedsRepair:
                parsed = await self._mender.repair(partial(parse, start, end, admission.reader))
            for problem in parsed.refused:
                gate.record_refused(problem.code)
                first = first or problem
            if parsed.events:
                kept = True
                try:
                    followed = (
                        await self._followed(channel)
                        if admission.samples and self._followed is not None
                        else _NONE
                    )
                    entries = admission.entries(
                        parsed.events, gate.source.id, arrived_at, followed, began
                    )
                    outcomes = await self._log.append(channel, entries)
                except BaseException:  # the sender will send all of it again
                    gate.record_refused("unavailable", len(parsed.events) + events - end)
                    raise
                gate.record_outcomes(outcomes, entries)
                for event in parsed.events:
                    if event.type == "delete":
                        await self._forget(channel, admission.tokens_of_deleted(event, arrived_at))
        if first is not None and not kept:
            raise first

    async def records(self, source: Source, records: Sequence[Record]) -> RecordCounts:
        """Takes records of a stream. What is no event is refused, counted, and costs its neighbours nothing.

        What is beyond the rate is left out: a stream cannot be told to wait.

        Raises `Problem("unavailable")` if the log took none of some stretch: then all of them are to come again, and what was taken is
        known as a duplicate.
        """
        guard, settings = self._guards[source.id], source.stream
        if settings is None:
            raise ValueError(f"the source {source.id} reads no stream")
        counted = RecordCounts()
        refusals: list[Problem] = []
        found: list[tuple[Partition, Found]] = []
        for record in records:
            try:
                try:
                    opened = open_record(
                        record, settings.shape, repair=len(record.value or b"") <= MAX_INLINE_BYTES
                    )
                except NeedsRepair:
                    opened = await self._mender.repair(partial(open_record, record, settings.shape))
            except Problem as problem:
                opened = Opened((), (problem,))
            found += [(record.partition, one) for one in opened.found]
            refusals += opened.refused
            counted.refused += [(record.partition, refusal.code) for refusal in opened.refused]
        arrived_at = self._clock.now()
        for start, end in chunks([one.element for _, one in found]):
            if start:
                await self._turns.wait()
            await self._append_records(
                guard, settings.only, found[start:end], arrived_at, counted, refusals
            )
        for refusal in refusals:
            guard.record_refused(refusal.code)
        return counted

    async def _append_records(
        self,
        guard: SourceGuard,
        only: Only,
        found: Sequence[tuple[Partition, Found]],
        arrived_at: int,
        counted: RecordCounts,
        refusals: list[Problem],
    ) -> None:
        """Appends what some records of a stream say. Their refusals are accounted for when all of them are done."""
        channel = guard.source.channel
        sanitizer = self._sanitizer(channel)
        deletes = guard.may_delete(signed=False)
        parse = partial(
            record_events,
            [one for _, one in found],
            arrived_at,
            sanitizer.reader,
            only,
            deletes=deletes,
        )
        try:
            parsed = parse(repair=False)
        except NeedsRepair:
            parsed = await self._mender.repair(parse)
        places = [partition for partition, _ in found]
        counted.others += [places[place] for place in parsed.others]
        counted.refused += [(places[place], problem.code) for place, problem in parsed.refused]
        refusals += [problem for _, problem in parsed.refused]
        events = parsed.events
        if not events:
            return
        try:
            guard.limit(
                len(events), self._clock.monotonic(), sum(len(one.element) for _, one in found)
            )
        except Problem:
            return  # accounted for; a stream is not told to wait
        followed = (
            await self._followed(channel)
            if sanitizer.samples and self._followed is not None
            else _NONE
        )
        entries = sanitizer.entries(events, guard.source.id, arrived_at, followed)
        guard.record_outcomes(await self._log.append(channel, entries), entries)
        for event in events:
            if event.type == "delete":
                await self._forget(channel, sanitizer.tokens_of_deleted(event, arrived_at))

    def missed(self, source: Source) -> None:
        """Accounts for records of a stream that are left unread: viewers are told a gap."""
        self._guards[source.id].record_gap()

    def now(self) -> int:
        """Milliseconds since 1970 by the clock that arrivals are told by."""
        return self._clock.now()

    async def _forget(self, channel: Channel, tokens: frozenset[str]) -> None:
        if not tokens:
            return
        await self._log.forget(channel, tokens, self._sanitizer(channel).needed)
        if self._on_forget is not None:
            self._on_forget(channel, tokens)

    def _sanitizer(self, channel: Channel) -> EventSanitizer:
        """The channel's rules, made anew where its graphs have come to need other properties."""
        try:
            needed = self._graphs.catalogue(channel.workspace).needed
        except Problem:
            needed = frozenset()
        known = self._sanitizers.get(channel)
        if known is not None and (known.needed is needed or known.needed == needed):
            return known
        made = EventSanitizer(
            self._workspaces[channel].policy, needed, channel, self._token_keys[channel]
        )
        self._sanitizers[channel] = made
        return made

    def _add(self, source: Source, max_rate: float) -> None:
        if source.id in self._guards:
            raise Problem(
                "invalid",
                f"Two sources are called {source.id!r}",
                remedy="Give each source of all workspaces its own id",
            )
        counters = self.ingest_counters(source.channel)[source.id]
        self._guards[source.id] = SourceGuard(source, max_rate, counters)
        if source.write_key is not None and source.kind == "tracking":
            key = _digest(source.write_key.reveal())
            if key in self._keys:
                raise Problem(
                    "invalid",
                    f"Source {source.id!r} has another's write key",
                    remedy="Give each source its own write key",
                )
            self._keys[key] = source


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
