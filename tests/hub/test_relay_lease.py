"""A leased channel, and the view that is rendered for it."""

import pytest

from dagnet_realtime.hub.relay_publisher import BOUND, RelayLease, StatelessView
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.frame import Batch, Forget, Heartbeat, RelayCounts, ThinningState
from dagnet_realtime.model.graph import Catalogue
from dagnet_realtime.model.protocol import RELAY_CONFIRMED_SECONDS
from dagnet_realtime.model.workspace import Policy
from dagnet_realtime.ports.relay import RelayLimits
from dagnet_realtime.ports.storage import LeasedState, LogSlice, RelayState
from tests.hub.provider import Provider
from tests.hub.stage import graph
from tests.support.clock import FakeClock
from tests.support.entries import entry

NOW = 1_000_000


def lease(provider: Provider, clock: FakeClock, awaited: int = 0, **seats: int) -> RelayLease:
    return RelayLease(
        provider,
        LeasedState(RelayState(channel="c"), NOW, seats, RelayCounts(), awaited),
        clock,
    )


async def test_what_was_spent_is_given_once() -> None:
    """REL-6: a commit has the messages published, delivered (once for each subscriber) and failed,
    once.
    """
    provider, clock = Provider(), FakeClock()
    leased = lease(provider, clock, ann=NOW, bob=NOW)
    await leased.refresh_subscribers()
    provider.subscribed = 5
    assert await leased.publish([Heartbeat(now="", position="e.1")])
    provider.down = True
    assert not await leased.publish([Heartbeat(now="", position="e.1")])
    assert leased.to_commit().spent == RelayCounts(published=1, delivered=1, failed=1)
    assert leased.to_commit().spent == RelayCounts()
    assert leased.total == RelayCounts(published=1, delivered=1, failed=1)
    assert leased.state.backoff_until > leased.now


async def test_without_a_number_from_the_provider_sessions_are_counted() -> None:
    """REL-6: the best that can be known."""
    provider, clock = Provider(), FakeClock()
    provider.subscribed = None
    leased = lease(provider, clock, ann=NOW, bob=NOW)
    await leased.refresh_subscribers()
    await leased.publish([Heartbeat(now="", position="e.1")])
    assert leased.total.delivered == 2


@pytest.mark.parametrize(
    ("asked", "live", "stays"),
    [(0, True, True), (RELAY_CONFIRMED_SECONDS * 1000 + 1, True, False), (0, False, False)],
)
def test_a_session_is_trusted_while_it_lives_and_was_confirmed(
    asked: int, live: bool, stays: bool
) -> None:
    """ACC-17: a session without a recent check of its permission is dropped."""
    leased = lease(Provider(), FakeClock(), NOW + 1, ann=NOW - asked)
    leased.prune({"ann": None} if live else {})  # type: ignore[dict-item]
    assert (leased.has_subscribers, set(leased.dropped)) == (stays, set() if stays else {"ann"})


async def test_time_is_the_stores_and_bounded() -> None:
    """REL-20: time is the store's, not the machine's, and the time left is at most the bound."""
    clock = FakeClock()
    leased = lease(Provider(), clock)
    await clock.advance(0.5)
    assert (leased.now, leased.time_left) == (NOW + 500, BOUND - 0.5)
    await clock.advance(5)
    assert leased.time_left == 0


def test_a_stretch_becomes_a_frame_of_its_very_range() -> None:
    """REL-20: entries are matched, filtered and counted; denied properties and revealed identifiers
    are not carried.
    """
    pane = StatelessView(
        graph("Home"),
        "type:track",
        Policy(properties=("plan", "price"), deny=("price",)),
        Catalogue(version="1"),
    )
    entries = (
        entry("a", name="Home", properties={"plan": "x", "price": 3}, revealed={"userId": "u"}),
        entry("b", type="page", name="Home"),
        entry("c", type="delete", name="", forgets=("k1.t",)),
    )
    found = LogSlice(Position("e", 4), Position("e", 7), entries)
    frames, fit = pane.frames(found, ThinningState(), frozenset(), 1, RelayLimits())
    batch, forget = frames
    assert isinstance(batch, Batch)
    assert (batch.from_, batch.position, batch.counts, batch.ledger.filtered) == (
        "e.4",
        "e.7",
        {"u-Home": 1},
        2,
    )
    assert [(event.properties, event.revealed) for event in batch.events] == [
        ({"plan": "x"}, batch.events[0].revealed)
    ]
    assert "userId" not in repr(batch.events[0].revealed)
    assert forget == Forget(tokens=("k1.t",))
    assert fit == ThinningState(at=1)
