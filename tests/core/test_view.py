"""The frame of a view over a stretch of the log, and thinning by whole traces within a budget."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from dagnet_realtime.core.codec import ERASED, anonymize
from dagnet_realtime.core.filter import parse_filter
from dagnet_realtime.core.matching import MatchingTable
from dagnet_realtime.core.redaction import Redaction
from dagnet_realtime.core.view import (
    MAX_NAMES,
    Candidate,
    TraceSampler,
    ViewRenderer,
    match_all,
    trace_share,
)
from dagnet_realtime.model.event import Entry, Token
from dagnet_realtime.model.frame import Batch, FrameCounts
from dagnet_realtime.model.graph import EventBinding, Graph, Node
from dagnet_realtime.model.workspace import Policy
from tests.support.entries import entry

GRAPH = Graph(
    name="g",
    file="g",
    version="1",
    nodes=(Node(uuid="u1", id="home"), Node(uuid="u2", id="paid")),
    listens=(
        EventBinding(node="u1", label="Home", event_id="home", names=("Home",), rule="segment"),
        EventBinding(
            node="u2", label="Paid", event_id="paid", names=("Home", "Paid"), rule="segment"
        ),
    ),
)


def frame(
    entries: list[Entry], filter: str = "", policy: Policy | None = None, deny: tuple[str, ...] = ()
) -> Batch:
    policy = policy or Policy(properties=("*",), deny=deny)
    view = ViewRenderer(
        GRAPH, parse_filter(filter), policy, Redaction(policy.properties, policy.deny)
    )
    return view.render_shared(
        "e.0", "e.9", entries, match_all(MatchingTable(GRAPH.listens), entries), frozenset(), 0.0
    )


def test_one_event_may_light_several_nodes() -> None:
    """HUB-6: counts are by node, the ledger by event."""
    batch = frame([entry("m1", name="Home"), entry("m2", name="Stray")])
    assert (batch.counts, batch.unmapped) == ({"u1": 1, "u2": 1}, {"Stray": 1})
    assert (
        batch.ledger.offered,
        batch.ledger.lit,
        batch.ledger.unmapped,
        batch.ledger.carried,
    ) == (2, 1, 1, 2)
    assert batch.events[0].nodes == ("u1", "u2")


def test_events_carry_their_place_in_the_log() -> None:
    """HUB-23: offsets count from the frame's begin, with what is left out; a frame without a begin
    gives none.
    """
    entries = [
        entry("m1", name="Home"),
        ERASED,
        entry("m2", name="Stray", flags=("sampled_out",)),
        entry("m3", name="Paid"),
    ]
    assert [(event.id, event.offset) for event in frame(entries).events] == [("m1", 1), ("m3", 4)]
    view = ViewRenderer(GRAPH, parse_filter(""), Policy(), Redaction((), ()))
    for start, offsets in (("e.41.cafe", [42]), ("", [UNSET])):
        private = view.render_private(start, "", entries[:1], [("u1",)], frozenset(), 0.0)
        assert [event.offset for event in private.events] == offsets


def test_unmapped_names_are_bounded() -> None:
    """HUB-6: the 200 most frequent by name, the rest as other."""
    batch = frame(
        [entry(f"m{n}", name=f"Stray {n}") for n in range(300)] + [entry("again", name="Stray 299")]
    )
    assert len(batch.unmapped) == MAX_NAMES
    assert batch.unmapped["Stray 299"] == 2
    assert batch.other == 301 - sum(batch.unmapped.values())


def test_a_filter_by_node_names_it_as_people_do() -> None:
    """FIL-3: ids are resolved by the view's own graph."""
    batch = frame([entry("m1", name="Home"), entry("m2", name="Paid")], filter="node:home")
    assert [event.id for event in batch.events] == ["m1"]
    assert batch.ledger.filtered == 1


def test_denials_hold_when_frames_are_written() -> None:
    """ACC-21: what a rule denies is not shown, though the log may still hold it."""
    batch = frame(
        [entry("m1", name="Home", properties={"coupon": "A", "price": 1})], deny=("coupon",)
    )
    assert batch.events[0].properties == {"price": 1}


def test_an_entry_of_which_nothing_is_known_is_missed() -> None:
    """HUB-6: it was offered, and no filter took it."""
    batch = frame([ERASED])
    assert batch.ledger == FrameCounts(offered=1, missed=1)
    assert (batch.events, batch.unmapped) == ((), {})


def test_a_forgotten_persons_events_count_as_before() -> None:
    """HUB-6, HUB-20: a forgotten event still counts by node and name, also through a filter; the
    ledger says that it was not carried.
    """
    known = [
        entry("m1", name="Home"),
        entry("m2", name="Stray"),
        entry("m3", name="Paid", flags=("late",)),
    ]
    for filter in ("", "Home", "is:late", "-event:Paid", "is:unmapped"):
        before, after = (
            frame(entries, filter=filter)
            for entries in (known, [anonymize(one, frozenset()) for one in known])
        )
        assert (after.counts, after.unmapped, after.events) == (before.counts, before.unmapped, ())
        assert after.ledger == msgspec.structs.replace(
            before.ledger, carried=0, forgotten=before.ledger.carried
        )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Home", "Paid", "Stray"]),
            st.sampled_from([(), ("sampled_out",), ("test",)]),
        ),
        max_size=80,
    )
)
def test_the_ledger_always_sums(made: list[tuple[str, tuple[str, ...]]]) -> None:
    """HUB-6: the ledger sums for any entries."""
    batch = frame(
        [entry(str(n), name=name, flags=flags) for n, (name, flags) in enumerate(made)],
        "-event:Paid",
        Policy(carried_per_second=10),
    )
    ledger = batch.ledger
    assert ledger.offered == ledger.lit + ledger.unmapped + ledger.filtered + ledger.missed
    assert ledger.lit + ledger.unmapped == ledger.carried + ledger.thinned + ledger.sampled_out
    assert ledger.carried == len(batch.events)


VECTORS = json.loads((Path(__file__).parents[2] / "conformance/thinning.json").read_text())["share"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_share_is_the_same_in_both_languages(vector: dict[str, Any]) -> None:
    """HUB-27: a share is FNV-1a of the anonymous id's token, else of the first token, else of the
    message id.
    """
    traces = tuple(Token(trace["kind"], trace["token"]) for trace in vector["traces"])
    assert trace_share(entry(vector["id"], traces=traces)) * 2**32 == vector["hash"]


def candidates(
    number: int, *, traces: int = 1000, start: int = 0, node: str = "u-Home", kept: bool = False
) -> list[Candidate]:
    found = []
    for index in range(number):
        token = (Token("anonymousId", f"k1.{(start + index) % traces}"),)
        found.append(Candidate(index, entry(f"m{start + index}", traces=token), (node,), kept))
    return found


def test_everything_is_carried_within_the_budget() -> None:
    """HUB-27: below the budget the threshold is 1 and nothing is partial."""
    thinner = TraceSampler(500)
    for tick in range(100):
        chosen = thinner.select(candidates(20), tick / 20)
        assert (len(chosen.carried), chosen.threshold, chosen.partial) == (20, 1.0, frozenset())


def test_above_the_budget_whole_traces_are_carried() -> None:
    """HUB-27: the rate settles within the budget, and traces below the threshold are carried whole."""
    thinner = TraceSampler(500)
    carried = 0
    whole: dict[str, list[bool]] = {}
    for tick in range(400):
        batch = candidates(250, start=tick * 250)
        chosen = thinner.select(batch, tick / 20)
        if tick < 200:
            continue
        carried += len(chosen.carried)
        here = {one.index for one in chosen.carried}
        for one in batch:
            whole.setdefault(one.entry.traces[0].token, []).append(one.index in here)
        assert all(
            trace_share(one.entry) >= chosen.threshold for one in batch if one.index not in here
        )
    assert 350 <= carried / 10 <= 500
    mixed = sum(1 < sum(seen) < len(seen) for seen in whole.values())
    assert mixed <= 0.05 * len(whole)


def test_a_flood_in_one_frame_is_cut_hard() -> None:
    """HUB-27: a frame carries at most one second's worth of any entries."""
    chosen = TraceSampler(100).select(candidates(20_000), 0.0)
    assert len(chosen.carried) <= 100
    assert chosen.threshold < 0.1


def test_rare_nodes_are_not_starved() -> None:
    """HUB-27: of each node that lit, at least one event is carried while the budget allows; its
    trace may be partial.
    """
    thinner = TraceSampler(200)
    for tick in range(100):
        rare = Candidate(5000, entry(f"r{tick}"), ("u-Rare",), always=False)
        chosen = thinner.select([*candidates(500, start=tick * 500), rare], tick / 20)
        assert any(one.index == 5000 for one in chosen.carried)
        assert 5000 in chosen.partial or trace_share(rare.entry) < chosen.threshold


def test_kept_events_are_outside_the_budget() -> None:
    """HUB-16: followed and test events are always carried, and never partial for it."""
    chosen = TraceSampler(10).select([*candidates(1000, kept=True)], 0.0)
    assert len(chosen.carried) == 1000
    assert chosen.partial == frozenset()


def test_a_trace_that_crosses_the_threshold_is_partial() -> None:
    """HUB-27: once the threshold rises again, traces that were cut say so."""
    thinner = TraceSampler(100)
    lowest = min(
        thinner.select(candidates(500, start=tick * 500), tick / 20).threshold
        for tick in range(200)
    )
    later = [thinner.select(candidates(2, start=tick * 2), 10 + tick / 20) for tick in range(1600)]
    assert later[-1].threshold == 1.0
    for chosen in later:
        for one in chosen.carried:
            assert (one.index in chosen.partial) == (trace_share(one.entry) >= lowest)
