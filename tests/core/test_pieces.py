"""Long messages in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.pieces import pieces


@given(st.text(min_size=1, max_size=500), st.integers(40, 200))
def test_pieces_fit_are_text_and_join_to_what_they_were(text: str, limit: int) -> None:
    """REL-3: cut between characters, never longer than the limit."""
    found = pieces(text.encode("utf-8", "replace"), "abcd1234", limit)
    assert all(len(piece) <= limit for piece in found)
    heads = [piece.decode().split(" ", 3) for piece in found]
    assert [(head[0], int(head[1]), int(head[2])) for head in heads] == [("abcd1234", n, len(found)) for n in range(len(found))]
    assert "".join(head[3] for head in heads) == text.encode("utf-8", "replace").decode()


def test_a_limit_without_room_is_a_mistake() -> None:
    """REL-3: nothing would ever be sent."""
    with pytest.raises(ValueError, match="no text fits"):
        pieces(b"x", "abcd", 20)
