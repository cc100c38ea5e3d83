"""One view on its way to a provider: its frames merged, made to fit, and published while somebody is subscribed."""

from collections.abc import Sequence

import msgspec

from dagnet_realtime.core.fitting import fitted
from dagnet_realtime.core.merging import merged
from dagnet_realtime.hub.feed import Feed
from dagnet_realtime.hub.mailing import letters, named, pause, rest, room
from dagnet_realtime.hub.sent import Sent
from dagnet_realtime.hub.shared import SharedView
from dagnet_realtime.model.fit import Fit
from dagnet_realtime.model.frame import Batch, Beat, Frame
from dagnet_realtime.model.ledger import RelayLedger
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.relay import Message, Relay

GRACE_SECONDS = 15.0  # between a signature and the subscription that the provider can tell of
PROBE_SECONDS = 2.0
MOST_FRAMES = 200  # taken in one publication


class Station:
    """The only publisher of its channel, whose name nobody can guess. `admitted` are the sessions that may be subscribed to it."""

    def __init__(self, feed: Feed, shared: SharedView, relay: Relay, key: bytes, ledger: RelayLedger, clock: Clock) -> None:
        self.feed = feed
        self.shared = shared
        self.relay = relay
        self.admitted: set[str] = set()
        self.subscribers: int | None = 0
        self.channel = ""
        self._key = key
        self._ledger = ledger
        self._clock = clock
        self._fit = Fit()
        self._number = shared.ring.end
        self._awaited = float("-inf")
        self._rests_until = float("-inf")
        self._looked_at = float("-inf")
        self._failures = 0
        self._name()

    @property
    def publishing(self) -> bool:
        """Whether the provider takes what is published, as far as anybody knows."""
        return self._clock.monotonic() >= self._rests_until

    @property
    def stale(self) -> bool:
        """Whether it is so long since the provider was asked that it may be asked again out of turn."""
        return self._clock.monotonic() - self._looked_at >= PROBE_SECONDS

    @property
    def watched(self) -> bool:
        """Whether somebody is subscribed, or was let in a moment ago."""
        return self.subscribers != 0 or self._clock.monotonic() < self._awaited

    def expect(self, session_id: str) -> None:
        """Somebody was let in and is about to subscribe."""
        self.admitted.add(session_id)
        self._awaited = self._clock.monotonic() + GRACE_SECONDS

    async def run(self) -> None:
        """Publishes until it is cancelled; a provider that fails is left alone for a while, longer each time."""
        while True:
            frames = self._news()
            if not frames:
                await self.shared.ring.wait()
                continue
            messages = self._messages(frames) if self.watched and self.publishing else []
            if messages:
                await self._publish(messages)
            await self._clock.sleep(pause(self.relay.terms, len(messages)))

    async def turn(self, staying: set[str]) -> None:
        """Goes on in a channel of another name, which only those who may still watch learn: they are told to ask for it."""
        old = self.channel
        self._name()
        self.admitted = staying
        if self.watched and self.publishing:
            await self._publish([Message(old, "turn", b"{}")])
        self.subscribers = 0
        self._awaited = self._clock.monotonic() + GRACE_SECONDS

    async def look(self) -> None:
        """Asks the provider who is subscribed; where it does not say, the sessions that were let in count as subscribed."""
        self._looked_at = self._clock.monotonic()
        try:
            self.subscribers = await self.relay.subscribers(self.channel)
        except Problem:
            self.subscribers = None
            return
        self._rests_until = self._clock.monotonic()

    async def probe(self) -> None:
        """Looks whether a provider that failed is back, for somebody who asks to be let in; not more often than makes sense."""
        if not self.publishing and self.stale:
            await self.look()

    def _name(self) -> None:
        key = self.shared.key
        self.channel = named(self.relay.terms, self._key, str(self.feed.channel), key.graph, key.filter, key.role, key.policy)

    def _news(self) -> list[Sent]:
        """The frames since the last look; what the ring has dropped, viewers fetch."""
        ring = self.shared.ring
        if ring.has_lost(self._number):
            self._number = ring.first
        found: list[Sent] = []
        while len(found) < MOST_FRAMES and (frame := ring.get(self._number)) is not None:
            self._number += 1
            found.append(frame)
        return found

    def _messages(self, frames: Sequence[Sent]) -> list[Message]:
        terms, at = self.relay.terms, self._clock.monotonic()
        messages: list[Message] = []
        for frame in folded(frames):
            if isinstance(frame, Batch):
                frame, self._fit = fitted(frame, self._fit, room(terms), self.feed.follows, at)
            messages += letters(frame, self.channel, terms)
        return messages

    async def _publish(self, messages: list[Message]) -> None:
        try:
            billed = await self.relay.publish(messages)
        except Problem:
            self._ledger.failed += len(messages)
            self._rests_until = self._clock.monotonic() + rest(self._failures)
            self._failures += 1
        else:
            self._failures = 0
            self._ledger.published += billed
            self._ledger.delivered += billed * (self.subscribers or len(self.admitted))


def folded(frames: Sequence[Sent]) -> list[Frame]:
    """The frames with neighbouring batches merged; of beats only the last, at the end of it all."""
    found: list[Frame] = []
    run: list[Batch] = []
    beat: Beat | None = None
    for one in frames:
        match one.frame:
            case Beat():
                beat = one.frame
            case Batch():
                run.append(one.frame)
            case other:
                found += [merged(run)] if run else []
                found.append(other)
                run = []
    found += [merged(run)] if run else []
    if beat is not None:
        found.append(msgspec.structs.replace(beat, position=frames[-1].position))
    return found
