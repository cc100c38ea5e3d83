"""Sign-outs in Redis, so that one holds at every process."""

from collections import OrderedDict

from dagnet_realtime.logs.redis_calls import Calls
from dagnet_realtime.ports.clock import Clock

MOST_ENDED = 10_000  # of a kind; beyond them the one that lapses soonest is forgotten
BELIEVED_SECONDS = 1.0  # for which Redis is not asked again about one sign-in
MOST_BELIEVED = 10_000


class RedisSignOuts:
    """Implements `SignOuts`. A sign-out is known here at once, and to every other process a second later."""

    def __init__(self, calls: Calls, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self._believed: OrderedDict[tuple[str, str], tuple[float, bool]] = OrderedDict()

    async def end(self, kind: str, id: str, until: int) -> bool:
        """As the port says."""
        first = await self._calls.script("sign_out", (self._key(kind),), (id, until, self._clock.now(), MOST_ENDED))
        self._believe(kind, id, ended=True)
        return bool(first == 1)

    async def ended(self, kind: str, id: str) -> bool:
        """As the port says."""
        at, told = self._believed.get((kind, id), (float("-inf"), False))
        if self._clock.monotonic() - at < BELIEVED_SECONDS:
            return told
        told = await self._calls.call("ZSCORE", self._key(kind), id) is not None
        self._believe(kind, id, ended=told)
        return told

    def _believe(self, kind: str, id: str, *, ended: bool) -> None:
        self._believed[kind, id] = (self._clock.monotonic(), ended)
        self._believed.move_to_end((kind, id))
        while len(self._believed) > MOST_BELIEVED:
            self._believed.popitem(last=False)

    def _key(self, kind: str) -> str:
        return f"{{{self._calls.target.prefix}:signed-out:{kind}}}"
