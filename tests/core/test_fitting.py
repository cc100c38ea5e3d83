"""Frames that fit a provider's messages."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.fitting import Fitter
from dagnet_realtime.core.thinning import share
from dagnet_realtime.model.entry import Flag, Token
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
    fitted = Fitter().fit(whole, size, frozenset(), 0)
    assert len(msgspec.json.encode(fitted)) <= size + 100
    assert fitted.counts == whole.counts
    assert fitted.ledger.lit == fitted.ledger.carried + fitted.ledger.thinned
    assert fitted.ledger.carried == len(fitted.events)
    left = {one.traces[0].token for one in fitted.events}
    assert len(fitted.events) == sum(f"t{trace}" in left for trace in traces)
    assert all(share(one) < fitted.threshold for one in fitted.events)


def test_followed_and_test_events_always_stay() -> None:
    """REL-5: whatever it costs."""
    many = [event(f"m{n}", f"t{n}") for n in range(200)]
    fitted = Fitter().fit(batch(*many, event("f", "followed"), event("t", "mine", "test")), 2_000, frozenset({"followed"}), 0)
    assert [one.id for one in fitted.events if one.id in ("f", "t")] == ["f", "t"]
    assert len(fitted.events) < 20


def test_a_trace_that_may_have_been_cut_is_partial_until_nobody_can_remember() -> None:
    """REL-5: the threshold rises again over seconds; what it cut is flagged."""
    fitter = Fitter()
    crowd = batch(*(event(f"m{n}", f"t{n}") for n in range(200)))
    low = fitter.fit(crowd, 2_000, frozenset(), 0).threshold
    last = max(crowd.events, key=share)
    assert fitter.fit(batch(last), 2_000, frozenset(), 0.25).events == ()
    (later,) = fitter.fit(batch(last), 2_000, frozenset(), 60).events
    assert later.flags == ("partial",)
    assert low < 0.2
    (whole,) = fitter.fit(batch(last), 2_000, frozenset(), 2_000).events
    assert whole.flags == ()
