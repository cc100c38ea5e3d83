"""Relay publishing of a process that lives and shares its store with others: any of them may seat, sign for and publish any view.

A view has one channel at the provider, whichever process is asked, because its state is in the store (`Courier`). Every process waits for
news of the channels that anybody has a seat in, and the one that takes a view first publishes it. So a page may ask another process each
time, and when a process dies the others go on within seconds, from the position up to which it had published.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.relay_publisher import LOOK_MS, NOTICE_MS, RelayPublisher
from dagnet_realtime.hub.relay_stations import RelaySubscription, verify_webhook
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.relay import Relay
from dagnet_realtime.ports.storage import LeasedState, ReadGap, RelayStateStore

IDLE_SECONDS = 1.0  # between two looks at a channel that nothing is to be published of
WAIT_SECONDS = 2.0  # for news, before beats and subscribers are looked at again
LIVE_SECONDS = 1.0  # for which the sessions that live are known
MAX_SUBSCRIBED = (
    20_000  # sessions that this process remembers to have seated; as many as it may have
)


class SharedRelayManager:
    """Implements `Seating`. `relays` are by channel; `ledgers` count what this process published, so that those of all can be summed."""

    def __init__(
        self,
        context: HubContext,
        publisher: RelayPublisher,
        relay_states: RelayStateStore,
        relays: Mapping[Channel, Relay],
    ) -> None:
        self._publisher = publisher
        self._relay_states = relay_states
        self._log = context.log
        self._relays = relays
        self._clock = context.clock
        self._subscribed_views: OrderedDict[str, str] = OrderedDict()
        self._published_views: dict[Channel, frozenset[str]] = {}
        self._live: dict[Channel, tuple[float, dict[str, WatchSession]]] = {}
        self._wake = {channel: asyncio.Event() for channel in relays}
        self._closed = False
        self.ledgers = publisher.spent

    async def subscription(self, session: WatchSession) -> RelaySubscription:
        """The session's place; raises `Problem("not_found")` where the channel has no relay."""
        seat = await self._publisher.subscription(session)
        self._remember_subscriber(session)
        return seat

    async def authorise(
        self, session: WatchSession, channel: str, socket_id: str
    ) -> dict[str, str]:
        """The signature for the session's own channel, asked of whichever process; raises `Problem("forbidden")` for every other."""
        signed = await self._publisher.authorise(session, channel, socket_id)
        self._remember_subscriber(session)
        await self._advance(
            session.channel, LOOK_MS
        )  # what comes from here on is published, whatever this process waits for now
        return signed

    async def confirm(self, session: WatchSession) -> None:
        """Keeps the seat that the session was given here."""
        if self._subscribed_views.get(session.id) == self._publisher.view_name(session):
            await self._publisher.confirm(session)

    async def on_provider_webhook(
        self, channel: Channel, key: str, signature: str, body: bytes
    ) -> None:
        """Asks the provider about the channel's views, where that was not done in the last two seconds."""
        verify_webhook(self._relays, channel, key, signature, body)
        self._live.pop(channel, None)
        await self._advance(channel, NOTICE_MS)

    async def run(self) -> None:
        """Publishes what is new in every channel until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for channel in self._relays:
                tasks.create_task(self._publish(channel))

    async def sweep(self) -> None:
        """Looks once: who may watch, and who does. A store that is away is looked at in the next round."""
        self._live.clear()
        for channel in self._relays:
            await self._advance(channel, LOOK_MS)

    def close(self) -> None:
        """Publishes nothing more; other processes go on."""
        self._closed = True

    def _remember_subscriber(self, session: WatchSession) -> None:
        self._subscribed_views[session.id] = self._publisher.view_name(session)
        self._subscribed_views.move_to_end(session.id)
        while len(self._subscribed_views) > MAX_SUBSCRIBED:
            self._subscribed_views.popitem(last=False)
        self._live.pop(session.channel, None)
        self._wake[session.channel].set()

    async def _publish(self, channel: Channel) -> None:
        every = self._relays[channel].limits.every
        while not self._closed:
            held = await self._advance(channel, LOOK_MS)
            at = _furthest_behind(held)
            self._wake[channel].clear()
            if at is None:
                await self._idle(channel, IDLE_SECONDS)
            elif not await self._await_entries(channel, at):
                continue
            await self._clock.sleep(every)

    async def _advance(self, channel: Channel, looks: int) -> dict[str, LeasedState | None]:
        """How each of the channel's views stands now; none where the store is away."""
        if self._closed:
            return {}
        try:
            views = await self._relay_states.active_views(channel)
            live = await self._live_sessions(channel) if views else {}
            await self._rotate_changed(channel, views, live)
            return await self._publisher.publish_views(channel, views, live, looks)
        except Problem:
            return {}

    async def _rotate_changed(
        self, channel: Channel, views: list[str], live: Mapping[str, WatchSession]
    ) -> None:
        """Tells the subscribers of a view whose sessions see another since the graph's files, or the policy, have changed here."""
        seen = frozenset(self._publisher.view_name(session) for session in live.values())
        if gone := (self._published_views.get(channel, frozenset()) - seen) & set(views):
            moved = {self._subscribed_views.get(id) for id in live}
            for view in gone & moved:
                await self._publisher.announce_rotation(channel, view)
        self._published_views[channel] = seen

    async def _live_sessions(self, channel: Channel) -> dict[str, WatchSession]:
        now = self._clock.monotonic()
        until, live = self._live.get(channel, (0.0, {}))
        if until <= now:
            live = await self._publisher.live_sessions(channel)
            self._live[channel] = (now + LIVE_SECONDS, live)
        return live

    async def _await_entries(self, channel: Channel, at: Position) -> bool:
        """Whether there is anything after `at`, in a while."""
        try:
            found = await self._log.read(channel, at, 1, WAIT_SECONDS)
        except Problem:
            await self._idle(channel, IDLE_SECONDS)
            return False
        return isinstance(found, ReadGap) or bool(found.entries)

    async def _idle(self, channel: Channel, seconds: float) -> None:
        """For so long, or until somebody takes a seat here."""
        resting = asyncio.ensure_future(self._clock.sleep(seconds))
        stirred = asyncio.ensure_future(self._wake[channel].wait())
        try:
            await asyncio.wait((resting, stirred), return_when=asyncio.FIRST_COMPLETED)
        finally:
            resting.cancel()
            stirred.cancel()


def _furthest_behind(held: Mapping[str, LeasedState | None]) -> Position | None:
    """Up to where the view that is furthest behind was published, of those that something may be published of now; None without any."""
    found: list[Position] = []
    for one in held.values():
        if one is None or one.state.idle or one.state.backoff_until > one.now:
            continue
        at = Position.parse(one.state.cursor)
        if at is not None:
            found.append(at)
    return min(found, key=lambda at: (at.epoch, at.offset), default=None)
