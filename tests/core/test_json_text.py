"""JSON text cut into its values."""

import json
from json import JSONDecodeError, JSONDecoder
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.json_text import elements, members, trimmed, value_end
from tests.support.tries import tries

STEPS = 1000
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('a"\\{}[],: \n\u2028é')),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.sampled_from('ab"\\,{')), inner, max_size=4),
    max_leaves=12,
)
INDENTS = st.none() | st.sampled_from([0, 1, "\t"])


def deep(levels: int) -> bytes:
    """A list in a list in a list."""
    return b"[" * levels + b"1" + b"]" * levels


@tries(200)
@given(VALUES, INDENTS, st.sampled_from(["", ",", " ]", "}", "  x"]))
def test_a_value_ends_where_a_decoder_says(value: Any, indent: Any, behind: str) -> None:
    """SIG-3: whatever its strings hold."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    assert value_end((text + behind).encode(), 0, STEPS) == len(text.encode())


@tries(200)
@given(st.lists(VALUES, max_size=5), INDENTS)
def test_the_elements_of_an_array_are_told_apart(values: list[Any], indent: Any) -> None:
    """SEG-10: each as it stands there."""
    text = json.dumps(values, indent=indent, ensure_ascii=False).encode()
    found = elements(text, STEPS)
    assert found is not None
    assert [json.loads(text[start:end]) for start, end in found] == values


@tries(200)
@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=5), INDENTS)
def test_the_members_of_an_object_are_told_apart(values: dict[str, Any], indent: Any) -> None:
    """SEG-10: names as they are written."""
    text = json.dumps(values, indent=indent).encode()
    found = members(text, STEPS)
    assert found is not None
    assert {json.loads(name): json.loads(text[start:end]) for name, (start, end) in found.items()} == values


@given(st.binary(max_size=60) | st.lists(st.sampled_from(list('[]{},:"\\ a1')), max_size=30).map(lambda signs: "".join(signs).encode()))
def test_any_bytes_are_cut_or_are_not(text: bytes) -> None:
    """SEG-7: nothing is raised, and what is cut out lies within."""
    for start, end in elements(text, STEPS) or []:
        assert 0 <= start <= end <= len(text)
    for start, end in (members(text, STEPS) or {}).values():
        assert 0 <= start <= end <= len(text)
    end = value_end(text, 0, STEPS)
    assert end <= len(text)
    try:
        _, expected = JSONDecoder().raw_decode(text.decode("latin-1"))
    except (JSONDecodeError, RecursionError):
        return
    assert end == expected or text[:1] not in (b"{", b"[", b'"')


@pytest.mark.parametrize("levels", [1, 24, 25, 400, 5000])
def test_a_deep_value_ends_where_its_brackets_do(levels: int) -> None:
    """SEG-10: runs of brackets are one step each."""
    text = deep(levels) + b",1]"
    assert value_end(text, 0, 2) == len(text) - 3
    assert elements(b"[" + text, STEPS) == [(1, len(text) - 2), (len(text) - 1, len(text))]


@pytest.mark.parametrize("text", [b"[" * 100_000, b"[[{}" * 20_000, b'["' + b"\\" * 100_001, b'{"a":' * 20_000])
def test_what_never_ends_is_given_up(text: bytes) -> None:
    """DOOR-14: after so many steps."""
    assert value_end(text, 0, STEPS) == -1
    assert elements(text, STEPS) is None


def test_what_stands_between_two_commas_is_an_element_even_if_it_is_nothing() -> None:
    """SEG-10: so that the places of the others stay true."""
    assert elements(b"[1,,{} , tru]", STEPS) == [(1, 2), (3, 3), (4, 6), (9, 12)]
    assert elements(b"[]", STEPS) == elements(b" [ ] ", STEPS) == []
    for none in (b"", b"{}", b"[1]x", b"[1]]", b"[1", b"[}", b'["]'):
        assert elements(none, STEPS) is None
    assert members(b'{"a" : [1,2] , b:1, "a":3, "c"}', STEPS) == {b'"a"': (24, 25)}


def test_the_space_around_is_no_part_of_a_value() -> None:
    """SIG-5: however much there is."""
    text = b" " * 10_000 + b"x" + b"\n" * 10_000
    assert trimmed(text, 0, len(text)) == (10_000, 10_001)
    assert trimmed(b"   ", 0, 3) == (3, 3)
