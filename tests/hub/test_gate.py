"""One source's gate and ledger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.hub.gate import Gate
from dagnet_realtime.model.channel import Channel, Source
from dagnet_realtime.model.ledger import Door
from dagnet_realtime.model.problem import Problem


def gate(max_rate: float = 10) -> Gate:
    """The gate of an unsigned source."""
    return Gate(Source(id="web", channel=Channel("acme", "prod"), kind="webhook", allow_unsigned=True), max_rate)


def sums(door: Door) -> bool:
    """The door's promise."""
    return door.received == sum(door.refused.values()) + door.rate_limited + door.unwatched + door.duplicate + door.taken


STEPS = st.one_of(
    st.tuples(st.just("refuse"), st.sampled_from(["invalid", "too_large"]), st.integers(1, 9)),
    st.tuples(st.just("unwatched"), st.just(""), st.integers(0, 9)),
    st.tuples(st.just("limit"), st.just(""), st.integers(1, 9000)),
    st.tuples(st.just("settle"), st.just(""), st.integers(0, 9)),
)


@given(st.lists(STEPS, max_size=40))
def test_the_ledger_sums_after_every_step(steps: list[tuple[str, str, int]]) -> None:
    """DOOR-1: whatever happens in whatever order."""
    tried = gate()
    for step, code, events in steps:
        match step:
            case "refuse":
                tried.refuse(code, events)
            case "unwatched":
                tried.unwatched(events)
            case "settle":
                tried.settle((["taken", "duplicate", "unwatched"] * 3)[:events])
            case _:
                try:
                    tried.limit(events, 0.0)
                except Problem as problem:
                    assert problem.retry_after is not None  # noqa: PT017 -- it may pass, too
        assert sums(tried.door)


def test_too_many_events_are_told_when_to_come_back() -> None:
    """DOOR-5: a greatest batch passes at once, the next must wait."""
    tried = gate(max_rate=10)
    tried.limit(4000, 0.0)
    with pytest.raises(Problem) as caught:
        tried.limit(50, 0.0)
    assert (caught.value.code, caught.value.retry_after) == ("rate_limited", 5.0)
    assert tried.door == Door(received=50, rate_limited=50)
