"""One Segment message as parsed: readable, not yet redacted, never stored."""

from typing import Any

import msgspec

from dagnet_realtime.model.entry import EventType

NOTHING = msgspec.Raw(b"")
Part = msgspec.Raw | dict[str, Any]


class Event(msgspec.Struct, frozen=True, gc=False, repr_omit_defaults=True):
    """What a message says. It holds personal data, so it lives no longer than the delivery it came in.

    `properties`, `traits`, `context` and `integrations` are JSON as it came, which need be no object, or all four those of its members
    that the policy asks for.
    `id` tells messages apart; `given_id` is the id as it came where that is another text.
    `occurred_at` (ms since 1970) is skew-corrected but not yet believed; `segment_received_at` is Segment's own clock.
    """

    id: str
    type: EventType
    event: str | None = None
    name: str | None = None
    category: str | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    previous_id: str | None = None
    group_id: str | None = None
    properties: Part = NOTHING
    traits: Part = NOTHING
    context: Part = NOTHING
    integrations: Part = NOTHING
    occurred_at: int | None = None
    segment_received_at: int | None = None
    replayed: bool = False
    given_id: str | None = None

    def __repr__(self) -> str:
        return f"Event(type={self.type!r}, …)"
