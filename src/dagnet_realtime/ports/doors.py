"""The doors' ledgers as viewers are told them."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.ledger import Door

Doors = Callable[[Channel], dict[str, Door]]
"""The ledgers of a channel's sources, by source id."""


@runtime_checkable
class SharedDoors(Protocol):
    """Ledgers that are summed over several processes, as of a moment ago."""

    def __call__(self, channel: Channel) -> dict[str, Door]:
        """The sums as last heard."""
        ...

    async def fresh(self, channel: Channel) -> None:
        """Hears the sums anew, so that a viewer who comes from another process is told no less than there."""
        ...
