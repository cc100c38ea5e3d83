"""Relay state in memory, on a test's clock; `tests/stores/test_redis_relay_state.py` holds Redis to the same contract."""

import msgspec

from dagnet_realtime.model.frame import RelayCounts
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import LeasedState, RelayState, StateUpdate

FIRST = 15_000


class MemoryRelayStates:
    """Implements `RelayStateStore`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.posts: dict[str, RelayState] = {}
        self.seats: dict[str, dict[str, int]] = {}
        self.holders: dict[str, tuple[str, int]] = {}
        self.ledger = RelayCounts()
        self._more: set[str] = set()
        self._awaited: dict[str, int] = {}

    async def active_views(self, channel: Channel) -> list[str]:
        return sorted(view for view, seats in self.seats.items() if seats)

    async def touch_subscriber(
        self, channel: Channel, view: str, session: str, first: RelayState, grace: int
    ) -> LeasedState:
        if view not in self.posts:
            self.posts[view], grace = first, FIRST
        if grace:
            self._awaited[view] = self._clock.now() + grace
        self.seats.setdefault(view, {})[session] = self._clock.now()
        return self._held(view)

    async def acquire(
        self, channel: Channel, view: str, holder: str, seconds: float
    ) -> LeasedState | None:
        if view not in self.posts:
            return None
        if view in self.holders and self.holders[view][1] > self._clock.now():
            self._more.add(view)
            return None
        self._more.discard(view)
        self.holders[view] = (holder, self._clock.now() + round(seconds * 1000))
        return self._held(view)

    async def commit(
        self, channel: Channel, view: str, holder: str, given: StateUpdate, *, more: bool
    ) -> bool:
        for name in RelayCounts.__struct_fields__:
            setattr(self.ledger, name, getattr(self.ledger, name) + getattr(given.spent, name))
        if self.holders.get(view, ("", 0))[0] != holder:
            return False
        self.posts[view] = given.state
        for session, at in given.gone.items():
            if self.seats[view].get(session) == at:
                del self.seats[view][session]
        if more and view in self._more:
            self._more.discard(view)
            return True
        del self.holders[view]
        return False

    def _held(self, view: str) -> LeasedState:
        ledger = msgspec.structs.replace(self.ledger)
        return LeasedState(
            self.posts[view],
            self._clock.now(),
            dict(self.seats.get(view, {})),
            ledger,
            self._awaited.get(view, 0),
        )
