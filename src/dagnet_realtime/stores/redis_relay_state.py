"""State of relay views in Redis: who publishes a view, up to where, and to whom.

Used if no single process owns a view: by serverless deployments, and by several workers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from dagnet_realtime.model.frame import RelayCounts
from dagnet_realtime.model.protocol import RELAY_GRACE_SECONDS, RELAY_LEASE_SECONDS
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.storage import LeasedState, RelayState, StateUpdate
from dagnet_realtime.stores.redis_connection import RedisConnection

STATE_TTL_MS = 600_000  # after the last subscriber was confirmed
MAX_SUBSCRIBERS = 2_000  # of one channel
# in which the first subscriber of a new view is expected
INITIAL_GRACE_MS = round(RELAY_GRACE_SECONDS * 1000)
# by which a lease is prolonged if there is more to publish
LEASE_MS = round(RELAY_LEASE_SECONDS * 1000)

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(RelayState)


class RedisRelayState:
    """Implements `RelayStateStore`; all keys of one channel share its hash tag."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection

    async def active_views(self, channel: Channel) -> list[str]:
        """The views of a channel that have subscribers."""
        fields: Sequence[bytes] = await self._connection.call("HKEYS", self._keys(channel)[1])
        return sorted({key.decode().partition(" ")[0] for key in fields})

    async def touch_subscriber(
        self, channel: Channel, view: str, session: str, first: RelayState, grace: int
    ) -> LeasedState:
        """Confirms a session as a subscriber of `view`; `first` is the state of a new view.

        For `grace` ms a subscriber is expected. Beyond `MAX_SUBSCRIBERS` new ones are not counted.
        """
        arguments = (
            view,
            session,
            _ENCODER.encode(first),
            STATE_TTL_MS,
            MAX_SUBSCRIBERS,
            grace,
            INITIAL_GRACE_MS,
        )
        answer = await self._connection.script("touch_subscriber", self._keys(channel), arguments)
        return _decode(answer)

    async def acquire(
        self, channel: Channel, view: str, holder: str, seconds: float
    ) -> LeasedState | None:
        """Leases the state to `holder`; None if another holder has it.

        That one learns that there is more to publish.
        """
        answer = await self._connection.script(
            "acquire_state", self._keys(channel), (view, holder, round(seconds * 1000))
        )
        return None if answer is None else _decode(answer)

    async def commit(
        self, channel: Channel, view: str, holder: str, update: StateUpdate, *, more: bool
    ) -> bool:
        """Stores what `holder` has changed; returns whether it keeps the lease.

        If its lease has lapsed only its counts are added.
        """
        gone = [part for subscriber in update.gone.items() for part in subscriber]
        spent = (update.spent.published, update.spent.delivered, update.spent.failed)
        prolonged = LEASE_MS if more else 0
        arguments = (view, holder, _ENCODER.encode(update.state), prolonged, *spent, *gone)
        return bool(await self._connection.script("commit_state", self._keys(channel), arguments))

    def _keys(self, channel: Channel) -> tuple[str, str, str]:
        tag = f"{{{self._connection.target.prefix}:{channel}}}:relay"
        return (tag, f"{tag}:seats", f"{tag}:ledger")


def _decode(answer: Sequence[Any]) -> LeasedState:
    state, now, subscribers, ledger, awaited = answer
    return LeasedState(
        _DECODER.decode(state),
        int(now),
        {id.decode(): int(at) for id, at in zip(subscribers[::2], subscribers[1::2], strict=True)},
        RelayCounts(**{name.decode(): int(count) for name, count in _pairs(ledger).items()}),
        int(awaited or 0),
    )


def _pairs(flat: Any) -> Mapping[bytes, bytes]:
    """A mapping from the flat list that HGETALL returns inside a script."""
    return dict(zip(flat[::2], flat[1::2], strict=True))
