"""From bytes to trees, or to a sentence."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.dagnet.texts import JSON_LIMIT, YAML_LIMIT, read_tree
from dagnet_realtime.core.dagnet.unreadable import Unreadable

BROKEN = {
    "not JSON": ("a.json", b"{"),
    "Unterminated string starting at line 1, column 2": ("a.json", b'{"a'),
    "NUL": ("a.json", b'{"a": "\0"}'),
    "not UTF-8 (at byte 7)": ("a.json", b'{"a": "\xff"}'),
    "NaN": ("a.json", b"[NaN]"),
    "nested too deeply": ("a.json", b"[" * 100_000 + b"]" * 100_000),
    "number": ("a.json", b"[" + b"1" * 5000 + b"]"),
    f"{JSON_LIMIT // 1024} KB": ("a.json", b" " * (JSON_LIMIT + 1)),
    f"{YAML_LIMIT // 1024} KB": ("a.yaml", b" " * (YAML_LIMIT + 1)),
    "not YAML": ("a.yaml", b"a: ["),
    "is not UTF-8": ("a.yaml", "é: 1".encode("latin-1")),
}


@pytest.mark.parametrize("why", BROKEN)
def test_what_cannot_be_read_says_why(why: str) -> None:
    """GRA-2: hostile and broken files end in one sentence."""
    with pytest.raises(Unreadable, match=why.replace("(", r"\(").replace(")", r"\)")):
        read_tree(*BROKEN[why])


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    """GRA-2: files saved with a mark at their start are ordinary files."""
    assert read_tree("a.json", b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
    assert read_tree("a.yaml", b"\xef\xbb\xbfa: 1") == {"a": 1}


@given(st.sampled_from(["a.json", "a.yaml"]), st.binary() | st.text().map(str.encode))
def test_arbitrary_bytes_are_a_tree_or_unreadable(path: str, content: bytes) -> None:
    """GRA-2: nothing else is ever raised."""
    with suppress(Unreadable):
        read_tree(path, content)
