"""Metrics as Prometheus reads them."""

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from dagnet_realtime.web.connection_stats import ConnectionStats
from tests.hub.stage import SHOP
from tests.support.entries import entry
from tests.support.server import serving, track
from tests.web.stage import WebStage

WHERE = {"workspace": "shop", "env": "prod"}
OURS = {
    "events", "view_events", "gaps", "lag_seconds", "viewers", "sessions", "backlog_entries", "backlog_limit_entries", "ring_bytes",
    "relay_messages", "connections", "connections_limit", "connections_cut",
}  # fmt: skip
OF_STREAMS = {
    "stream_trouble", "stream_owner", "stream_lag_seconds", "stream_lag_records", "stream_fetched_timestamp_seconds", "stream_records", "stream_refused",
    "stream_others", "stream_gaps",
}  # fmt: skip


async def scraped(stage: WebStage) -> dict[str, list[tuple[dict[str, str], float]]]:
    """The samples by name."""
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families((await stage.client.get("/metrics")).text):
        for sample in family.samples:
            found.setdefault(sample.name.removeprefix("dagnet_realtime_"), []).append(
                (sample.labels, sample.value)
            )
    return found


async def test_viewers_views_gaps_and_lag_are_measured() -> None:
    """CON-5: each channel has its viewers, and what views carried, left out and
    reported as gaps.
    """
    async with WebStage(connection_stats=ConnectionStats(limit=100, open=3, slow=2)) as stage:
        session = await stage.open()
        await stage.read(session)
        await stage.log.append(SHOP, [entry(f"m{number}", name="Home") for number in range(3)])
        await stage.clock.advance(0.2)
        await stage.read(session, after="another-life.7")
        await stage.clock.advance(0.2)
        found = await scraped(stage)
        assert (WHERE, 2) in found["viewers"]
        assert (WHERE, 1) in found["sessions"]
        assert (WHERE, 0) in found["backlog_entries"]
        assert ({**WHERE, "outcome": "carried"}, 3) in found["view_events_total"]
        assert ({**WHERE, "outcome": "thinned"}, 0) in found["view_events_total"]
        assert [value for _, value in found["gaps_total"]] == [1]
        assert (WHERE, 1) in found["lag_seconds_count"]
        assert found["connections"] == [({}, 3)]
        assert ({"reason": "slow"}, 2) in found["connections_cut_total"]


async def test_every_metric_is_documented() -> None:
    """CON-5, STR-24: each metric has one row; those of streams exist if a source reads one."""
    page = (Path(__file__).parents[2] / "docs/reference/metrics.md").read_text()
    rows = set(re.findall(r"^\| `dagnet_realtime_([a-z_]+?)(?:_total)?`", page, re.MULTILINE))
    assert rows == OURS | OF_STREAMS
    async with WebStage(connection_stats=ConnectionStats()) as stage:
        text = (await stage.client.get("/metrics")).text
        assert (
            set(re.findall(r"^# TYPE dagnet_realtime_([a-z_]+?)(?:_total)? ", text, re.MULTILINE))
            == OURS
        )


async def test_a_real_server_measures_its_doors_and_connections() -> None:
    """CON-5: events are counted by source as accepted, duplicate, unwatched or refused by code;
    connections with their limit.
    """
    async with serving() as served:
        await served.send(track("before"))
        await served.open()
        await served.send(track("one"))
        await served.send(track("one"))
        assert (await served.client.post("/segment/webhook/web", content=b"{}")).status_code == 401
        text = (await served.client.get("/metrics")).text
        for outcome in ("taken", "duplicate", "unwatched", "refused_unauthorized"):
            assert (
                f'dagnet_realtime_events_total{{env="test",outcome="{outcome}",source="web",workspace="shop"}} 1.0'
                in text
            )
        assert "dagnet_realtime_connections 1.0" in text
        assert "dagnet_realtime_connections_limit 1" in text
