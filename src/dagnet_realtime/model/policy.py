"""What may be kept and shown of a channel's events, and how much of them."""

from typing import Literal

import msgspec

from dagnet_realtime.model.secret import Secret

Identity = Literal["token", "trace_id", "reveal"]
Ingest = Literal["server", "function"]
Carries = Literal["lit", "listened", "all"]


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The privacy and budget rules of one channel. Durations are seconds, rates events per second.

    With `ingest` "function" no server hears the events: Segment publishes them itself, those that `function_carries` says.
    """

    trace: tuple[str, ...] = ("properties.trace_id", "session", "userId", "anonymousId")
    identity: Identity = "token"
    properties: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    sample: float = 1.0
    max_rate: float = 2000.0
    token_key: Secret | None = None
    token_rotation: float = 30 * 86400.0
    retention: float = 900.0
    log_entries: int = 100_000
    carried_per_second: float = 500.0
    test_property: str = ""
    relay: Secret | None = None
    ingest: Ingest = "server"
    function_carries: Carries = "listened"
