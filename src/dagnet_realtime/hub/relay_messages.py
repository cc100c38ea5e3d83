"""What a view and its frames become at a provider: a channel whose name nobody can guess, and messages within its limits."""

import hashlib
import hmac
import secrets

import msgspec

from dagnet_realtime.core.batching import chunk
from dagnet_realtime.model.frame import Frame
from dagnet_realtime.ports.relay import Message, RelayLimits

ENVELOPE = 200  # bytes of a message that pieces need for themselves

_ENCODER = msgspec.json.Encoder()


def new_channel_name(terms: RelayLimits, key: bytes, *said: str) -> str:
    """Another name each time, of 160 bits, for the view that `said` tells of; `key` is nobody's but ours."""
    text = "\n".join((*said, secrets.token_hex(16)))
    return f"{terms.prefix}dagnet-{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:40]}"


def payload_budget(terms: RelayLimits) -> int:
    """Bytes that the events of one publication may fill."""
    return terms.pieces * (terms.limit - ENVELOPE)


def to_messages(frame: Frame, channel: str, terms: RelayLimits) -> list[Message]:
    """The frame as one message, or in pieces where it is longer than one may be."""
    body = _ENCODER.encode(frame)
    if len(body) <= terms.limit:
        return [Message(channel, "frame", body)]
    return [
        Message(channel, "piece", part) for part in chunk(body, secrets.token_hex(4), terms.limit)
    ]


def publish_interval(terms: RelayLimits, messages: int) -> float:
    """Seconds until the provider may be given more, after so many messages of one view."""
    return max(terms.every, messages / terms.rate)


def backoff_seconds(failures: int) -> float:
    """Seconds for which a provider that failed is left alone: 1, doubled with each further failure, 15 at most."""
    return float(min(15.0, 2.0**failures))
