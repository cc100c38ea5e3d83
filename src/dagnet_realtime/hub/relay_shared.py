"""Relay publishing of processes that share a store: each may authorise and publish every view.

A view has one channel at the provider for all processes, because its state is in the store
(`RelayPublisher`). Every process waits for entries of the channels that are watched through a
relay; the first to lease a view publishes it. So a page may ask another process each time, and if a
process dies, the others go on within seconds from the position up to which it had published.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.relay_channel import REFRESH_MS, WEBHOOK_REFRESH_MS
from dagnet_realtime.hub.relay_manager import RelaySubscription, verify_webhook
from dagnet_realtime.hub.relay_publisher import RelayPublisher
from dagnet_realtime.model.event import Position
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.relay import Relay
from dagnet_realtime.ports.storage import LeasedState, ReadGap, RelayStateStore

IDLE_SECONDS = 1.0  # between two checks of a channel with nothing to publish
WAIT_SECONDS = 2.0  # for an entry, before heartbeats and subscribers are checked again
LIVE_SECONDS = 1.0  # for which a list of active sessions is used
MAX_SUBSCRIBED = 20_000  # sessions that this process has authorised and confirms


class SharedRelayManager:
    """Implements `RelayManager`. `relays` are by channel.

    `ledgers` count what this process published; the sum over processes is what was published.
    """

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
        """The session's subscription; raises `Problem("not_found")` if its channel has no relay."""
        subscription = await self._publisher.subscription(session)
        self._remember_subscriber(session)
        return subscription

    async def authorise(
        self, session: WatchSession, channel: str, socket_id: str
    ) -> dict[str, str]:
        """The signature for the session's own channel; see `RelayManager.authorise`."""
        signature = await self._publisher.authorise(session, channel, socket_id)
        self._remember_subscriber(session)
        # so that entries from here on are published, even if this process waits for others
        await self._advance(session.channel, REFRESH_MS)
        return signature

    async def confirm(self, session: WatchSession) -> None:
        """Confirms the session, if this process has authorised it."""
        if self._subscribed_views.get(session.id) == self._publisher.view_name(session):
            await self._publisher.confirm(session)

    async def dismiss(self, session_id: str) -> None:
        """Confirms the session no more, so that it is out when its last confirmation is too old."""
        self._subscribed_views.pop(session_id, None)

    async def on_provider_webhook(
        self, channel: Channel, key: str, signature: str, body: bytes
    ) -> None:
        """Asks about the channel's views, unless that was done in the last two seconds."""
        verify_webhook(self._relays, channel, key, signature, body)
        self._live.pop(channel, None)
        await self._advance(channel, WEBHOOK_REFRESH_MS)

    async def run(self) -> None:
        """Publishes new entries of every channel until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for channel in self._relays:
                tasks.create_task(self._publish(channel))

    async def sweep(self) -> None:
        """Checks once who may watch, and who is subscribed. Failures of the store are ignored."""
        self._live.clear()
        for channel in self._relays:
            await self._advance(channel, REFRESH_MS)

    def close(self) -> None:
        """Stops publishing; other processes go on."""
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
            leases = await self._advance(channel, REFRESH_MS)
            at = _furthest_behind(leases)
            self._wake[channel].clear()
            if at is None:
                await self._idle(channel, IDLE_SECONDS)
            elif not await self._await_entries(channel, at):
                continue
            await self._clock.sleep(every)

    async def _advance(self, channel: Channel, refresh_ms: int) -> dict[str, LeasedState | None]:
        """The state of each of the channel's views, by view; empty if the store cannot be
        reached.
        """
        if self._closed:
            return {}
        try:
            views = await self._relay_states.active_views(channel)
            live = await self._live_sessions(channel) if views else {}
            await self._rotate_changed(channel, views, live)
            return await self._publisher.publish_views(channel, views, live, refresh_ms)
        except Problem:
            return {}

    async def _rotate_changed(
        self, channel: Channel, views: list[str], live: Mapping[str, WatchSession]
    ) -> None:
        """Announces views that no session has any more, since files or the policy have changed
        here.
        """
        current = frozenset(self._publisher.view_name(session) for session in live.values())
        if gone := (self._published_views.get(channel, frozenset()) - current) & set(views):
            left = {self._subscribed_views.get(id) for id in live}
            for view in gone & left:
                await self._publisher.announce_rotation(channel, view)
        self._published_views[channel] = current

    async def _live_sessions(self, channel: Channel) -> dict[str, WatchSession]:
        now = self._clock.monotonic()
        until, live = self._live.get(channel, (0.0, {}))
        if until <= now:
            live = await self._publisher.live_sessions(channel)
            self._live[channel] = (now + LIVE_SECONDS, live)
        return live

    async def _await_entries(self, channel: Channel, at: Position) -> bool:
        """Whether an entry comes after `at` within `WAIT_SECONDS`."""
        try:
            slice_ = await self._log.read(channel, at, 1, WAIT_SECONDS)
        except Problem:
            await self._idle(channel, IDLE_SECONDS)
            return False
        return isinstance(slice_, ReadGap) or bool(slice_.entries)

    async def _idle(self, channel: Channel, seconds: float) -> None:
        """Waits for so long, or until a session is authorised here."""
        sleep = asyncio.ensure_future(self._clock.sleep(seconds))
        woken = asyncio.ensure_future(self._wake[channel].wait())
        try:
            await asyncio.wait((sleep, woken), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            woken.cancel()


def _furthest_behind(leases: Mapping[str, LeasedState | None]) -> Position | None:
    """The least position up to which a view was published, of those that may be published now."""
    positions: list[Position] = []
    for lease in leases.values():
        if lease is None or lease.state.idle or lease.state.backoff_until > lease.now:
            continue
        position = Position.parse(lease.state.cursor)
        if position is not None:
            positions.append(position)
    return min(positions, key=lambda at: (at.epoch, at.offset), default=None)
