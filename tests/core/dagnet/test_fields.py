"""Fields out of trees that may hold anything."""

import math

from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.dagnet.fields import colour, first_text, flag, number, record, rows, text, well_formed

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(codec=None, exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(ANYTHING)
def test_every_reader_takes_anything(value: object) -> None:
    """GRA-4: what does not fit reads as absent."""
    assert isinstance(record(value), dict)
    assert isinstance(rows(value), list)
    text(value).encode()
    found = number(value)
    assert found is None or math.isfinite(found)
    assert isinstance(flag(value), bool)
    assert colour({"colour": value}).isascii()


def test_scalars_read_as_text_and_texts_are_cut() -> None:
    """GRA-4: an id may be written as a number."""
    assert [text(value) for value in (1, 1.0, True, None, [], "a")] == ["1", "1", "true", "", "", "a"]
    assert len(text("x" * 999)) == 256
    assert first_text({"a": "", "b": None, "c": "found"}, "a", "b", "c") == "found"


def test_truth_values_are_no_numbers_and_far_numbers_are_none() -> None:
    """GRA-4: what cannot be drawn is absent."""
    assert [number(value) for value in (True, "1", math.nan, math.inf, 1e10, 10**400, -2, 0.5)] == [None] * 6 + [-2.0, 0.5]


def test_half_surrogates_are_replaced() -> None:
    """GRA-4: everything read can be written as UTF-8."""
    assert well_formed("a\ud800b") == "a�b"


def test_either_spelling_of_colour_is_read_and_style_sheets_are_not() -> None:
    """GRA-4: only a colour is a colour."""
    assert colour({"color": "#fff"}) == "#fff"
    assert colour({"colour": "teal", "color": "#fff"}) == "teal"
    assert colour({"colour": "red; background: url(//x)"}) == ""
