"""JSON that real senders write and strict decoders refuse."""

import json
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.segment.lenient import MOST_MENDED, Strange, checked, decode, mend
from dagnet_realtime.model.problem import Problem

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
        (b'{"a":NaN,"b":-Infinity,"c":"NaN","d":Infinity}', {"a": None, "b": None, "c": "NaN", "d": None}),
        (b"[1e999,-1e999,1e308]", [None, None, 1e308]),
        (b'["1e999 \\" NaN",NaN]', ['1e999 " NaN', None]),
        (b"[" + b"9" * 400 + b",1e999]", [None, None]),
    ],
)
def test_what_no_decoder_takes_is_mended(text: bytes, read: object) -> None:
    """SEG-8: half surrogate pairs become U+FFFD; NaN, infinities and endless numbers become null."""
    assert decode(ANY, text) == read


@pytest.mark.parametrize("text", [b"", b"{", b"nul", b'{"a":tru}', b"[1,]", b'"\x01"', b'"\xff"', b"[" * 100_000, b"{" * 10, b"01"])
def test_what_is_no_json_is_a_problem(text: bytes) -> None:
    """SEG-7: and nothing else is raised."""
    with pytest.raises(Problem) as caught:
        decode(ANY, text)
    assert caught.value.code == "invalid"


def test_a_body_must_be_utf_8_throughout() -> None:
    """SEG-7: also where it would never be read."""
    assert checked(b"\xef\xbb\xbf{}") == b"{}"
    assert checked("é".encode()) == "é".encode()
    for bad in (b"\xff", b'{"a":"\xed\xa0\x80"}', b"\xc0\x80"):
        with pytest.raises(Problem):
            checked(bad)


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
    """SEG-8: no sender can make it quadratic, which would take minutes here."""
    began = time.perf_counter()
    mend(hostile)
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
    """SEG-8: the rest stays byte for byte."""
    assert mend(text) == mended


def test_what_no_event_can_be_is_not_mended() -> None:
    """SEG-8: half a megabyte is."""
    for size, done in ((MOST_MENDED, True), (MOST_MENDED + 1, False)):
        text = b'["' + b"x" * (size - 8) + b'",NaN]'
        assert (b"null" in mend(text)) is done


def test_without_mending_what_is_strange_is_said_to_be() -> None:
    """DOOR-16: so that it can be mended elsewhere."""
    for strange in (b"[NaN]", rb'"\ud800"', b"{", b"[1e999]", b'"\xff"'):
        with pytest.raises(Strange):
            decode(ANY, strange, mending=False)
    assert decode(ANY, b"[1]", mending=False) == [1]
    with pytest.raises(Problem, match="deep"):
        decode(ANY, b"[" * 100_000, mending=False)


@given(st.recursive(st.none() | st.floats() | st.integers() | st.text(st.characters(exclude_categories=[])), st.lists, max_leaves=20))
def test_whatever_python_writes_as_json_can_be_read(value: object) -> None:
    """SEG-8: Python's own writer gives NaN, half pairs and integers of any length."""
    decode(ANY, json.dumps(value).encode())


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_are_a_problem(text: bytes) -> None:
    """SEG-7: nothing else is raised."""
    try:
        decode(ANY, text)
    except Problem as problem:
        assert problem.code == "invalid"  # noqa: PT017 -- either outcome will do
