"""A provider in memory that keeps the port's promises, and breaks as a test says."""

import json
from collections.abc import Sequence
from typing import Any

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.relay import Message, RelayLimits


class Provider:
    """Keeps what was published; `subscribed` is how many subscribers it reports, None if it does
    not count them.
    """

    def __init__(self, **limits: Any) -> None:
        self.limits = RelayLimits(**limits)
        self.sent: list[Message] = []
        self.subscribed: int | None = 1
        self.down = False
        self.asked = 0
        self.looked = 0

    async def publish(self, messages: Sequence[Message]) -> int:
        self.asked += 1
        if self.down:
            raise Problem("unavailable", "The provider does not accept messages")
        self.sent += messages
        return len(messages)

    def authorise(self, channel: str, socket_id: str) -> dict[str, str]:
        return {"auth": f"{channel}:{socket_id}"}

    def verify_webhook(self, key: str, signature: str, body: bytes) -> frozenset[str] | None:
        """What is signed “good” is signed, and names a channel a line."""
        return frozenset(body.decode().splitlines()) if signature == "good" else None

    async def subscribers(self, channel: str) -> int | None:
        self.looked += 1
        if self.down:
            raise Problem("unavailable", "The provider does not accept messages")
        return self.subscribed

    def frames(self, channel: str | None = None) -> list[dict[str, Any]]:
        """What arrived as whole frames, and as pieces joined again."""
        found: list[dict[str, Any]] = []
        parts: dict[str, list[str]] = {}
        for one in self.sent:
            if channel is not None and one.channel != channel:
                continue
            if one.name == "frame":
                found.append(json.loads(one.body))
            elif one.name == "piece":
                id, _, count, text = one.body.decode().split(" ", 3)
                parts.setdefault(id, []).append(text)
                if len(parts[id]) == int(count):
                    found.append(json.loads("".join(parts[id])))
        return found
