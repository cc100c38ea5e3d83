"""Relay publishing of a process that is alone with its store: one publisher a view."""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from dagnet_realtime.core.batching import limit_size, merge_batches
from dagnet_realtime.hub.broadcast import BroadcastView, EncodedFrame, ViewKey
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed import Feed
from dagnet_realtime.hub.feed_registry import FeedRegistry
from dagnet_realtime.hub.relay_messages import (
    backoff_seconds,
    new_channel_name,
    payload_budget,
    publish_interval,
    to_messages,
)
from dagnet_realtime.hub.sessions import Presence, presence_for
from dagnet_realtime.model.frame import Batch, Frame, Heartbeat, RelayCounts, ThinningState
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import RELAY_GRACE_SECONDS
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel, Policy
from dagnet_realtime.ports.relay import Message, Relay
from dagnet_realtime.ports.runtime import Clock

PROBE_SECONDS = 2.0
MOST_FRAMES = 200  # taken in one publication


class ViewPublisher:
    """The only publisher of its channel, whose name nobody can guess. `admitted` are the sessions that may be subscribed to it."""

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
        self.relay = relay
        self.authorised: set[str] = set()
        self.subscribers: int | None = 0
        self.channel = ""
        self._key = key
        self._ledger = ledger
        self._clock = clock
        self._thinning = ThinningState()
        self._number = shared.buffer.end
        self._expected_sessions = float("-inf")
        self._backoff_until = float("-inf")
        self._queried_at = float("-inf")
        self._failures = 0
        self._name()

    @property
    def publishing(self) -> bool:
        """Whether the provider takes what is published, as far as anybody knows."""
        return self._clock.monotonic() >= self._backoff_until

    @property
    def can_requery(self) -> bool:
        """Whether it is so long since the provider was asked that it may be asked again out of turn."""
        return self._clock.monotonic() - self._queried_at >= PROBE_SECONDS

    @property
    def has_subscribers(self) -> bool:
        """Whether somebody is subscribed, or was let in a moment ago."""
        return self.subscribers != 0 or self._clock.monotonic() < self._expected_sessions

    def await_subscriber(self, session_id: str) -> None:
        """Somebody was let in and is about to subscribe."""
        self.authorised.add(session_id)
        self._expected_sessions = self._clock.monotonic() + RELAY_GRACE_SECONDS

    async def run(self) -> None:
        """Publishes until it is cancelled; a provider that fails is left alone for a while, longer each time."""
        while True:
            frames = self._pending_frames()
            if not frames:
                await self.shared.buffer.wait()
                continue
            messages = self._messages(frames) if self.has_subscribers and self.publishing else []
            if messages:
                await self._publish(messages)
            await self._clock.sleep(publish_interval(self.relay.limits, len(messages)))

    async def rotate_channel(self, staying: set[str]) -> None:
        """Goes on in a channel of another name, which only those who may still watch learn: they are told to ask for it."""
        old = self.channel
        self._name()
        self.authorised = staying
        if self.has_subscribers and self.publishing:
            await self._publish([Message(old, "turn", b"{}")])
        self.subscribers = 0
        self._expected_sessions = self._clock.monotonic() + RELAY_GRACE_SECONDS

    async def refresh_subscribers(self) -> None:
        """Asks the provider who is subscribed; where it does not say, the sessions that were let in count as subscribed."""
        self._queried_at = self._clock.monotonic()
        try:
            self.subscribers = await self.relay.subscribers(self.channel)
        except Problem:
            self.subscribers = None
            return
        self._backoff_until = self._clock.monotonic()

    async def check_health(self) -> None:
        """Looks whether a provider that failed is back, for somebody who asks to be let in; not more often than makes sense."""
        if not self.publishing and self.can_requery:
            await self.refresh_subscribers()

    def _name(self) -> None:
        key = self.shared.key
        self.channel = new_channel_name(
            self.relay.limits,
            self._key,
            str(self.feed.channel),
            key.graph,
            key.filter,
            key.role,
            key.policy,
        )

    def _pending_frames(self) -> list[EncodedFrame]:
        """The frames since the last look; what the ring has dropped, viewers fetch."""
        ring = self.shared.buffer
        if ring.is_evicted(self._number):
            self._number = ring.first
        found: list[EncodedFrame] = []
        while len(found) < MOST_FRAMES and (frame := ring.get(self._number)) is not None:
            self._number += 1
            found.append(frame)
        return found

    def _messages(self, frames: Sequence[EncodedFrame]) -> list[Message]:
        terms, at = self.relay.limits, self._clock.monotonic()
        messages: list[Message] = []
        for frame in coalesce_frames(frames):
            if isinstance(frame, Batch):
                frame, self._thinning = limit_size(
                    frame, self._thinning, payload_budget(terms), self.feed.follows, at
                )
            messages += to_messages(frame, self.channel, terms)
        return messages

    async def _publish(self, messages: list[Message]) -> None:
        try:
            billed = await self.relay.publish(messages)
        except Problem:
            self._ledger.failed += len(messages)
            self._backoff_until = self._clock.monotonic() + backoff_seconds(self._failures)
            self._failures += 1
        else:
            self._failures = 0
            self._ledger.published += billed
            self._ledger.delivered += billed * (self.subscribers or len(self.authorised))


def coalesce_frames(frames: Sequence[EncodedFrame]) -> list[Frame]:
    """The frames with neighbouring batches merged; of beats only the last, at the end of it all."""
    found: list[Frame] = []
    run: list[Batch] = []
    beat: Heartbeat | None = None
    for one in frames:
        match one.frame:
            case Heartbeat():
                beat = one.frame
            case Batch():
                run.append(one.frame)
            case other:
                found += [merge_batches(run)] if run else []
                found.append(other)
                run = []
    found += [merge_batches(run)] if run else []
    if beat is not None:
        found.append(msgspec.structs.replace(beat, position=frames[-1].position))
    return found


ROUND_SECONDS = 10.0  # between two looks at who may watch and who does: a person who may not is out well within 30 s


class RelaySubscription(msgspec.Struct, frozen=True, kw_only=True):
    """A session's place at a station: where the browser connects, the channel it may ask for, and how the provider does."""

    public: dict[str, str | int | bool]
    channel: str
    publishing: bool
    every: float
    ledger: RelayCounts
    company: Presence = Presence()


class RelayManager(Protocol):
    """Where sessions get their seats: from the stations of a process that lives, or from whichever request comes."""

    ledgers: dict[Channel, RelayCounts]

    async def subscription(self, session: WatchSession) -> RelaySubscription:
        """The session's place; raises `Problem("not_found")` where the channel has no relay."""
        ...

    async def authorise(
        self, session: WatchSession, channel: str, socket_id: str
    ) -> dict[str, str]:
        """The signature for the session's own channel; raises `Problem("forbidden")` for every other, whether it exists or not."""
        ...

    async def confirm(self, session: WatchSession) -> None:
        """The session's person was asked about between two of its requests, and may still watch. Raises `Problem("unavailable")`."""
        ...

    async def on_provider_webhook(
        self, channel: Channel, key: str, signature: str, body: bytes
    ) -> None:
        """A provider's word that who is subscribed has changed: believed in nothing but that it is time to ask.

        Raises `Problem`: `forbidden` where the channel's provider has not signed it, or there is none, `invalid` as `Relay.noticed`.
        """
        ...

    async def run(self) -> None:
        """Looks after what is published, where that goes on between requests."""
        ...

    async def sweep(self) -> None:
        """Looks once: who may watch, and who does."""
        ...

    def close(self) -> None:
        """Ends what goes on, and begins nothing more."""
        ...


class NoRelays:
    """The relay manager of a process whose workspaces have no relay."""

    def __init__(self) -> None:
        self.ledgers: dict[Channel, RelayCounts] = {}

    async def subscription(self, session: WatchSession) -> RelaySubscription:  # noqa: ARG002
        """Raises `Problem("not_found")`."""
        raise no_relay()

    async def authorise(
        self,
        session: WatchSession,  # noqa: ARG002
        channel: str,  # noqa: ARG002
        socket_id: str,  # noqa: ARG002
    ) -> dict[str, str]:
        """Raises `Problem("not_found")`."""
        raise no_relay()

    async def confirm(self, session: WatchSession) -> None:
        """Nothing."""

    async def on_provider_webhook(
        self, channel: Channel, key: str, signature: str, body: bytes
    ) -> None:
        """Raises `Problem("forbidden")`, as for every webhook that no relay has signed."""
        verify_webhook({}, channel, key, signature, body)

    async def run(self) -> None:
        """Nothing."""

    async def sweep(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


NO_RELAYS = NoRelays()


def no_relay() -> Problem:
    """The refusal of a subscription in a workspace without a relay."""
    return Problem("not_found", "This workspace has no relay", "", "Frames come by stream or poll")


class ProcessRelayManager:
    """The stations of a process that is alone with its store. `relays` are by channel; `tasks` owns the publishers."""

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
        self._closed = False
        self._publishers: dict[
            tuple[Channel, ViewKey], tuple[ViewPublisher, asyncio.Task[None]]
        ] = {}
        self.ledgers = {channel: RelayCounts() for channel in relays}

    async def subscription(self, session: WatchSession) -> RelaySubscription:
        """The session's place; raises `Problem("not_found")` where the channel has no relay."""
        station = await self._publisher_for(session)
        station.authorised.add(session.id)
        await station.check_health()
        live: list[WatchSession] = []
        with contextlib.suppress(
            Problem
        ):  # a store that is gone knows nobody, and the provider may go on
            live = await self._sessions.list_active()
        return RelaySubscription(
            public=station.relay.limits.public,
            channel=station.channel,
            publishing=station.publishing,
            every=station.relay.limits.every,
            ledger=self.ledgers[session.channel],
            company=presence_for(session, live),
        )

    async def authorise(
        self, session: WatchSession, channel: str, socket_id: str
    ) -> dict[str, str]:
        """The signature for the session's own channel; raises `Problem("forbidden")` for every other, whether it exists or not."""
        station = await self._publisher_for(session)
        if not hmac.compare_digest(channel.encode("utf-8", "replace"), station.channel.encode()):
            raise Problem(
                "forbidden",
                "That channel is not this session's",
                "",
                "Ask for the session's relay again",
            )
        signed = station.relay.authorise(channel, socket_id)
        station.await_subscriber(session.id)
        return signed

    async def confirm(self, session: WatchSession) -> None:
        """Nothing: a session that lives and was let in is believed until it ends."""

    async def on_provider_webhook(
        self, channel: Channel, key: str, signature: str, body: bytes
    ) -> None:
        """Asks about the stations that are named, beside the answer; about one that was asked about just now the next round does."""
        named = verify_webhook(self._relays, channel, key, signature, body)
        for station, _ in self._publishers.values():
            if station.channel in named and station.can_requery and not self._closed:
                self._tasks.create_task(station.refresh_subscribers())

    async def run(self) -> None:
        """Looks after the stations until it is cancelled."""
        while True:
            await self._clock.sleep(ROUND_SECONDS)
            await self.sweep()

    def close(self) -> None:
        """Ends every station, and opens no more."""
        self._closed = True
        for key in list(self._publishers):
            self._close(key)

    async def sweep(self) -> None:
        """Closes stations that nobody needs, turns those that somebody lost the right to, and asks who is subscribed."""
        if not self._publishers:
            return
        try:
            live = {session.id: session for session in await self._sessions.list_active()}
        except Problem:
            return
        for key, (station, _) in list(self._publishers.items()):
            staying = {
                id
                for id in station.authorised
                if id in live and self._is_entitled(live[id], station)
            }
            if not staying or self._feeds.feed_for(key[0]) is not station.feed:
                self._close(key)
            elif staying != station.authorised:
                await station.rotate_channel(staying)
            else:
                await station.refresh_subscribers()

    def _is_entitled(self, session: WatchSession, station: ViewPublisher) -> bool:
        return (
            self._feeds.feed_for(session.channel) is station.feed
            and self._feeds.shared(station.feed, session) is station.shared
        )

    async def _publisher_for(self, session: WatchSession) -> ViewPublisher:
        if self._closed:
            raise Problem(
                "unavailable", "The server is stopping", "", "Try again in a moment", retry_after=2
            )
        relay = self._relays.get(session.channel)
        if relay is None:
            raise no_relay()
        feed, shared = await self._feeds.acquire_view(session)
        key = (session.channel, shared.key)
        known = self._publishers.get(key)
        if known is not None and known[0].shared is shared:
            self._feeds.release_view(shared)
            return known[0]
        if known is not None:
            self._close(key)
        station = ViewPublisher(
            feed,
            shared,
            relay,
            channel_name_key(self._feeds.policy(session.channel)),
            self.ledgers[session.channel],
            self._clock,
        )
        self._publishers[key] = (station, self._tasks.create_task(station.run()))
        return station

    def _close(self, key: tuple[Channel, ViewKey]) -> None:
        station, task = self._publishers.pop(key)
        task.cancel()
        self._feeds.release_view(station.shared)


def verify_webhook(
    relays: Mapping[Channel, Relay], channel: Channel, key: str, signature: str, body: bytes
) -> frozenset[str]:
    """The names in a notice for `channel`; raises `Problem` as `Seating.notice`."""
    relay = relays.get(channel)
    named = None if relay is None else relay.verify_webhook(key, signature, body)
    if named is None:
        raise Problem(
            "forbidden", "The notice is not signed", "", "Sign it with the app's key and secret"
        )
    return named


def channel_name_key(policy: Policy) -> bytes:
    """From which a channel's names at the provider follow."""
    return derive_relay_key(
        policy.token_key.reveal() if policy.token_key is not None else secrets.token_bytes(32),
        b"channel names",
    )


def derive_relay_key(token_key: bytes, purpose: bytes) -> bytes:
    """A key of 32 bytes for one purpose of a relay, which the provider cannot know."""
    return hmac.new(token_key, b"relay: " + purpose, hashlib.sha256).digest()
