"""Thinning: whole traces within a budget."""

import json
from pathlib import Path
from typing import Any

import pytest

from dagnet_realtime.core.thinning import Candidate, Thinner, share
from dagnet_realtime.model.entry import Token
from tests.support.entries import entry

VECTORS = json.loads((Path(__file__).parents[2] / "conformance/thinning.json").read_text())["share"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_share_is_the_same_in_both_languages(vector: dict[str, Any]) -> None:
    """HUB-26: FNV-1a of the anonymous id's token, else of the first token, else of the message id."""
    traces = tuple(Token(trace["kind"], trace["token"]) for trace in vector["traces"])
    assert share(entry(vector["id"], traces=traces)) * 2**32 == vector["hash"]


def candidates(number: int, *, traces: int = 1000, start: int = 0, node: str = "u-Home", kept: bool = False) -> list[Candidate]:
    found = []
    for index in range(number):
        token = (Token("anonymousId", f"k1.{(start + index) % traces}"),)
        found.append(Candidate(index, entry(f"m{start + index}", traces=token), (node,), kept))
    return found


def test_everything_is_carried_within_the_budget() -> None:
    """HUB-27: below the budget the threshold is 1 and nothing is partial."""
    thinner = Thinner(500)
    for tick in range(100):
        chosen = thinner.choose(candidates(20), tick / 20)
        assert (len(chosen.carried), chosen.threshold, chosen.partial) == (20, 1.0, frozenset())


def test_above_the_budget_whole_traces_are_carried() -> None:
    """HUB-27: the rate settles within the budget, and traces below the threshold are carried whole."""
    thinner = Thinner(500)
    carried = 0
    whole: dict[str, list[bool]] = {}
    for tick in range(400):
        batch = candidates(250, start=tick * 250)
        chosen = thinner.choose(batch, tick / 20)
        if tick < 200:
            continue
        carried += len(chosen.carried)
        here = {one.index for one in chosen.carried}
        for one in batch:
            whole.setdefault(one.entry.traces[0].token, []).append(one.index in here)
        assert all(share(one.entry) >= chosen.threshold for one in batch if one.index not in here)
    assert 350 <= carried / 10 <= 500
    mixed = sum(1 < sum(seen) < len(seen) for seen in whole.values())
    assert mixed <= 0.05 * len(whole)


def test_a_flood_in_one_frame_is_cut_hard() -> None:
    """HUB-27: a frame carries at most one second's worth, whatever comes."""
    chosen = Thinner(100).choose(candidates(20_000), 0.0)
    assert len(chosen.carried) <= 100
    assert chosen.threshold < 0.1


def test_rare_nodes_are_not_starved() -> None:
    """HUB-28: of each node that lit, at least one event is carried while the budget allows; its trace may be partial."""
    thinner = Thinner(200)
    for tick in range(100):
        rare = Candidate(5000, entry(f"r{tick}"), ("u-Rare",), kept=False)
        chosen = thinner.choose([*candidates(500, start=tick * 500), rare], tick / 20)
        assert any(one.index == 5000 for one in chosen.carried)
        assert 5000 in chosen.partial or share(rare.entry) < chosen.threshold


def test_kept_events_are_outside_the_budget() -> None:
    """HUB-16: followed and test events are always carried, and never partial for it."""
    chosen = Thinner(10).choose([*candidates(1000, kept=True)], 0.0)
    assert len(chosen.carried) == 1000
    assert chosen.partial == frozenset()


def test_a_trace_that_crosses_the_threshold_is_partial() -> None:
    """HUB-29: once the threshold rises again, traces that were cut say so."""
    thinner = Thinner(100)
    lowest = min(thinner.choose(candidates(500, start=tick * 500), tick / 20).threshold for tick in range(200))
    later = [thinner.choose(candidates(2, start=tick * 2), 10 + tick / 20) for tick in range(1600)]
    assert later[-1].threshold == 1.0
    for chosen in later:
        for one in chosen.carried:
            assert (one.index in chosen.partial) == (share(one.entry) >= lowest)
