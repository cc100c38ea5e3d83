"""Leases on the partitions of a stream in Redis: which process reads which, and up to where."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from dagnet_realtime.model.stream import Partition
from dagnet_realtime.model.workspace import Source
from dagnet_realtime.ports.stream import LEASE_SECONDS, Checkpoint, PartitionOwner
from dagnet_realtime.stores.redis_connection import RedisConnection

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Checkpoint)


class RedisPartitionLeases:
    """Implements `PartitionLeases`.

    `process` names this process to operators; without a renewal its leases last `seconds`.
    """

    def __init__(
        self, connection: RedisConnection, process: str, seconds: float = LEASE_SECONDS
    ) -> None:
        self._connection = connection
        self.process = process
        self._ms = round(seconds * 1000)

    async def began(self, source: Source, epoch: str) -> Mapping[str, int] | None:
        """As the port says."""
        stored = _pairs(await self._connection.call("HGETALL", self._keys(source)[4]))
        if stored.get("@epoch") != epoch.encode():
            return None
        return {field[1:]: int(value) for field, value in stored.items() if field.startswith("#")}

    async def begin(
        self, source: Source, epoch: str, ends: Mapping[Partition, int], counts: Mapping[str, int]
    ) -> None:
        """As the port says."""
        arguments: list[str | bytes | int] = [epoch]
        for topic, number in counts.items():
            arguments += (f"#{topic}", number)
        for partition, end in ends.items():
            arguments += (str(partition), _ENCODER.encode(Checkpoint(epoch, end)))
        await self._script("partitions_start", source, arguments)

    async def renew(
        self,
        source: Source,
        epoch: str,
        notes: Mapping[Partition, Checkpoint],
        partitions: Sequence[Partition],
    ) -> dict[Partition, Checkpoint | None] | None:
        """As the port says."""
        arguments: list[str | bytes | int] = [
            self.process,
            self._ms,
            epoch,
            len(notes),
            *_note_arguments(notes),
            *map(str, partitions),
        ]
        answer = await self._script("partitions_renew", source, arguments)
        if answer is None:
            return None
        return {
            _partition(part): _DECODER.decode(note) if note else None
            for part, note in zip(answer[::2], answer[1::2], strict=True)
        }

    async def release(
        self, source: Source, epoch: str, notes: Mapping[Partition, Checkpoint]
    ) -> None:
        """As the port says."""
        await self._script(
            "partitions_release", source, [self.process, epoch, *_note_arguments(notes)]
        )

    async def owners(self, source: Source) -> dict[Partition, PartitionOwner]:
        """As the port says."""
        alive, owners, places = await self._script("partitions_owners", source, ())
        readers, notes = _pairs(owners), _pairs(places)
        partitions = {}
        for name in sorted({field for field in notes if field[:1] not in "@#"} | readers.keys()):
            reader = readers.get(name, b"")
            note = notes.get(name)
            partitions[_partition(name.encode())] = PartitionOwner(
                reader.decode() if reader in alive else "", _DECODER.decode(note) if note else None
            )
        return partitions

    async def _script(
        self, name: str, source: Source, arguments: Sequence[str | bytes | int]
    ) -> Any:
        return await self._connection.script(name, self._keys(source), arguments)

    def _keys(self, source: Source) -> tuple[str, ...]:
        tag = f"{{{self._connection.target.prefix}:{source.channel}}}"
        own = f"{tag}:stream:{source.id}"
        return (f"{tag}:state", f"{tag}:leases", f"{own}:members", f"{own}:owners", f"{own}:places")


def _note_arguments(notes: Mapping[Partition, Checkpoint]) -> list[str | bytes | int]:
    arguments: list[str | bytes | int] = []
    for partition, note in notes.items():
        arguments += (str(partition), _ENCODER.encode(note))
    return arguments


def _pairs(answer: Any) -> dict[str, bytes]:
    """A hash in either form in which the client returns it: a mapping or a flat list."""
    pairs = (
        answer.items() if isinstance(answer, dict) else zip(answer[::2], answer[1::2], strict=True)
    )
    return {field.decode(): value for field, value in pairs}


def _partition(text: bytes) -> Partition:
    topic, _, number = text.decode().rpartition("/")
    return Partition(topic, int(number))
