"""Lines end at a line feed alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.newlines import lines_of, split_lines

TEXTS = st.text(st.sampled_from("a\n\r\u2028\u2029\u0085\x0b\x0c\x1c\x1d\x1e"))


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e"])
def test_only_a_line_feed_ends_a_line(mark: str) -> None:
    """CLI-26: what other readers split at is text."""
    text = f'{{"a":"{mark}"}}\r\n{{}}\n\nend'
    assert split_lines(text) == [f'{{"a":"{mark}"}}', "{}", "", "end"]
    assert split_lines("") == []


@given(TEXTS, st.lists(st.integers(0, 40)))
def test_lines_are_the_same_in_any_chunks(text: str, cuts: list[int]) -> None:
    """CLI-26: an empty last line is none."""
    places = sorted(min(cut, len(text)) for cut in cuts)
    chunks = [text[at:until] for at, until in zip([0, *places], [*places, len(text)], strict=True)]
    assert list(lines_of(chunks)) == split_lines(text)
