"""Posts in Redis, as several requests use them; and those that the hub's tests use, held to the same."""

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
async def posts(
    request: pytest.FixtureRequest, redis: RedisServer
) -> AsyncIterator[RelayStateStore]:
    redis.command("FLUSHALL")
    calls = RedisConnection(parse_redis_url(redis.url))
    yield RedisRelayState(calls) if request.param == "redis" else MemoryRelayStates(SystemClock())
    await calls.aclose()


def given(post: RelayState, **spent: int) -> StateUpdate:
    return StateUpdate(post, RelayCounts(**spent), {})


async def test_the_first_seat_makes_the_post_and_later_ones_share_it(
    posts: RelayStateStore,
) -> None:
    """REL-20: one channel for one view, whoever comes first."""
    one = await posts.touch_subscriber(SHOP, "v", "ann", FIRST, 0)
    two = await posts.touch_subscriber(SHOP, "v", "bob", RelayState(channel="private-b"), 0)
    other = await posts.touch_subscriber(SHOP, "w", "bob", RelayState(channel="private-c"), 0)
    assert (one.state, two.state, other.state.channel) == (FIRST, FIRST, "private-c")
    assert (set(one.seats), set(two.seats), set(other.seats)) == ({"ann"}, {"ann", "bob"}, {"bob"})
    assert one.awaited_until > one.now
    assert await posts.active_views(SHOP) == ["v", "w"]


async def test_one_holder_at_a_time_who_learns_that_others_came(posts: RelayStateStore) -> None:
    """REL-20: who finds the post taken tells the holder, who goes on; then it is anybody's."""
    await posts.touch_subscriber(SHOP, "v", "ann", FIRST, 0)
    assert await posts.acquire(SHOP, "v", "one", 5) is not None
    assert await posts.acquire(SHOP, "v", "two", 5) is None
    moved = RelayState(channel="private-a", cursor="e.4")
    assert await posts.commit(SHOP, "v", "one", given(moved), more=True)
    assert not await posts.commit(SHOP, "v", "one", given(moved), more=True)
    held = await posts.acquire(SHOP, "v", "two", 5)
    assert held is not None
    assert held.state == moved
    assert await posts.acquire(SHOP, "v", "three", 5) is None
    assert not await posts.commit(SHOP, "v", "two", given(moved), more=False)
    assert await posts.acquire(SHOP, "x", "one", 5) is None


async def test_a_holder_whose_time_is_over_keeps_nothing_but_what_it_spent(
    posts: RelayStateStore,
) -> None:
    """REL-20, REL-13: a request that vanished holds nobody up; what it published was billed."""
    await posts.touch_subscriber(SHOP, "v", "ann", FIRST, 0)
    assert await posts.acquire(SHOP, "v", "slow", 0) is not None
    assert await posts.acquire(SHOP, "v", "next", 5) is not None
    assert not await posts.commit(
        SHOP,
        "v",
        "slow",
        given(RelayState(channel="private-z"), published=2, delivered=6),
        more=True,
    )
    held = await posts.touch_subscriber(SHOP, "v", "ann", FIRST, 0)
    assert held.state.channel == "private-a"
    assert held.ledger == RelayCounts(published=2, delivered=6)
    assert not await posts.commit(
        SHOP, "v", "next", given(FIRST, published=1, failed=4), more=False
    )
    assert (await posts.touch_subscriber(SHOP, "v", "ann", FIRST, 0)).ledger == RelayCounts(
        published=3, delivered=6, failed=4
    )


async def test_a_seat_is_struck_off_unless_it_was_confirmed_since(posts: RelayStateStore) -> None:
    """REL-11: who asked again meanwhile stays."""
    await posts.touch_subscriber(SHOP, "v", "ann", FIRST, 0)
    held = await posts.touch_subscriber(SHOP, "v", "bob", FIRST, 0)
    await posts.acquire(SHOP, "v", "one", 5)
    gone = {"ann": held.seats["ann"], "bob": held.seats["bob"] - 1}
    await posts.commit(SHOP, "v", "one", StateUpdate(FIRST, RelayCounts(), gone), more=False)
    again = await posts.acquire(SHOP, "v", "two", 5)
    assert again is not None
    assert set(again.seats) == {"bob"}


async def test_a_grace_is_said_to_whoever_takes_the_post(posts: RelayStateStore) -> None:
    """REL-20: somebody is about to subscribe."""
    await posts.touch_subscriber(SHOP, "v", "ann", FIRST, 0)
    longer = await posts.touch_subscriber(SHOP, "v", "ann", FIRST, 60_000)
    held = await posts.acquire(SHOP, "v", "one", 5)
    assert held is not None
    assert held.awaited_until == longer.awaited_until >= longer.now + 60_000


async def test_seats_are_bounded_and_keys_lapse(redis: RedisServer) -> None:
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
