"""Graphs of odd shapes behave in a real Chromium: what is counted, followed and drawn on them."""

import re

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.odd import LARGE
from tests.e2e.traces import Stage, event, figure, row, steps


def test_cycles_loops_parallel_edges_and_branches(context: BrowserContext, stage: Stage) -> None:
    """TRC-2, TRC-4, TRC-5: a trace goes round cycles and loops, and takes the likelier edge or the
    branch that fits.
    """
    page = stage.enter(context, "odd")
    stage.send(
        *[
            event(name, "round", 35 - 5 * n)
            for n, name in enumerate(("a", "b", "b", "a", "b", "both", "e"))
        ]
    )
    row(page, "converted at Node E").click()
    assert steps(page) == [(str(n), f"Node {name}", "") for n, name in enumerate("ABBABCE", 1)]
    expect(page.locator(".chips").first).to_contain_text("Converted in 30.0 s")
    page.locator(".step-open", has_text="Node C").click()
    expect(page.locator(".step-detail")).to_contain_text(
        "It reached Node C and Node D; the likeliest was taken."
    )
    page.locator(".react-flow__node", has_text="Node A").click()
    ways = page.locator(".way-row")
    ways.first.wait_for()
    assert ways.all_inner_texts()[:2] == [
        "Node B\n0 of 1 · 0%\ngraph 20%",
        "Node B\n1 of 1 · 100%\ngraph 70%",
    ]
    ways.first.click()
    expect(page.get_by_role("tabpanel")).to_contain_text(
        "a likelier edge joins the same two nodes, and goes are counted there"
    )
    page.get_by_role("button", name=re.compile("^Coverage: 5 of 5")).click()
    expect(page.locator(".coverage-lists")).to_contain_text("5 of 6 edges seen")


def test_a_graph_without_any_event_says_so(context: BrowserContext, stage: Stage) -> None:
    """TRC-1: nothing can light; events are counted, their traces stand nowhere, and no coverage is claimed."""
    page = stage.enter(context, "silent")
    stage.send(event("whatever", "nobody", 1))
    expect(row(page, "nowhere yet")).to_be_visible()
    row(page, "nowhere yet").click()
    assert steps(page) == [("?", "whatever", "")]
    expect(page.locator(".react-flow__node")).to_have_count(2)
    expect(page.get_by_role("button", name=re.compile("^Coverage"))).to_have_count(0)


@pytest.mark.proof
def test_a_thousand_nodes_are_followed_and_found(context: BrowserContext, stage: Stage) -> None:
    """TRC-28: a trace on a large graph is followed, a far node is brought into view, and coverage
    counts all.
    """
    page = stage.enter(context, "large")
    stage.send(*[event(f"large_{25 * n}", "far", 20 - n / 2) for n in range(40)])
    row(page, f"at Node L{LARGE - 25}").click()
    assert len(steps(page)) == 40
    expect(page.locator(".following-token")).to_have_count(1)
    page.get_by_role("button", name=re.compile("^Coverage: 40 of 1,000")).click()
    expect(page.locator(".coverage-lists")).to_contain_text("39 of 1,911 edges seen")
    page.get_by_role("button", name="Node L1", exact=True).click()
    page.keyboard.press("Escape")
    assert figure(page, "so far") == "0"
    expect(page.locator(".react-flow__node.selected")).to_have_count(1)
