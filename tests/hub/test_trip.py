"""One request's work on one view."""

import pytest

from dagnet_realtime.hub.trip import BOUND, CONFIRMED_MS, Trip
from dagnet_realtime.model.frame import Beat
from dagnet_realtime.model.ledger import RelayLedger
from dagnet_realtime.ports.posts import Held, Post
from tests.hub.provider import Provider
from tests.support.clock import FakeClock

NOW = 1_000_000


def trip(provider: Provider, clock: FakeClock, awaited: int = 0, **seats: int) -> Trip:
    return Trip(provider, Held(Post(channel="c"), NOW, seats, RelayLedger(), awaited), clock.monotonic(), clock)


async def test_what_was_spent_is_given_once() -> None:
    """REL-13: published, delivered to as many as subscribe, failed."""
    provider, clock = Provider(), FakeClock()
    made = trip(provider, clock, ann=NOW, bob=NOW)
    await made.look()
    provider.subscribed = 5
    assert await made.publish([Beat(now="", position="e.1")])
    provider.down = True
    assert not await made.publish([Beat(now="", position="e.1")])
    assert made.given().spent == RelayLedger(published=1, delivered=1, failed=1)
    assert made.given().spent == RelayLedger()
    assert made.total == RelayLedger(published=1, delivered=1, failed=1)
    assert made.post.rests_until > made.now


async def test_a_provider_that_does_not_say_how_many_counts_the_seats() -> None:
    """REL-13: the best that can be known."""
    provider, clock = Provider(), FakeClock()
    provider.subscribed = None
    made = trip(provider, clock, ann=NOW, bob=NOW)
    await made.look()
    await made.publish([Beat(now="", position="e.1")])
    assert made.total.delivered == 2


@pytest.mark.parametrize(("asked", "live", "stays"), [(0, True, True), (CONFIRMED_MS + 1, True, False), (0, False, False)])
def test_a_seat_counts_while_its_session_lives_and_asks(asked: int, live: bool, stays: bool) -> None:
    """REL-11: whoever does not ask again, with their permission checked, is out."""
    made = trip(Provider(), FakeClock(), NOW + 1, ann=NOW - asked)
    made.confirm({"ann": None} if live else {})  # type: ignore[dict-item]
    assert (made.watched, set(made.gone)) == (stays, set() if stays else {"ann"})


async def test_time_is_the_stores_and_bounded() -> None:
    """REL-20: two seconds, whatever the machine's own clock says."""
    clock = FakeClock()
    made = trip(Provider(), clock)
    await clock.advance(0.5)
    assert (made.now, made.left) == (NOW + 500, BOUND - 0.5)
    await clock.advance(5)
    assert made.left == 0
