"""The plan of a function in Segment, and the rotating channels that it publishes to."""

from hashlib import blake2s

import msgspec

from dagnet_realtime.core.identifiers import PERSONAL, Hmac
from dagnet_realtime.model.graph import Catalogue, Filter
from dagnet_realtime.model.protocol import (
    FUNCTION_CHANNEL_OVERLAP_SECONDS,
    FUNCTION_CHANNEL_SECONDS,
)
from dagnet_realtime.model.workspace import Carries, Channel, Policy

PREFIX = "private-dagnet-function-"
_DIGITS = 40


class FunctionChannels:
    """The names of one channel, derived from the workspace's token key without revealing it."""

    def __init__(
        self, channel: Channel, token_key: bytes, turn: int = FUNCTION_CHANNEL_SECONDS
    ) -> None:
        self._of = f"{channel.workspace}\0{channel.env}\0"
        self._turn = turn * 1000
        self._mac = Hmac(Hmac(token_key, "sha256").digest(b"relay: function channel"), "sha256")

    def at(self, at: int) -> str:
        """The name at `at` (ms since 1970)."""
        return PREFIX + self._mac.digest(f"{self._of}{at // self._turn}".encode()).hex()[:_DIGITS]

    def around(self, at: int) -> tuple[str, ...]:
        """The names to subscribe to at `at`: one, or two about a turn, the later one last."""
        near = FUNCTION_CHANNEL_OVERLAP_SECONDS * 1000
        return tuple(dict.fromkeys((self.at(max(0, at - near)), self.at(at + near))))


FORMAT = "dagnet-realtime-function/1"


class Provider(msgspec.Struct, frozen=True):
    """Where the function publishes: the app's id and key, and the origin of the HTTP interface.

    `limit` is in bytes of a message, `batch` in messages of a request.
    """

    app: str
    key: str
    api: str
    limit: int
    batch: int


class ListenRule(msgspec.Struct, frozen=True):
    """Event names that a node listens for, and filters that must all match."""

    names: tuple[str, ...]
    filters: tuple[Filter, ...]


class FunctionPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The function's setting `plan`.

    `turn` and `rotation` are seconds; `version` is a digest of the rest.
    """

    format: str = FORMAT
    version: str = ""
    workspace: str
    env: str
    provider: Provider
    turn: int = FUNCTION_CHANNEL_SECONDS
    rotation: float
    trace: tuple[str, ...]
    properties: tuple[str, ...]
    deny: tuple[str, ...]
    needed: tuple[str, ...]
    test: str
    sample: float
    carries: Carries
    listens: tuple[ListenRule, ...]


def plan_of(
    channel: Channel, policy: Policy, catalogue: Catalogue, provider: Provider
) -> FunctionPlan:
    """The plan of a workspace with these graphs and this policy."""
    rules = (
        ListenRule(listen.names, listen.filters)
        for graph in catalogue.graphs.values()
        for listen in graph.listens
    )
    plan = FunctionPlan(
        workspace=channel.workspace,
        env=channel.env,
        provider=provider,
        rotation=policy.token_rotation,
        trace=tuple(
            kind
            for kind in policy.trace
            if not (policy.identity == "trace_id" and kind in PERSONAL)
        ),
        properties=policy.properties,
        deny=policy.deny,
        needed=tuple(sorted(catalogue.needed)),
        test=policy.test_property,
        sample=policy.sample,
        carries=policy.function_carries,
        listens=tuple(sorted(dict.fromkeys(rules), key=msgspec.json.encode)),
    )
    return msgspec.structs.replace(
        plan, version=blake2s(msgspec.json.encode(plan), digest_size=6).hexdigest()
    )
