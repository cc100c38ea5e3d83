"""The log in Redis keeps every log's promises."""

import asyncio

import pytest

from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.logs.redis import RedisLog
from dagnet_realtime.logs.redis_calls import Calls
from dagnet_realtime.logs.redis_fitness import fit
from dagnet_realtime.logs.redis_sessions import RedisSessions
from dagnet_realtime.logs.redis_url import target
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.log import Lost, Stretch
from tests.logs.contract import SHOP, STAGING, AnyLog, LogContract, Stage, ids
from tests.logs.sessions_contract import session
from tests.support.clock import FakeClock
from tests.support.entries import entries, entry
from tests.support.redis import redis_server
from tests.support.redis_many import cluster, sentinel


class TestRedisLog(LogContract):
    @pytest.fixture
    def stage(self, calls: Calls) -> Stage:
        clock = SystemClock()

        def make(policy: Policy) -> AnyLog:
            return RedisLog(calls, {SHOP: policy, STAGING: policy}, clock)  # type: ignore[return-value]

        return Stage(make, asyncio.sleep, clock.now, unit=0.05)


def keys(log: RedisLog) -> tuple[str, ...]:
    return log._keys(SHOP)


@pytest.fixture
def log(calls: Calls) -> RedisLog:
    return RedisLog(calls, {SHOP: Policy(log_entries=1000)}, SystemClock())


async def test_all_keys_of_a_channel_share_a_hash_tag(log: RedisLog, calls: Calls) -> None:
    """LOG-50: so that one script can touch them on one node of a cluster, and no other channel's."""
    await log.hold(SHOP, "a", 60)
    await log.append(SHOP, entries(1, 3))
    tag = f"{{{calls.target.prefix}:shop/prod}}:"
    written = {key.decode() for key in await calls.call("KEYS", f"{calls.target.prefix}*")}
    assert not written
    written = {key.decode() for key in await calls.call("KEYS", f"*{calls.target.prefix}*")}
    assert written == {tag + name for name in ("state", "leases", "log", "seen:0")}


async def test_nothing_outlives_the_last_lease_even_if_every_process_dies(log: RedisLog, calls: Calls) -> None:
    """LOG-52: Redis itself drops the keys when the leases lapse, and the entries after the retention."""
    await log.hold(SHOP, "a", 60)
    await log.append(SHOP, entries(1, 3))
    await log.hold(SHOP, "b", 30)
    for key in await calls.call("KEYS", f"*{calls.target.prefix}*"):
        assert 59_000 < await calls.call("PTTL", key) <= 60_000
    short = RedisLog(calls, {STAGING: Policy(retention=2)}, SystemClock())
    await short.hold(STAGING, "a", 60)
    await short.append(STAGING, entries(1, 3))
    await short.hold(STAGING, "a", 60)
    assert 1_500 < await calls.call("PTTL", short._keys(STAGING)[2]) <= 2_200


async def test_a_flushed_redis_begins_another_life(log: RedisLog, calls: Calls) -> None:
    """LOG-55: old positions are lost for an unknown number; nothing is taken until somebody holds a lease again."""
    start = await log.hold(SHOP, "a", 60)
    await log.append(SHOP, entries(1, 3))
    await calls.call("DEL", *keys(log))
    assert await log.read(SHOP, start, 10, 0) == Lost(start, None, "gone")
    assert await log.append(SHOP, entries(4, 4)) == ["unwatched"]
    again = await log.hold(SHOP, "a", 60)
    assert log.watched(SHOP)
    assert await log.append(SHOP, [entry("m1", segment_received_at=SystemClock().now() - 50)]) == ["taken"]
    lost = await log.read(SHOP, start, 10, 0)
    assert lost == Lost(again, None, "epoch")
    found = await log.read(SHOP, again, 10, 0)
    assert isinstance(found, Stretch)
    assert found.entries[0].flags == ("maybe_repeat",), "what the lost window knew is not known"


async def test_offsets_used_again_after_a_lagging_failover_are_a_gap(log: RedisLog, calls: Calls) -> None:
    """LOG-10: the replica that takes over lacks entries, and gives their offsets to others."""
    await log.hold(SHOP, "a", 60)
    await log.append(SHOP, entries(1, 3))
    behind = {key: await calls.call("DUMP", key) for key in keys(log)}
    await log.append(SHOP, entries(4, 6))
    seen = await log.hold(SHOP, "a", 60)
    for key, held in behind.items():
        await calls.call("DEL", key)
        if held:
            await calls.call("RESTORE", key, 0, held)
    ahead = await log.read(SHOP, seen, 10, 0)
    assert isinstance(ahead, Lost)
    assert (ahead.missed, ahead.reason, ahead.resume.offset) == (None, "failover", 3)
    await log.append(SHOP, entries(7, 12))
    other = await log.read(SHOP, seen, 10, 0)
    assert isinstance(other, Lost)
    assert (other.missed, other.reason) == (None, "failover")
    assert await ids(log, ahead.resume) == [f"m{number}" for number in range(7, 13)]  # type: ignore[arg-type]


async def test_a_reader_that_waits_is_not_led_on_by_another_life(log: RedisLog, calls: Calls) -> None:
    """LOG-10: entries of another epoch at the same offsets are not read for its own."""
    await log.hold(SHOP, "a", 60)
    await log.append(SHOP, entries(1, 1))
    at = await log.hold(SHOP, "a", 60)
    reading = asyncio.create_task(log.read(SHOP, at, 10, 5))
    await asyncio.sleep(0.05)
    await log.release(SHOP, "a")
    await log.hold(SHOP, "b", 60)
    await log.append(SHOP, entries(2, 4))
    lost = await asyncio.wait_for(reading, 20)
    assert isinstance(lost, Lost)
    assert (lost.missed, lost.reason) == (None, "epoch")


async def test_the_window_forgets_a_generation_at_a_time(calls: Calls) -> None:
    """LOG-56: by number and by time it keeps no less than promised, and what it forgot may repeat and says so."""
    log = RedisLog(calls, {}, SystemClock(), most=4)
    start = await log.hold(SHOP, "a", 60)
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
    assert isinstance(found, Stretch)
    assert [one.flags for one in found.entries] == [()] * 9 + [("maybe_repeat",)]


async def test_the_window_turns_on_the_clock_of_redis(calls: Calls) -> None:
    """LOG-56: after one span the older generation goes, not before."""
    log = RedisLog(calls, {}, SystemClock(), seconds=0.2)
    await log.hold(SHOP, "a", 60)
    assert await log.append(SHOP, entries(1, 2)) == ["taken"] * 2
    await asyncio.sleep(0.25)
    assert await log.append(SHOP, entries(1, 3)) == ["duplicate", "duplicate", "taken"]
    await asyncio.sleep(0.25)
    assert await log.append(SHOP, entries(1, 3)) == ["duplicate"] * 3
    assert await log.append(SHOP, entries(4, 4)) == ["taken"]
    assert await log.append(SHOP, entries(1, 3)) == ["taken", "taken", "duplicate"]


async def test_a_redis_that_died_drops_nothing_until_its_viewers_had_time_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """LOG-66: events are refused, to be sent again; afterwards nobody watches where nobody came."""
    with redis_server() as server:
        calls = Calls(target(server.url))
        log = RedisLog(calls, {}, SystemClock())
        await log.hold(SHOP, "a", 60)
        assert await log.append(SHOP, entries(1, 1)) == ["taken"]
        server.kill()
        server.start()
        with pytest.raises(Problem) as refused:
            await log.append(SHOP, entries(2, 2))
        assert (refused.value.code, refused.value.retry_after) == ("unavailable", 2)
        assert log.watched(SHOP)
        await log.hold(SHOP, "a", 60)
        assert await log.append(SHOP, entries(2, 2)) == ["taken"]
        await log.release(SHOP, "a")
        monkeypatch.setattr("dagnet_realtime.logs.redis_calls.SHAKEN_SECONDS", 0)
        assert await log.append(SHOP, entries(3, 3)) == ["unwatched"]
        await calls.aclose()


async def test_the_hint_that_nobody_watches_is_short_lived_and_taken_back(calls: Calls) -> None:
    """LOG-57: an On in another process opens this one's door within a second, and at once where it is heard."""
    clock = FakeClock()
    log = RedisLog(calls, {}, clock)
    assert log.watched(SHOP)
    assert await log.append(SHOP, entries(1, 1)) == ["unwatched"]
    assert not log.watched(SHOP)
    clock.shift(1.01)
    assert log.watched(SHOP)
    await log.append(SHOP, entries(1, 1))
    assert not log.watched(SHOP)
    log.heard(SHOP)
    assert log.watched(SHOP)


async def test_an_on_is_announced_once(calls: Calls) -> None:
    """LOG-57: when a life begins, not when a lease is renewed."""
    told: list[Channel] = []

    class News:
        async def announce(self, channel: Channel) -> None:
            told.append(channel)

    log = RedisLog(calls, {}, SystemClock(), News())
    for lease in ("a", "b", "a"):
        await log.hold(SHOP, lease, 60)
    assert told == [SHOP]


async def test_a_full_redis_refuses_entries_and_lets_viewers_go_on() -> None:
    """LOG-54: append says unavailable and writes nothing; reading, holding and leaving work."""
    with redis_server("--maxmemory-policy", "noeviction") as server:
        calls = Calls(target(server.url))
        log, sessions = RedisLog(calls, {}, SystemClock()), RedisSessions(calls)
        start = await log.hold(SHOP, "a", 60)
        await log.append(SHOP, entries(1, 3))
        await calls.call("CONFIG", "SET", "maxmemory", "1mb")
        with pytest.raises(Problem, match="full") as refused:
            await log.append(SHOP, entries(4, 5))
        assert refused.value.code == "unavailable"
        assert await ids(log, start) == ["m1", "m2", "m3"]  # type: ignore[arg-type]
        assert (await log.hold(SHOP, "b", 60)).offset == 3
        await sessions.save(session("a"), 60)
        await log.release(SHOP, "b")
        await calls.call("CONFIG", "SET", "maxmemory", "0")
        assert await log.append(SHOP, entries(4, 5)) == ["taken"] * 2
        await calls.aclose()


async def test_a_thousand_single_appends_go_in_few_calls(log: RedisLog, calls: Calls) -> None:
    """LOG-53: one order for all, each outcome its own."""
    start = await log.hold(SHOP, "a", 60)
    before = int((await calls.call("INFO", "commandstats"))["cmdstat_evalsha"]["calls"])
    outcomes = await asyncio.gather(*(log.append(SHOP, [entry(f"m{number % 900}")]) for number in range(1000)))
    after = int((await calls.call("INFO", "commandstats"))["cmdstat_evalsha"]["calls"])
    assert after - before < 10
    assert [outcome[0] for outcome in outcomes] == ["taken"] * 900 + ["duplicate"] * 100
    assert len(await ids(log, start)) == 900  # type: ignore[arg-type]


async def test_a_cluster_carries_the_log_and_its_sessions() -> None:
    """LOG-60: each channel's keys lie in one slot, and every call finds its node."""
    with cluster() as node:
        calls = Calls(target(f"redis+cluster://127.0.0.1:{node.port}"))
        await fit(calls)
        sessions = RedisSessions(calls)
        log = RedisLog(calls, {}, SystemClock(), sessions)
        start = await log.hold(SHOP, "a", 60)
        await log.hold(STAGING, "a", 60)
        reading = asyncio.create_task(log.read(SHOP, start, 10, 5))
        await asyncio.sleep(0.05)
        assert await log.append(SHOP, entries(1, 2)) == ["taken"] * 2
        found = await reading
        assert isinstance(found, Stretch)
        assert found.entries
        await sessions.save(session("a"), 60)
        assert await sessions.live() == [session("a")]
        assert await log.forget(SHOP, frozenset({"k1.m1"})) == 1
        await calls.aclose()


async def test_after_a_failover_the_sentinels_lead_to_the_new_master() -> None:
    """LOG-60: within seconds, and viewers learn what became of their position."""
    with sentinel() as (master, _, watcher):
        calls = Calls(target(f"redis+sentinel://127.0.0.1:{watcher.port}/events"))
        log = RedisLog(calls, {}, SystemClock())
        start = await log.hold(SHOP, "a", 60)
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
