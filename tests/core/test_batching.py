"""Frames of several batches: merged, cut to a provider's limits, and split into pieces."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.batching import chunk, limit_size, merge_batches
from dagnet_realtime.core.view import MAX_NAMES, trace_share
from dagnet_realtime.model.event import Flag, Token
from dagnet_realtime.model.frame import Batch, FrameCounts, FrameEvent, ThinningState

COUNTS = st.dictionaries(st.sampled_from(["u-Home", "u-Cart", "u-Paid"]), st.integers(1, 9))
NAMES = st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(1, 9))


@given(st.lists(st.tuples(COUNTS, NAMES, st.integers(0, 5)), min_size=1, max_size=6))
def test_every_count_and_every_ledger_adds_up(
    parts: list[tuple[dict[str, int], dict[str, int], int]],
) -> None:
    """REL-3: what was counted apart is counted together."""
    batches = [
        Batch(
            from_=f"e.{n}",
            position=f"e.{n + 1}",
            counts=counts,
            unmapped=names,
            other=other,
            ledger=FrameCounts(offered=n, lit=other),
        )
        for n, (counts, names, other) in enumerate(parts)
    ]
    one = merge_batches(batches)
    assert (one.from_, one.position) == ("e.0", f"e.{len(parts)}")
    assert sum(one.counts.values()) == sum(sum(counts.values()) for counts, _, _ in parts)
    assert sum(one.unmapped.values()) + one.other == sum(
        sum(names.values()) + other for _, names, other in parts
    )
    assert (one.ledger.offered, one.ledger.lit) == (
        sum(range(len(parts))),
        sum(other for _, _, other in parts),
    )


def test_names_beyond_the_most_frequent_are_counted_together() -> None:
    """REL-3: a merged frame names as many as any frame, and counts the rest together."""
    batches = [
        Batch(from_="a", position="b", unmapped={f"n{n}": 1 + n for n in range(150)})
        for _ in range(1)
    ]
    batches.append(Batch(from_="b", position="c", unmapped={f"m{n}": 1 + n for n in range(150)}))
    one = merge_batches(batches)
    assert len(one.unmapped) == MAX_NAMES
    assert one.other == 2 * sum(range(1, 51))


def event(id: str, trace: str, *flags: Flag) -> FrameEvent:
    at = "2026-01-02T03:04:05.678Z"
    return FrameEvent(
        id=id,
        type="track",
        name="Cart",
        occurred_at=at,
        arrived_at=at,
        source="web",
        traces=(Token("anonymousId", trace),),
        flags=flags,
    )


def batch(*events: FrameEvent) -> Batch:
    ledger = FrameCounts(offered=len(events), lit=len(events), carried=len(events))
    return Batch(
        from_="e.0", position="e.9", counts={"u-Cart": len(events)}, events=events, ledger=ledger
    )


@given(st.lists(st.integers(0, 8), max_size=60), st.integers(1_000, 8_000))
def test_whole_traces_go_and_counts_stay(traces: list[int], size: int) -> None:
    """HUB-27: what is left fits, of each trace all events or none, and the ledger sums."""
    whole = batch(*(event(f"m{n}", f"t{trace}") for n, trace in enumerate(traces)))
    frame, _ = limit_size(whole, ThinningState(), size, frozenset(), 0)
    assert len(msgspec.json.encode(frame)) <= size + 100
    assert frame.counts == whole.counts
    assert frame.ledger.lit == frame.ledger.carried + frame.ledger.thinned
    assert frame.ledger.carried == len(frame.events)
    left = {one.traces[0].token for one in frame.events}
    assert len(frame.events) == sum(f"t{trace}" in left for trace in traces)
    assert all(trace_share(one) < frame.threshold for one in frame.events)


def test_followed_and_test_events_always_stay() -> None:
    """HUB-27: followed and test events are kept at any size."""
    many = [event(f"m{n}", f"t{n}") for n in range(200)]
    frame, _ = limit_size(
        batch(*many, event("f", "followed"), event("t", "mine", "test")),
        ThinningState(),
        2_000,
        frozenset({"followed"}),
        0,
    )
    assert [one.id for one in frame.events if one.id in ("f", "t")] == ["f", "t"]
    assert len(frame.events) < 20


def test_a_trace_that_may_have_been_cut_is_partial_until_the_cut_is_forgotten() -> None:
    """HUB-27: the threshold rises again over seconds, and traces that it may have cut
    are flagged.
    """
    crowd = batch(*(event(f"m{n}", f"t{n}") for n in range(200)))
    low, fit = limit_size(crowd, ThinningState(), 2_000, frozenset(), 0)
    last = max(crowd.events, key=trace_share)
    nothing, fit = limit_size(batch(last), fit, 2_000, frozenset(), 0.25)
    assert nothing.events == ()
    later, fit = limit_size(batch(last), fit, 2_000, frozenset(), 60)
    assert [one.flags for one in later.events] == [("partial",)]
    assert low.threshold < 0.2
    whole, _ = limit_size(batch(last), fit, 2_000, frozenset(), 2_000)
    assert [one.flags for one in whole.events] == [()]


@given(st.text(min_size=1, max_size=500), st.integers(40, 200))
def test_pieces_fit_are_text_and_join_to_what_they_were(text: str, limit: int) -> None:
    """REL-3: pieces are cut between characters, and none is longer than the limit."""
    found = chunk(text.encode("utf-8", "replace"), "abcd1234", limit)
    assert all(len(piece) <= limit for piece in found)
    heads = [piece.decode().split(" ", 3) for piece in found]
    assert [(head[0], int(head[1]), int(head[2])) for head in heads] == [
        ("abcd1234", n, len(found)) for n in range(len(found))
    ]
    assert "".join(head[3] for head in heads) == text.encode("utf-8", "replace").decode()


def test_a_limit_without_room_is_a_mistake() -> None:
    """REL-3: a limit that fits no text raises, since nothing could ever be sent."""
    with pytest.raises(ValueError, match="no text fits"):
        chunk(b"x", "abcd", 20)
