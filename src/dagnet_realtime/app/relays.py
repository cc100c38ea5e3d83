"""The relays that are configured, one for each workspace that has one."""

import contextlib
from collections.abc import AsyncIterator, Sequence

from dagnet_realtime.hub.relaying import relay_key
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.relay import Relay


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
            master = relay_key(policy.token_key.reveal() if policy.token_key is not None else b"", b"encryption")
            found[workspace.channel] = await stack.enter_async_context(PusherRelay(address, clock, master))
        yield found
