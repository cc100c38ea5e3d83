"""A stream of records in partitions, read from chosen offsets; and how processes share the
partitions.

Nothing of a stream is ever written: no group, no committed offset, no topic.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import msgspec

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.stream import Partition, Record
from dagnet_realtime.model.workspace import Source

LEASE_SECONDS = 10.0  # for which a process owns partitions without coming back


class Fetched(msgspec.Struct, frozen=True):
    """What one read brought.

    `positions` are where each assigned partition goes on: no number of records follows from them,
    since offsets have holes. `ends` are the ends last heard of, and `silent` how many seconds ago
    that was. `broken` says why a partition cannot be read where it stands; it is read no further
    until a `seek`.
    """

    records: tuple[Record, ...] = ()
    positions: Mapping[Partition, int] = {}
    ends: Mapping[Partition, int] = {}
    silent: Mapping[Partition, float] = {}
    broken: Mapping[Partition, Problem] = {}


class Stream(Protocol):
    """A connection to a stream. Every method raises `Problem` if the stream cannot be reached or
    refuses us.
    """

    async def partitions(self) -> frozenset[Partition]:
        """The partitions of the topics as they are now; of a topic that is not there none."""
        ...

    async def ends(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        """The offsets that the next records will have. A partition without a leader is left out."""
        ...

    async def assign(self, positions: Mapping[Partition, int]) -> None:
        """Reads exactly these partitions from here on, none if there are none.

        A partition that was assigned goes on where it stands; another begins at its position.
        """
        ...

    async def read(self, limit: int, wait: float) -> Fetched:
        """At most `limit` records of the assigned partitions, each partition's in order. Waits up
        to `wait` seconds for the first.
        """
        ...

    async def seek(self, partition: Partition, offset: int) -> None:
        """Goes on at `offset`; nothing if the partition is not assigned."""
        ...

    async def close(self) -> None:
        """Ends the connection."""
        ...


class Checkpoint(msgspec.Struct, frozen=True, array_like=True):
    """Where a partition's reader stands, and what can be said of it.

    `epoch` is the life of the log that it reads for. `lag` (seconds) and `behind` (records at most)
    are as of the note, `fetched_at` is when the stream last answered (ms since 1970).
    """

    epoch: str
    offset: int
    lag: float = 0.0
    behind: int = 0
    fetched_at: int = 0
    read: int = 0
    refused: Mapping[str, int] = {}
    others: int = 0
    jumps: int = 0
    trouble: str = ""


class PartitionOwner(msgspec.Struct, frozen=True):
    """One partition, its reader and its last checkpoint. `owner` is "" if it has none."""

    owner: str
    checkpoint: Checkpoint | None


class PartitionLeases(Protocol):
    """Which process reads which partitions of a source; each partition has one owner at a time.

    `process` names this process to operators. One that does not come back for `LEASE_SECONDS` loses
    what it owns. Every method raises `Problem("unavailable")` if the store cannot be reached.
    """

    process: str

    async def began(self, source: Source, epoch: str) -> Mapping[str, int] | None:
        """How many partitions each topic had when the log's epoch began; None if that is not
        recorded.
        """
        ...

    async def begin(
        self, source: Source, epoch: str, ends: Mapping[Partition, int], counts: Mapping[str, int]
    ) -> None:
        """Keeps where `epoch` begins, unless another process has or that life is over."""
        ...

    async def renew(
        self,
        source: Source,
        epoch: str,
        notes: Mapping[Partition, Checkpoint],
        partitions: Sequence[Partition],
    ) -> dict[Partition, Checkpoint | None] | None:
        """Keeps `notes`, and says which of `partitions` this process is to read, each with its last
        note of `epoch`.

        A partition that is not in the answer must not be read on. None if that life of the log is
        over.
        """
        ...

    async def release(
        self, source: Source, epoch: str, notes: Mapping[Partition, Checkpoint]
    ) -> None:
        """Keeps `notes` and gives every partition back."""
        ...

    async def owners(self, source: Source) -> dict[Partition, PartitionOwner]:
        """Every partition that is known, for operators."""
        ...
