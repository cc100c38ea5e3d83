"""The channels that a function in Segment publishes to: a name a quarter of an hour, which only those who hold the key can tell.

`conformance/channels.json` is the contract; the function follows it too.
"""

from dagnet_realtime.core.mac import Mac
from dagnet_realtime.model.channel import Channel

TURN_SECONDS = 900  # of one name; whoever may watch no longer hears nothing beyond it
AROUND_SECONDS = 90  # before and after a turn both names are listened to: more than two honest clocks differ, and a request takes
PREFIX = "private-dagnet-function-"
_DIGITS = 40


class FunctionChannels:
    """The names of one channel under the workspace's token key. They follow from it as the pseudonyms do, and tell nothing of it."""

    def __init__(self, channel: Channel, token_key: bytes, turn: int = TURN_SECONDS) -> None:
        self._of = f"{channel.workspace}\0{channel.env}\0"
        self._turn = turn * 1000
        self._mac = Mac(Mac(token_key, "sha256").of(b"relay: function channel"), "sha256")

    def at(self, at: int) -> str:
        """The name at `at` (ms since 1970)."""
        return PREFIX + self._mac.of(f"{self._of}{at // self._turn}".encode()).hex()[:_DIGITS]

    def around(self, at: int) -> tuple[str, ...]:
        """The names that are to be listened to at `at`: one, or two about a turn, the later one last."""
        near = AROUND_SECONDS * 1000
        return tuple(dict.fromkeys((self.at(max(0, at - near)), self.at(at + near))))
