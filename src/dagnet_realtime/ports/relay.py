"""A provider that carries frames to browsers for us."""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Message(msgspec.Struct, frozen=True):
    """One message for one provider channel; `name` is the provider's event name, `body` the text it carries."""

    channel: str
    name: str
    body: bytes


class RelayLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider allows, and what a browser must know to reach it.

    `limit` is bytes of one message's body as we write it (before any encryption), `pieces` how many messages the events of one
    publication may fill, `every` the seconds between two publications of one view and `rate` its messages a second at most. `prefix`
    begins every channel's name. `public` holds nothing secret; `connects` are the origins that a page must be allowed to connect to.
    """

    limit: int = 10_000
    pieces: int = 2
    every: float = 0.25
    rate: float = 20.0
    prefix: str = "private-"
    public: dict[str, str | int | bool] = {}
    connects: tuple[str, ...] = ()


class WebhookEvent(msgspec.Struct):
    """What has happened to a channel, e.g. `channel_vacated`."""

    name: str = ""
    channel: str = ""


class ProviderWebhook(msgspec.Struct):
    """The body of a provider's webhook; `time_ms` is milliseconds since 1970 UTC."""

    time_ms: int = 0
    events: list[WebhookEvent] = []


class Relay(Protocol):
    """Publishes; every method raises `Problem("unavailable")` where the provider cannot be reached in time, or refuses."""

    @property
    def limits(self) -> RelayLimits:
        """The provider's limits and address."""
        ...

    async def publish(self, messages: Sequence[Message]) -> int:
        """Publishes in order and returns how many messages the provider bills."""
        ...

    def authorise(self, channel: str, socket_id: str) -> dict[str, str]:
        """The signature that lets the browser on `socket_id` subscribe to `channel`."""
        ...

    def verify_webhook(self, key: str, signature: str, body: bytes) -> frozenset[str] | None:
        """The channels that a notice of the provider names, None where the provider has not signed it.

        Raises `Problem("invalid")` where it is signed and cannot be read.
        """
        ...

    async def subscribers(self, channel: str) -> int | None:
        """How many are subscribed to `channel`; None where somebody is and the provider does not say how many."""
        ...
