"""One request's work on one view that a provider carries: what it holds, what it has spent, and how long it may go on."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from dagnet_realtime.hub.mailing import letters, pause, rest
from dagnet_realtime.model.frame import Frame
from dagnet_realtime.model.ledger import RelayLedger
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.posts import Given, Held
from dagnet_realtime.ports.relay import Message, Relay

BOUND = 2.0  # seconds of one request for everything that it does for the provider
CONFIRMED_MS = 24_000  # within which whoever was let in must have asked again, with their permission checked; pages ask every 8 s


class Trip:
    """Held from `began` (monotonic seconds) for `BOUND` seconds. `post` is as it has become; `seats` are those that count."""

    def __init__(self, relay: Relay, held: Held, began: float, clock: Clock) -> None:
        self.relay = relay
        self.post = held.post
        self.seats = held.seats
        self.gone: dict[str, int] = {}
        self.total = RelayLedger()
        self._spent = RelayLedger()
        self._held = held
        self._began = began
        self._clock = clock

    @property
    def now(self) -> int:
        """Milliseconds since 1970 by the store's clock."""
        return self._held.now + round((self._clock.monotonic() - self._began) * 1000)

    @property
    def left(self) -> float:
        """Seconds."""
        return max(0.0, self._began + BOUND - self._clock.monotonic())

    @property
    def watched(self) -> bool:
        """Whether somebody who may is subscribed, or was let in a moment ago."""
        return bool(self.seats) and (self.post.subscribers != 0 or self.now < max(self.post.awaited_until, self._held.awaited_until))

    def confirm(self, live: Mapping[str, WatchSession]) -> None:
        """Of the seats only those count whose session lives and has asked of late."""
        kept = {id: at for id, at in self.seats.items() if id in live and self.now - at <= CONFIRMED_MS}
        self.gone |= {id: at for id, at in self.seats.items() if id not in kept}
        self.seats = kept

    def change(self, **fields: object) -> None:
        """Notes what has become of the post."""
        self.post = msgspec.structs.replace(self.post, **fields)

    def given(self) -> Given:
        """What is to be kept of it, once."""
        given = Given(self.post, self._spent, self.gone)
        self._spent, self.gone = RelayLedger(), {}
        return given

    async def look(self) -> None:
        """Asks who is subscribed."""
        self.change(looked_at=self.now)
        try:
            async with asyncio.timeout(self.left):
                subscribers = await self.relay.subscribers(self.post.channel)
        except (Problem, TimeoutError):
            self.change(subscribers=None)
        else:
            self.change(subscribers=subscribers, rests_until=0)

    async def publish(self, frames: Sequence[Frame]) -> bool:
        """Whether the provider took them."""
        return await self.send([letter for frame in frames for letter in letters(frame, self.post.channel, self.relay.terms)])

    async def send(self, messages: Sequence[Message]) -> bool:
        """Whether the provider took them; one that fails is left alone for a while, by everybody."""
        try:
            async with asyncio.timeout(self.left):
                billed = await self.relay.publish(messages)
        except (Problem, TimeoutError):
            self._count(failed=len(messages))
            self.change(failures=self.post.failures + 1, rests_until=self.now + round(rest(self.post.failures) * 1000))
            return False
        self._count(published=billed, delivered=billed * (self.post.subscribers or len(self.seats)))
        self.change(failures=0, beaten_at=self.now, ready_at=self.now + round(pause(self.relay.terms, billed) * 1000))
        return True

    def _count(self, **more: int) -> None:
        for ledger in (self._spent, self.total):
            for name, count in more.items():
                setattr(ledger, name, getattr(ledger, name) + count)
