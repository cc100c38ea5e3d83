"""The log in Redis: its entries, batched appends, and the contract of all logs."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.core.codec import ERASED, anonymize, encode_entry
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Policy
from dagnet_realtime.ports.storage import Log, LogSlice, Outcome, ReadGap
from dagnet_realtime.stores.redis_connection import RedisConnection, check_redis, parse_redis_url
from dagnet_realtime.stores.redis_log import (
    GATHER_ENTRIES,
    GATHER_SECONDS,
    MAX_BATCH_ENTRIES,
    MAX_WAITING_ENTRIES,
    AppendBatcher,
    RedisLog,
    anonymous_of,
    encode_entries,
    fingerprint,
    parse_stream,
    position_at,
    to_slice,
)
from dagnet_realtime.stores.redis_sessions import RedisSessionStore
from tests.stores.contract import SHOP, STAGING, LogContract, Stage, ids
from tests.stores.sessions_contract import session
from tests.support.clock import FakeClock, settle
from tests.support.entries import entries, entry
from tests.support.redis import redis_server
from tests.support.redis_many import cluster, sentinel


def test_a_fingerprint_is_the_same_everywhere() -> None:
    """LOG-3: a retry that reaches another process is known."""
    assert fingerprint("m1").hex() == "d11f79d4b490b654"
    assert fingerprint("m1") != fingerprint("m2")


def test_a_missing_entry_is_a_forgotten_persons() -> None:
    """RED-12: the offsets around it stay, and what is kept of it; a process of the version before
    keeps nothing.
    """
    one, three = encode_entry(entry("m1")), encode_entry(entry("m3"))
    raw = [
        (b"5-1000", [b"e", one]),
        (b"7-1001", [b"e", three, b"r", b""]),
        (b"8-1001", [b"other", three]),
    ]
    assert parse_stream(raw, b"e") == [(5, one, False), (7, three, True)]
    around = (entry("m1"), entry("m3", flags=("maybe_repeat",)))
    assert to_slice(parse_stream(raw, b"e"), 4, 7, {}) == (around[0], ERASED, around[1])
    stays = anonymize(entry("m2"), frozenset())
    kept = [
        b"6-1000 " + life + b" " + encode_entry(one)
        for life, one in ((b"e", stays), (b"other", entry("m9")))
    ]
    assert to_slice(parse_stream(raw, b"e"), 4, 7, anonymous_of(kept, b"e")) == (
        around[0],
        stays,
        around[1],
    )


def test_the_receive_time_is_sent_only_for_unflagged_entries() -> None:
    """LOG-3: one flagged already needs no second flag."""
    given = encode_entries(
        [
            entry("m1"),
            entry("m2", segment_received_at=7),
            entry("m3", segment_received_at=7, flags=("maybe_repeat",)),
        ]
    )
    assert [received for _, received, _ in given] == ["", 7, ""]


def test_a_position_after_nothing_has_no_check() -> None:
    """LOG-8: there is no entry to vouch for it."""
    assert str(position_at("e", 0, None)) == "e.0"
    assert position_at("e", 1, b"x").check


class Store:
    """Notes each call; `gate` holds calls back, `problem` fails them."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.problem: Exception | None = None
        self.clock = FakeClock()
        self.batches = AppendBatcher(self.send, 5, self.clock)

    async def send(self, items: Sequence[str]) -> list[Outcome]:
        self.calls.append(list(items))
        await self.gate.wait()
        if self.problem is not None:
            raise self.problem
        return ["duplicate" if item.startswith("old") else "taken" for item in items]

    def append(self, *items: str) -> asyncio.Task[list[Outcome]]:
        """Begins an append; one after another, each in its own turn of the loop."""
        return asyncio.create_task(self.batches.append(items))

    async def gathered(self) -> None:
        """Lets the millisecond pass in which appends are gathered."""
        await self.clock.advance(GATHER_SECONDS)


async def test_appends_of_a_millisecond_go_in_one_call() -> None:
    """LOG-50: entries keep their order, and each append gets the outcomes of its own."""
    store = Store()
    tasks = [store.append("a"), store.append("old")]
    await store.clock.advance(GATHER_SECONDS * 0.4)
    tasks += [store.append("b"), store.append("c", "d")]
    await settle()
    assert store.calls == [], "the millisecond is not over"
    await store.gathered()
    assert store.calls == [["a", "old", "b", "c", "d"]]
    assert await asyncio.gather(*tasks) == [["taken"], ["duplicate"], ["taken"], ["taken"] * 2]
    tasks = [store.append("e")]
    await store.gathered()
    assert await tasks[0] == ["taken"]
    assert store.calls[1:] == [["e"]], "a batch that is sent takes no more"


async def test_a_full_batch_does_not_wait_for_more() -> None:
    """LOG-50: what is worth a call of its own is sent at once, with what came in the same turn."""
    store = Store()
    many = [str(number) for number in range(GATHER_ENTRIES)]
    assert await asyncio.gather(store.append(*many), store.append("a")) == [
        ["taken"] * GATHER_ENTRIES,
        ["taken"],
    ]
    assert store.calls == [[*many, "a"]]


async def test_appends_during_a_call_are_sent_together_after_it() -> None:
    """LOG-50: one call is under way at a time, so that the order stays."""
    store = Store()
    store.gate.clear()
    tasks = [store.append("a")]
    await store.gathered()
    for item in ("b", "c", "d"):
        tasks.append(store.append(item))
        await store.gathered()
    assert store.calls == [["a"]]
    store.gate.set()
    await store.gathered()
    await asyncio.gather(*tasks)
    assert store.calls == [["a"], ["b", "c", "d"]]


async def test_no_call_has_more_than_its_bound() -> None:
    """LOG-50: what does not fit goes in the next one, whole and in order."""
    store = Store()
    sizes = (MAX_BATCH_ENTRIES - 1, 2, MAX_BATCH_ENTRIES, 1)
    tasks = [
        store.append(*(f"{number}.{at}" for at in range(size))) for number, size in enumerate(sizes)
    ]
    await store.gathered()
    await store.gathered()
    assert [len(answer) for answer in await asyncio.gather(*tasks)] == list(sizes)
    assert [len(call) for call in store.calls] == list(sizes)
    assert [item for call in store.calls for item in call] == [
        f"{number}.{at}" for number, size in enumerate(sizes) for at in range(size)
    ]


@pytest.mark.parametrize(
    "error", [Problem("unavailable", "The store cannot be reached"), ValueError("a fault of ours")]
)
async def test_a_failure_reaches_exactly_the_appends_of_its_call(error: Exception) -> None:
    """LOG-51: those that shared the call send again; those before and after it have their own."""
    store = Store()
    store.gate.clear()
    failing = [store.append("a"), store.append("b")]
    await store.gathered()
    later = store.append("c")
    store.problem = error
    store.gate.set()
    answers = await asyncio.gather(*failing, return_exceptions=True)
    assert answers == [error, error]
    store.problem = None
    await store.gathered()
    assert await later == ["taken"]


async def test_no_append_waits_longer_than_the_limit() -> None:
    """LOG-51: an append waits neither for the answer nor for its turn longer than the limit."""
    store = Store()
    store.batches = AppendBatcher(store.send, 0.05, SystemClock())
    store.gate.clear()
    first = store.append("a")
    while not store.calls:
        await asyncio.sleep(0)
    async with asyncio.timeout(20):
        answers = await asyncio.gather(first, store.append("b"), return_exceptions=True)
    assert [getattr(one, "code", None) for one in answers] == ["unavailable", "unavailable"]


@pytest.mark.parametrize("cancelled", [0, 1, 2])
@pytest.mark.parametrize("sent", [False, True], ids=["gathering", "under way"])
async def test_a_cancelled_append_takes_nothing_from_the_others(
    cancelled: int, *, sent: bool
) -> None:
    """LOG-50: if any append of a batch is cancelled, before or after it is sent, the others are
    stored in order.
    """
    store = Store()
    store.gate.clear()
    tasks = [store.append("a"), store.append("old"), store.append("c")]
    await (store.gathered() if sent else settle())
    tasks[cancelled].cancel()
    await settle()
    await store.gathered()
    store.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(answers[cancelled], asyncio.CancelledError)
    expected = [["taken"], ["duplicate"], ["taken"]]
    assert [one for one in answers if isinstance(one, list)] == [
        one for number, one in enumerate(expected) if number != cancelled
    ]
    assert store.calls == [["a", "old", "c"]]


async def test_waiting_entries_are_bounded() -> None:
    """LOG-51: beyond the bound the sender is asked to come back; a cancelled append makes no room
    while its entries are held.
    """
    store = Store()
    store.gate.clear()
    tasks = [
        store.append(*["x"] * MAX_BATCH_ENTRIES)
        for _ in range(MAX_WAITING_ENTRIES // MAX_BATCH_ENTRIES)
    ]
    await settle()
    tasks[-1].cancel()
    await settle()
    with pytest.raises(Problem, match="Too many") as refused:
        await store.batches.append(["more"])
    assert (refused.value.code, refused.value.retry_after) == ("unavailable", 2)
    store.gate.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    again = store.append(*["x"] * MAX_BATCH_ENTRIES)
    await store.gathered()
    assert len(await again) == MAX_BATCH_ENTRIES, "all of them were let go"


async def test_a_loop_that_closes_refuses_what_waits() -> None:
    """LOG-51: appends of the running call and of the batch behind it fail, and none hangs."""
    store = Store()
    store.gate.clear()
    tasks = [store.append("a")]
    await store.gathered()
    tasks.append(store.append("b"))
    await settle()
    sender = store.batches._sender
    assert sender is not None
    sender.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [getattr(one, "title", None) for one in answers] == ["The server is stopping"] * 2
    assert sender.cancelled()


class TestRedisLog(LogContract):
    @pytest.fixture
    def stage(self, calls: RedisConnection) -> Stage:
        clock = SystemClock()

        def make(policy: Policy) -> Log:
            return RedisLog(calls, {SHOP: policy, STAGING: policy}, clock)  # type: ignore[return-value]

        return Stage(make, asyncio.sleep, clock.now, unit=0.05)


def keys(log: RedisLog) -> tuple[str, ...]:
    return log._keys(SHOP)


@pytest.fixture
def log(calls: RedisConnection) -> RedisLog:
    return RedisLog(calls, {SHOP: Policy(log_entries=1000)}, SystemClock())


async def test_an_entry_that_cannot_be_encoded_fails_its_own_append(log: RedisLog) -> None:
    """LOG-50: the appends that are sent with it are taken."""
    start = await log.acquire_lease(SHOP, "a", 60)
    broken = msgspec.structs.replace(entry("m2"), properties={"a": object()})
    answers = await asyncio.gather(
        log.append(SHOP, [entry("m1")]),
        log.append(SHOP, [broken]),
        log.append(SHOP, [entry("m3")]),
        return_exceptions=True,
    )
    assert (answers[0], answers[2]) == (["taken"], ["taken"])
    assert isinstance(answers[1], TypeError)
    assert await ids(log, start) == ["m1", "m3"]


async def test_all_keys_of_a_channel_share_a_hash_tag(
    log: RedisLog, calls: RedisConnection
) -> None:
    """LOG-50: one script can touch them on one node of a cluster; each channel has a tag of its
    own.
    """
    await log.acquire_lease(SHOP, "a", 60)
    await log.append(SHOP, entries(1, 3))
    tag = f"{{{calls.target.prefix}:shop/prod}}:"
    written = {key.decode() for key in await calls.call("KEYS", f"{calls.target.prefix}*")}
    assert not written
    written = {key.decode() for key in await calls.call("KEYS", f"*{calls.target.prefix}*")}
    assert written == {tag + name for name in ("state", "leases", "log", "seen:0")}


async def test_nothing_outlives_the_last_lease_even_if_every_process_dies(
    log: RedisLog, calls: RedisConnection
) -> None:
    """LOG-50: Redis itself drops the keys when the leases lapse, and the entries after the
    retention.
    """
    await log.acquire_lease(SHOP, "a", 60)
    await log.append(SHOP, entries(1, 3))
    await log.acquire_lease(SHOP, "b", 30)
    for key in await calls.call("KEYS", f"*{calls.target.prefix}*"):
        assert 59_000 < await calls.call("PTTL", key) <= 60_000
    short = RedisLog(calls, {STAGING: Policy(retention=2)}, SystemClock())
    await short.acquire_lease(STAGING, "a", 60)
    await short.append(STAGING, entries(1, 3))
    await short.acquire_lease(STAGING, "a", 60)
    assert 1_500 < await calls.call("PTTL", short._keys(STAGING)[2]) <= 2_200


async def test_a_flushed_redis_begins_another_epoch(log: RedisLog, calls: RedisConnection) -> None:
    """LOG-55: old positions are lost for an unknown number; nothing is stored until a lease is open
    again.
    """
    start = await log.acquire_lease(SHOP, "a", 60)
    await log.append(SHOP, entries(1, 3))
    await calls.call("DEL", *keys(log))
    assert await log.read(SHOP, start, 10, 0) == ReadGap(start, None, "gone")
    assert await log.append(SHOP, entries(4, 4)) == ["unwatched"]
    again = await log.acquire_lease(SHOP, "a", 60)
    assert log.watched(SHOP)
    assert await log.append(SHOP, [entry("m1", segment_received_at=SystemClock().now() - 50)]) == [
        "taken"
    ]
    lost = await log.read(SHOP, start, 10, 0)
    assert lost == ReadGap(again, None, "epoch")
    found = await log.read(SHOP, again, 10, 0)
    assert isinstance(found, LogSlice)
    assert found.entries[0].flags == ("maybe_repeat",), "what the lost window knew is not known"


async def test_offsets_used_again_after_a_lagging_failover_are_a_gap(
    log: RedisLog, calls: RedisConnection
) -> None:
    """LOG-8: the replica that takes over lacks entries, and gives their offsets to others."""
    await log.acquire_lease(SHOP, "a", 60)
    await log.append(SHOP, entries(1, 3))
    behind = {key: await calls.call("DUMP", key) for key in keys(log)}
    await log.append(SHOP, entries(4, 6))
    seen = await log.acquire_lease(SHOP, "a", 60)
    for key, held in behind.items():
        await calls.call("DEL", key)
        if held:
            await calls.call("RESTORE", key, 0, held)
    ahead = await log.read(SHOP, seen, 10, 0)
    assert isinstance(ahead, ReadGap)
    assert (ahead.missed, ahead.reason, ahead.resume.offset) == (None, "failover", 3)
    await log.append(SHOP, entries(7, 12))
    other = await log.read(SHOP, seen, 10, 0)
    assert isinstance(other, ReadGap)
    assert (other.missed, other.reason) == (None, "failover")
    assert await ids(log, ahead.resume) == [f"m{number}" for number in range(7, 13)]  # type: ignore[arg-type]


async def test_a_waiting_reader_does_not_read_another_epoch(
    log: RedisLog, calls: RedisConnection
) -> None:
    """LOG-8: entries of another epoch at the same offsets are not read for its own."""
    await log.acquire_lease(SHOP, "a", 60)
    await log.append(SHOP, entries(1, 1))
    at = await log.acquire_lease(SHOP, "a", 60)
    reading = asyncio.create_task(log.read(SHOP, at, 10, 5))
    await asyncio.sleep(0.05)
    await log.release_lease(SHOP, "a")
    await log.acquire_lease(SHOP, "b", 60)
    await log.append(SHOP, entries(2, 4))
    lost = await asyncio.wait_for(reading, 20)
    assert isinstance(lost, ReadGap)
    assert (lost.missed, lost.reason) == (None, "epoch")


async def test_the_window_forgets_a_generation_at_a_time(calls: RedisConnection) -> None:
    """LOG-3: the window keeps at least the promised number and time; an event that it forgot may be
    taken again.
    """
    log = RedisLog(calls, {}, SystemClock(), max_fingerprints=4)
    start = await log.acquire_lease(SHOP, "a", 60)
    before = SystemClock().now()
    assert await log.append(SHOP, entries(1, 4)) == ["taken"] * 4
    await asyncio.sleep(0.01)
    assert await log.append(SHOP, entries(5, 8)) == ["taken"] * 4
    assert await log.append(SHOP, entries(1, 8)) == ["duplicate"] * 8
    await asyncio.sleep(0.01)
    assert await log.append(SHOP, entries(9, 9)) == ["taken"]
    assert await log.append(SHOP, entries(5, 9)) == ["duplicate"] * 5
    assert await log.append(SHOP, [entry("m1", segment_received_at=before)]) == ["taken"]
    found = await log.read(SHOP, start, 100, 0)
    assert isinstance(found, LogSlice)
    assert [one.flags for one in found.entries] == [()] * 9 + [("maybe_repeat",)]


async def test_the_window_turns_on_the_clock_of_redis(calls: RedisConnection) -> None:
    """LOG-3: after one span the older generation is dropped, and not before."""
    log = RedisLog(calls, {}, SystemClock(), seconds=0.2)
    await log.acquire_lease(SHOP, "a", 60)
    assert await log.append(SHOP, entries(1, 2)) == ["taken"] * 2
    await asyncio.sleep(0.25)
    assert await log.append(SHOP, entries(1, 3)) == ["duplicate", "duplicate", "taken"]
    await asyncio.sleep(0.25)
    assert await log.append(SHOP, entries(1, 3)) == ["duplicate"] * 3
    assert await log.append(SHOP, entries(4, 4)) == ["taken"]
    assert await log.append(SHOP, entries(1, 3)) == ["taken", "taken", "duplicate"]


async def test_after_a_restart_events_are_refused_until_viewers_can_be_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """LOG-55: events are refused, to be sent again; afterwards the channel is unwatched if no
    viewer came.
    """
    with redis_server() as server:
        calls = RedisConnection(parse_redis_url(server.url))
        log = RedisLog(calls, {}, SystemClock())
        await log.acquire_lease(SHOP, "a", 60)
        assert await log.append(SHOP, entries(1, 1)) == ["taken"]
        server.kill()
        server.start()
        with pytest.raises(Problem) as refused:
            await log.append(SHOP, entries(2, 2))
        assert (refused.value.code, refused.value.retry_after) == ("unavailable", 2)
        assert log.watched(SHOP)
        await log.acquire_lease(SHOP, "a", 60)
        assert await log.append(SHOP, entries(2, 2)) == ["taken"]
        await log.release_lease(SHOP, "a")
        monkeypatch.setattr("dagnet_realtime.stores.redis_connection.RECENT_FAILURE_SECONDS", 0)
        assert await log.append(SHOP, entries(3, 3)) == ["unwatched"]
        await calls.aclose()


async def test_the_hint_that_a_channel_is_unwatched_is_short_lived_and_withdrawn(
    calls: RedisConnection,
) -> None:
    """HUB-50: a lease of another process is noticed within a second, and at once if it is
    announced.
    """
    clock = FakeClock()
    log = RedisLog(calls, {}, clock)
    assert log.watched(SHOP)
    many = entries(1, GATHER_ENTRIES)
    assert await log.append(SHOP, many) == ["unwatched"] * GATHER_ENTRIES
    assert not log.watched(SHOP)
    clock.shift(1.01)
    assert log.watched(SHOP)
    await log.append(SHOP, many)
    assert not log.watched(SHOP)
    log.on_watched(SHOP)
    assert log.watched(SHOP)


async def test_an_on_is_announced_once(calls: RedisConnection) -> None:
    """HUB-50: it is announced when an epoch begins, not when a lease is renewed."""
    told: list[Channel] = []

    class News:
        async def announce(self, channel: Channel) -> None:
            told.append(channel)

    log = RedisLog(calls, {}, SystemClock(), News())
    for lease in ("a", "b", "a"):
        await log.acquire_lease(SHOP, lease, 60)
    assert told == [SHOP]


async def test_a_full_redis_refuses_entries_and_lets_viewers_go_on() -> None:
    """LOG-84: append says unavailable and writes nothing; reading, holding and leaving work."""
    with redis_server("--maxmemory-policy", "noeviction") as server:
        calls = RedisConnection(parse_redis_url(server.url))
        log, sessions = RedisLog(calls, {}, SystemClock()), RedisSessionStore(calls)
        start = await log.acquire_lease(SHOP, "a", 60)
        await log.append(SHOP, entries(1, 3))
        await calls.call("CONFIG", "SET", "maxmemory", "1mb")
        with pytest.raises(Problem, match="full") as refused:
            await log.append(SHOP, entries(4, 5))
        assert refused.value.code == "unavailable"
        assert await ids(log, start) == ["m1", "m2", "m3"]  # type: ignore[arg-type]
        assert (await log.acquire_lease(SHOP, "b", 60)).offset == 3
        await sessions.save(session("a"), 60)
        await log.release_lease(SHOP, "b")
        await calls.call("CONFIG", "SET", "maxmemory", "0")
        assert await log.append(SHOP, entries(4, 5)) == ["taken"] * 2
        await calls.aclose()


async def test_a_thousand_single_appends_go_in_few_calls(
    log: RedisLog, calls: RedisConnection
) -> None:
    """LOG-50: all appends have one order, and each gets its own outcome."""
    start = await log.acquire_lease(SHOP, "a", 60)
    before = int((await calls.call("INFO", "commandstats"))["cmdstat_evalsha"]["calls"])
    outcomes = await asyncio.gather(
        *(log.append(SHOP, [entry(f"m{number % 900}")]) for number in range(1000))
    )
    after = int((await calls.call("INFO", "commandstats"))["cmdstat_evalsha"]["calls"])
    assert after - before < 10
    assert [outcome[0] for outcome in outcomes] == ["taken"] * 900 + ["duplicate"] * 100
    assert len(await ids(log, start)) == 900  # type: ignore[arg-type]


async def test_a_cluster_carries_the_log_and_its_sessions() -> None:
    """LOG-60: a channel's keys lie in one slot, and each call finds its node."""
    with cluster() as node:
        calls = RedisConnection(parse_redis_url(f"redis+cluster://127.0.0.1:{node.port}"))
        await check_redis(calls)
        sessions = RedisSessionStore(calls)
        log = RedisLog(calls, {}, SystemClock(), sessions)
        start = await log.acquire_lease(SHOP, "a", 60)
        await log.acquire_lease(STAGING, "a", 60)
        reading = asyncio.create_task(log.read(SHOP, start, 10, 5))
        await asyncio.sleep(0.05)
        assert await log.append(SHOP, entries(1, 2)) == ["taken"] * 2
        found = await reading
        assert isinstance(found, LogSlice)
        assert found.entries
        await sessions.save(session("a"), 60)
        assert await sessions.list_active() == [session("a")]
        assert await log.forget(SHOP, frozenset({"k1.m1"})) == 1
        await calls.aclose()


async def test_after_a_failover_the_sentinels_lead_to_the_new_master() -> None:
    """LOG-60: the new master is found within seconds, and viewers learn what became of their
    position.
    """
    with sentinel() as (master, _, watcher):
        calls = RedisConnection(
            parse_redis_url(f"redis+sentinel://127.0.0.1:{watcher.port}/events")
        )
        log = RedisLog(calls, {}, SystemClock())
        start = await log.acquire_lease(SHOP, "a", 60)
        await log.append(SHOP, entries(1, 3))
        await calls.call("WAIT", 1, 1000)
        master.kill()
        async with asyncio.timeout(15):
            while True:
                try:
                    assert await log.append(SHOP, entries(4, 4)) == ["taken"]
                    break
                except Problem:
                    await asyncio.sleep(0.1)
        assert await ids(log, start) == ["m1", "m2", "m3", "m4"]  # type: ignore[arg-type]
        await calls.aclose()
