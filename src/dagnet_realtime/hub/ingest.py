"""Ingests deliveries: verifies, limits, parses, sanitises and appends them, and counts the
events.
"""

import asyncio
import hashlib
import re
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
from dagnet_realtime.ports.storage import DeletionTimes, Log, Outcome, RateLimiter

T = TypeVar("T")
ElementSpans = Sequence[tuple[int, int]]
Given = TypeVar("Given", covariant=True)
CHUNK_EVENTS = 200  # parsed between two turns of the loop: about 4 ms
CHUNK_BYTES = 128 * 1024  # as many at most
UNPROVEN_CHUNK_BYTES = MAX_EVENT  # as many of an unknown sender, whose bytes may be costly
_ALONE = ((0, 1),)
_KEYS = (
    "Use the key that `dagnet-realtime serve` prints, or the write_key of a tracking source in "
    "realtime.toml"
)


class ParseTask(Protocol[Given]):
    """Parses something strictly, or repairs it first; raises `NeedsRepair` if it may not do
    that.
    """

    def __call__(self, *, repair: bool) -> Given:
        """What it parsed."""
        ...


class Parse(Protocol):
    """Parses a range of a delivery's elements, as `ParseTask` does."""

    def __call__(self, start: int, end: int, using: Reader, *, repair: bool) -> Parsed:
        """Their events."""
        ...


class RepairQueue:
    """Repairs for one process, one delivery at a time.

    Two threads would only take the interpreter from each other and from the event loop.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def run(self, work: ParseTask[T], *, brief: bool) -> T:
        """The result of `work`, repaired at once if it is `brief`, else in a thread."""
        try:
            return work(repair=brief)
        except NeedsRepair:
            return await self.repair(work)

    async def repair(self, work: ParseTask[T]) -> T:
        """The result of `work`, repaired in a thread, in turn."""
        async with self._turn:
            return await asyncio.to_thread(work, repair=True)


class ChunkScheduler:
    """Lets one chunk of all long deliveries go on in each turn of the event loop."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def wait(self) -> None:
        """Waits for the next turn."""
        async with self._lock:
            await asyncio.sleep(0)


def chunks(elements: Sequence[Element], most: int = CHUNK_BYTES, beside: int = 0) -> ElementSpans:
    """Where each chunk of a delivery begins and ends.

    A chunk has `CHUNK_EVENTS` events and `most` bytes at most, or one event. Each event has
    `beside` bytes more, as what a batch says of all of them is parsed with each.
    """
    if len(elements) == 1:
        return _ALONE
    spans = []
    start = size = 0
    for at, element in enumerate(elements):
        if at > start and (at - start >= CHUNK_EVENTS or size + len(element) + beside > most):
            spans.append((start, at))
            start, size = at, 0
        size += len(element) + beside
    if start < len(elements):
        spans.append((start, len(elements)))
    return spans


def single_parser(body: bytes, type: EventType, arrived_at: int) -> Parse:
    """The parser of a single call of the tracking API."""

    def parse(start: int, end: int, using: Reader, *, repair: bool) -> Parsed:  # noqa: ARG001
        try:
            return Parsed((parse_single(body, type, arrived_at, using, repair=repair),))
        except Problem as problem:
            return Parsed((), (problem,))

    return parse


def batch_parser(around: EnvelopeDefaults, elements: Sequence[Element], arrived_at: int) -> Parse:
    """The parser of a batch of the tracking API."""
    repeats = RepeatNumbers()

    def parse(start: int, end: int, using: Reader, *, repair: bool) -> Parsed:  # noqa: ARG001
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
    """`parse`, but refuses deletes and suppressions: a public write key must not erase people."""

    def without_deletes(start: int, end: int, using: Reader, *, repair: bool) -> Parsed:
        parsed = parse(start, end, using, repair=repair)
        kept = tuple(event for event in parsed.events if event.type != "delete")
        if len(kept) == len(parsed.events):
            return parsed
        return Parsed(
            kept, (*parsed.refused, *(_no_delete() for _ in range(len(parsed.events) - len(kept))))
        )

    return without_deletes


def _no_delete() -> Problem:
    return Problem(
        "forbidden",
        "This source accepts no delete or suppress",
        "Its sender is not proven: write keys are public, and the delivery is not signed",
        "Have Segment's signed webhook deliver it, "
        "or set allow_delete = true on the source in realtime.toml",
    )


MARKS = ("placeholder", "shared_id")  # flags that are counted beside the sum
_BURST_SECONDS = 2.0  # of the full rate that may arrive at once after quiet


class SourceGuard:
    """Verifies, limits and counts the deliveries of one source.

    The counters always add up: an event is received and accounted for in one step.
    """

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
        """Raises `Problem("unauthorized")` if no body could be authentic with `signature`."""
        self._verifier.parse_signature(signature)

    async def verify(self, body: bytes, signature: str | None) -> None:
        """Verifies in a thread, since it may take long. Raises `Problem("unauthorized")`."""
        await asyncio.to_thread(self._verifier.verify, body, signature)

    def may_delete(self, *, signed: bool) -> bool:
        """Whether a delivery may delete people: if it is `signed`, or the source allows it."""
        return signed or self.source.allow_delete

    def limit(self, events: int, at: float, size: int = 0) -> None:
        """Raises `Problem("rate_limited")` if `events`, or their `size` in bytes, are too many.

        `at` is in monotonic seconds.
        """
        wait = consume_both(self._bucket, self._weight, events, size, at)
        if wait is not None:
            self.raise_if_limited(events, wait)

    def raise_if_limited(self, events: int, wait: float | None) -> None:
        """Counts `events` that must `wait` so many seconds, and raises `Problem("rate_limited")`.

        Does nothing if `wait` is None.
        """
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
        """Counts events that were refused with a problem's `code`."""
        self.counters.received += events
        self.counters.refused[code] = self.counters.refused.get(code, 0) + events

    def record_unwatched(self, events: int) -> None:
        """Counts events that no session watches."""
        self.counters.received += events
        self.counters.unwatched += events

    def record_gap(self) -> None:
        """Counts a gap: some records of a stream were left unread."""
        self.counters.gaps = (self.counters.gaps or 0) + 1

    def record_outcomes(self, outcomes: Sequence[Outcome], entries: Sequence[Entry] = ()) -> None:
        """Counts the log's outcomes, and the `entries` that have flags of `MARKS`."""
        for entry in entries:
            if entry.flags:
                for mark in MARKS:
                    if mark in entry.flags:
                        setattr(self.counters, mark, (getattr(self.counters, mark) or 0) + 1)
        counters = self.counters
        taken = outcomes.count("taken")
        counters.received += len(outcomes)
        counters.taken += taken
        if taken < len(outcomes):
            counters.duplicate += outcomes.count("duplicate")
            counters.unwatched += outcomes.count("unwatched")


_MAY_DELETE = re.compile(rb"delete|suppress|\\u00", re.IGNORECASE)
"""In every element that is a delete or a suppression, however its type is written."""

_NONE: frozenset[str] = frozenset()
_BRIEF = 8 * 1024  # bytes of an SDK's call that are repaired on the loop

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
    """Ingests deliveries for all sources of all workspaces.

    `on_forget` gets the tokens of people who were deleted or suppressed. `chance` makes the key of
    a workspace that has none. `rates` are shared with other processes; without them each process
    limits alone. `followed` gives the traces of a channel that are not sampled out; it is asked
    only if the channel has a sample. `counters` are counted in. If `counts_unknown_keys`, calls of
    SDKs with a write key that no source has count as refused by the only tracking source: right
    for a server that serves one test run, and nothing else.

    With `deletions` deletes are recorded, also those that come while nothing is watched.

    Raises `Problem("invalid")` if two sources share an id or a write key.
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
        *,
        counts_unknown_keys: bool = False,
        deletions: DeletionTimes | None = None,
    ) -> None:
        self._deletions = deletions
        self.ingest_counters = counters or SourceCounters(workspaces)
        self._counts_unknown_keys = counts_unknown_keys
        self._graphs = graphs
        self._log = log
        self._clock = clock
        self._on_forget = on_forget
        self._rates = rates
        self._followed = followed
        self._repairs, self._turns = RepairQueue(), ChunkScheduler()
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
        guard = self._guards.get(source_id)
        if guard is None or guard.source.kind != "webhook":
            raise Problem(
                "not_found",
                "There is no such source",
                remedy="Use the URL that `dagnet-realtime serve` prints, "
                "or the id of a webhook source in realtime.toml",
            )
        return guard.source

    def by_write_key(self, key: str) -> Source | None:
        """The tracking source of that write key, looked up by digest: timing reveals nothing."""
        return self._keys.get(_digest(key.encode("utf-8", "replace")))

    @property
    def tracks(self) -> bool:
        """Whether any source accepts calls of SDKs."""
        return bool(self._keys)

    def sender(self, body: bytes) -> Source | None:
        """The tracking source whose write key is in `body`; None if there is none.

        A large body is not decoded until a key in it is known. Raises `Problem("invalid")` for a
        small body that is not a JSON object.
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
        """Why no body could be authentic with `signature`; None if one could."""
        try:
            self._guards[source.id].expect(signature)
        except Problem as problem:
            return problem
        return None

    def watched(self, source: Source) -> bool:
        """False only if no session watches the source's channel."""
        return self._log.watched(source.channel)

    def tokens(self, channel: Channel, kind: str, value: str) -> tuple[str, ...]:
        """The present tokens of `value`: one, or two for a while after a rotation of keys.

        Raises `Problem("invalid")` for a kind of identifier that the policy does not pseudonymise,
        and for placeholders.
        """
        sanitizer = self._sanitizer(channel)
        if kind not in sanitizer.kinds and not (
            kind in PERSON and set(PERSON).intersection(sanitizer.kinds)
        ):
            kinds = f"This workspace traces people by {', '.join(sanitizer.kinds) or 'none'}"
            raise Problem(
                "invalid",
                "This kind of identifier cannot be looked up",
                kinds,
                "Choose one of them",
            )
        if is_placeholder(value):
            raise Problem(
                "invalid",
                "The value is a placeholder",
                "Programs write it if an identifier is missing",
                "Give another",
            )
        return sanitizer.tokens.tokens_for(kind, value, self._clock.now())

    def message_key(self, channel: Channel) -> bytes:
        """The key of the digests of the channel's message ids."""
        return message_key(channel, self._token_keys[channel])

    def apply_policy(self, channel: Channel, policy: Policy) -> None:
        """Applies another policy to what arrives from here on; keys and rates stay."""
        self._workspaces[channel] = msgspec.structs.replace(
            self._workspaces[channel], policy=policy
        )
        self._sanitizers.pop(channel, None)

    def refuse(self, source: Source, problem: Problem, events: int = 1) -> None:
        """Counts a delivery that was refused before it came here: too large, unreadable, too
        slow.
        """
        self._guards[source.id].record_refused(problem.code, events)

    def refuse_unknown_key(self) -> Problem:
        """The refusal of a call whose write key no source has; counts it if that was asked for."""
        if self._counts_unknown_keys and len(self._keys) == 1:
            (source,) = self._keys.values()
            self._guards[source.id].record_refused("unauthorized")
        return Problem("unauthorized", "No source has this write key", remedy=_KEYS)

    async def webhook(
        self,
        source: Source,
        body: bytes,
        signature: str | None,
        proven: Callable[[], None] | None = None,
        began: int | None = None,
    ) -> None:
        """Ingests one webhook delivery. Raises `Problem` if it is refused.

        `proven` is called once its sender is known to have the secret. `began` is when its first
        byte came (ms since 1970). For an object of at most 64 KB only the log is awaited, unless
        its signature is slow to verify.
        """
        guard = self._guards[source.id]
        brief = len(body) <= MAX_INLINE_BYTES
        try:
            if not guard.verified_soon(body, signature):
                await guard.verify(body, signature)
            signed = bool(signature and source.secrets)
            if proven is not None and signed:
                proven()
            try:
                elements = split_delivery(body, repair=brief)
            except NeedsRepair:
                elements = await self._repairs.repair(partial(split_delivery, body))
        except Problem as problem:
            guard.record_refused(problem.code)
            raise
        parse = webhook_parser(elements)
        if not (deletes := guard.may_delete(signed=signed)):
            parse = refusing_deletes(parse)
        now = self._clock.now()
        spans = chunks(elements, CHUNK_BYTES if signed else UNPROVEN_CHUNK_BYTES)
        await self._ingest(
            guard,
            elements,
            parse,
            now,
            now if began is None else began,
            spans,
            brief=brief,
            deletes=deletes,
        )

    async def track(
        self, source: Source, body: bytes, type: EventType | None, began: int | None = None
    ) -> None:
        """Ingests one call of the tracking API: an event of `type`, or a batch. Raises `Problem`.

        `began` is when its first byte came (ms since 1970), as the sender's clock was read then.
        """
        guard = self._guards[source.id]
        arrived_at = self._clock.now()
        began = arrived_at if began is None else began
        brief, defaults = len(body) <= _BRIEF, EnvelopeDefaults()
        try:
            if type is not None and not await self._repairs.run(
                partial(is_batch, body), brief=brief
            ):
                elements: Sequence[Element] = (body,)
                parse = single_parser(body, type, began)
            else:
                envelope, elements = await self._repairs.run(partial(open_batch, body), brief=brief)
                defaults = envelope_defaults(envelope)
                parse = batch_parser(defaults, elements, began)
        except Problem as problem:
            guard.record_refused(problem.code)
            raise
        if not (deletes := guard.may_delete(signed=False)):
            parse = refusing_deletes(parse)
        spans = chunks(elements, UNPROVEN_CHUNK_BYTES, defaults.size)
        await self._ingest(
            guard,
            elements,
            parse,
            arrived_at,
            began,
            spans,
            brief=brief,
            beside=defaults.size,
            deletes=deletes,
        )

    async def _ingest(
        self,
        guard: SourceGuard,
        elements: Sequence[Element],
        parse: Parse,
        arrived_at: int,
        began: int,
        spans: ElementSpans,
        *,
        brief: bool,
        beside: int = 0,
        deletes: bool,
    ) -> None:
        """Parses and appends a delivery by the chunks of `spans`, if it is watched and within the
        rate. Of one that is not watched only deletes are heard, if it may delete.

        Raises `Problem`: `rate_limited`, the first refusal if nothing in it is an event, or the
        log's.
        """
        channel = guard.source.channel
        events = len(elements)
        watched = self._log.watched(channel)
        if not watched and not (deletes and any(map(_MAY_DELETE.search, elements))):
            guard.record_unwatched(events)
            return
        size = (len(elements[0]) if events == 1 else sum(map(len, elements))) + events * beside
        if self._rates is None:
            guard.limit(events, self._clock.monotonic(), size)
        else:
            guard.raise_if_limited(
                events,
                await self._rates.try_consume(
                    guard.source.id, events, guard.max_rate, guard.burst, size
                ),
            )
        first: Problem | None = None
        any_event = False
        for start, end in spans:
            if start:
                await self._turns.wait()
            sanitizer = self._sanitizer(channel)
            try:
                parsed = parse(start, end, sanitizer.reader, repair=brief)
            except NeedsRepair:
                parsed = await self._repairs.repair(partial(parse, start, end, sanitizer.reader))
            for problem in parsed.refused:
                guard.record_refused(problem.code)
                first = first or problem
            if parsed.events:
                any_event = True
                if not watched:
                    guard.record_unwatched(len(parsed.events))
                    if any(event.type == "delete" for event in parsed.events):
                        await self._record_deletion(channel)
                    continue
                try:
                    followed = (
                        await self._followed(channel)
                        if sanitizer.samples and self._followed is not None
                        else _NONE
                    )
                    entries = sanitizer.entries(
                        parsed.events, guard.source.id, arrived_at, followed, began
                    )
                    outcomes = await self._log.append(channel, entries)
                except BaseException:  # the sender will send all of it again
                    guard.record_refused("unavailable", len(parsed.events) + events - end)
                    raise
                guard.record_outcomes(outcomes, entries)
                for event in parsed.events:
                    if event.type == "delete":
                        await self._forget(channel, sanitizer.tokens_of_deleted(event, arrived_at))
        if first is not None and not any_event:
            raise first

    async def records(self, source: Source, records: Sequence[Record]) -> RecordCounts:
        """Ingests records of a stream. What is not an event is refused alone, and counted.

        Records beyond the rate are left out, since a stream cannot be asked to wait.

        Raises `Problem("unavailable")` if the log failed: then all records must come again, and
        those that were appended are duplicates.
        """
        guard, settings = self._guards[source.id], source.stream
        if settings is None:
            raise ValueError(f"the source {source.id} reads no stream")
        counted = RecordCounts()
        refusals: list[Problem] = []
        elements: list[tuple[Partition, Found]] = []
        for record in records:
            try:
                try:
                    opened = open_record(
                        record, settings.shape, repair=len(record.value or b"") <= MAX_INLINE_BYTES
                    )
                except NeedsRepair:
                    opened = await self._repairs.repair(
                        partial(open_record, record, settings.shape)
                    )
            except Problem as problem:
                opened = Opened((), (problem,))
            elements += [(record.partition, one) for one in opened.found]
            refusals += opened.refused
            counted.refused += [(record.partition, refusal.code) for refusal in opened.refused]
        arrived_at = self._clock.now()
        for start, end in chunks([one.element for _, one in elements]):
            if start:
                await self._turns.wait()
            await self._append_records(
                guard, settings.only, elements[start:end], arrived_at, counted, refusals
            )
        for refusal in refusals:
            guard.record_refused(refusal.code)
        return counted

    async def _append_records(
        self,
        guard: SourceGuard,
        only: Only,
        elements: Sequence[tuple[Partition, Found]],
        arrived_at: int,
        counted: RecordCounts,
        refusals: list[Problem],
    ) -> None:
        """Appends the events of some records. Their refusals are counted by the caller."""
        channel = guard.source.channel
        sanitizer = self._sanitizer(channel)
        deletes = guard.may_delete(signed=False)
        parse = partial(
            record_events,
            [one for _, one in elements],
            arrived_at,
            sanitizer.reader,
            only,
            deletes=deletes,
        )
        try:
            parsed = parse(repair=False)
        except NeedsRepair:
            parsed = await self._repairs.repair(parse)
        partitions = [partition for partition, _ in elements]
        counted.others += [partitions[index] for index in parsed.others]
        counted.refused += [(partitions[index], problem.code) for index, problem in parsed.refused]
        refusals += [problem for _, problem in parsed.refused]
        events = parsed.events
        if not events:
            return
        try:
            guard.limit(
                len(events), self._clock.monotonic(), sum(len(one.element) for _, one in elements)
            )
        except Problem:
            return  # counted; a stream cannot be asked to wait
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
        """Counts records of a stream that are left unread; viewers get a gap."""
        self._guards[source.id].record_gap()

    def now(self) -> int:
        """Milliseconds since 1970, by the clock of arrivals."""
        return self._clock.now()

    async def _record_deletion(self, channel: Channel) -> None:
        if self._deletions is not None:
            await self._deletions.record(channel)

    async def _forget(self, channel: Channel, tokens: frozenset[str]) -> None:
        await self._record_deletion(channel)
        if not tokens:
            return
        await self._log.forget(channel, tokens, self._sanitizer(channel).needed)
        if self._on_forget is not None:
            self._on_forget(channel, tokens)

    def _sanitizer(self, channel: Channel) -> EventSanitizer:
        """The channel's sanitizer, made again if its graphs need other properties."""
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
