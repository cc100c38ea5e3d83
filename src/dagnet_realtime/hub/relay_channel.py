"""One view's channel at a provider: its name, its messages, publishing, back-off and rotation.

A process that is alone keeps the channel for as long as the view is watched; processes that share a
store take it from there for moments, by a lease. Both publish through `RelayChannel`.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Sequence

import msgspec

from dagnet_realtime.core.batching import chunk
from dagnet_realtime.model.frame import Frame, RelayCounts
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import RELAY_GRACE_SECONDS
from dagnet_realtime.model.workspace import Policy
from dagnet_realtime.ports.relay import Message, Relay, RelayLimits
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import LeasedState

GRACE_MS = round(RELAY_GRACE_SECONDS * 1000)
REFRESH_MS = 10_000  # between two questions who is subscribed
WEBHOOK_REFRESH_MS = 2_000  # the same, if a webhook or a page asks for it


class RelayChannel:
    """The channel as `held`, from now on. Times are in milliseconds since 1970.

    `state` is the channel's state as it has become. `subscribers` are the sessions that may be
    subscribed, each with the time of its last confirmation. `total` counts what is published here.
    Work must be done `within` so many seconds, if given.
    """

    def __init__(
        self,
        relay: Relay,
        held: LeasedState,
        clock: Clock,
        total: RelayCounts | None = None,
        within: float | None = None,
    ) -> None:
        self.relay = relay
        self.state = held.state
        self.subscribers = held.seats
        self.total = RelayCounts() if total is None else total
        self._held = held
        self._clock = clock
        self._began = clock.monotonic()
        self._within = within

    @property
    def now(self) -> int:
        """The time by the store's clock."""
        return self._held.now + round((self._clock.monotonic() - self._began) * 1000)

    @property
    def time_left(self) -> float | None:
        """Seconds; None if there is no bound."""
        if self._within is None:
            return None
        return max(0.0, self._began + self._within - self._clock.monotonic())

    @property
    def backing_off(self) -> bool:
        """Whether the provider is left alone, since it failed a moment ago."""
        return self.state.backoff_until > self.now

    @property
    def has_subscribers(self) -> bool:
        """Whether a session that may watch is subscribed, or is about to subscribe."""
        return bool(self.subscribers) and (
            self.state.subscribers != 0
            or self.now < max(self.state.expecting_until, self._held.expecting_until)
        )

    def update(self, **fields: object) -> None:
        """Replaces fields of `state`."""
        self.state = msgspec.structs.replace(self.state, **fields)

    async def refresh_subscribers(self) -> None:
        """Asks the provider how many are subscribed; None if it does not say."""
        self.update(last_queried_at=self.now)
        try:
            async with asyncio.timeout(self.time_left):
                subscribers = await self.relay.subscribers(self.state.channel)
        except (Problem, TimeoutError):
            self.update(subscribers=None)
        else:
            self.update(subscribers=subscribers, backoff_until=0)

    async def publish(self, frames: Sequence[Frame]) -> bool:
        """Whether the provider accepted the frames."""
        limits = self.relay.limits
        messages = [
            message
            for frame in frames
            for message in to_messages(frame, self.state.channel, limits)
        ]
        return await self.send(messages)

    async def send(self, messages: Sequence[Message]) -> bool:
        """Whether the provider accepted the messages; after a failure we back off from it."""
        try:
            async with asyncio.timeout(self.time_left):
                billed = await self.relay.publish(messages)
        except (Problem, TimeoutError):
            self.count(failed=len(messages))
            self.update(
                failures=self.state.failures + 1,
                backoff_until=self.now + round(backoff_seconds(self.state.failures) * 1000),
            )
            return False
        subscribers = self.state.subscribers or len(self.subscribers)
        self.count(published=billed, delivered=billed * subscribers)
        self.update(
            failures=0,
            last_published_at=self.now,
            next_publish_at=self.now + round(publish_interval(self.relay.limits, billed) * 1000),
        )
        return True

    async def announce_rotation(self, channel: str) -> None:
        """Tells those who are subscribed to `channel` to ask for their subscription again."""
        if self.has_subscribers and not self.backing_off:
            await self.send([Message(channel, "turn", b"{}")])

    async def rotate(self, channel: str) -> None:
        """Goes on as `channel`, which only sessions that may still watch can ask for."""
        old = self.state.channel
        self.update(channel=channel)
        await self.announce_rotation(old)
        self.update(subscribers=0, expecting_until=self.now + GRACE_MS)

    def count(self, **counts: int) -> None:
        """Adds to `total`."""
        add_counts(self.total, counts)


def add_counts(ledger: RelayCounts, counts: dict[str, int]) -> None:
    """Adds `counts`, by field, to `ledger`."""
    for name, count in counts.items():
        setattr(ledger, name, getattr(ledger, name) + count)


def require_own_channel(asked: str, own: str | None) -> None:
    """Raises `Problem("forbidden")` unless a session asked for its own channel; None is none."""
    if own is None or not hmac.compare_digest(asked.encode("utf-8", "replace"), own.encode()):
        raise Problem(
            "forbidden",
            "That channel is not this session's",
            "",
            "Ask for the session's relay again",
        )


PIECE_OVERHEAD = 200  # bytes of a message that pieces need for themselves

_ENCODER = msgspec.json.Encoder()


def payload_budget(limits: RelayLimits) -> int:
    """Bytes that the events of one publication may fill."""
    return limits.pieces * (limits.limit - PIECE_OVERHEAD)


def to_messages(frame: Frame, channel: str, limits: RelayLimits) -> list[Message]:
    """The frame as one message, or in pieces if it is longer than a message may be."""
    body = _ENCODER.encode(frame)
    if len(body) <= limits.limit:
        return [Message(channel, "frame", body)]
    return [
        Message(channel, "piece", part) for part in chunk(body, secrets.token_hex(4), limits.limit)
    ]


def publish_interval(limits: RelayLimits, messages: int) -> float:
    """Seconds between a publication of so many messages of a view and its next one."""
    return max(limits.every, messages / limits.rate)


def backoff_seconds(failures: int) -> float:
    """Seconds to back off after so many earlier failures: 1, doubled with each, 15 at most."""
    return float(min(15.0, 2.0**failures))


def new_channel_name(limits: RelayLimits, key: bytes, *view: str) -> str:
    """A new name for a view's channel at the provider: 160 bits, another one each time.

    `key` is `channel_name_key`, which the provider does not know; `view` are the view's parts.
    """
    text = "\n".join((*view, secrets.token_hex(16)))
    return f"{limits.prefix}dagnet-{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:40]}"


def channel_name_key(policy: Policy) -> bytes:
    """The key of the names that a channel's views have at the provider."""
    return derive_relay_key(
        policy.token_key.reveal() if policy.token_key is not None else secrets.token_bytes(32),
        b"channel names",
    )


def derive_relay_key(token_key: bytes, purpose: bytes) -> bytes:
    """A key of 32 bytes for one purpose of a relay, which the provider cannot know."""
    return hmac.new(token_key, b"relay: " + purpose, hashlib.sha256).digest()
