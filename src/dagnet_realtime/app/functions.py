"""The workspaces whose events a function in Segment publishes, each with its provider."""

from collections.abc import Sequence

from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.relays.address import read_address
from dagnet_realtime.relays.function import FunctionRelay


def functions(workspaces: Sequence[Workspace]) -> dict[Channel, FunctionRelay]:
    """By channel. Raises `Problem("invalid")` for an address that cannot be used."""
    found: dict[Channel, FunctionRelay] = {}
    for workspace in workspaces:
        policy = workspace.policy
        if policy.ingest == "function" and policy.relay is not None and policy.token_key is not None:
            address = read_address(policy.relay.reveal().decode())
            found[workspace.channel] = FunctionRelay(address, workspace.channel, policy.token_key.reveal())
    return found
