"""What every relay manager does for watch sessions, and the manager of a process without relays."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from dagnet_realtime.hub.sessions import Presence
from dagnet_realtime.model.frame import RelayCounts
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.relay import Relay


class RelaySubscription(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser needs to subscribe: the provider, the session's channel and its condition.

    `public` is the provider's address, nothing secret. `publishing` is false while we back off from
    the provider. `every` is the seconds between two publications at least. `company` is who else
    watches the same graph.
    """

    public: dict[str, str | int | bool]
    channel: str
    publishing: bool
    every: float
    ledger: RelayCounts
    company: Presence = Presence()


class RelayManager(Protocol):
    """Publishes views through providers, and authorises sessions to subscribe to them.

    `ledgers` count what this process published, by channel.
    """

    ledgers: dict[Channel, RelayCounts]

    async def subscription(self, session: WatchSession) -> RelaySubscription:
        """The session's subscription; raises `Problem("not_found")` if its channel has no relay."""
        ...

    async def authorise(
        self, session: WatchSession, channel: str, socket_id: str
    ) -> dict[str, str]:
        """The signature for the session's own channel.

        Raises `Problem("forbidden")` for every other channel, whether it exists or not.
        """
        ...

    async def confirm(self, session: WatchSession) -> None:
        """The session's permission was checked just now, and it may still watch.

        Raises `Problem("unavailable")`.
        """
        ...

    async def dismiss(self, session_id: str) -> None:
        """Ends the session's subscription within 30 s, though the session goes on.

        It may subscribe again.
        """
        ...

    async def on_provider_webhook(
        self, channel: Channel, key: str, signature: str, body: bytes
    ) -> None:
        """Asks the provider about subscribers again; nothing else in a webhook is believed.

        Raises `Problem`: `forbidden` if the channel's provider has not signed it or there is none,
        `invalid` as `Relay.verify_webhook`.
        """
        ...

    async def run(self) -> None:
        """Publishes between requests, until it is cancelled."""
        ...

    async def sweep(self) -> None:
        """Checks once which sessions may still watch, and which are subscribed."""
        ...

    def close(self) -> None:
        """Stops publishing, for good."""
        ...


class NoRelays:
    """The relay manager of a process whose workspaces have no relay."""

    def __init__(self) -> None:
        self.ledgers: dict[Channel, RelayCounts] = {}

    async def subscription(self, session: WatchSession) -> RelaySubscription:  # noqa: ARG002
        """Raises `Problem("not_found")`."""
        raise no_relay()

    async def authorise(
        self,
        session: WatchSession,  # noqa: ARG002
        channel: str,  # noqa: ARG002
        socket_id: str,  # noqa: ARG002
    ) -> dict[str, str]:
        """Raises `Problem("not_found")`."""
        raise no_relay()

    async def confirm(self, session: WatchSession) -> None:
        """Nothing."""

    async def dismiss(self, session_id: str) -> None:
        """Nothing."""

    async def on_provider_webhook(
        self, channel: Channel, key: str, signature: str, body: bytes
    ) -> None:
        """Raises `Problem("forbidden")`, as for every webhook that no provider has signed."""
        verify_webhook({}, channel, key, signature, body)

    async def run(self) -> None:
        """Nothing."""

    async def sweep(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


NO_RELAYS = NoRelays()


def find_relay(relays: Mapping[Channel, Relay], channel: Channel) -> Relay:
    """The channel's relay; raises `Problem("not_found")` if it has none."""
    if (relay := relays.get(channel)) is None:
        raise no_relay()
    return relay


def no_relay() -> Problem:
    """The refusal of a subscription in a workspace without a relay."""
    return Problem("not_found", "This workspace has no relay", "", "Frames come by stream or poll")


def verify_webhook(
    relays: Mapping[Channel, Relay], channel: Channel, key: str, signature: str, body: bytes
) -> frozenset[str]:
    """The provider channels that a webhook for `channel` names.

    Raises `Problem` as `RelayManager.on_provider_webhook`.
    """
    relay = relays.get(channel)
    named = None if relay is None else relay.verify_webhook(key, signature, body)
    if named is None:
        raise Problem(
            "forbidden", "The notice is not signed", "", "Sign it with the app's key and secret"
        )
    return named
