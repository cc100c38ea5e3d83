"""Relay state in Redis, and the memory twin that the hub's tests use, held to the same."""

from collections.abc import AsyncIterator, Iterator

import pytest

from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.model.frame import RelayCounts
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.storage import RelayState, RelayStateStore, StateUpdate
from dagnet_realtime.stores.redis_connection import RedisConnection, parse_redis_url
from dagnet_realtime.stores.redis_relay_state import RedisRelayState
from tests.hub.relay_states import MemoryRelayStates
from tests.support.redis import RedisServer, redis_server

SHOP = Channel("shop", "prod")
FIRST = RelayState(channel="private-a")


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture(params=["redis", "memory"])
async def store(
    request: pytest.FixtureRequest, redis: RedisServer
) -> AsyncIterator[RelayStateStore]:
    redis.command("FLUSHALL")
    calls = RedisConnection(parse_redis_url(redis.url))
    yield RedisRelayState(calls) if request.param == "redis" else MemoryRelayStates(SystemClock())
    await calls.aclose()


def update(state: RelayState, **spent: int) -> StateUpdate:
    return StateUpdate(state, RelayCounts(**spent), {})


async def test_the_first_subscriber_makes_the_state_and_later_ones_share_it(
    store: RelayStateStore,
) -> None:
    """REL-20: the first request names the channel of a view, and later ones get it."""
    one = await store.touch_subscriber(SHOP, "v", "ann", FIRST, 0)
    two = await store.touch_subscriber(SHOP, "v", "bob", RelayState(channel="private-b"), 0)
    other = await store.touch_subscriber(SHOP, "w", "bob", RelayState(channel="private-c"), 0)
    assert (one.state, two.state, other.state.channel) == (FIRST, FIRST, "private-c")
    assert (set(one.seats), set(two.seats), set(other.seats)) == ({"ann"}, {"ann", "bob"}, {"bob"})
    assert one.expecting_until > one.now
    assert await store.active_views(SHOP) == ["v", "w"]


async def test_there_is_one_holder_which_learns_that_there_is_more(store: RelayStateStore) -> None:
    """REL-20: a request that finds it leased notifies the holder, which goes on; then it is free."""
    await store.touch_subscriber(SHOP, "v", "ann", FIRST, 0)
    assert await store.acquire(SHOP, "v", "one", 5) is not None
    assert await store.acquire(SHOP, "v", "two", 5) is None
    moved = RelayState(channel="private-a", cursor="e.4")
    assert await store.commit(SHOP, "v", "one", update(moved), more=True)
    assert not await store.commit(SHOP, "v", "one", update(moved), more=True)
    held = await store.acquire(SHOP, "v", "two", 5)
    assert held is not None
    assert held.state == moved
    assert await store.acquire(SHOP, "v", "three", 5) is None
    assert not await store.commit(SHOP, "v", "two", update(moved), more=False)
    assert await store.acquire(SHOP, "x", "one", 5) is None


async def test_a_holder_whose_lease_lapsed_only_adds_its_counts(
    store: RelayStateStore,
) -> None:
    """REL-20, REL-6: a late holder changes nothing but the counts, since what it published was
    billed.
    """
    await store.touch_subscriber(SHOP, "v", "ann", FIRST, 0)
    assert await store.acquire(SHOP, "v", "slow", 0) is not None
    assert await store.acquire(SHOP, "v", "next", 5) is not None
    assert not await store.commit(
        SHOP,
        "v",
        "slow",
        update(RelayState(channel="private-z"), published=2, delivered=6),
        more=True,
    )
    held = await store.touch_subscriber(SHOP, "v", "ann", FIRST, 0)
    assert held.state.channel == "private-a"
    assert held.ledger == RelayCounts(published=2, delivered=6)
    assert not await store.commit(
        SHOP, "v", "next", update(FIRST, published=1, failed=4), more=False
    )
    assert (await store.touch_subscriber(SHOP, "v", "ann", FIRST, 0)).ledger == RelayCounts(
        published=3, delivered=6, failed=4
    )


async def test_a_subscriber_is_removed_unless_it_was_confirmed_since(
    store: RelayStateStore,
) -> None:
    """ACC-17: a session that was confirmed meanwhile stays."""
    await store.touch_subscriber(SHOP, "v", "ann", FIRST, 0)
    held = await store.touch_subscriber(SHOP, "v", "bob", FIRST, 0)
    await store.acquire(SHOP, "v", "one", 5)
    gone = {"ann": held.seats["ann"], "bob": held.seats["bob"] - 1}
    await store.commit(SHOP, "v", "one", StateUpdate(FIRST, RelayCounts(), gone), more=False)
    again = await store.acquire(SHOP, "v", "two", 5)
    assert again is not None
    assert set(again.seats) == {"bob"}


async def test_a_holder_learns_until_when_a_subscriber_is_expected(store: RelayStateStore) -> None:
    """REL-20: the holder of the lease gets the latest time that a subscriber gave."""
    await store.touch_subscriber(SHOP, "v", "ann", FIRST, 0)
    longer = await store.touch_subscriber(SHOP, "v", "ann", FIRST, 60_000)
    held = await store.acquire(SHOP, "v", "one", 5)
    assert held is not None
    assert held.expecting_until == longer.expecting_until >= longer.now + 60_000


async def test_subscribers_are_bounded_and_keys_expire(redis: RedisServer) -> None:
    """REL-20: nothing grows, nothing stays for ever; every key of a channel shares its tag."""
    redis.command("FLUSHALL")
    calls = RedisConnection(parse_redis_url(redis.url))
    kept = RedisRelayState(calls)
    for number in range(3):
        await kept.touch_subscriber(SHOP, "v", f"s{number}", FIRST, 0)
    redis.command(
        "HSET",
        "{dagnet-realtime:shop/prod}:relay:seats",
        *(part for n in range(2000) for part in (f"w s{n}", "1")),
    )
    assert "late" not in (await kept.touch_subscriber(SHOP, "v", "late", FIRST, 0)).seats
    assert "s1" in (await kept.touch_subscriber(SHOP, "v", "s1", FIRST, 0)).seats
    assert await kept.active_views(Channel("shop", "dev")) == []
    keys = await calls.call("KEYS", "*")
    assert all(key.startswith(b"{") for key in keys)
    for key in keys:
        assert 0 < await calls.call("PTTL", key) <= 86_400_000
    await calls.aclose()
