"""State of views that serverless deployments publish through a provider."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from dagnet_realtime.model.frame import RelayCounts
from dagnet_realtime.model.protocol import RELAY_GRACE_SECONDS, RELAY_LEASE_SECONDS
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.storage import LeasedState, RelayState, StateUpdate
from dagnet_realtime.stores.redis_connection import RedisConnection

STATE_TTL_MS = 600_000  # ms for which posts outlive the last word of anybody who has a seat
MOST_SEATS = 2_000  # of one channel
INITIAL_GRACE_MS = round(RELAY_GRACE_SECONDS * 1000)
LEASE_MS = round(RELAY_LEASE_SECONDS * 1000)

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(RelayState)


class RedisRelayState:
    """Implements `Posts`; all keys of one channel share its hash tag."""

    def __init__(self, calls: RedisConnection) -> None:
        self._calls = calls

    async def active_views(self, channel: Channel) -> list[str]:
        """The views of a channel in which anybody has a seat."""
        found: Sequence[bytes] = await self._calls.call("HKEYS", self._keys(channel)[1])
        return sorted({key.decode().partition(" ")[0] for key in found})

    async def touch_subscriber(
        self, channel: Channel, view: str, session: str, first: RelayState, grace: int
    ) -> LeasedState:
        """Confirms a session's seat; beyond the bound of seats nobody new is let in, and is not counted."""
        given = (
            view,
            session,
            _ENCODER.encode(first),
            STATE_TTL_MS,
            MOST_SEATS,
            grace,
            INITIAL_GRACE_MS,
        )
        return _held(await self._calls.script("seat", self._keys(channel), given))

    async def acquire(
        self, channel: Channel, view: str, holder: str, seconds: float
    ) -> LeasedState | None:
        """The post for this holder alone; None where another one has it, who is told that there is more to do."""
        answer = await self._calls.script(
            "take", self._keys(channel), (view, holder, round(seconds * 1000))
        )
        return None if answer is None else _held(answer)

    async def commit(
        self, channel: Channel, view: str, holder: str, given: StateUpdate, *, more: bool
    ) -> bool:
        """Keeps what has become of the post; a holder whose time was over keeps nothing but what it spent."""
        gone = [part for seat in given.gone.items() for part in seat]
        spent = (given.spent.published, given.spent.delivered, given.spent.failed)
        words = (view, holder, _ENCODER.encode(given.state), LEASE_MS if more else 0, *spent, *gone)
        return bool(await self._calls.script("give", self._keys(channel), words))

    def _keys(self, channel: Channel) -> tuple[str, str, str]:
        tag = f"{{{self._calls.target.prefix}:{channel}}}:relay"
        return (tag, f"{tag}:seats", f"{tag}:ledger")


def _held(answer: Sequence[Any]) -> LeasedState:
    post, now, seats, ledger, awaited = answer
    return LeasedState(
        _DECODER.decode(post),
        int(now),
        {id.decode(): int(at) for id, at in zip(seats[::2], seats[1::2], strict=True)},
        RelayCounts(**{name.decode(): int(count) for name, count in _pairs(ledger).items()}),
        int(awaited or 0),
    )


def _pairs(found: Any) -> Mapping[bytes, bytes]:
    """What HGETALL inside a script answers: a flat list."""
    return dict(zip(found[::2], found[1::2], strict=True))
