"""A source that reads a stream: its settings, its partitions, and the records in them."""

from typing import Literal

import msgspec

from dagnet_realtime.model.access import Secret

Security = Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


class Partition(msgspec.Struct, frozen=True, order=True):
    """One partition of one topic: the unit that is ordered, and that one process reads."""

    topic: str
    number: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.number}"


class Record(msgspec.Struct, frozen=True, gc=False):
    """One record as the stream holds it. `timestamp` (ms since 1970) is its producer's clock or its
    broker's, and may be wrong by days. `value` is None for a tombstone.
    """

    partition: Partition
    offset: int
    value: bytes | None
    timestamp: int | None = None
    headers: tuple[tuple[str, bytes], ...] = ()

    def __repr__(self) -> str:
        return f"Record({self.partition}@{self.offset})"


class Only(msgspec.Struct, frozen=True):
    """Which events of a topic belong to a source: those with any of these write keys or source ids.

    All of them if both are empty.
    """

    write_keys: frozenset[str] = frozenset()
    source_ids: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.write_keys or self.source_ids)

    def __repr__(self) -> str:
        return f"Only({len(self.write_keys)} write keys, {sorted(self.source_ids)})"


class StreamSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a source of kind `kafka` reads, and how.

    `shape` is "auto", "event", "batch" or a JSON pointer to the event. A reader that is more than
    `behind` seconds behind goes on at the end. `ca`, `certificate` and `key` are PEM files.
    """

    servers: tuple[str, ...]
    topics: tuple[str, ...]
    shape: str = "auto"
    only: Only = Only()
    behind: float = 10.0
    security: Security = "plaintext"
    mechanism: Mechanism = "PLAIN"
    username: Secret | None = None
    password: Secret | None = None
    ca: str = ""
    certificate: str = ""
    key: str = ""
