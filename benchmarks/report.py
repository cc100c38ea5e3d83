"""One figure, its baseline and their ratio, in words and as a table."""

import statistics
import sys
from collections.abc import Callable, Sequence

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """`ours` and `baseline` in `unit`; `goal` says in words what is wanted and `met` whether it is."""

    name: str
    unit: str
    ours: float
    baseline: float | None
    baseline_name: str
    goal: str
    met: bool | None

    @property
    def ratio(self) -> float | None:
        """Ours as a share of the baseline."""
        return self.ours / self.baseline if self.baseline else None

    def sentence(self) -> str:
        """The figure in one line."""
        ratio = f"  ratio {self.ratio:.2f}" if self.ratio is not None else ""
        beside = (
            f"  beside {self.baseline:,.1f} ({self.baseline_name})"
            if self.baseline is not None
            else ""
        )
        verdict = {True: "  met", False: "  MISSED", None: ""}[self.met]
        return (
            f"{self.name}: {self.ours:,.1f} {self.unit}{beside}{ratio}  goal: {self.goal}{verdict}"
        )


def say(text: str) -> None:
    """Prints at once, so that a long run shows where it is."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def median_of(runs: int, measure: Callable[[], float]) -> float:
    """The median of several runs; single ones are noise."""
    return statistics.median(measure() for _ in range(runs))


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    rows = ["| What | Ours | Baseline | Ratio | Goal | |", "|---|---|---|---|---|---|"]
    for figure in figures:
        beside = (
            "—" if figure.baseline is None else f"{figure.baseline:,.1f} ({figure.baseline_name})"
        )
        ratio = "—" if figure.ratio is None else f"{figure.ratio:.2f}"
        verdict = {True: "met", False: "missed", None: ""}[figure.met]
        rows.append(
            f"| {figure.name} | {figure.ours:,.1f} {figure.unit} | {beside} | {ratio} | {figure.goal} | {verdict} |"
        )
    return "\n".join(rows) + "\n"
