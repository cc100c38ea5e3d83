"""Statistics of one channel in one process, for metrics."""

from bisect import bisect_left

import msgspec

from dagnet_realtime.model.frame import FrameCounts

LAG_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds; a tick alone is 0.05


class ViewCounters(msgspec.Struct):
    """Counters since the process began.

    `carried` to `forgotten` are events of shared frames, `gaps` are gap frames of single viewers by
    reason. `lags` is a histogram of the age of each shared frame's oldest event, with the bounds of
    `LAG_BUCKETS` and one bucket beyond; `lag_sum` is in seconds.
    """

    carried: int = 0
    thinned: int = 0
    sampled_out: int = 0
    filtered: int = 0
    forgotten: int = 0
    gaps: dict[str, int] = msgspec.field(default_factory=dict)
    lags: list[int] = msgspec.field(default_factory=lambda: [0] * (len(LAG_BUCKETS) + 1))
    lag_sum: float = 0.0

    def frame(self, counts: FrameCounts) -> None:
        """Counts a shared frame."""
        self.carried += counts.carried
        self.thinned += counts.thinned
        self.sampled_out += counts.sampled_out
        self.filtered += counts.filtered
        self.forgotten += counts.forgotten

    def lag(self, seconds: float) -> None:
        """Counts the age of a tick's oldest event; clocks may differ, so a negative one is 0."""
        seconds = max(0.0, seconds)
        self.lags[bisect_left(LAG_BUCKETS, seconds)] += 1
        self.lag_sum += seconds

    def gap(self, reason: str) -> None:
        """Counts a gap frame."""
        self.gaps[reason] = self.gaps.get(reason, 0) + 1


class ChannelStats(msgspec.Struct):
    """The present state of a channel.

    `backlog` is the number of entries that the viewer furthest behind has still to get;
    `ring_bytes` is the size of all views' buffers.
    """

    counters: ViewCounters
    viewers: int = 0
    sessions: int = 0
    backlog: int = 0
    ring_bytes: int = 0
