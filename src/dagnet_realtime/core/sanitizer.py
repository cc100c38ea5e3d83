"""Turns parsed events into entries that may be stored.

Names, pseudonyms, allowed properties, flags, sampling.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Any

import msgspec

from dagnet_realtime.core.identifiers import (
    PERSONAL,
    IdentifierExtractor,
    MessageIds,
    MessageParts,
    PartialDecoder,
    Pseudonymizer,
    fingerprint,
    get_path,
    is_placeholder,
)
from dagnet_realtime.core.rate import TokenBucket
from dagnet_realtime.core.redaction import Redaction, clean_names
from dagnet_realtime.core.segment.message import make_reader
from dagnet_realtime.core.times import TOLERANCE_MS, plausible_time
from dagnet_realtime.core.view import trace_share
from dagnet_realtime.model.event import Entry, Event, EventType, Flag, Token, Value
from dagnet_realtime.model.workspace import Channel, Policy

MIN_RATE_SECONDS = 10.0  # in which of each kind at least one event is carried
MIN_RATE_PER_SECOND, MIN_RATE_BURST = (
    20.0,
    100.0,
)  # events that the floor may carry: filters on properties of many values make many kinds
MAX_KINDS = 2_000  # remembered, the least recently carried evicted first


class MinimumRate:
    """Keeps rare kinds of events visible although the sample leaves them out.

    A `kind` is what decides which nodes an event lights: its name and the properties that filters
    read. Of each kind at least one event per `MIN_RATE_SECONDS` is kept.
    """

    def __init__(self) -> None:
        self._carried: OrderedDict[Hashable, float] = OrderedDict()
        self._bucket = TokenBucket(MIN_RATE_PER_SECOND, MIN_RATE_BURST)

    def record(self, kind: Hashable, at: float) -> None:
        """Records that an event of the kind was sampled at `at` (seconds)."""
        self._carried[kind] = at
        self._carried.move_to_end(kind)
        while len(self._carried) > MAX_KINDS:
            self._carried.popitem(last=False)

    def should_keep(self, kind: Hashable, at: float) -> bool:
        """Whether to keep an event that the sample leaves out; records it if so."""
        last = self._carried.get(kind)
        if (last is not None and 0 <= at - last < MIN_RATE_SECONDS) or self._bucket.try_consume(
            1, at
        ) is not None:
            return False
        self.record(kind, at)
        return True


NAMELESS = "(track without a name)"
_WORDS = {"page": "Page", "screen": "Screen"}


def candidate_names(
    type: EventType | str, event: str | None, name: str | None, category: str | None
) -> tuple[str, ...]:
    """The names that matching tries, in order, without repeats.

    A `track` has its `event`. A `page` or `screen` has its name, category and name, and the names
    that Segment's libraries and destinations derive from them (`Viewed … Page`, `Loaded a Page`).
    Other types have none.
    """
    if type == "track":
        return (event,) if event else ()
    word = _WORDS.get(type)
    if word is None:
        return ()
    full = _full(name, category)
    tries = [name, full]
    for part in (full, name, category):
        if part:
            tries += [f"Viewed {part} {word}", f"Viewed {part}"]
    tries.append(f"Loaded a {word}")
    return tuple(dict.fromkeys(text for text in tries if text))


def shown_name(
    type: EventType | str, event: str | None, name: str | None, category: str | None
) -> str:
    """The name shown to people: a `track`'s event, Segment's derived name of a `page` or `screen`,
    else the type.

    A `track` without an event is `NAMELESS`, distinct from one that is called “track”. If the
    message has candidate names, the shown one is among them.
    """
    if type == "track":
        return event or NAMELESS
    word = _WORDS.get(type)
    if word is None:
        return type
    full = _full(name, category)
    return f"Viewed {full} {word}" if full else f"Loaded a {word}"


def _full(name: str | None, category: str | None) -> str:
    """Category and name joined as Segment's libraries do."""
    return " ".join(part for part in (category, name) if part)


TEST_MESSAGE = "segment-test-message-"  # prefix of ids of Segment's Event Tester
VIOLATION = "Violation Generated"  # the event in which Segment Protocols forwards a violation
_MAX_REVEALED = 256  # characters
_MAX_GENUINE = 20_000  # identifiers cached as no placeholders
_MAX_CLEAN_NAMES = 2000  # distinct names cached as clean

Names = tuple[tuple[str, ...], str]


class EventSanitizer:
    """Applies one channel's policy to its events.

    `needed` are the property paths that the graphs' filters read, `token_key` is the workspace's
    secret. `reader` decodes only those members of a message that the policy needs; events read by
    another reader are accepted too, more slowly.
    """

    def __init__(
        self, policy: Policy, needed: frozenset[str], channel: Channel, token_key: bytes
    ) -> None:
        self.needed = needed
        self.tokens = Pseudonymizer(channel, token_key, policy.token_rotation)
        self._ids = MessageIds(channel, token_key)
        self._redaction = Redaction(policy.properties, policy.deny, needed)
        self._count_redaction = Redaction((), policy.deny, needed)
        explicit = policy.identity == "trace_id"
        self._extractor = IdentifierExtractor(
            kind for kind in policy.trace if not (explicit and kind in PERSONAL)
        )
        self._reveal = policy.identity == "reveal"
        self._test = policy.test_property
        self._sample = policy.sample
        self.samples = policy.sample < 1
        self._minimum_rate = MinimumRate()
        self._genuine: set[int] = set()
        self._names: dict[tuple[str, str | None, str | None, str | None], Names] = {}
        allowed = self._redaction.keys
        test = {self._test, self._test.partition(".")[0]} - {""}
        self._properties = PartialDecoder(
            None if allowed is None else allowed | self._extractor.keys("properties") | test
        )
        self._traits = PartialDecoder(
            None if allowed is None else allowed | self._extractor.keys("traits")
        )
        self._integrations = PartialDecoder(self._extractor.keys("integrations"))
        self._context = PartialDecoder(
            self._extractor.keys("context")
            | {"protocols", "violations"}
            | (set() if self._redaction.empty else {"traits"})
        )
        self.reader = make_reader(
            {
                "properties": self._properties.wanted,
                "traits": self._traits.wanted,
                "context": self._context.wanted,
                "integrations": self._integrations.wanted,
            }
        )

    def entries(
        self,
        events: Sequence[Event],
        source_id: str,
        arrived_at: int,
        followed: frozenset[str],
        began: int | None = None,
    ) -> list[Entry]:
        """The entries of one delivery's `events`; see `entry`."""
        return [self.entry(event, source_id, arrived_at, followed, began) for event in events]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of identifiers that become tokens, in the policy's order."""
        return self._extractor.kinds

    def entry(
        self,
        event: Event,
        source_id: str,
        arrived_at: int,
        followed: frozenset[str] = frozenset(),
        began: int | None = None,
    ) -> Entry:
        """The entry of `event`, which arrived at `arrived_at` (ms since 1970, our clock).

        An event without a time happened at `began`, when the first byte of its delivery arrived. A
        trace with a token in `followed` is never sampled out; it lacks only what was sampled out
        before.
        """
        parts = self._parts(event)
        names, name = self._names_of(event)
        occurred_at = plausible_time(
            began if event.occurred_at is None else event.occurred_at, arrived_at
        )
        traces, revealed, has_placeholder = self._traces(event, parts, arrived_at)
        flags = self._flags(event, parts, occurred_at, arrived_at)
        if has_placeholder:
            flags += ("placeholder",)
        sent_id = event.original_id or event.id
        id = self._ids.display(sent_id)
        if (id != sent_id or not id.strip("0fF-")) and is_placeholder(sent_id):
            flags += ("shared_id",)
        entry = Entry(
            id,
            event.type,
            name,
            names,
            occurred_at,
            arrived_at,
            event.segment_received_at,
            source_id,
            traces,
            self._redaction.apply(parts.properties),
            self._traits_of(parts, self._redaction) if parts.traits or parts.context else {},
            flags,
            revealed,
            (),
            None if id == event.id else fingerprint(event.id),
        )
        if self.samples and "test" not in flags:
            entry = self._sampled(entry, parts, followed)
        if event.type == "delete":
            return msgspec.structs.replace(
                entry, forgets=tuple(sorted(self.tokens_of_deleted(event, arrived_at)))
            )
        return entry

    def tokens_of_deleted(self, event: Event, arrived_at: int) -> frozenset[str]:
        """The tokens of the person that a `delete` names, even of kinds that are not traced."""
        ids = (("userId", event.user_id), ("anonymousId", event.anonymous_id))
        return frozenset(
            token
            for kind, value in ids
            if value and not is_placeholder(value)
            for token in self.tokens.tokens_for(kind, value, arrived_at)
        )

    def _parts(self, event: Event) -> MessageParts:
        if type(event.properties) is dict:  # as `reader` reads them, all four
            parts: Any = (event.properties, event.context, event.integrations, event.traits)
            return MessageParts(*parts)
        return MessageParts(
            self._properties.pick(event.properties),
            self._context.pick(event.context),
            self._integrations.pick(event.integrations),
            self._traits.pick(event.traits),
        )

    def _names_of(self, event: Event) -> Names:
        """Candidate names and the shown one. Only names that needed no redaction are cached."""
        raw_names = (event.type, event.event, event.name, event.category)
        known = self._names.get(raw_names)
        if known is not None:
            return known
        event_name, page, category = clean_names(*raw_names[1:])
        names = (
            candidate_names(event.type, event_name, page, category),
            shown_name(event.type, event_name, page, category),
        )
        if (event_name, page, category) == raw_names[1:] and len(self._names) < _MAX_CLEAN_NAMES:
            self._names[raw_names] = names
        return names

    def _traces(
        self, event: Event, parts: MessageParts, at: int
    ) -> tuple[tuple[Token, ...], dict[str, str], bool]:
        """Tokens, revealed identifiers, and whether an identifier was a placeholder."""
        if event.type == "delete":  # it must not restore what it asks to forget
            return (), {}, False
        found = self._extractor.find(event, parts)
        traces: tuple[Token, ...] = ()
        revealed: dict[str, str] = {}
        has_placeholder = False
        for kind, value in found:
            if hash(value) not in self._genuine and not self._is_genuine(value):
                has_placeholder = True
                continue
            traces += self.tokens.traces(kind, value, at)
            if self._reveal:
                revealed[kind] = value[:_MAX_REVEALED]
        return traces, revealed, has_placeholder

    def _is_genuine(self, value: str) -> bool:
        """Whether an identifier is no placeholder. Genuine ones are cached by a fingerprint."""
        if is_placeholder(value):
            return False
        if len(self._genuine) >= _MAX_GENUINE:
            self._genuine.clear()
        self._genuine.add(hash(value))
        return True

    def _flags(
        self, event: Event, parts: MessageParts, occurred_at: int, arrived_at: int
    ) -> tuple[Flag, ...]:
        flags: tuple[Flag, ...] = ()
        if occurred_at < arrived_at - TOLERANCE_MS:
            flags += ("late",)
        if event.replayed:
            flags += ("replayed",)
        if event.event == VIOLATION or (parts.context and _violates(parts.context)):
            flags += ("violation",)
        if event.id.startswith(TEST_MESSAGE) or (
            self._test and get_path(self._test, parts.properties)
        ):
            flags += ("test",)
        return flags

    def _traits_of(self, parts: MessageParts, redaction: Redaction) -> dict[str, Value]:
        """Allowed traits: the message's own, over those that a page attached to its context."""
        own = redaction.apply(parts.traits) if parts.traits else {}
        attached = parts.context.get("traits")
        return redaction.apply(attached) | own if isinstance(attached, dict) else own

    def _sampled(self, entry: Entry, parts: MessageParts, followed: frozenset[str]) -> Entry:
        """The entry, or what remains if the sample leaves it out.

        That suffices to count it on its nodes and has no token. An event of a rare kind is kept
        without the rest of its trace. A sample of 0 keeps only followed traces.
        """
        needed, user = (
            self._count_redaction.apply(parts.properties),
            self._traits_of(parts, self._count_redaction),
        )
        kind, at = (entry.name, repr(needed), repr(user)), entry.arrived_at / 1000
        if trace_share(entry) < self._sample:
            self._minimum_rate.record(kind, at)
            return entry
        if any(trace.token in followed for trace in entry.traces) or (
            self._sample > 0 and self._minimum_rate.should_keep(kind, at)
        ):
            return msgspec.structs.replace(entry, flags=(*entry.flags, "partial"))
        return Entry(
            entry.id,
            entry.type,
            entry.name,
            entry.names,
            entry.occurred_at,
            entry.arrived_at,
            entry.segment_received_at,
            entry.source,
            (),
            needed,
            user,
            (*entry.flags, "sampled_out"),
            once=entry.once,
        )


def _violates(context: dict[str, Any]) -> bool:
    protocols = context.get("protocols")
    found = (
        context.get("violations"),
        protocols.get("violations") if isinstance(protocols, dict) else None,
    )
    return any(isinstance(violations, list) and violations for violations in found)
