"""Frames as they leave."""

import json

from dagnet_realtime.hub.sent import sent
from dagnet_realtime.model.frame import Batch
from dagnet_realtime.model.position import Position


def test_a_frame_is_encoded_with_the_names_of_the_wire() -> None:
    """HUB-23: `op` and `from`, and one message of a stream whose id is the position."""
    one = sent(Batch(from_="e.0", position="e.2.ab", unmapped={"a\nb": 2}), Position("e", 2, "ab"))
    wire = json.loads(one.json)
    assert (wire["op"], wire["from"], wire["position"]) == ("batch", "e.0", "e.2.ab")
    assert one.sse == b"id: e.2.ab\ndata: " + one.json + b"\n\n"
    assert b"\n" not in one.json
    assert one.position == "e.2.ab"
