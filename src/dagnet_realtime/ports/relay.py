"""A provider that carries frames to browsers for us."""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Message(msgspec.Struct, frozen=True):
    """One message for one provider channel; `name` is the provider's event name, `body` JSON."""

    channel: str
    name: str
    body: bytes


class Relay(Protocol):
    """Publishes; every method raises `Problem("unavailable")` where the provider cannot be reached in time."""

    async def publish(self, messages: Sequence[Message]) -> int:
        """Publishes in order and returns how many messages the provider bills."""
        ...

    def authorise(self, channel: str, socket_id: str) -> dict[str, str]:
        """The signature that lets the browser on `socket_id` subscribe to `channel`."""
        ...
