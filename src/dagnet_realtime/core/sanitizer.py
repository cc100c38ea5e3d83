"""From a parsed event to the entry that may be stored: names, pseudonyms, allowed properties, flags, sampling."""

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
from dagnet_realtime.core.segment.message import reader
from dagnet_realtime.core.times import TOLERANCE, believable
from dagnet_realtime.core.view import trace_share
from dagnet_realtime.model.event import Entry, Event, EventType, Flag, Token, Value
from dagnet_realtime.model.workspace import Channel, Policy

FLOOR_SECONDS = 10.0  # in which of each kind at least one event is carried
PER_SECOND, AT_ONCE = (
    20.0,
    100.0,
)  # events that the floor may carry: filters on properties of many values make many kinds
MOST_KINDS = 2_000  # remembered; the one that was carried longest ago is forgotten first


class MinimumRate:
    """`kind` is what decides which nodes an event lights: its name and the properties that filters read."""

    def __init__(self) -> None:
        self._carried: OrderedDict[Hashable, float] = OrderedDict()
        self._bucket = TokenBucket(PER_SECOND, AT_ONCE)

    def record(self, kind: Hashable, at: float) -> None:
        """An event of that kind is carried at `at` (seconds) because the sample takes it."""
        self._carried[kind] = at
        self._carried.move_to_end(kind)
        while len(self._carried) > MOST_KINDS:
            self._carried.popitem(last=False)

    def should_keep(self, kind: Hashable, at: float) -> bool:
        """Whether an event that the sample leaves out is to be carried all the same."""
        last = self._carried.get(kind)
        if (last is not None and 0 <= at - last < FLOOR_SECONDS) or self._bucket.try_consume(
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

    A `track` is known by its `event`. A `page` or `screen` is known by its name, by category and name, and by the names that Segment's
    libraries and destinations derive from them (`Viewed … Page`, `Loaded a Page`). Other types have no names.
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
    """The one name a person reads: the event of a `track`, Segment's derived name of a `page` or `screen`, else the type.

    A `track` without an event is `NAMELESS`, so that it is not taken for one that is called “track”.

    Where the message has candidate names, the shown one is among them.
    """
    if type == "track":
        return event or NAMELESS
    word = _WORDS.get(type)
    if word is None:
        return type
    full = _full(name, category)
    return f"Viewed {full} {word}" if full else f"Loaded a {word}"


def _full(name: str | None, category: str | None) -> str:
    """Category and name as Segment's libraries join them."""
    return " ".join(part for part in (category, name) if part)


TEST_MESSAGE = "segment-test-message-"  # what Segment's Event Tester's ids begin with
VIOLATION = (
    "Violation Generated"  # what Segment Protocols calls the events it forwards violations as
)
_MAX_REVEALED = 256  # characters
_SOMEBODY = 20_000  # identifiers remembered as no placeholders
_NAMES = 2000  # distinct names remembered as clean

Names = tuple[tuple[str, ...], str]


class EventSanitizer:
    """One channel's rules at one moment.

    `needed` are the property paths that the graphs' filters read, `token_key` is the workspace's secret. `reader` reads of a message only
    what these rules ask for; an event that was read otherwise is admitted all the same, a little slower.
    """

    def __init__(
        self, policy: Policy, needed: frozenset[str], channel: Channel, token_key: bytes
    ) -> None:
        self.needed = needed
        self.tokens = Pseudonymizer(channel, token_key, policy.token_rotation)
        self._ids = MessageIds(channel, token_key)
        self._redaction = Redaction(policy.properties, policy.deny, needed)
        self._counted = Redaction((), policy.deny, needed)
        explicit = policy.identity == "trace_id"
        self._finder = IdentifierExtractor(
            kind for kind in policy.trace if not (explicit and kind in PERSONAL)
        )
        self._reveal = policy.identity == "reveal"
        self._test = policy.test_property
        self._sample = policy.sample
        self.samples = policy.sample < 1
        self._floor = MinimumRate()
        self._somebody: set[int] = set()
        self._names: dict[tuple[str, str | None, str | None, str | None], Names] = {}
        allowed = self._redaction.keys
        test = {self._test, self._test.partition(".")[0]} - {""}
        self._properties = PartialDecoder(
            None if allowed is None else allowed | self._finder.keys("properties") | test
        )
        self._traits = PartialDecoder(
            None if allowed is None else allowed | self._finder.keys("traits")
        )
        self._integrations = PartialDecoder(self._finder.keys("integrations"))
        self._context = PartialDecoder(
            self._finder.keys("context")
            | {"protocols", "violations"}
            | (set() if self._redaction.empty else {"traits"})
        )
        self.reader = reader(
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
        """What the log may keep of `events` that came in one delivery; see `entry`."""
        return [self.entry(event, source_id, arrived_at, followed, began) for event in events]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The identifiers that become tokens, in the policy's order."""
        return self._finder.kinds

    def entry(
        self,
        event: Event,
        source_id: str,
        arrived_at: int,
        followed: frozenset[str] = frozenset(),
        began: int | None = None,
    ) -> Entry:
        """What the log may keep of `event`, which arrived at `arrived_at` (ms since 1970, our clock).

        One without a time happened when the first byte of its delivery came: `began`.

        A trace with a token in `followed` is never sampled out; where it would have been, what came before it was followed is missing.
        """
        parts = self._parts(event)
        names, name = self._named(event)
        occurred_at = believable(
            began if event.occurred_at is None else event.occurred_at, arrived_at
        )
        traces, revealed, has_placeholder = self._traces(event, parts, arrived_at)
        flags = self._flags(event, parts, occurred_at, arrived_at)
        if has_placeholder:
            flags += ("placeholder",)
        given = event.given_id or event.id
        id = self._ids.display(given)
        if (id != given or not id.strip("0fF-")) and is_placeholder(given):
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
            self._user(parts, self._redaction) if parts.traits or parts.context else {},
            flags,
            revealed,
            (),
            None if id == event.id else fingerprint(event.id),
        )
        if self.samples and "test" not in flags:
            entry = self._sampled(entry, parts, followed)
        if event.type == "delete":
            return msgspec.structs.replace(
                entry, forgets=tuple(sorted(self.forgotten(event, arrived_at)))
            )
        return entry

    def forgotten(self, event: Event, arrived_at: int) -> frozenset[str]:
        """The tokens of the person whom a `delete` names, whatever the policy shows of them."""
        ids = (("userId", event.user_id), ("anonymousId", event.anonymous_id))
        return frozenset(
            token
            for kind, value in ids
            if value and not is_placeholder(value)
            for token in self.tokens.tokens_for(kind, value, arrived_at)
        )

    def _parts(self, event: Event) -> MessageParts:
        if type(event.properties) is dict:  # as `reader` reads them, all four
            return MessageParts(event.properties, event.context, event.integrations, event.traits)  # type: ignore[arg-type]
        return MessageParts(
            self._properties.pick(event.properties),
            self._context.pick(event.context),
            self._integrations.pick(event.integrations),
            self._traits.pick(event.traits),
        )

    def _named(self, event: Event) -> Names:
        """Candidate names and the shown one. Names that were found clean are remembered; others may be personal."""
        given = (event.type, event.event, event.name, event.category)
        known = self._names.get(given)
        if known is not None:
            return known
        event_name, page, category = clean_names(*given[1:])
        names = (
            candidate_names(event.type, event_name, page, category),
            shown_name(event.type, event_name, page, category),
        )
        if (event_name, page, category) == given[1:] and len(self._names) < _NAMES:
            self._names[given] = names
        return names

    def _traces(
        self, event: Event, parts: MessageParts, at: int
    ) -> tuple[tuple[Token, ...], dict[str, str], bool]:
        """Tokens, what is revealed, and whether a placeholder stood for an identifier."""
        if event.type == "delete":  # it must not bring back what it asks to forget
            return (), {}, False
        found = self._finder.find(event, parts)
        traces: tuple[Token, ...] = ()
        revealed: dict[str, str] = {}
        nobody = False
        for kind, value in found:
            if hash(value) not in self._somebody and not self._names_somebody(value):
                nobody = True
                continue
            traces += self.tokens.traces(kind, value, at)
            if self._reveal:
                revealed[kind] = value[:_MAX_REVEALED]
        return traces, revealed, nobody

    def _names_somebody(self, value: str) -> bool:
        """Whether an identifier is more than a placeholder; those that are, are remembered by a fingerprint."""
        if is_placeholder(value):
            return False
        if len(self._somebody) >= _SOMEBODY:
            self._somebody.clear()
        self._somebody.add(hash(value))
        return True

    def _flags(
        self, event: Event, parts: MessageParts, occurred_at: int, arrived_at: int
    ) -> tuple[Flag, ...]:
        flags: tuple[Flag, ...] = ()
        if occurred_at < arrived_at - TOLERANCE:
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

    def _user(self, parts: MessageParts, redaction: Redaction) -> dict[str, Value]:
        """Allowed traits: the message's own, and under them those that a page attached to its context."""
        own = redaction.apply(parts.traits) if parts.traits else {}
        attached = parts.context.get("traits")
        return redaction.apply(attached) | own if isinstance(attached, dict) else own

    def _sampled(self, entry: Entry, parts: MessageParts, followed: frozenset[str]) -> Entry:
        """The entry, or what the sample leaves of it: enough to count it on the nodes it lights, nobody's token.

        One that the floor lifts is carried without the rest of its trace; a sample of nothing carries nothing but who is followed.
        """
        needed, user = self._counted.apply(parts.properties), self._user(parts, self._counted)
        kind, at = (entry.name, repr(needed), repr(user)), entry.arrived_at / 1000
        if trace_share(entry) < self._sample:
            self._floor.record(kind, at)
            return entry
        if any(trace.token in followed for trace in entry.traces) or (
            self._sample > 0 and self._floor.should_keep(kind, at)
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
