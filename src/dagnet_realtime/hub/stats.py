"""What an operator can measure of one channel in one process."""

from bisect import bisect_left

import msgspec

from dagnet_realtime.model.frame import FrameCounts

LAG_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds; the tick alone is 0.05


class ViewCounters(msgspec.Struct):
    """Sums that only grow, since the process began. `carried` and so on are of the frames that viewers share, `gaps` of each viewer's own.

    `lags` counts shared frames by the age of their oldest event: at most as many seconds as `LAGS` has in that place, the last more.
    """

    carried: int = 0
    thinned: int = 0
    sampled_out: int = 0
    filtered: int = 0
    forgotten: int = 0
    gaps: dict[str, int] = msgspec.field(default_factory=dict)
    lags: list[int] = msgspec.field(default_factory=lambda: [0] * (len(LAG_BUCKETS) + 1))
    lag_sum: float = 0.0

    def frame(self, ledger: FrameCounts) -> None:
        """A shared frame went out."""
        self.carried += ledger.carried
        self.thinned += ledger.thinned
        self.sampled_out += ledger.sampled_out
        self.filtered += ledger.filtered
        self.forgotten += ledger.forgotten

    def lag(self, seconds: float) -> None:
        """So old was the oldest event of a tick; clocks of several processes may differ, so less than nothing is nothing."""
        seconds = max(0.0, seconds)
        self.lags[bisect_left(LAG_BUCKETS, seconds)] += 1
        self.lag_sum += seconds

    def gap(self, reason: str) -> None:
        """A viewer was told that it missed something."""
        self.gaps[reason] = self.gaps.get(reason, 0) + 1


class ChannelStats(msgspec.Struct):
    """How things stand. `backlog` is how many entries the viewer furthest behind has still to be told, `ring_bytes` of all views."""

    counters: ViewCounters
    viewers: int = 0
    sessions: int = 0
    backlog: int = 0
    ring_bytes: int = 0
