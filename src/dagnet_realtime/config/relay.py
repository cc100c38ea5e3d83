"""A workspace's `relay`: whether its address can be used, and whether browsers can connect to it."""

from collections.abc import Sequence

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.secret import Secret
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.relays.address import read_address


def checked_relay(relay: Secret, where: str, public_url: str) -> Secret:
    """`relay` as it is, if it is an address that pages at `public_url` can use. `where` names the key in messages.

    Raises `Problem("invalid")`, which never holds the address's secret.
    """
    try:
        read_address(relay.reveal().decode(errors="replace"))
    except Problem as problem:
        raise Problem("invalid", f"{where}: this address cannot be used", problem.detail, problem.remedy) from None
    if public_url.startswith("https://"):
        _encrypted(relay, where)
    return relay


def encrypted_relays(workspaces: Sequence[Workspace]) -> None:
    """Raises `Problem("invalid")` if pages that come by https:// could not connect to one of the relays."""
    for workspace in workspaces:
        if workspace.policy.relay is not None:
            _encrypted(workspace.policy.relay, f"{workspace.channel}: `relay`")


def _encrypted(relay: Secret, where: str) -> None:
    address = read_address(relay.reveal().decode())
    if address.tls:
        return
    raise Problem(
        "invalid",
        f"{where}: browsers could not connect to {address.socket}",
        "A page that comes by https:// may open wss:// alone",
        "Put TLS before the provider and add ?ws=wss://HOST, or write pusher+tls://",
    )
