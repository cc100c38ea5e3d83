"""A frame as it leaves: encoded once, however many viewers get it."""

import msgspec

from dagnet_realtime.model.frame import Frame
from dagnet_realtime.model.position import Position

_ENCODER = msgspec.json.Encoder()


class Sent(msgspec.Struct, frozen=True):
    """`end` is where the viewer stands after the frame. `json` is the frame; `sse` the same as one message of a stream."""

    frame: Frame
    end: Position
    json: bytes
    sse: bytes

    @property
    def position(self) -> str:
        """`end` as it goes over the wire."""
        return str(self.end)


def sent(frame: Frame, end: Position) -> Sent:
    """Encodes `frame`. JSON has no raw line breaks, so one `data:` line holds it."""
    json = _ENCODER.encode(frame)
    return Sent(frame, end, json, b"id: %b\ndata: %b\n\n" % (str(end).encode(), json))
