"""Frames that fit a provider's messages."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.fitting import fitted
from dagnet_realtime.core.thinning import share
from dagnet_realtime.model.entry import Flag, Token
from dagnet_realtime.model.fit import Fit
from dagnet_realtime.model.frame import Batch, CarriedEvent
from dagnet_realtime.model.ledger import Ledger


def event(id: str, trace: str, *flags: Flag) -> CarriedEvent:
    at = "2026-01-02T03:04:05.678Z"
    return CarriedEvent(
        id=id, type="track", name="Cart", occurred_at=at, arrived_at=at, source="web", traces=(Token("anonymousId", trace),), flags=flags
    )


def batch(*events: CarriedEvent) -> Batch:
    ledger = Ledger(offered=len(events), lit=len(events), carried=len(events))
    return Batch(from_="e.0", position="e.9", counts={"u-Cart": len(events)}, events=events, ledger=ledger)


@given(st.lists(st.integers(0, 8), max_size=60), st.integers(1_000, 8_000))
def test_whole_traces_go_and_counts_stay(traces: list[int], size: int) -> None:
    """REL-5: what is left fits, of each trace all events or none, and the ledger sums."""
    whole = batch(*(event(f"m{n}", f"t{trace}") for n, trace in enumerate(traces)))
    frame, _ = fitted(whole, Fit(), size, frozenset(), 0)
    assert len(msgspec.json.encode(frame)) <= size + 100
    assert frame.counts == whole.counts
    assert frame.ledger.lit == frame.ledger.carried + frame.ledger.thinned
    assert frame.ledger.carried == len(frame.events)
    left = {one.traces[0].token for one in frame.events}
    assert len(frame.events) == sum(f"t{trace}" in left for trace in traces)
    assert all(share(one) < frame.threshold for one in frame.events)


def test_followed_and_test_events_always_stay() -> None:
    """REL-5: whatever it costs."""
    many = [event(f"m{n}", f"t{n}") for n in range(200)]
    frame, _ = fitted(batch(*many, event("f", "followed"), event("t", "mine", "test")), Fit(), 2_000, frozenset({"followed"}), 0)
    assert [one.id for one in frame.events if one.id in ("f", "t")] == ["f", "t"]
    assert len(frame.events) < 20


def test_a_trace_that_may_have_been_cut_is_partial_until_nobody_can_remember() -> None:
    """REL-5: the threshold rises again over seconds; what it cut is flagged."""
    crowd = batch(*(event(f"m{n}", f"t{n}") for n in range(200)))
    low, fit = fitted(crowd, Fit(), 2_000, frozenset(), 0)
    last = max(crowd.events, key=share)
    nothing, fit = fitted(batch(last), fit, 2_000, frozenset(), 0.25)
    assert nothing.events == ()
    later, fit = fitted(batch(last), fit, 2_000, frozenset(), 60)
    assert [one.flags for one in later.events] == [("partial",)]
    assert low.threshold < 0.2
    whole, _ = fitted(batch(last), fit, 2_000, frozenset(), 2_000)
    assert [one.flags for one in whole.events] == [()]
