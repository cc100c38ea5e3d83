"""The state of `tail` since it began to watch, and how a terminal shows it."""

from collections import Counter, deque
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dagnet_realtime.model.frame import (
    Batch,
    Change,
    Close,
    Company,
    Forget,
    Frame,
    FrameEvent,
    Gap,
    Heartbeat,
    Hello,
)

if TYPE_CHECKING:
    from rich.console import Group

SHOWN = 200
"""Events kept for drawing."""

NAMES = 500
"""Unmapped names counted each for itself."""


class TailState:
    """Counts by node, unmapped names and the last events; `apply` is the only writer."""

    def __init__(self, labels: Mapping[str, str], title: str) -> None:
        self.labels = labels
        self.title = title
        self.counts: Counter[str] = Counter()
        self.unmapped: Counter[str] = Counter()
        self.events: deque[FrameEvent] = deque(maxlen=SHOWN)
        self.state = "connecting"

    def apply(self, frame: Frame | None) -> list[str]:
        """Applies a frame (None: the connection was lost) and returns its lines for a pipe."""
        match frame:
            case None:
                self.state = "reconnecting"
                return ["# reconnecting"]
            case Hello():
                self.state = "live"
                return [f"# live since {frame.started_at}"]
            case Batch():
                self.state = "live"
                self.counts.update(frame.counts)
                for name, count in frame.unmapped.items():
                    self.unmapped[
                        name if name in self.unmapped or len(self.unmapped) < NAMES else "other"
                    ] += count
                self.events.extend(frame.events)
                return [self.line(event) for event in frame.events]
            case Gap():
                missed = "an unknown number of" if frame.missed is None else str(frame.missed)
                return [f"# missed {missed} events: {frame.reason}"]
            case Change():
                return ["# the graph or the policy has changed"]
            case Forget():
                tokens = set(frame.tokens)
                kept = [
                    event
                    for event in self.events
                    if tokens.isdisjoint(trace.token for trace in event.traces)
                ]
                self.events = deque(kept, maxlen=SHOWN)
                return ["# a person is forgotten"]
            case Heartbeat():
                self.state = "live"
                return []
            case Company():  # people who watch are no part of what happens
                return []
            case Close():
                self.state = "ended"
                return [f"# the server says goodbye: {frame.reason}"]

    def line(self, event: FrameEvent) -> str:
        """One event in one line: time, name, nodes, trace, properties."""
        nodes = ", ".join(self.labels.get(node, node) for node in event.nodes) or "unmapped"
        trace = event.traces[0].token if event.traces else "-"
        properties = " ".join(f"{key}={value}" for key, value in event.properties.items())
        return printable(
            f"{event.arrived_at[11:23]}  {event.name:<24}  {nodes:<20}  {trace:<14}  {properties}"
        )

    def render(self, height: int) -> "Group":
        """The live view: nodes with their counts beside the last events."""
        from rich.columns import Columns
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        total, unmapped = sum(self.counts.values()), sum(self.unmapped.values())
        head = Text(
            f" {self.state.upper()} ", style="bold green" if self.state == "live" else "bold red"
        )
        head.append(f"  {self.title}   {total:,} lit   {unmapped:,} unmapped", style="default")
        nodes = Table("node", "events", box=None, pad_edge=False)
        for node, label in self.labels.items():
            nodes.add_row(
                printable(label),
                f"{self.counts[node]:,}" if self.counts[node] else "–",
                style=None if self.counts[node] else "dim",
            )
        events = Table("last events", box=None, pad_edge=False)
        for event in list(self.events)[-max(3, height - 6) :][::-1]:
            events.add_row(
                Text(
                    self.line(event),
                    overflow="ellipsis",
                    no_wrap=True,
                    style="default" if event.nodes else "magenta",
                )
            )
        return Group(head, Columns([nodes, events], padding=(0, 4)))


def printable(text: str) -> str:
    """`text` without control characters."""
    return "".join(letter if letter.isprintable() else "·" for letter in text)
