"""Properties end in time, and a failure is not forgotten over it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.tries import Enough, within


def counted() -> tuple[list[int], "list[float]"]:
    """What was tried, and a clock's one hand."""
    return [], [0.0]


def test_a_property_that_holds_ends_when_its_time_is_over() -> None:
    tried, hand = counted()

    @settings(max_examples=10_000, database=None)
    @given(st.integers())
    def holds(number: int) -> None:
        tried.append(number)
        hand[0] += 1

    holds.hypothesis.inner_test = within(holds.hypothesis.inner_test, 20, lambda: hand[0])
    with pytest.raises(Enough):
        holds()
    assert len(tried) == 21


def test_a_property_that_fails_in_time_is_reported_though_its_time_is_over_then() -> None:
    tried, hand = counted()

    @settings(max_examples=10_000, database=None, suppress_health_check=list(HealthCheck))
    @given(st.integers())
    def fails(number: int) -> None:
        tried.append(number)
        hand[0] += 1
        assert number < 1000

    fails.hypothesis.inner_test = within(
        fails.hypothesis.inner_test,
        10_000,
        lambda: hand[0] * (1 if max(tried, default=0) < 1000 else 99),
    )
    with pytest.raises(AssertionError):
        fails()
    assert tried[-1] == 1000


async def test_an_asynchronous_one_ends_too() -> None:
    hand = [0.0]

    async def holds() -> None:
        hand[0] += 4

    once = within(holds, 5, lambda: hand[0])
    await once()
    with pytest.raises(Enough):
        await once()
