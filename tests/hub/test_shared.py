"""What the viewers of a view share."""

from dagnet_realtime.hub.shared import gap
from dagnet_realtime.model.frame import Gap
from dagnet_realtime.model.position import Position


def test_a_gap_moves_its_reader_to_where_reading_goes_on() -> None:
    """HUB-8: it ends at the place where the next frame begins."""
    one = gap(Position("e", 1), Position("f", 7, "ab"), None, "epoch")
    assert one.frame == Gap(from_="e.1", to="f.7.ab", missed=None, reason="epoch")
    assert one.position == "f.7.ab"
