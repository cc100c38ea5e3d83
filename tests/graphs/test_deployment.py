"""Graphs of a deployment that changes, breaks and vanishes while sessions watch, and what it may
answer.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dagnet_realtime.core.dagnet.decode import FileUnreadable
from dagnet_realtime.graphs.deployment import (
    RETRY_SECONDS,
    DeploymentClient,
    DeploymentSource,
    Graph,
    parse_graph_response,
)
from dagnet_realtime.graphs.source import GraphSources
from dagnet_realtime.model.workspace import Deployment
from tests.support.deployment import Dagnet, Fault, dagnet


def graph(label: str) -> dict[str, object]:
    return {"nodes": [{"uuid": "n", "label": label, "event_id": "e"}], "edges": []}


@pytest.fixture
def served() -> Iterator[Dagnet]:
    with dagnet() as served:
        served.graphs = {"a": graph("A"), "b": graph("B")}
        yield served


def deployment(served: Dagnet, *names: str, interval: float = 60.0) -> Deployment:
    return Deployment(url=served.url, names=names, interval=interval)


def place_of(
    served: Dagnet,
    *names: str,
    folder: Path | None = None,
    interval: float = 60.0,
    **more: Callable[[], float],
) -> DeploymentSource:
    asked = deployment(served, *names, interval=interval)
    return DeploymentSource(
        asked, folder, asking=DeploymentClient(asked, 30.0), **more
    )  # a busy machine takes its time


def told(place: DeploymentSource) -> dict[str, str]:
    return {error.file: error.text for error in place.catalogue.errors}


def test_what_breaks_keeps_its_last_good_content_and_is_said(served: Dagnet) -> None:
    """GRA-21: broken from the start is an error; broken later keeps what was; healed says nothing."""
    place = place_of(served, "a", "b")
    served.faults["b"] = b'{"success": true, "data": {"sha": "1", "content": []}}'
    place.load()
    assert set(place.catalogue.graphs) == {"a"}
    assert "last good" not in told(place)["graphs/b.json"]
    served.faults = {}
    place.load()
    assert set(place.catalogue.graphs) == {"a", "b"}
    assert told(place) == {}
    faults: tuple[Fault, ...] = (500, b"<html>", "closed", "elsewhere")
    for fault in faults:
        served.fault = fault
        place.load()
        assert {one.nodes[0].label for one in place.catalogue.graphs.values()} == {"A", "B"}
        assert all(
            text.endswith("the last good version is still in use") for text in told(place).values()
        )
        assert len(told(place)) == 2


def test_nothing_is_parsed_anew_without_a_change(served: Dagnet) -> None:
    """GRA-21: the catalogue is the same value."""
    place = place_of(served, "a")
    place.load()
    before = place.catalogue
    place.load()
    assert place.catalogue is before


def test_a_graph_that_vanishes_is_gone_while_another_is_there(served: Dagnet) -> None:
    """GRA-14: a graph is gone if others are still served; if all are missing, the deployment is at
    fault, and all stay.
    """
    place = place_of(served, "a", "b", "never")
    place.load()
    assert "no such graph" in told(place)["graphs/never.json"]
    kept = served.graphs.pop("b")
    for _ in range(2):
        place.load()
        assert set(place.catalogue.graphs) == {"a"}
        assert "is gone" in told(place)["graphs/b.json"]
    served.graphs.clear()
    place.load()
    assert set(place.catalogue.graphs) == {"a"}
    assert "last good" in told(place)["graphs/a.json"]
    served.graphs = {"a": graph("again"), "b": kept}
    place.load()
    assert set(told(place)) == {"graphs/never.json"}
    assert place.catalogue.graphs["a"].nodes[0].label == "again"


def test_definitions_come_from_files_beside(served: Dagnet, tmp_path: Path) -> None:
    """GRA-20: a deployment gives none; without a folder the event id is the name."""
    alone = place_of(served, "a")
    alone.load()
    assert alone.catalogue.graphs["a"].listens[0].names == ("e",)
    for folder in ("events", "graphs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "graphs/other.json").write_text('{"nodes": []}')
    (tmp_path / "events/e.yaml").write_text("provider_event_names: {segment: Bought}")
    beside = place_of(served, "a", folder=tmp_path)
    beside.load()
    assert set(beside.catalogue.graphs) == {"a"}
    assert beside.catalogue.graphs["a"].listens[0].names == ("Bought",)
    (tmp_path / "events/e.yaml").write_text("provider_event_names: {segment: Purchased}")
    beside.load()
    assert beside.catalogue.graphs["a"].listens[0].names == ("Purchased",)
    tmp_path.rename(tmp_path.with_name("away"))
    for _ in range(2):
        beside.load()
        assert beside.catalogue.graphs["a"].listens[0].names == ("Purchased",)
        assert "last good" in told(beside)["events"]
    tmp_path.with_name("away").rename(tmp_path)
    beside.load()
    assert told(beside) == {}


def test_who_does_not_follow_asks_again_after_the_interval_and_sooner_without_a_graph(
    served: Dagnet,
) -> None:
    """GRA-21: a graph is due after its interval, and sooner if it never came, also on a clock that
    is set back.
    """
    now = 1000.0
    place = place_of(served, "a", now=lambda: now)
    assert place.is_stale
    served.fault = 500
    place.load()
    assert not place.is_stale
    now += RETRY_SECONDS
    assert place.is_stale
    served.fault = None
    place.load()
    now += 59.0
    assert not place.is_stale
    now += 1.0
    assert place.is_stale
    now = 10.0
    assert place.is_stale


async def test_a_change_is_heard_while_serving(served: Dagnet) -> None:
    """GRA-21: a deployment is asked at its interval, and a change is reported."""
    place = place_of(served, "a", interval=0.05)
    async with GraphSources({"w": place}).load() as graphs:
        changes = graphs.changes()
        served.graphs["a"] = graph("changed")
        async with asyncio.timeout(30):
            assert await anext(changes) == "w"
        assert graphs.catalogue("w").graphs["a"].nodes[0].label == "changed"
        served.fault = 500
        async with asyncio.timeout(30):
            await anext(changes)
        assert "answers 500" in graphs.catalogue("w").errors[0].text


def test_a_graph_comes_in_an_envelope_or_bare() -> None:
    """GRA-20: a graph is read from DagNet's envelope, and bare as `raw=1` gives it."""
    assert parse_graph_response(
        b'{"success": true, "data": {"sha": "s", "content": {"nodes": []}}}'
    ) == Graph(b'{"nodes": []}', "s")
    assert parse_graph_response(b'{"nodes": []}') == Graph(b'{"nodes": []}')


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "other than a graph"),
        (b"<!doctype html>", "other than a graph"),
        (b'{"nodes": [', "other than a graph"),
        (b"[1]", "other than a graph"),
        (b'{"success": "yes", "data": {}}', "other than a graph"),
        (b'{"success": true, "data": {"sha": 3, "content": {}}}', "other than a graph"),
        (b'{"success": true, "data": {"sha": "s"}}', "other than a graph"),
        (b'{"success": true}', "it failed"),
        (b'{"success": false, "data": {"content": {}}}', "it failed"),
        (b'{"success": true, "data": ' + b"[" * 200_000, "(too deeply|no graph)"),
    ],
)
def test_an_answer_that_is_no_graph_is_refused_with_its_reason(body: bytes, why: str) -> None:
    """GRA-21: a broken, cut, foreign or endlessly nested answer is refused with its reason."""
    with pytest.raises(FileUnreadable, match=why):
        parse_graph_response(body)
