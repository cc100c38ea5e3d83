"""Posts in memory that keep the port's promises, on a test's clock; `tests/logs/test_redis_posts.py` holds Redis to the same."""

import msgspec

from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.ledger import RelayLedger
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.posts import Given, Held, Post

FIRST = 15_000


class MemoryPosts:
    """Implements `Posts`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.posts: dict[str, Post] = {}
        self.seats: dict[str, dict[str, int]] = {}
        self.holders: dict[str, tuple[str, int]] = {}
        self.ledger = RelayLedger()
        self._more: set[str] = set()
        self._awaited: dict[str, int] = {}

    async def views(self, channel: Channel) -> list[str]:
        return sorted(view for view, seats in self.seats.items() if seats)

    async def seat(self, channel: Channel, view: str, session: str, first: Post, grace: int) -> Held:
        if view not in self.posts:
            self.posts[view], grace = first, FIRST
        if grace:
            self._awaited[view] = self._clock.now() + grace
        self.seats.setdefault(view, {})[session] = self._clock.now()
        return self._held(view)

    async def take(self, channel: Channel, view: str, holder: str, seconds: float) -> Held | None:
        if view not in self.posts:
            return None
        if view in self.holders and self.holders[view][1] > self._clock.now():
            self._more.add(view)
            return None
        self._more.discard(view)
        self.holders[view] = (holder, self._clock.now() + round(seconds * 1000))
        return self._held(view)

    async def give(self, channel: Channel, view: str, holder: str, given: Given, *, more: bool) -> bool:
        for name in RelayLedger.__struct_fields__:
            setattr(self.ledger, name, getattr(self.ledger, name) + getattr(given.spent, name))
        if self.holders.get(view, ("", 0))[0] != holder:
            return False
        self.posts[view] = given.post
        for session, at in given.gone.items():
            if self.seats[view].get(session) == at:
                del self.seats[view][session]
        if more and view in self._more:
            self._more.discard(view)
            return True
        del self.holders[view]
        return False

    def _held(self, view: str) -> Held:
        ledger = msgspec.structs.replace(self.ledger)
        return Held(self.posts[view], self._clock.now(), dict(self.seats.get(view, {})), ledger, self._awaited.get(view, 0))
