"""Ingest: the order of checks, the ledger of a source, and parsing in stretches with
repair aside.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.identifiers import MessageIds, message_key
from dagnet_realtime.core.json_text import NeedsRepair
from dagnet_realtime.core.segment.message import UNTYPED_READER
from dagnet_realtime.core.signature import sign
from dagnet_realtime.hub.ingest import (
    CHUNK_BYTES,
    CHUNK_EVENTS,
    UNPROVEN_CHUNK_BYTES,
    ChunkScheduler,
    Intake,
    RepairQueue,
    SourceGuard,
    chunks,
    single_parser,
)
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.event import Entry, Position, tokens_to_forget
from dagnet_realtime.model.frame import IngestCounters
from dagnet_realtime.model.graph import Catalogue
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Policy, Source, Workspace
from dagnet_realtime.ports.storage import LogSlice, Outcome
from dagnet_realtime.stores.memory import MemoryLog
from tests.support.clock import FakeClock
from tests.support.deliveries import CALLS, DELIVERIES
from tests.support.tries import tries


def gate(max_rate: float = 10) -> SourceGuard:
    """The gate of an unsigned source."""
    return SourceGuard(
        Source(id="web", channel=Channel("acme", "prod"), kind="webhook", allow_unsigned=True),
        max_rate,
    )


def sums(door: IngestCounters) -> bool:
    """The door's promise."""
    return (
        door.received
        == sum(door.refused.values())
        + door.rate_limited
        + door.unwatched
        + door.duplicate
        + door.taken
    )


STEPS = st.one_of(
    st.tuples(st.just("refuse"), st.sampled_from(["invalid", "too_large"]), st.integers(1, 9)),
    st.tuples(st.just("unwatched"), st.just(""), st.integers(0, 9)),
    st.tuples(st.just("limit"), st.just(""), st.integers(1, 9000)),
    st.tuples(st.just("settle"), st.just(""), st.integers(0, 9)),
)


@given(st.lists(STEPS, max_size=40))
def test_the_ledger_sums_after_every_step(steps: list[tuple[str, str, int]]) -> None:
    """DOOR-1: the ledger sums after any outcomes in any order."""
    tried = gate()
    for step, code, events in steps:
        match step:
            case "refuse":
                tried.record_refused(code, events)
            case "unwatched":
                tried.record_unwatched(events)
            case "settle":
                tried.record_outcomes((["taken", "duplicate", "unwatched"] * 3)[:events])
            case _:
                try:
                    tried.limit(events, 0.0)
                except Problem as problem:
                    assert problem.retry_after is not None  # noqa: PT017 -- it may pass, too
        assert sums(tried.counters)


def test_too_many_events_get_a_time_to_retry() -> None:
    """DOOR-5: a greatest batch passes at once, the next must wait."""
    tried = gate(max_rate=10)
    tried.limit(4000, 0.0)
    with pytest.raises(Problem) as caught:
        tried.limit(50, 0.0)
    assert (caught.value.code, caught.value.retry_after) == ("rate_limited", 5.0)
    assert tried.counters == IngestCounters(received=50, rate_limited=50)


DELIVERED = json.loads((Path(__file__).parents[1] / "fixtures/segment/delivered.json").read_text())
BATCH = json.loads((Path(__file__).parents[1] / "fixtures/segment/batch.json").read_text())
ACME, GLOBEX = Channel("acme", "prod"), Channel("globex", "prod")
WEB = Source(id="web", channel=ACME, kind="webhook", secrets=(Secret("s3cret"),))
SDK = Source(id="sdk", channel=ACME, kind="tracking", write_key=Secret("LOCALKEY"))
OTHER = Source(id="other", channel=GLOBEX, kind="webhook", secrets=(Secret("globex"),))


class Shelf:
    """A `GraphSource` of one catalogue that a test replaces."""

    def __init__(self) -> None:
        self.needed = frozenset({"device"})

    def catalogue(self, workspace: str) -> Catalogue:
        """The catalogue of Acme; no other workspace has one."""
        if workspace != "acme":
            raise Problem("not_found", "No such workspace")
        return Catalogue(version="1", needed=self.needed)

    async def changes(self) -> AsyncIterator[str]:
        """Never."""
        return
        yield


class House:
    """An intake over a memory log, watched or not."""

    def __init__(self, **policy: Any) -> None:
        self.clock = FakeClock()
        self.shelf = Shelf()
        self.policy = Policy(**{"token_key": Secret("k" * 32), **policy})
        self.log = MemoryLog({ACME: self.policy, GLOBEX: self.policy}, self.clock)
        self.forgotten: list[tuple[Channel, frozenset[str]]] = []
        workspaces = (
            Workspace(channel=ACME, path="", policy=self.policy, sources=(WEB, SDK)),
            Workspace(channel=GLOBEX, path="", policy=self.policy, sources=(OTHER,)),
        )
        self.intake = Intake(
            workspaces,
            self.shelf,
            self.log,
            self.clock,
            lambda channel, tokens: self.forgotten.append((channel, tokens)),
        )
        self.start: Position | None = None

    async def watch(self) -> None:
        """Opens a lease on Acme, as a first viewer does."""
        self.start = await self.log.acquire_lease(ACME, "lease", 10**6)

    async def entries(self) -> Sequence[Entry]:
        """What Acme's log holds."""
        assert self.start is not None
        stretch = await self.log.read(ACME, self.start, 10**5, 0)
        assert isinstance(stretch, LogSlice)
        return stretch.entries

    def shown(self, id: str) -> str:
        """A message's id as Acme's log has it."""
        return MessageIds(ACME, b"k" * 32).display(id)

    @property
    def door(self) -> IngestCounters:
        """The ledger of Acme's webhook."""
        return self.intake.ingest_counters(ACME)["web"]

    async def deliver(self, *messages: Any, secret: bytes = b"s3cret") -> None:
        """A signed delivery: one event, or a batch of several."""
        body = msgspec.json.encode(messages[0] if len(messages) == 1 else messages)
        await self.intake.webhook(WEB, body, sign(secret, body))


def track(id: str = "m-1", **fields: Any) -> dict[str, Any]:
    """The fixture's track with other fields."""
    return {**DELIVERED["track"], "messageId": id, **fields}


async def test_a_signed_delivery_becomes_an_entry() -> None:
    """DOOR-1: a delivery is taken once, and its retry is a duplicate."""
    house = House()
    await house.watch()
    await house.deliver(track())
    await house.deliver(track())
    (entry,) = await house.entries()
    assert (entry.id, entry.source, entry.properties) == (
        house.shown("m-1"),
        "web",
        {"device": "mobile"},
    )
    assert house.door == IngestCounters(received=2, taken=1, duplicate=1)


async def test_repeats_are_known_by_the_id_as_it_came() -> None:
    """SEG-14, LOG-3: repeats are recognised by the id as sent; a message whose id equals another's
    shown digest is another message.
    """
    house = House()
    await house.watch()
    long = "x" * 101
    for id in (
        "ada@example.com",
        "ada@example.com",
        long,
        long,
        f"{long}y",
        "order-1",
        house.shown("order-1"),
    ):
        await house.deliver(track(id))
    ids = [entry.id for entry in await house.entries()]
    assert ids == [
        house.shown(id)
        for id in ("ada@example.com", long, f"{long}y", "order-1", house.shown("order-1"))
    ]
    assert len(set(ids)) == 5
    assert (house.door.taken, house.door.duplicate) == (5, 2)
    assert house.intake.message_key(ACME) == message_key(ACME, b"k" * 32)


async def test_a_message_without_an_id_is_shown_by_the_channels_digest_alone() -> None:
    """SEG-14: the digest is keyed, so guessing a message by its digest needs the channel's key."""
    house, other = House(), House(token_key=Secret("o" * 32))
    message = {"type": "track", "event": "E", "userId": "ada@example.com"}
    for one in (house, other):
        await one.watch()
        await one.deliver(message)
        await one.deliver(message)
        assert (one.door.taken, one.door.duplicate) == (1, 1)
    assert (await house.entries())[0].id != (await other.entries())[0].id


async def test_placeholders_are_not_identifiers_and_are_counted() -> None:
    """RED-21: six visitors stay six; a shared message id is reported, and its repeats are
    duplicates, as at Segment.
    """
    house = House()
    await house.watch()
    for number, id in enumerate(["undefined", "null", "[object Object]", "NaN", "None", "0"]):
        for _ in range(2):
            await house.deliver(
                {
                    "type": "track",
                    "event": "E",
                    "userId": id,
                    "anonymousId": f"v{number}",
                    "timestamp": f"2026-01-0{_ + 1}",
                }
            )
    entries = await house.entries()
    assert len({entry.traces for entry in entries}) == 6
    assert all(
        [trace.kind for trace in entry.traces] == ["anonymousId"] and "placeholder" in entry.flags
        for entry in entries
    )
    assert house.door == IngestCounters(received=12, taken=12, placeholder=12)
    for number in range(3):
        await house.deliver(
            {"type": "track", "event": f"E{number}", "userId": "ann", "messageId": "Undefined"}
        )
    (shared,) = (await house.entries())[12:]
    assert shared.flags == ("shared_id",)
    assert house.door == IngestCounters(
        received=15, taken=13, duplicate=2, placeholder=12, shared_id=3
    )


async def test_a_placeholder_is_neither_looked_up_nor_forgotten() -> None:
    """RED-21: a lookup or deletion by a placeholder would concern other people."""
    house = House()
    await house.watch()
    with pytest.raises(Problem, match="a placeholder"):
        house.intake.tokens(ACME, "userId", " NULL ")
    await house.deliver({"type": "delete", "userId": "undefined"})
    assert house.forgotten == []


async def test_nothing_is_read_without_viewers() -> None:
    """DOOR-2: without viewers, deliveries are verified, counted event by event and dropped
    unparsed.
    """
    house = House()
    await house.deliver(track("a"), track("b"), {"no": "event"})
    await house.deliver({"no": "event"})
    assert house.door == IngestCounters(received=4, unwatched=4)


async def test_an_unsigned_delivery_is_refused_even_without_viewers() -> None:
    """DOOR-2: the signature is checked before viewers are."""
    house = House()
    with pytest.raises(Problem) as caught:
        await house.deliver(track(), secret=b"wrong")
    assert caught.value.code == "unauthorized"
    assert house.door == IngestCounters(received=1, refused={"unauthorized": 1})


async def test_a_flooded_source_is_refused_before_its_bodies_are_read() -> None:
    """DOOR-2: the rate is checked before parsing. DOOR-5: the refusal has a time to retry."""
    house = House(max_rate=1.0)
    await house.watch()
    await house.deliver(*[{"no": n} for n in range(3999)], track())
    with pytest.raises(Problem) as caught:
        await house.deliver({"no": "event"})
    assert (caught.value.code, caught.value.retry_after) == ("rate_limited", 1.0)
    assert house.door == IngestCounters(
        received=4001, refused={"invalid": 3999}, rate_limited=1, taken=1
    )
    house.clock.shift(1.0)
    await house.deliver(track("m-2"))


async def test_a_batch_is_taken_event_by_event() -> None:
    """DOOR-1: bad elements are refused alone, in stretches that do not block the loop."""
    house = House()
    await house.watch()
    await house.deliver(*[track(f"m-{n}") for n in range(450)], {"type": "x"}, track("m-7"))
    assert house.door == IngestCounters(
        received=452, refused={"invalid": 1}, duplicate=1, taken=450
    )
    with pytest.raises(Problem):
        await house.deliver({"type": "x"}, {"type": "y"})
    assert house.door.refused == {"invalid": 3}


async def test_what_an_envelope_adds_to_each_event_counts_in_stretches_and_rates() -> None:
    """DOOR-16: 60 KB that make 600 KB of events are taken as these are."""

    class Counting(MemoryLog):
        appended: ClassVar[list[int]] = []

        async def append(self, channel: Channel, entries: Sequence[Entry]) -> Sequence[Outcome]:
            self.appended.append(len(entries))
            return await super().append(channel, entries)

    house = House(max_rate=1.0)
    house.log = Counting({ACME: house.policy}, house.clock)
    house.intake = Intake(
        (Workspace(channel=ACME, path="", policy=house.policy, sources=(SDK,)),),
        house.shelf,
        house.log,
        house.clock,
    )
    await house.watch()
    body = {"context": {"a": "x" * 30_000}, "batch": [track(f"m-{n}") for n in range(20)]}
    await house.intake.track(SDK, msgspec.json.encode(body), None)
    assert Counting.appended == [1] * 20

    async def again() -> None:
        for _ in range(100):  # of 200, which their own bytes would let through
            await house.intake.track(SDK, msgspec.json.encode(body), None)

    with pytest.raises(Problem) as caught:
        await again()
    assert caught.value.code == "rate_limited"


async def test_a_batch_that_cannot_be_split_counts_as_one() -> None:
    """DOOR-1: how many events it held is unknown."""
    house = House()
    body = b'[{"type":"track"},'
    with pytest.raises(Problem) as caught:
        await house.intake.webhook(WEB, body, sign(b"s3cret", body))
    assert caught.value.code == "invalid"
    assert house.door == IngestCounters(received=1, refused={"invalid": 1})


async def test_a_log_out_of_reach_is_reported_and_counted() -> None:
    """LOG-84: the sender will send all of it again."""

    class Unreachable(MemoryLog):
        async def append(self, channel: Channel, entries: Sequence[Entry]) -> list[Outcome]:
            raise Problem("unavailable", "The log cannot be reached", retry_after=2)

    house = House()
    log = Unreachable({}, house.clock)
    intake = Intake(
        (Workspace(channel=ACME, path="", sources=(WEB,)),), house.shelf, log, house.clock
    )
    await log.acquire_lease(ACME, "lease", 100)
    body = msgspec.json.encode([track(f"m-{n}") for n in range(500)])
    with pytest.raises(Problem) as caught:
        await intake.webhook(WEB, body, sign(b"s3cret", body))
    assert caught.value.code == "unavailable"
    assert intake.ingest_counters(ACME)["web"] == IngestCounters(
        received=500, refused={"unavailable": 500}
    )


async def test_the_tracking_api_is_the_same_road() -> None:
    """DOOR-11: single calls and batches are taken by their write key."""
    house = House()
    await house.watch()
    assert house.intake.by_write_key("LOCALKEY") is SDK
    assert house.intake.by_write_key("other") is house.intake.by_write_key("") is None
    await house.intake.track(SDK, msgspec.json.encode(BATCH), None)
    await house.intake.track(SDK, b'{"event":"Single","messageId":"s","userId":"u"}', "track")
    assert [entry.name for entry in await house.entries()] == [
        "Py Event",
        "Viewed Cat Home Page",
        "Single",
    ]
    assert house.intake.ingest_counters(ACME)["sdk"] == IngestCounters(received=3, taken=3)
    for bad, type in ((b"{", "track"), (b"{", None), (b'{"batch":[1]}', None)):
        with pytest.raises(Problem):
            await house.intake.track(SDK, bad, type)  # type: ignore[arg-type]
    assert house.intake.ingest_counters(ACME)["sdk"].refused == {"invalid": 3}


async def test_a_delete_removes_the_persons_entries_and_tells_the_hub() -> None:
    """RED-12: a delete removes them from the log and live views, the delete itself included."""
    house = House()
    await house.watch()
    await house.deliver(track("a"))
    await house.deliver(track("b", userId="somebody-else", anonymousId="x"))
    token = (await house.entries())[0].traces[0].token
    await house.deliver(DELIVERED["delete"])
    assert house.forgotten == [(ACME, frozenset({token}))]
    assert token not in repr([entry.traces for entry in await house.entries()])
    assert tokens_to_forget(await house.entries()) == (token,), "so that other processes hear of it"
    assert [entry.id for entry in await house.entries()] == [
        "",
        house.shown("b"),
        DELIVERED["delete"]["messageId"],
    ]


async def test_what_the_graphs_need_changes_at_once() -> None:
    """RED-1: once a reloaded graph has another filter, its property is kept."""
    house = House()
    await house.watch()
    await house.deliver(track("a"))
    house.shelf.needed = frozenset({"price"})
    await house.deliver(track("b"))
    assert [entry.properties for entry in await house.entries()] == [
        {"device": "mobile"},
        {"price": 19.99},
    ]


async def test_a_source_is_found_by_its_own_id_and_kind_alone() -> None:
    """DOOR-2: an unknown id, and a tracking source's at the webhook, are not found."""
    intake = House().intake
    assert intake.source("web") is WEB
    for id in ("sdk", "nope", "", "WEB", "web/", "../web"):
        with pytest.raises(Problem) as caught:
            intake.source(id)
        assert caught.value.code == "not_found"


async def test_one_workspaces_secret_opens_no_other_workspaces_door() -> None:
    """DOOR-2: a secret of one workspace is refused by another's source."""
    house = House()
    await house.watch()
    body = msgspec.json.encode(track())
    with pytest.raises(Problem):
        await house.intake.webhook(OTHER, body, sign(b"s3cret", body))
    await house.intake.webhook(OTHER, body, sign(b"globex", body))
    assert list(house.intake.ingest_counters(GLOBEX)) == ["other"]
    assert house.intake.ingest_counters(GLOBEX)["other"].unwatched == 1
    assert await house.entries() == ()


def test_two_sources_with_one_id_or_key_are_refused() -> None:
    """DOOR-2: sources that share an id or a write key could not be told apart."""
    house = House()
    for twin in (WEB, msgspec.structs.replace(SDK, id="sdk-2")):
        with pytest.raises(Problem):
            Intake(
                (Workspace(channel=ACME, path="", sources=(WEB, SDK, twin)),),
                house.shelf,
                house.log,
                house.clock,
            )


def test_the_tokens_to_follow_are_those_of_entries() -> None:
    """RED-7: a known person is found by deriving the token again."""
    house = House()
    assert house.intake.tokens(ACME, "userId", "u") == house.intake.tokens(ACME, "anonymousId", "u")
    assert house.intake.tokens(ACME, "userId", "u") != house.intake.tokens(GLOBEX, "userId", "u")


def test_a_kind_that_makes_no_tokens_is_not_looked_up() -> None:
    """TRC-29: people are looked up by the kinds of identifiers that the policy names; any other
    kind is refused.
    """
    house = House()
    assert house.intake.tokens(ACME, "previousId", "u") == house.intake.tokens(ACME, "userId", "u")
    with pytest.raises(Problem, match="cannot be looked up") as caught:
        house.intake.tokens(ACME, "shoeSize", "u")
    assert "userId, anonymousId" in caught.value.detail


def test_a_workspace_without_a_key_gets_one_from_chance() -> None:
    """RED-7: the program draws another key at each start."""
    house = House()
    plain = Workspace(channel=ACME, path="", sources=(WEB,))
    first, second = (
        Intake((plain,), house.shelf, house.log, house.clock, chance=lambda n, k=k: k * n)
        for k in (b"a", b"b")
    )
    assert first.tokens(ACME, "userId", "u") != second.tokens(ACME, "userId", "u")


async def test_a_source_may_send_so_many_bytes_too() -> None:
    """DOOR-5: a few heavy events count as much as many light ones."""
    house = House(max_rate=1.0)
    await house.watch()
    great = [track(f"g-{number}", properties={"x": "y" * 800_000}) for number in range(10)]
    for _ in range(4):
        await house.deliver(*great)
    with pytest.raises(Problem) as caught:
        await house.deliver(*great)
    assert (caught.value.code, house.door.rate_limited) == ("rate_limited", 10)
    house.clock.shift(caught.value.retry_after or 0)
    await house.deliver(*great)


@pytest.mark.parametrize("door", ["web", "sdk"])
async def test_one_bad_event_of_a_great_batch_costs_the_others_nothing(door: str) -> None:
    """SEG-2, SEG-10, DOOR-1: a batch with NaN beyond half a megabyte and one unreadably nested
    event loses only that.
    """
    house = House()
    await house.watch()
    messages = [track(f"m-{number}", properties={"x": "y" * 6_000}) for number in range(80)]
    texts = [msgspec.json.encode(message) for message in messages]
    texts[40] = texts[40].replace(b'"x":"', b'"z":NaN,"x":"')
    texts[41] = b'{"type":"track","event":"E","properties":' + b"[" * 9_000 + b"]" * 9_000 + b"}"
    body = b"[" + b",".join(texts) + b"]"
    if door == "web":
        body = body.replace(b'"x":"y', b'"x":"' + b"y" * 2_000)
        assert len(body) > 600_000
        await house.intake.webhook(WEB, body, sign(b"s3cret", body))
    else:
        await house.intake.track(SDK, b'{"batch":' + body + b"}", None)
    assert house.intake.ingest_counters(ACME)[door] == IngestCounters(
        received=80, taken=79, refused={"invalid": 1}
    )


def test_a_sender_is_known_by_a_key_that_is_found_without_decoding() -> None:
    """DOOR-16: a key is found in a great body; if it stands elsewhere too, the
    envelope's counts.
    """
    intake = House().intake
    great = (
        b'{"batch":[{"a":"' + b"x" * 100_000 + b'","writeKey":"nope"},NaN],"writeKey":"LOCALKEY"}'
    )
    assert intake.sender(great) is SDK
    assert intake.sender(great.replace(b"LOCALKEY", b"nope")) is None
    assert intake.sender(b"{" * 100_000) is None
    assert intake.sender(b'{"writeKey":"LOCALKEY","a":NaN}') is SDK
    assert intake.sender(b'{"a":1}') is None
    assert intake.sender(b'{"a":{"writeKey":"LOCALKEY"}}') is None
    for unreadable in (b"{", b'{"a":NaN}'):
        with pytest.raises(Problem):
            intake.sender(unreadable)


DELETES = [
    {"type": kind, "userId": "u"}
    for kind in ("delete", "suppress", "suppression", "Delete", " SUPPRESS ", "deLete")
]


@pytest.mark.parametrize("message", DELETES, ids=[message["type"] for message in DELETES])
async def test_a_public_write_key_deletes_no_one(message: dict[str, Any]) -> None:
    """DOOR-17: a deletion is refused and counted on every route, in any spelling; the rest of its
    batch is taken.
    """
    house = House()
    await house.watch()
    await house.intake.track(SDK, msgspec.json.encode(track("a", userId="u")), "track")
    for body, type in (
        ({"batch": [message]}, None),
        ({"batch": [message]}, "track"),
        (message, None),
    ):
        with pytest.raises(Problem, match="accepts no delete") as caught:
            await house.intake.track(SDK, msgspec.json.encode(body), type)
        assert (caught.value.code, caught.value.status) == ("forbidden", 403)
        assert "allow_delete" in caught.value.remedy
    await house.intake.track(
        SDK, msgspec.json.encode({"batch": [message, track("b"), message]}), None
    )
    assert house.forgotten == []
    assert [entry.id for entry in await house.entries()] == [house.shown("a"), house.shown("b")]
    assert house.intake.ingest_counters(ACME)["sdk"] == IngestCounters(
        received=7, taken=2, refused={"forbidden": 5}
    )


@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize("secrets", [(), (Secret("s3cret"),)])
async def test_who_may_delete_without_a_signature_is_configured(
    allowed: bool, secrets: tuple[Secret, ...]
) -> None:
    """DOOR-17: `allow_delete` decides for write keys and unsigned deliveries; a signed delivery may
    always delete.
    """
    house = House()
    sdk = msgspec.structs.replace(SDK, allow_delete=allowed)
    hook = msgspec.structs.replace(WEB, secrets=secrets, allow_unsigned=True, allow_delete=allowed)
    house.intake = Intake(
        (Workspace(channel=ACME, path="", policy=house.policy, sources=(hook, sdk)),),
        house.shelf,
        house.log,
        house.clock,
        lambda channel, tokens: house.forgotten.append((channel, tokens)),
    )
    await house.watch()
    body = msgspec.json.encode(DELETES[0])
    for take in (
        lambda: house.intake.track(sdk, b'{"batch":[' + body + b"]}", None),
        lambda: house.intake.webhook(hook, body, None),
        lambda: house.intake.webhook(hook, b"[" + body + b"]", ""),
        *([] if secrets else [lambda: house.intake.webhook(hook, body, "0" * 40)]),
    ):
        before = len(house.forgotten)
        if allowed:
            await take()
        else:
            with pytest.raises(Problem, match="accepts no delete"):
                await take()
        assert len(house.forgotten) == before + allowed
    if secrets:
        await house.intake.webhook(hook, body, sign(b"s3cret", body))
        assert house.forgotten


ELEMENTS = st.sampled_from(
    [track("a"), track("b"), DELIVERED["page"], DELIVERED["delete"], {"type": "x"}, 7, None, {}]
)
BODIES = (
    st.lists(ELEMENTS, max_size=6).map(msgspec.json.encode)
    | ELEMENTS.map(msgspec.json.encode)
    | st.binary(max_size=20)
    | DELIVERIES
    | CALLS
)


@given(
    st.lists(
        st.tuples(
            BODIES,
            st.booleans(),
            st.sampled_from(["web", "sdk", "batch"]),
            st.sampled_from(["", "watch", "leave", "wait"]),
        ),
        max_size=12,
    )
)
@tries(60)
async def test_the_ledger_sums_after_any_deliveries(
    steps: list[tuple[bytes, bool, str, str]],
) -> None:
    """DOOR-1: it sums over good, bad, unsigned, unwatched and flooding deliveries in any order."""
    house = House(max_rate=2.0)
    for body, signed, door, before in steps:
        match before:
            case "watch":
                await house.watch()
            case "leave":
                await house.log.release_lease(ACME, "lease")
            case "wait":
                house.clock.shift(1.0)
        try:
            if door == "web":
                await house.intake.webhook(WEB, body, sign(b"s3cret", body) if signed else None)
            else:
                await house.intake.track(SDK, body, "track" if door == "sdk" else None)
        except Problem as problem:
            assert problem.status < 500  # noqa: PT017 -- it may be taken, too
    for kept in house.intake.ingest_counters(ACME).values():
        assert (
            kept.received
            == sum(kept.refused.values())
            + kept.rate_limited
            + kept.unwatched
            + kept.duplicate
            + kept.taken
        )


async def test_a_followed_trace_is_taken_whole_under_sampling() -> None:
    """RED-13: the intake asks who is followed, delivery by delivery."""
    followed: set[str] = set()

    async def asked(channel: Channel) -> frozenset[str]:
        return frozenset(followed) if channel == ACME else frozenset()

    house = House(sample=0.0)
    house.intake = Intake(
        (Workspace(channel=ACME, path="", policy=house.policy, sources=(WEB, SDK)),),
        house.shelf,
        house.log,
        house.clock,
        followed=asked,
    )
    await house.watch()
    await house.deliver(track("m-1"))
    followed.update(house.intake.tokens(ACME, "userId", DELIVERED["track"]["userId"]))
    await house.deliver(track("m-2"))
    assert [entry.flags for entry in await house.entries()] == [("sampled_out",), ("partial",)]


class Reading:
    """Work that must be mended; it notes in which threads it was done, and how many at once."""

    def __init__(self) -> None:
        self.threads: list[int] = []
        self.most = self._now = 0

    def __call__(self, *, repair: bool) -> str:
        """What it reads."""
        if not repair:
            raise NeedsRepair
        self._now += 1
        self.most = max(self.most, self._now)
        self.threads.append(threading.get_ident())
        self._now -= 1
        return "read"


async def test_what_is_brief_is_mended_at_once_and_the_rest_in_a_thread() -> None:
    """DOOR-16: long repairs run off the loop, one at a time."""
    mender, reading = RepairQueue(), Reading()
    assert await mender.run(reading, brief=True) == "read"
    assert reading.threads == [threading.get_ident()]
    assert (
        await asyncio.gather(*(mender.run(reading, brief=False) for _ in range(5))) == ["read"] * 5
    )
    assert threading.get_ident() not in reading.threads[1:]
    assert reading.most == 1


async def test_what_needs_no_mending_never_waits() -> None:
    """DOOR-11: text that needs no repair is parsed without waiting, as the fast path needs."""
    running = RepairQueue().run(lambda *, repair: repair, brief=False)
    with pytest.raises(StopIteration) as done:
        running.send(None)
    assert done.value.value is False


def test_a_delivery_is_cut_into_stretches_of_so_many_events_and_bytes() -> None:
    """DOOR-16: great events make short ones; one alone is a stretch, however great."""
    assert list(chunks([])) == []
    assert list(chunks([b"x"] * (CHUNK_EVENTS + 1))) == [
        (0, CHUNK_EVENTS),
        (CHUNK_EVENTS, CHUNK_EVENTS + 1),
    ]
    great = b"x" * (CHUNK_BYTES // 2)
    assert list(chunks([great] * 5)) == [(0, 2), (2, 4), (4, 5)]
    assert list(chunks([b"x", great * 3, b"x"])) == [(0, 1), (1, 2), (2, 3)]
    assert list(chunks([b"x"] * 4, UNPROVEN_CHUNK_BYTES, beside=UNPROVEN_CHUNK_BYTES // 2 - 1)) == [
        (0, 2),
        (2, 4),
    ]


async def test_one_stretch_goes_on_in_each_turn_of_the_loop() -> None:
    """DOOR-16: one stretch runs in each turn of the loop, however many deliveries have several."""
    turns, turn, went = ChunkScheduler(), 0, []

    async def count() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    async def deliver() -> None:
        for _ in range(5):
            await turns.wait()
            went.append(turn)

    counting = asyncio.create_task(count())
    await asyncio.gather(*(deliver() for _ in range(6)))
    counting.cancel()
    assert len(went) == len(set(went)) == 30


def test_a_lone_call_that_cannot_be_read_is_refused() -> None:
    """SEG-10: a single unreadable call is one refusal."""
    assert len(single_parser(b"{}", "track", 0)(0, 1, UNTYPED_READER, repair=True).events) == 1
    assert len(single_parser(b"[]", "track", 0)(0, 1, UNTYPED_READER, repair=True).refused) == 1
