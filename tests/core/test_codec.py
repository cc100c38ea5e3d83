"""Entries as bytes."""

from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.codec import check_of, decode_entry, encode_entry
from tests.support.entries import entry

SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text()


@given(st.text(min_size=1), st.dictionaries(st.text(), SCALARS | st.lists(SCALARS)))
def test_an_entry_survives_storage(id: str, properties: dict) -> None:
    """LOG-2: decoding gives back what was encoded, and equal entries have equal checks."""
    kept = entry(id, properties=properties)
    stored = encode_entry(kept)
    assert decode_entry(stored) == kept
    assert check_of(stored) == check_of(encode_entry(decode_entry(stored)))
