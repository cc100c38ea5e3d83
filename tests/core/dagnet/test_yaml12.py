"""YAML as DagNet reads it."""

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from dagnet_realtime.core.dagnet.unreadable import Unreadable
from dagnet_realtime.core.dagnet.yaml12 import DEPTH_LIMIT, load, scalar

SCALARS = {
    "ON": "ON", "yes": "yes", "Off": "Off", "true": True, "False": False, "tRUE": "tRUE", "2026-01-02": "2026-01-02", "": None, "~": None,
    "null": None, "nULL": "nULL", "012": 12, "0o14": 12, "0x1F": 31, "+7": 7, "1_000": "1_000", "1e3": 1000.0, ".5": 0.5, "1.": 1.0,
    "-.inf": float("-inf"), "12:30": "12:30", "1.2.3": "1.2.3", "0b1": "0b1", "=": "=", "<<": "<<",
}  # fmt: skip


@pytest.mark.parametrize("text", SCALARS)
def test_plain_scalars_follow_the_core_schema(text: str) -> None:
    """GRA-3: an unquoted ON is a text, a date is a text."""
    assert scalar(text) == SCALARS[text]
    assert type(scalar(text)) is type(SCALARS[text])


def test_documents_are_plain_values() -> None:
    """GRA-3: quotes, tags, aliases, duplicate keys, block texts and further documents."""
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
    assert load(text) == {"a": five, "b": five, "a2": {"x": 2}, "7": "seven", "on": "off", "text": "two\nlines\n", "<<": merged}
    assert load("") is None
    assert load("# nothing") is None


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
        "- &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(f"- &{b} [{','.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdef", "bcdefg", strict=True)),
    ],
)
def test_hostile_documents_are_refused_soon(text: str) -> None:
    """GRA-2: bombs, loops and depth end in a sentence, within a second."""
    begun = time.process_time()
    with pytest.raises(Unreadable):
        load(text)
    assert time.process_time() - begun < 2


TEXTS = st.text(max_size=20)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20
)


@given(st.text(alphabet="ab:-[]{}&*!|>'\"# \n\t,?%@0.~\\"))
def test_arbitrary_text_is_a_tree_or_unreadable(text: str) -> None:
    """GRA-2: nothing else is ever raised."""
    with suppress(Unreadable):
        load(text)


@given(PLAIN)
def test_json_reads_as_the_same_values(tree: object) -> None:
    """GRA-3: JSON is YAML 1.2."""
    assert load(json.dumps(tree)) == tree


def test_another_reader_agrees_on_an_ordinary_file() -> None:
    """GRA-3: the library's own loader gives the same tree where YAML 1.2 leaves no choice."""
    text = "events:\n  - id: a\n    tags: [x, 'y']\n    n: 1\n    nested: {deep: [1, 2.5, null, true]}\n"
    assert load(text) == YAML(typ="safe", pure=True).load(text)
