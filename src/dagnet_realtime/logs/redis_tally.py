"""The doors' ledgers where every request may have a process of its own: what it counted is added up in Redis before it answers."""

import msgspec

from dagnet_realtime.logs.redis_calls import Calls
from dagnet_realtime.logs.redis_doors import added
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.ledger import Door
from dagnet_realtime.ports.doors import Doors

NOBODY = "request"  # under which no process tells counts of its own
SILENT = 60_000  # ms after which a process that lives counts as gone, as everywhere

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(dict[str, Door])


class RedisTally:
    """Implements `SharedDoors`. `own` are the ledgers of this request."""

    def __init__(self, calls: Calls, own: Doors) -> None:
        self._calls = calls
        self._own = own
        self._sums: dict[Channel, dict[str, Door]] = {}

    def __call__(self, channel: Channel) -> dict[str, Door]:
        """The sums as last heard."""
        return self._sums.get(channel) or self._own(channel)

    async def fresh(self, channel: Channel) -> None:
        """Hears the sums."""
        answer = None
        while answer is None:
            answer = await self._calls.script("doors", (self._key(channel),), (NOBODY, b"{}", SILENT))
        total: dict[str, Door] = {}
        for counts in answer:
            added(total, _DECODER.decode(counts))
        self._sums[channel] = total

    async def tell(self, channel: Channel) -> None:
        """Adds what this request counted; once, at its end."""
        counted = {id: door for id, door in self._own(channel).items() if door.received}
        if counted:
            await self._calls.script("tally", (self._key(channel),), (_ENCODER.encode(counted),))

    def _key(self, channel: Channel) -> str:
        return f"{{{self._calls.target.prefix}:{channel}}}:doors"
