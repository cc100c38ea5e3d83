"""Positions as text."""

from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.model.position import Position


@given(st.from_regex(r"[0-9a-f]{1,12}", fullmatch=True), st.integers(0, 10**17), st.from_regex(r"[0-9a-f]{0,8}", fullmatch=True))
def test_a_position_reads_back(epoch: str, offset: int, check: str) -> None:
    """WEB-3: what was sent can be sent back."""
    position = Position(epoch, offset, check)
    assert Position.parse(str(position)) == position


@given(st.text(max_size=120))
def test_any_other_text_is_no_position(text: str) -> None:
    """WEB-5: and raises nothing."""
    position = Position.parse(text)
    assert position is None or Position.parse(str(position)) == position


def test_what_only_looks_like_one_is_none() -> None:
    """WEB-5: signs, other digits, lengths and parts."""
    for text in ("", ".", ".1", "e", "e.-1", "e.1.2.3", "e.²", "e.", "e.1" + "0" * 20, "e" * 100 + ".1"):
        assert Position.parse(text) is None
