"""`/metrics` in Prometheus' format: sources, views, viewers, relays, streams and connections.

Labels come from the configuration, never from people.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.ingest import Intake
from dagnet_realtime.hub.stats import LAG_BUCKETS, ChannelStats, ViewCounters
from dagnet_realtime.model.frame import IngestCounters
from dagnet_realtime.model.workspace import Channel, Workspace
from dagnet_realtime.web.connection_stats import CUT, ConnectionStats

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

PREFIX = "dagnet_realtime_"
_WHERE = ["workspace", "env"]


class MetricsCollector:
    """Collects the metrics of `workspaces` when they are requested.

    `traffic` is None if there are no connections to count.
    """

    def __init__(
        self,
        hub: Hub,
        intake: Intake,
        workspaces: Sequence[Workspace],
        traffic: ConnectionStats | None,
    ) -> None:
        self._hub = hub
        self._intake = intake
        self._workspaces = {one.channel: one for one in workspaces}
        self._traffic = traffic

    def collect(self) -> Iterator["Metric"]:
        """The metrics as they are at this moment."""
        measures = {
            channel: one
            for channel, one in self._hub.stats().items()
            if channel in self._workspaces
        }
        yield self._events()
        yield from self._views(measures)
        yield from self._viewers(measures)
        yield self._relayed()
        yield from self._streams()
        yield from self._connections()

    def _events(self) -> "Metric":
        doors = (
            (channel, source, door)
            for channel in self._workspaces
            for source, door in self._intake.ingest_counters(channel).items()
        )
        return _counter(
            "events",
            "Events received, by where they went.",
            ["source", "outcome"],
            (
                (channel, [source, outcome], count)
                for channel, source, door in doors
                for outcome, count in _outcomes(door)
            ),
        )

    def _views(self, measures: Mapping[Channel, ChannelStats]) -> Iterator["Metric"]:
        from prometheus_client.core import HistogramMetricFamily

        of = ("carried", "thinned", "sampled_out", "filtered", "forgotten")
        shown = (
            (channel, [outcome], getattr(one.counters, outcome))
            for channel, one in measures.items()
            for outcome in of
        )
        yield _counter(
            "view_events",
            "Events in the frames of each view: all are counted, these were carried or not.",
            ["outcome"],
            shown,
        )
        gaps = (
            (channel, [reason], count)
            for channel, one in measures.items()
            for reason, count in sorted(one.counters.gaps.items())
        )
        yield _counter("gaps", "Gaps that viewers were told.", ["reason"], gaps)
        lag = HistogramMetricFamily(
            f"{PREFIX}lag_seconds",
            "Age of a frame's oldest event when the frame was made.",
            labels=_WHERE,
        )
        for channel, one in measures.items():
            lag.add_metric(
                [channel.workspace, channel.env], _buckets(one.counters), one.counters.lag_sum
            )
        yield lag

    def _viewers(self, measures: Mapping[Channel, ChannelStats]) -> Iterator["Metric"]:
        each = measures.items()
        yield _gauge(
            "viewers",
            "Viewers attached to this process.",
            _WHERE,
            ((channel, one.viewers) for channel, one in each),
        )
        yield _gauge(
            "sessions",
            "Watch sessions that this process serves.",
            _WHERE,
            ((channel, one.sessions) for channel, one in each),
        )
        yield _gauge(
            "backlog_entries",
            "Entries that the viewer furthest behind has still to be told.",
            _WHERE,
            ((at, one.backlog) for at, one in each),
        )
        most = ((channel, self._workspaces[channel].policy.log_entries) for channel in measures)
        yield _gauge(
            "backlog_limit_entries",
            "Entries that a log keeps; a viewer further behind gets a gap.",
            _WHERE,
            most,
        )
        yield _gauge(
            "ring_bytes",
            "Frames kept for viewers that are a little behind.",
            _WHERE,
            ((at, one.ring_bytes) for at, one in each),
        )

    def _streams(self) -> Iterator["Metric"]:
        """The partitions that this process reads: of the others their owners tell."""
        readers = [
            reader for channel in self._workspaces for reader in self._hub.streams.of(channel)
        ]
        if not readers:
            return
        each = [
            (reader.source.channel, [reader.source.id, part.topic, str(part.number)], place)
            for reader in readers
            for part, place in sorted(reader.checkpoints().items())
        ]
        where = ["source", "topic", "partition"]
        troubled = (
            (reader.source.channel, [reader.source.id], int(bool(reader.trouble)))
            for reader in readers
        )
        yield _labelled_gauge(
            "stream_trouble",
            "1 if a stream cannot be read; the log says why.",
            ["source"],
            troubled,
        )
        yield _labelled_gauge(
            "stream_owner",
            "1 for each partition that this process reads.",
            [*where, "process"],
            (
                (reader.source.channel, [reader.source.id, part.topic, str(part.number), name], 1)
                for reader in readers
                for name in [reader.process]
                for part in sorted(reader.checkpoints())
            ),
        )
        for name, says, field, unit in (
            (
                "stream_lag_seconds",
                "How long the oldest record that is not read has been there.",
                "lag",
                1,
            ),
            (
                "stream_lag_records",
                "Offsets between where reading stands and the end, holes included.",
                "behind",
                1,
            ),
            (
                "stream_fetched_timestamp_seconds",
                "When the broker last answered.",
                "fetched_at",
                1000,
            ),
        ):
            yield _labelled_gauge(
                name,
                says,
                where,
                (
                    (channel, labels, getattr(place, field) / unit)
                    for channel, labels, place in each
                ),
            )
        for name, says, field in (
            ("stream_records", "Records read, since Realtime was switched on.", "read"),
            ("stream_gaps", "Times that records were left unread.", "jumps"),
            ("stream_others", "Events of other sources in the topic.", "others"),
        ):
            yield _counter(
                name,
                says,
                where,
                ((channel, labels, getattr(place, field)) for channel, labels, place in each),
            )
        refused = (
            (channel, [*labels, code], count)
            for channel, labels, place in each
            for code, count in sorted(place.refused.items())
        )
        yield _counter(
            "stream_refused",
            "Records and events that were refused, by why.",
            [*where, "code"],
            refused,
        )

    def _relayed(self) -> "Metric":
        """Counts messages, since that is what providers bill."""
        shown = (
            (channel, ledger)
            for channel, ledger in self._hub.relay_manager.ledgers.items()
            if channel in self._workspaces
        )
        each = (
            (channel, [name], getattr(ledger, name))
            for channel, ledger in shown
            for name in ledger.__struct_fields__
        )
        return _counter("relay_messages", "Messages through a provider.", ["outcome"], each)

    def _connections(self) -> Iterator["Metric"]:
        from prometheus_client.core import CounterMetricFamily

        traffic = self._traffic
        if traffic is None:
            return
        yield _gauge("connections", "Open connections of this process.", [], [(None, traffic.open)])
        yield _gauge(
            "connections_limit",
            "Connections that this process may have.",
            [],
            [(None, traffic.limit)],
        )
        cut = CounterMetricFamily(
            f"{PREFIX}connections_cut", "Connections that were cut, by what for.", labels=["reason"]
        )
        for reason in CUT:
            cut.add_metric([reason], getattr(traffic, reason))
        yield cut


def _counter(
    name: str,
    says: str,
    labels: Sequence[str],
    each: Iterable[tuple[Channel, Sequence[str], float]],
) -> "Metric":
    from prometheus_client.core import CounterMetricFamily

    metric = CounterMetricFamily(PREFIX + name, says, labels=[*_WHERE, *labels])
    for channel, more, value in each:
        metric.add_metric([channel.workspace, channel.env, *more], value)
    return metric


def _gauge(
    name: str, says: str, labels: Sequence[str], each: Iterable[tuple[Channel | None, float]]
) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    metric = GaugeMetricFamily(PREFIX + name, says, labels=labels)
    for channel, value in each:
        metric.add_metric([] if channel is None else [channel.workspace, channel.env], value)
    return metric


def _labelled_gauge(
    name: str,
    says: str,
    labels: Sequence[str],
    each: Iterable[tuple[Channel, Sequence[str], float]],
) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    metric = GaugeMetricFamily(PREFIX + name, says, labels=[*_WHERE, *labels])
    for channel, more, value in each:
        metric.add_metric([channel.workspace, channel.env, *more], value)
    return metric


def _buckets(counters: ViewCounters) -> list[tuple[str, float]]:
    return list(zip([*map(str, LAG_BUCKETS), "+Inf"], accumulate(counters.lags), strict=True))


def _outcomes(door: IngestCounters) -> list[tuple[str, int]]:
    refused = [(f"refused_{code}", count) for code, count in sorted(door.refused.items())]
    return [
        ("taken", door.taken),
        ("duplicate", door.duplicate),
        ("unwatched", door.unwatched),
        ("rate_limited", door.rate_limited),
        *refused,
    ]
