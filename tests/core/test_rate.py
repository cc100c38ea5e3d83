"""The token bucket."""

from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.rate import EVENT_BYTES, TokenBucket, consume_both


def test_a_burst_passes_and_then_the_rate_holds() -> None:
    """DOOR-5: a bucket admits its burst, then its rate."""
    bucket = TokenBucket(10, 20)
    assert [bucket.try_consume(1, 0.0) for _ in range(20)] == [None] * 20
    assert bucket.try_consume(1, 0.0) == 0.1
    assert bucket.try_consume(1, 0.1) is None


def test_the_returned_wait_is_enough() -> None:
    """DOOR-5: a sender who waits the given time is admitted."""
    bucket = TokenBucket(10, 20)
    bucket.try_consume(20, 0.0)
    wait = bucket.try_consume(7, 0.0)
    assert wait is not None
    assert bucket.try_consume(7, wait) is None


def test_a_batch_greater_than_the_burst_passes_when_the_bucket_is_full() -> None:
    """DOOR-5: a large batch passes a full bucket, and its debt is paid before the next."""
    bucket = TokenBucket(10, 20)
    assert bucket.try_consume(50, 0.0) is None
    assert bucket.try_consume(1, 0.0) == 3.1


def test_a_rate_of_nothing_lets_its_burst_through_and_then_nothing() -> None:
    """DOOR-5: a rate of 0 does not divide by zero."""
    bucket = TokenBucket(0, 1)
    assert bucket.try_consume(1, 0.0) is None
    assert bucket.try_consume(1, 1e9) == 3600.0


@given(st.lists(st.tuples(st.integers(1, 30), st.floats(0, 5)), max_size=60))
def test_over_any_stretch_no_more_than_rate_and_burst_and_one_batch_passes(
    tries: list[tuple[int, float]],
) -> None:
    """DOOR-5: at most burst, rate and one batch pass, also while time stands still."""
    bucket, at, passed = TokenBucket(10, 20), 0.0, 0
    for events, pause in tries:
        at += pause
        if bucket.try_consume(events, at) is None:
            passed += events
    assert passed <= 20 + 10 * at + 30


def test_events_and_their_bytes_both_fit_or_neither_is_taken() -> None:
    """DOOR-5: bytes are limited as if every event had 8 KB; events and bytes are taken together or
    not at all.
    """
    events, weight = TokenBucket(10, 20), TokenBucket(10, 20)
    assert consume_both(events, weight, 1, 19 * EVENT_BYTES, 0.0) is None
    assert consume_both(events, weight, 1, 2 * EVENT_BYTES, 0.0) == 0.1
    assert consume_both(events, weight, 20, 0, 0.0) == 0.1
    assert consume_both(events, weight, 19, EVENT_BYTES, 0.0) is None
    assert consume_both(events, weight, 1, 2 * EVENT_BYTES, 0.0) == 0.2
    assert consume_both(events, weight, 1, 2 * EVENT_BYTES, 0.2) is None
