"""How a message's id is shown: as it came if an official SDK or this program made it, else as a digest.

An id is whatever the sender wrote, often made of a user's id and a time. Nothing needs to read it, only to compare it, so every
other text becomes `derived-` and 32 hexadecimal digits of an HMAC-SHA256 under a key of the channel: the same on every process
that has the workspace's key. `conformance/message_ids.json` is the contract.
"""

import hashlib
import re

from dagnet_realtime.core.mac import Mac
from dagnet_realtime.model.channel import Channel

FINGERPRINT = 8  # bytes: among two million ids, two share one with a chance of one in ten million
_UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_TIME = "[1-3][0-9]{12}"  # milliseconds since 1970, of this century
SHAPES = (
    _UUID,  # iOS, Android, Python and others
    f"(?:ajs|node)-next-{_TIME}-{_UUID}",
    "ajs-(?:next-)?[0-9a-f]{32}",  # analytics.js of before
    f"node-[0-9a-f]{{32}}-{_UUID}",  # analytics-node of before
    "api-[0-9A-Za-z]{27}",  # Segment's own, a KSUID
    "sch-[0-9A-Za-z]{27,32}",  # a violation that Protocols forwards
    f"(?:segment-)?test-message-(?:[0-9a-z]{{6}}|{_UUID})",  # the Event Tester, and this program's test events
    f"(?:delete|resent)-{_UUID}",
    "tap-[0-9]{1,10},[0-9]{1,10},[0-9]{1,10}",
)
_SHAPE = re.compile("|".join(SHAPES))
_DIGITS = 32


class MessageIds:
    """The ids of one channel. `token_key` is the workspace's secret."""

    def __init__(self, channel: Channel, token_key: bytes) -> None:
        self._mac = Mac(message_key(channel, token_key), "sha256")

    def shown(self, id: str) -> str:
        """`id` as it may be kept and shown."""
        if _SHAPE.fullmatch(id):
            return id
        return f"derived-{self._mac.of(id.encode('utf-8', 'replace')).hex()[:_DIGITS]}"


def message_key(channel: Channel, token_key: bytes) -> bytes:
    """The key of a channel's digests. It follows from the workspace's key and tells nothing of it."""
    return Mac(token_key, "sha256").of(f"dagnet-realtime message id\0{channel.workspace}\0{channel.env}".encode())


def fingerprint(id: str) -> bytes:
    """What the window of a log remembers of an id, the same on every process."""
    return hashlib.blake2b(id.encode("utf-8", "surrogatepass"), digest_size=FINGERPRINT).digest()
