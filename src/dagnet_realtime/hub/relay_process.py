"""Relay publishing of a process that is alone with its store: frames of its own feeds.

Each view that is watched through a relay has a `ViewPublisher`, which reads the view's frame buffer
as a viewer would. What goes wrong at the provider is not repeated: pages fetch what they missed.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

import msgspec

from dagnet_realtime.core.batching import limit_size, merge_batches
from dagnet_realtime.hub.broadcast import BroadcastView, EncodedFrame, ViewKey
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed import Feed
from dagnet_realtime.hub.feed_registry import FeedRegistry
from dagnet_realtime.hub.relay_channel import (
    GRACE_MS,
    REFRESH_MS,
    WEBHOOK_REFRESH_MS,
    RelayChannel,
    channel_name_key,
    new_channel_name,
    payload_budget,
    publish_interval,
    require_own_channel,
    to_messages,
)
from dagnet_realtime.hub.relay_manager import RelaySubscription, find_relay, verify_webhook
from dagnet_realtime.hub.sessions import presence_for
from dagnet_realtime.model.frame import Batch, Frame, Heartbeat, RelayCounts, ThinningState
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.relay import Message, Relay
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import LeasedState, RelayState

MAX_FRAMES = 200  # of one publication


class ViewPublisher(RelayChannel):
    """Publishes one shared view of a feed; the only publisher of its channel."""

    def __init__(
        self,
        feed: Feed,
        shared: BroadcastView,
        relay: Relay,
        key: bytes,
        ledger: RelayCounts,
        clock: Clock,
    ) -> None:
        self.feed = feed
        self.shared = shared
        self._key = key
        self._thinning = ThinningState()
        self._sequence = shared.buffer.end
        state = RelayState(channel=self._new_name(relay))
        super().__init__(relay, LeasedState(state, clock.now(), {}, RelayCounts()), clock, ledger)

    @property
    def can_refresh(self) -> bool:
        """Whether the provider may be asked out of turn: it was not asked a moment ago."""
        return self.now - self.state.last_queried_at >= WEBHOOK_REFRESH_MS

    def allow(self, session_id: str) -> None:
        """The session may be subscribed."""
        self.subscribers[session_id] = self.now

    def await_subscriber(self, session_id: str) -> None:
        """The session was authorised and is about to subscribe."""
        self.allow(session_id)
        self.update(expecting_until=self.now + GRACE_MS)

    async def run(self) -> None:
        """Publishes until it is cancelled. Frames that come while we back off are left out."""
        while True:
            frames = self._pending_frames()
            if not frames:
                await self.shared.buffer.wait()
                continue
            wanted = self.has_subscribers and not self.backing_off
            messages = self._messages(frames) if wanted else []
            if messages:
                await self.send(messages)
            await self._clock.sleep(publish_interval(self.relay.limits, len(messages)))

    async def retain(self, staying: set[str]) -> None:
        """Only sessions of `staying` may still watch: the channel goes on under another name."""
        self.subscribers = {id: at for id, at in self.subscribers.items() if id in staying}
        await self.rotate(self._new_name(self.relay))

    async def check_health(self) -> None:
        """Asks a provider that failed whether it is back, since a page asks for it."""
        if self.backing_off and self.can_refresh:
            await self.refresh_subscribers()

    def _new_name(self, relay: Relay) -> str:
        view = self.shared.key
        return new_channel_name(
            relay.limits,
            self._key,
            str(self.feed.channel),
            view.graph,
            view.filter,
            view.role,
            view.policy,
        )

    def _pending_frames(self) -> list[EncodedFrame]:
        """The frames since the last call. Pages fetch those that the buffer has dropped."""
        buffer = self.shared.buffer
        if buffer.is_evicted(self._sequence):
            self._sequence = buffer.first
        frames: list[EncodedFrame] = []
        while len(frames) < MAX_FRAMES and (frame := buffer.get(self._sequence)) is not None:
            self._sequence += 1
            frames.append(frame)
        return frames

    def _messages(self, frames: Sequence[EncodedFrame]) -> list[Message]:
        limits, at = self.relay.limits, self._clock.monotonic()
        messages: list[Message] = []
        for frame in coalesce_frames(frames):
            if isinstance(frame, Batch):
                frame, self._thinning = limit_size(
                    frame, self._thinning, payload_budget(limits), self.feed.follows, at
                )
            messages += to_messages(frame, self.state.channel, limits)
        return messages


def coalesce_frames(frames: Sequence[EncodedFrame]) -> list[Frame]:
    """The frames with neighbouring batches merged; of heartbeats only the last, at the end."""
    coalesced: list[Frame] = []
    batches: list[Batch] = []
    heartbeat: Heartbeat | None = None
    for one in frames:
        match one.frame:
            case Heartbeat():
                heartbeat = one.frame
            case Batch():
                batches.append(one.frame)
            case other:
                coalesced += [merge_batches(batches)] if batches else []
                coalesced.append(other)
                batches = []
    coalesced += [merge_batches(batches)] if batches else []
    if heartbeat is not None:
        coalesced.append(msgspec.structs.replace(heartbeat, position=frames[-1].position))
    return coalesced


class ProcessRelayManager:
    """Implements `RelayManager` with one `ViewPublisher` a view. `relays` are by channel.

    A session that was authorised is trusted until it ends or is dismissed.
    """

    def __init__(
        self,
        context: HubContext,
        feeds: FeedRegistry,
        relays: Mapping[Channel, Relay],
    ) -> None:
        self._feeds = feeds
        self._sessions = context.sessions
        self._relays = relays
        self._clock = context.clock
        self._tasks = context.tasks
        self._hidden_followers = context.hidden_followers
        self._closed = False
        self._publishers: dict[
            tuple[Channel, ViewKey], tuple[ViewPublisher, asyncio.Task[None]]
        ] = {}
        self.ledgers = {channel: RelayCounts() for channel in relays}

    async def subscription(self, session: WatchSession) -> RelaySubscription:
        """The session's subscription; raises `Problem("not_found")` if its channel has no relay."""
        publisher = await self._publisher_for(session)
        publisher.allow(session.id)
        await publisher.check_health()
        active: list[WatchSession] = []
        with contextlib.suppress(Problem):  # the provider may work while the store does not
            active = await self._sessions.list_active()
        limits = publisher.relay.limits
        return RelaySubscription(
            public=limits.public,
            channel=publisher.state.channel,
            publishing=not publisher.backing_off,
            every=limits.every,
            ledger=self.ledgers[session.channel],
            company=presence_for(session, active, self._hidden_followers),
        )

    async def authorise(
        self, session: WatchSession, channel: str, socket_id: str
    ) -> dict[str, str]:
        """The signature for the session's own channel; see `RelayManager.authorise`."""
        publisher = await self._publisher_for(session)
        require_own_channel(channel, publisher.state.channel)
        signature = publisher.relay.authorise(channel, socket_id)
        publisher.await_subscriber(session.id)
        return signature

    async def confirm(self, session: WatchSession) -> None:
        """Nothing: a session that was authorised is trusted until it ends or is dismissed."""

    async def dismiss(self, session_id: str) -> None:
        """Goes on under another channel name, for which the session must ask again."""
        for publisher, _ in list(self._publishers.values()):
            if session_id in publisher.subscribers:
                await publisher.retain(publisher.subscribers.keys() - {session_id})

    async def on_provider_webhook(
        self, channel: Channel, key: str, signature: str, body: bytes
    ) -> None:
        """Asks about the views that are named, in the background, unless that was done just now."""
        named = verify_webhook(self._relays, channel, key, signature, body)
        for publisher, _ in self._publishers.values():
            if publisher.state.channel in named and publisher.can_refresh and not self._closed:
                self._tasks.create_task(publisher.refresh_subscribers())

    async def run(self) -> None:
        """Sweeps until it is cancelled: a session that loses its right is out within 30 s."""
        while True:
            await self._clock.sleep(REFRESH_MS / 1000)
            await self.sweep()

    def close(self) -> None:
        """Ends every publisher, and starts no more."""
        self._closed = True
        for key in list(self._publishers):
            self._close(key)

    async def sweep(self) -> None:
        """Ends publishers without sessions, rotates channels that a session must leave, and asks
        the providers who is subscribed. If the store cannot be reached, nothing changes.
        """
        if not self._publishers:
            return
        try:
            active = {session.id: session for session in await self._sessions.list_active()}
        except Problem:
            return
        for key, (publisher, _) in list(self._publishers.items()):
            staying = {
                id
                for id in publisher.subscribers
                if id in active and self._is_entitled(active[id], publisher)
            }
            if not staying or self._feeds.feed_for(key[0]) is not publisher.feed:
                self._close(key)
            elif staying != publisher.subscribers.keys():
                await publisher.retain(staying)
            else:
                await publisher.refresh_subscribers()

    def _is_entitled(self, session: WatchSession, publisher: ViewPublisher) -> bool:
        return (
            self._feeds.feed_for(session.channel) is publisher.feed
            and self._feeds.shared(publisher.feed, session) is publisher.shared
        )

    async def _publisher_for(self, session: WatchSession) -> ViewPublisher:
        if self._closed:
            raise Problem(
                "unavailable", "The server is stopping", "", "Try again in a moment", retry_after=2
            )
        relay = find_relay(self._relays, session.channel)
        feed, shared = await self._feeds.acquire_view(session)
        key = (session.channel, shared.key)
        known = self._publishers.get(key)
        if known is not None and known[0].shared is shared:
            self._feeds.release_view(shared)
            return known[0]
        if known is not None:
            self._close(key)
        publisher = ViewPublisher(
            feed,
            shared,
            relay,
            channel_name_key(self._feeds.policy(session.channel)),
            self.ledgers[session.channel],
            self._clock,
        )
        self._publishers[key] = (publisher, self._tasks.create_task(publisher.run()))
        return publisher

    def _close(self, key: tuple[Channel, ViewKey]) -> None:
        publisher, task = self._publishers.pop(key)
        task.cancel()
        self._feeds.release_view(publisher.shared)
