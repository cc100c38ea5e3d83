"""A relay: a provider that carries frames to browsers."""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Message(msgspec.Struct, frozen=True):
    """One message on a provider's channel: its event name and its body."""

    channel: str
    name: str
    body: bytes


class RelayLimits(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's limits, and what a browser needs to reach it.

    - `limit`: bytes of one message's body, before encryption
    - `pieces`: messages that the events of one publication may fill
    - `every`: seconds between two publications of one view
    - `rate`: messages a second of one view
    - `prefix`: how every channel's name begins
    - `public`: settings for the browser; nothing secret
    - `connects`: origins that a page must be allowed to connect to
    """

    limit: int = 10_000
    pieces: int = 2
    every: float = 0.25
    rate: float = 20.0
    prefix: str = "private-"
    public: dict[str, str | int | bool] = {}
    connects: tuple[str, ...] = ()


class WebhookEvent(msgspec.Struct):
    """An event of a channel at the provider, e.g. `channel_vacated`."""

    name: str = ""
    channel: str = ""


class ProviderWebhook(msgspec.Struct):
    """The body of a provider's webhook. `time_ms` is ms since 1970 UTC."""

    time_ms: int = 0
    events: list[WebhookEvent] = []


class Relay(Protocol):
    """Publishes to a provider.

    Every method raises `Problem("unavailable")` if the provider does not answer in time or refuses.
    """

    @property
    def limits(self) -> RelayLimits:
        """The provider's limits and address."""
        ...

    async def publish(self, messages: Sequence[Message]) -> int:
        """Publishes in order; returns how many messages the provider bills."""
        ...

    def authorise(self, channel: str, socket_id: str) -> dict[str, str]:
        """The signature with which the browser on `socket_id` may subscribe to `channel`."""
        ...

    def verify_webhook(self, key: str, signature: str, body: bytes) -> frozenset[str] | None:
        """The channels in a webhook's body, or None if the provider has not signed it.

        Raises `Problem("invalid")` if it is signed but malformed.
        """
        ...

    async def subscribers(self, channel: str) -> int | None:
        """The number of subscribers of `channel`, None if there are some but the provider gives no
        number.
        """
        ...
