"""What a function in Segment has to know of a workspace: which names and properties matter, and whom to call how. None of it is secret."""

from hashlib import blake2s

import msgspec

from dagnet_realtime.core.function_channel import TURN_SECONDS
from dagnet_realtime.core.identifiers import PERSONAL
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.graph import Catalogue, Filter
from dagnet_realtime.model.policy import Carries, Policy

FORMAT = "dagnet-realtime-function/1"


class Provider(msgspec.Struct, frozen=True):
    """Where the function publishes: the app's id and key, the origin of the HTTP interface, bytes of a message, messages of a request."""

    app: str
    key: str
    api: str
    limit: int
    batch: int


class Heard(msgspec.Struct, frozen=True):
    """Names that some node listens for, and the filters that must all hold."""

    names: tuple[str, ...]
    filters: tuple[Filter, ...]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The setting `plan` of the function. `turn` and `rotation` are seconds; `version` changes when anything here does."""

    format: str = FORMAT
    version: str = ""
    workspace: str
    env: str
    provider: Provider
    turn: int = TURN_SECONDS
    rotation: float
    trace: tuple[str, ...]
    properties: tuple[str, ...]
    deny: tuple[str, ...]
    needed: tuple[str, ...]
    test: str
    sample: float
    carries: Carries
    listens: tuple[Heard, ...]


def plan_of(channel: Channel, policy: Policy, catalogue: Catalogue, provider: Provider) -> Plan:
    """The plan of a workspace with its graphs as they are."""
    heard = (Heard(listen.names, listen.filters) for graph in catalogue.graphs.values() for listen in graph.listens)
    plan = Plan(
        workspace=channel.workspace,
        env=channel.env,
        provider=provider,
        rotation=policy.token_rotation,
        trace=tuple(kind for kind in policy.trace if not (policy.identity == "trace_id" and kind in PERSONAL)),
        properties=policy.properties,
        deny=policy.deny,
        needed=tuple(sorted(catalogue.needed)),
        test=policy.test_property,
        sample=policy.sample,
        carries=policy.function_carries,
        listens=tuple(sorted(dict.fromkeys(heard), key=msgspec.json.encode)),
    )
    return msgspec.structs.replace(plan, version=blake2s(msgspec.json.encode(plan), digest_size=6).hexdigest())
