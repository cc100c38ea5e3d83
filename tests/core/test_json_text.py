"""JSON text: cut into its values and lines, and repaired if a sender writes what strict decoders
refuse.
"""

import json
import time
from json import JSONDecodeError, JSONDecoder
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.json_text import (
    MAX_REPAIRED_BYTES,
    NeedsRepair,
    decode,
    decode_utf8,
    elements,
    lines_of,
    members,
    repair_json,
    split_lines,
    trimmed,
    value_end,
)
from dagnet_realtime.model.problem import Problem
from tests.support.tries import tries

STEPS = 1000
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('a"\\{}[],: \n\u2028é')),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.sampled_from('ab"\\,{')), inner, max_size=4)
    ),
    max_leaves=12,
)
INDENTS = st.none() | st.sampled_from([0, 1, "\t"])


def deep(levels: int) -> bytes:
    """A list in a list in a list."""
    return b"[" * levels + b"1" + b"]" * levels


@tries(200)
@given(VALUES, INDENTS, st.sampled_from(["", ",", " ]", "}", "  x"]))
def test_a_value_ends_where_a_decoder_says(value: Any, indent: Any, behind: str) -> None:
    """SIG-3: a value's end is found, with any text in its strings."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    assert value_end((text + behind).encode(), 0, STEPS) == len(text.encode())


@tries(200)
@given(st.lists(VALUES, max_size=5), INDENTS)
def test_the_elements_of_an_array_are_found(values: list[Any], indent: Any) -> None:
    """SEG-10: each element is found with its exact text."""
    text = json.dumps(values, indent=indent, ensure_ascii=False).encode()
    found = elements(text, STEPS)
    assert found is not None
    assert [json.loads(text[start:end]) for start, end in found] == values


@tries(200)
@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=5), INDENTS)
def test_the_members_of_an_object_are_found(values: dict[str, Any], indent: Any) -> None:
    """SEG-10: each member is found with its name as written."""
    text = json.dumps(values, indent=indent).encode()
    found = members(text, STEPS)
    assert found is not None
    assert {
        json.loads(name): json.loads(text[start:end]) for name, (start, end) in found.items()
    } == values


@given(
    st.binary(max_size=60)
    | st.lists(st.sampled_from(list('[]{},:"\\ a1')), max_size=30).map(
        lambda signs: "".join(signs).encode()
    )
)
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


@pytest.mark.parametrize(
    "text", [b"[" * 100_000, b"[[{}" * 20_000, b'["' + b"\\" * 100_001, b'{"a":' * 20_000]
)
def test_what_never_ends_is_given_up(text: bytes) -> None:
    """DOOR-14: the search ends after a bounded number of steps."""
    assert value_end(text, 0, STEPS) == -1
    assert elements(text, STEPS) is None


def test_what_stands_between_two_commas_is_an_element_even_if_it_is_nothing() -> None:
    """SEG-10: an empty place counts as an element, so that the others keep their places."""
    assert elements(b"[1,,{} , tru]", STEPS) == [(1, 2), (3, 3), (4, 6), (9, 12)]
    assert elements(b"[]", STEPS) == elements(b" [ ] ", STEPS) == []
    for none in (b"", b"{}", b"[1]x", b"[1]]", b"[1", b"[}", b'["]'):
        assert elements(none, STEPS) is None
    assert members(b'{"a" : [1,2] , b:1, "a":3, "c"}', STEPS) == {b'"a"': (24, 25)}


def test_the_space_around_is_no_part_of_a_value() -> None:
    """SIG-3: any amount of space is cut off."""
    text = b" " * 10_000 + b"x" + b"\n" * 10_000
    assert trimmed(text, 0, len(text)) == (10_000, 10_001)
    assert trimmed(b"   ", 0, 3) == (3, 3)


TEXTS = st.text(st.sampled_from("a\n\r\u2028\u2029\u0085\x0b\x0c\x1c\x1d\x1e"))


@pytest.mark.parametrize(
    "mark", ["\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e"]
)
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


ANY = msgspec.json.Decoder(Any)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (rb'"cut \ud83d"', "cut \ufffd"),
        (rb'"\udE00 cut"', "\ufffd cut"),
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"\\ud83d"', "\\ud83d"),
        (rb'"\\\\\ud83d"', "\\\\\ufffd"),
        (rb'["\ud800\ud800"]', ["\ufffd\ufffd"]),
        (
            b'{"a":NaN,"b":-Infinity,"c":"NaN","d":Infinity}',
            {"a": None, "b": None, "c": "NaN", "d": None},
        ),
        (b"[1e999,-1e999,1e308]", [None, None, 1e308]),
        (b'["1e999 \\" NaN",NaN]', ['1e999 " NaN', None]),
        (b"[" + b"9" * 400 + b",1e999]", [None, None]),
    ],
)
def test_what_no_decoder_takes_is_mended(text: bytes, read: object) -> None:
    """SEG-2: half surrogate pairs become U+FFFD, and NaN, infinities and endless numbers become
    null.
    """
    assert decode(ANY, text) == read


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"nul",
        b'{"a":tru}',
        b"[1,]",
        b'"\x01"',
        b'"\xff"',
        b"[" * 100_000,
        b"{" * 10,
        b"01",
    ],
)
def test_what_is_no_json_is_a_problem(text: bytes) -> None:
    """SEG-7: text that is no JSON raises `invalid` and nothing else."""
    with pytest.raises(Problem) as caught:
        decode(ANY, text)
    assert caught.value.code == "invalid"


def test_a_body_must_be_utf_8_throughout() -> None:
    """SEG-7: a body with invalid UTF-8 anywhere is refused."""
    assert decode_utf8(b"\xef\xbb\xbf{}") == b"{}"
    assert decode_utf8("é".encode()) == "é".encode()
    for bad in (b"\xff", b'{"a":"\xed\xa0\x80"}', b"\xc0\x80"):
        with pytest.raises(Problem):
            decode_utf8(bad)


@pytest.mark.parametrize(
    "hostile",
    [
        b'{"a":"' + b'\\"' * 200_000,
        b'"' * 400_000,
        b"1" * 400_000,
        b'"' + b"\\\\" * 200_000 + rb"\ud800",
        b"NaN," * 100_000,
        rb"\ud800" * 80_000,
        b"1e5," * 100_000,
        b"N" * 400_000,
        b"-" * 400_000,
        b"1." * 200_000,
        b"1e" * 200_000,
    ],
    ids=range(11),
)
def test_mending_takes_time_in_proportion(hostile: bytes) -> None:
    """SEG-2: no sender can make it quadratic, which would take minutes here."""
    began = time.perf_counter()
    repair_json(hostile)
    assert time.perf_counter() - began < 10.0


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        (rb'["\\ud800",NaN]', rb'["\\ud800",null]'),
        (rb'["\ud800\\\udc00"]', rb'["\ufffd\\\ufffd"]'),
        (rb'["\udc00\ud800\udc00\udc00"]', rb'["\ufffd\ud800\udc00\ufffd"]'),
        (b"[1e307,-1e309,123e400,1E+999,1e-999]", b"[1e307,null,null,null,1e-999]"),
        (b"[" + b"9" * 250 + b"e99," + b"9" * 299 + b"]", b"[null," + b"9" * 299 + b"]"),
        (b'{"NaN":"Infinity","a":-Infinity}', b'{"NaN":"Infinity","a":null}'),
        (b'["NaN', b'["NaN'),
    ],
)
def test_only_what_must_be_is_mended(text: bytes, mended: bytes) -> None:
    """SEG-2: the rest stays byte for byte."""
    assert repair_json(text) == mended


def test_what_no_event_can_be_is_not_mended() -> None:
    """SEG-2: text of up to half a megabyte is repaired, longer text is not."""
    for size, done in ((MAX_REPAIRED_BYTES, True), (MAX_REPAIRED_BYTES + 1, False)):
        text = b'["' + b"x" * (size - 8) + b'",NaN]'
        assert (b"null" in repair_json(text)) is done


def test_without_mending_what_is_strange_is_said_to_be() -> None:
    """DOOR-16: with `repair=False`, strange text raises `NeedsRepair`, so that it can be repaired
    elsewhere.
    """
    for strange in (b"[NaN]", rb'"\ud800"', b"{", b"[1e999]", b'"\xff"'):
        with pytest.raises(NeedsRepair):
            decode(ANY, strange, repair=False)
    assert decode(ANY, b"[1]", repair=False) == [1]
    with pytest.raises(Problem, match="deep"):
        decode(ANY, b"[" * 100_000, repair=False)


@given(
    st.recursive(
        st.none() | st.floats() | st.integers() | st.text(st.characters(exclude_categories=[])),
        st.lists,
        max_leaves=20,
    )
)
def test_any_json_that_python_writes_can_be_read(value: object) -> None:
    """SEG-2: Python's own writer gives NaN, half pairs and integers of any length."""
    decode(ANY, json.dumps(value).encode())


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_are_a_problem(text: bytes) -> None:
    """SEG-7: any bytes are read or raise `invalid`."""
    try:
        decode(ANY, text)
    except Problem as problem:
        assert problem.code == "invalid"  # noqa: PT017 -- either outcome will do
