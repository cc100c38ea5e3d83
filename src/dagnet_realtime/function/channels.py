"""Signs subscriptions to the channels that a function in Segment publishes to."""

import hmac

from dagnet_realtime.function.plan import FunctionChannels, Provider
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.relays.address import PusherConfig
from dagnet_realtime.relays.signing import SOCKET_ID, sign_subscription


class FunctionChannelSigner:
    """Names a workspace's channels and signs subscriptions to them, without connection or state.

    Raises `Problem("invalid")` for an address with an option that the function cannot meet.
    """

    def __init__(self, address: PusherConfig, channel: Channel, token_key: bytes) -> None:
        if address.encrypted:
            why = "Its publisher is a function in Segment, whose runtime has no such cipher"
            raise Problem(
                "invalid",
                f"The relay of {channel} cannot be encrypted",
                why,
                "Leave `encrypted` out of its address",
            )
        self._address = address
        self._channels = FunctionChannels(channel, token_key)

    @property
    def provider(self) -> Provider:
        """Where the function publishes."""
        address = self._address
        return Provider(
            app=address.app_id,
            key=address.key,
            api=address.api,
            limit=address.limit,
            batch=address.batch,
        )

    @property
    def secret(self) -> str:
        """The provider's secret, for the function's settings."""
        return self._address.secret.reveal().decode()

    @property
    def public(self) -> dict[str, str | int | bool]:
        """What a browser must know to reach the provider."""
        one = self._address
        return {
            "kind": "pusher",
            "key": one.key,
            "host": one.ws_host,
            "port": one.ws_port,
            "tls": one.tls,
            "encrypted": False,
        }

    @property
    def connects(self) -> str:
        """The origin that a page must be allowed to connect to."""
        return self._address.socket

    def channels(self, at: int) -> tuple[str, ...]:
        """The channels to subscribe to at `at` (ms since 1970)."""
        return self._channels.around(at)

    def authorise(self, channel: str, socket_id: str, at: int) -> dict[str, str]:
        """The signature for a subscription of the browser on `socket_id` at `at` (ms since 1970).

        Raises `Problem`: `invalid` if it is not the id of a socket, `forbidden` for every channel
        but those of `at`.
        """
        if not SOCKET_ID.fullmatch(socket_id):
            raise Problem(
                "invalid", "Invalid socket id", "", "Send the socket's id as pusher-js gives it"
            )
        if not any(
            hmac.compare_digest(channel.encode("utf-8", "replace"), one.encode())
            for one in self.channels(at)
        ):
            raise Problem(
                "forbidden",
                "That channel is not this workspace's",
                "",
                "Ask for its channels again",
            )
        return {
            "auth": sign_subscription(
                self._address.key, self._address.secret.reveal(), socket_id, channel
            )
        }
