"""What the processes hold, seen from outside at intervals: resident memory and open files."""

import time
from collections import defaultdict
from collections.abc import Sequence

import msgspec
import psutil

from tests.faults.town import House


class Sample(msgspec.Struct, frozen=True):
    """Seconds since the start, resident megabytes, open files."""

    at: float
    memory: float
    files: int


class Witness:
    """Samples by process; one that was started again is another process."""

    def __init__(self, houses: Sequence[House]) -> None:
        self.samples: dict[tuple[str, int], list[Sample]] = defaultdict(list)
        self._houses = houses
        self._began = time.monotonic()

    def look(self) -> None:
        for house in self._houses:
            try:
                found = psutil.Process(house.program.pid)
                sample = Sample(
                    time.monotonic() - self._began, found.memory_info().rss / 1e6, found.num_fds()
                )
            except psutil.Error:
                continue  # it is being killed or started
            self.samples[house.name, found.pid].append(sample)

    def growth(self, name: str) -> tuple[float, float]:
        """Resident megabytes of the process that lived longest under this name: the median of its second quarter, and of its last."""
        longest = max(
            (samples for (house, _), samples in self.samples.items() if house == name), key=len
        )
        quarter = max(1, len(longest) // 4)
        return _median([one.memory for one in longest[quarter : 2 * quarter]]), _median(
            [one.memory for one in longest[-quarter:]]
        )

    def files(self, name: str) -> int:
        """The most files that any process of this name had open."""
        return max(
            one.files
            for (house, _), samples in self.samples.items()
            if house == name
            for one in samples
        )


def _median(numbers: list[float]) -> float:
    return sorted(numbers)[len(numbers) // 2]
