"""The relays that are configured, one for each workspace that has one."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from secrets import token_bytes

from dagnet_realtime.hub.courier import Courier
from dagnet_realtime.hub.relay_publisher import RelayPublisher
from dagnet_realtime.hub.relaying import Seating, relay_key
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.doors import Doors, SharedDoors
from dagnet_realtime.ports.graphs import GraphSource
from dagnet_realtime.ports.log import Log
from dagnet_realtime.ports.posts import Posts
from dagnet_realtime.ports.relay import Relay
from dagnet_realtime.ports.sessions import Sessions


@contextlib.asynccontextmanager
async def relays(workspaces: Sequence[Workspace], clock: Clock) -> AsyncIterator[dict[Channel, Relay]]:
    """By channel, closed when the context ends. Raises `Problem("invalid")` for an address that cannot be used."""
    async with contextlib.AsyncExitStack() as stack:
        found: dict[Channel, Relay] = {}
        for workspace in workspaces:
            policy = workspace.policy
            if policy.relay is None or policy.ingest == "function":
                continue
            from dagnet_realtime.relays.address import read_address  # what a start without a relay should not wait for
            from dagnet_realtime.relays.pusher import PusherRelay

            address = read_address(policy.relay.reveal().decode())
            master = relay_key(policy.token_key.reveal() if policy.token_key is not None else token_bytes(32), b"encryption")
            found[workspace.channel] = await stack.enter_async_context(PusherRelay(address, clock, master))
        yield found


def seating(
    relays: Mapping[Channel, Relay],
    posts: Posts | None,
    log: Log,
    sessions: Sessions,
    doors: Doors,
    graphs: GraphSource,
    clock: Clock,
    policy: Callable[[Channel], Policy],
    lease: float,
) -> Mapping[Channel, Relay] | Seating:
    """Who publishes: the processes that share `posts` together, else this one alone from its own feeds."""
    if posts is None or not relays or not isinstance(doors, SharedDoors):
        return relays
    courier = Courier(policy, graphs, log, sessions, doors, posts, relays, clock, lease)
    return RelayPublisher(courier, posts, log, relays, clock)
