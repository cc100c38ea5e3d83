"""Decoding DagNet's files: YAML and JSON into trees or a reason, typed fields of any tree, and
versions of content.
"""

import json
import math
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from dagnet_realtime.core.dagnet.decode import (
    DEPTH_LIMIT,
    JSON_LIMIT,
    YAML_LIMIT,
    FileUnreadable,
    as_bool,
    as_list,
    as_mapping,
    colour,
    digest,
    first_text,
    load_yaml,
    number,
    read_tree,
    scalar,
    text,
    well_formed,
)


def test_it_carries_a_clause_that_follows_the_file_name() -> None:
    """GRA-2: an error reads as a sentence with the file's name before it."""
    assert f"a.json {FileUnreadable('is not UTF-8')}" == "a.json is not UTF-8"


def test_equal_content_has_one_version_in_any_order_of_sets() -> None:
    """GRA-1: a version follows from content alone."""
    assert digest(frozenset("abc"), {"a": 1, "b": 2}) == digest(frozenset("cba"), {"b": 2, "a": 1})
    assert digest("a") != digest("b")
    assert len(digest()) == 16


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(alphabet=st.characters(codec=None, exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(ANYTHING)
def test_every_reader_takes_anything(value: object) -> None:
    """GRA-2: what does not fit reads as absent."""
    assert isinstance(as_mapping(value), dict)
    assert isinstance(as_list(value), list)
    text(value).encode()
    found = number(value)
    assert found is None or math.isfinite(found)
    assert isinstance(as_bool(value), bool)
    assert colour({"colour": value}).isascii()


def test_scalars_read_as_text_and_texts_are_cut() -> None:
    """GRA-2: an id may be written as a number."""
    assert [text(value) for value in (1, 1.0, True, None, [], "a")] == [
        "1",
        "1",
        "true",
        "",
        "",
        "a",
    ]
    assert len(text("x" * 999)) == 256
    assert first_text({"a": "", "b": None, "c": "found"}, "a", "b", "c") == "found"


def test_truth_values_are_no_numbers_and_far_numbers_are_none() -> None:
    """GRA-2: what cannot be drawn is absent."""
    assert [number(value) for value in (True, "1", math.nan, math.inf, 1e10, 10**400, -2, 0.5)] == [
        None
    ] * 6 + [-2.0, 0.5]


def test_half_surrogates_are_replaced() -> None:
    """GRA-2: everything read can be written as UTF-8."""
    assert well_formed("a\ud800b") == "a�b"


def test_either_spelling_of_colour_is_read_and_style_sheets_are_not() -> None:
    """GRA-2: only a colour is a colour."""
    assert colour({"color": "#fff"}) == "#fff"
    assert colour({"colour": "teal", "color": "#fff"}) == "teal"
    assert colour({"colour": "red; background: url(//x)"}) == ""


SCALARS = {
    "ON": "ON", "yes": "yes", "Off": "Off", "true": True, "False": False, "tRUE": "tRUE", "2026-01-02": "2026-01-02", "": None, "~": None,
    "null": None, "nULL": "nULL", "012": 12, "0o14": 12, "0x1F": 31, "+7": 7, "1_000": "1_000", "1e3": 1000.0, ".5": 0.5, "1.": 1.0,
    "-.inf": float("-inf"), "12:30": "12:30", "1.2.3": "1.2.3", "0b1": "0b1", "=": "=", "<<": "<<",
}  # fmt: skip


@pytest.mark.parametrize("text", SCALARS)
def test_plain_scalars_follow_the_core_schema(text: str) -> None:
    """GRA-2: an unquoted ON is a text, a date is a text."""
    assert scalar(text) == SCALARS[text]
    assert type(scalar(text)) is type(SCALARS[text])


def test_documents_are_plain_values() -> None:
    """GRA-2: quotes, tags, aliases, duplicate keys, block texts and further documents give plain
    values.
    """
    text = """
a: &a ['true', "2", !!str 3, !!int "4", !own 5]
b: *a
a2: {x: 1, x: 2}
? [complex]
: dropped
7: seven
on: off
text: |
  two
  lines
<<: {merged: no}
---
second: document
"""
    five = ["true", "2", "3", 4, "5"]
    merged = {"merged": "no"}
    assert load_yaml(text) == {
        "a": five,
        "b": five,
        "a2": {"x": 2},
        "7": "seven",
        "on": "off",
        "text": "two\nlines\n",
        "<<": merged,
    }
    assert load_yaml("") is None
    assert load_yaml("# nothing") is None


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "*unknown",
        "[" * (DEPTH_LIMIT + 1) + "]" * (DEPTH_LIMIT + 1),
        "- " * 5000 + "x",
        "a: b: c",
        "\t- x",
        "&a " + "{a: 1",
        "- &a [1,1,1,1,1,1,1,1,1,1]\n"
        + "".join(
            f"- &{b} [{','.join([f'*{a}'] * 10)}]\n"
            for a, b in zip("abcdef", "bcdefg", strict=True)
        ),
    ],
)
def test_hostile_documents_are_refused_soon(text: str) -> None:
    """GRA-2: bombs, loops and depth end in a sentence, within a second."""
    begun = time.process_time()
    with pytest.raises(FileUnreadable):
        load_yaml(text)
    assert time.process_time() - begun < 2


TEXTS = st.text(max_size=20)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(st.text(alphabet="ab:-[]{}&*!|>'\"# \n\t,?%@0.~\\"))
def test_arbitrary_text_is_a_tree_or_unreadable(text: str) -> None:
    """GRA-2: no other error is ever raised."""
    with suppress(FileUnreadable):
        load_yaml(text)


@given(PLAIN)
def test_json_reads_as_the_same_values(tree: object) -> None:
    """GRA-2: JSON is YAML 1.2, so its values read the same."""
    assert load_yaml(json.dumps(tree)) == tree


def test_another_reader_agrees_on_an_ordinary_file() -> None:
    """GRA-2: the library's own loader gives the same tree if YAML 1.2 leaves no choice."""
    text = "events:\n  - id: a\n    tags: [x, 'y']\n    n: 1\n    nested: {deep: [1, 2.5, null, true]}\n"
    assert load_yaml(text) == YAML(typ="safe", pure=True).load(text)


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
    with pytest.raises(FileUnreadable, match=why.replace("(", r"\(").replace(")", r"\)")):
        read_tree(*BROKEN[why])


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    """GRA-2: files saved with a mark at their start are ordinary files."""
    assert read_tree("a.json", b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
    assert read_tree("a.yaml", b"\xef\xbb\xbfa: 1") == {"a": 1}


@given(st.sampled_from(["a.json", "a.yaml"]), st.binary() | st.text().map(str.encode))
def test_arbitrary_bytes_are_a_tree_or_unreadable(path: str, content: bytes) -> None:
    """GRA-2: no other error is ever raised."""
    with suppress(FileUnreadable):
        read_tree(path, content)
