"""The reading of simple YAML without the parser: what it takes it reads alike, all else it leaves."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.dagnet.decode import FileUnreadable, load_yaml
from dagnet_realtime.core.dagnet.simple_yaml import (
    DEPTH_LIMIT,
    VALUE_LIMIT,
    NotSimple,
    read_simple,
)
from dagnet_realtime.core.dagnet.yaml_parser import parse_yaml
from tests.support.server import SAMPLE
from tests.support.tries import tries

SIMPLE = {
    "block": "id: a\nname: Basket filled\ntags:\n  - x\n  - 'y'\nn:\n  deep:\n    deeper: 1\n",
    "items at the key's column": "values:\n- a\n- b\nnext: 1\n- x: 1\n"[:-7],
    "lists in lists": "- - a\n  - b\n- - c\n-\n  - d\n- e: 1\n  f:\n  - 2\n",
    "nothing": "",
    "comments": "# a\n\na: b # c\n# d\nb: c#d\nlist: # e\n  # f\n  - x # g\n  - # h\n",
    "empty values": "a:\nb:\n  c:\nd:\n  -\n  -\ne:",
    "scalars": "a: ON\nb: 012\nc: 0x1F\nd: -1.5\ne: ~\nf: .inf\ng: 2026-01-02\nh: 12:30\ni: true\nj: 1_0",
    "scalar keys": "7: a\ntrue: b\n1.0: c\nnull: d\non: e\n0x10: f\n",
    "equal keys": "a: 1\nb: 2\na: 3\nb:\n",
    "signs in texts": "a: http://x/?y=1&z=[2] {3} 'q' \"r\" !\nb: it's - a: b"[:-6],
    "quotes": "a: \"x: #y\"\nb: 'it''s'  # c\nc: \"\"\nd: ''\ne: \"é £\"\n",
    "in brackets": "a: [x, 'y', \"z, 1\", 2, on]\nb: []\nc: { }\nd: [ a b , c ] # e\n",
    "in braces": "a: {segment: Order Completed, amplitude: 'x', n: 1}\nb: {x: 1, x: 2}\n",
    "block texts": "a: |\n  x\n    y\nb: >\n  x\n  y\n\n\nc: |-\n    z\nd:\n- >-\n  p\n  q\n- - |\n    r\n",
    "letters of other scripts": "a: größe\nb: 価格 – 2 €\n",
    "spaces at the end": "a:   b   \n   \nc:   \n  - d  \n",
}


def same(one: object, other: object) -> bool:
    """Equal in values, types, order of keys, and what is not a number."""
    return repr(one) == repr(other)


@pytest.mark.parametrize("what", SIMPLE)
def test_simple_texts_need_no_parser_and_read_alike(what: str) -> None:
    """GRA-2: the same values, of the same types, in the same order."""
    text = SIMPLE[what]
    for ending in ("", "\n", "\n\n"):
        if not (text + ending).endswith("\n") and what == "block texts":
            continue  # without an end of line the block's text has none
        assert same(read_simple(text + ending), parse_yaml(text + ending))


LEFT = [
    "--- a", "---\na: 1", "%YAML 1.2\n---\na: 1", "a: &x 1", "a: *x", "a: !!str 1", "? a\n: b", "a: b\n  c", "a: b\n  - c", "- a\n - b", "a: 'b\n  c'",
    'a: "\\n"', "a: b: c", "a: b:", "a:\n  b: 1\n c: 2", "\ta: 1", "a:\tb", "a: 1\r\nb: 2", "a", "- a\nb: 1", "a: 1\n- b", " a: 1", "a: [b", "a: [[b]]", "a: {b: [c]}",
    "a: {b}", "a: [b: c]", "a: |2\n  b", "a: |+\n  b\n", "a: >\n  b\n\n  c\n", "a: >\n  b\n   c\n", "a: |\n  b", "a: |\n  b\n\n  c\n", "a: |\nb: 1\n", "a: |\n\n  b\n",
    "<<: {a: 1}", '"a": 1', "a : 1", "a: - b", "a: @b", "a: `b`", "a: %b", "a: \x85b", "a: \u2028b", "a: b\xa0", "\ufeffa: 1", "a: 'b'c", "a: 'b'#c", "...\na: 1", "a: 1\n...\n",
    "a: 1\n---\nb: 2", "{a: 1}", "[a]", "é: 1",
]  # fmt: skip


@pytest.mark.parametrize("text", LEFT)
def test_all_else_reads_as_the_parser_reads_it(text: str) -> None:
    """GRA-2: what is left to the parser has its values, or its reason with line and column."""

    def told(read: Callable[[str], object]) -> str:
        try:
            return repr(read(text))
        except FileUnreadable as why:
            return str(why)

    assert told(load_yaml) == told(parse_yaml)
    with pytest.raises(NotSimple):
        read_simple(text)


PIECES = [
    *"ab1-#'\"[]{},:|>\n ", "- ", "  ", "    ", "\n  ", "\n    ", "a: ", "b:\n", " #c", "- c\n", "  - d\n", "  e: f\n", "- a: 1\n", "  b: 2\n", "\n\n", "- - ",
    "on", "null", "-5", "é", "...", "---\n", "&a ", "*a", "!t ", "? ", "%", "@", "\\", "\xa0", "\t", "\r", "\u2028", "\x85", "k: |\n  t\n", "k: >\n  t\n  u\n", "|-\n", ">-\n",
    "~\n", "0x1F", ".5", "1.", "<<: ", "=", "a:b", " :c", "[a, b]", "{a: b}", "[a, 'b']", '{a: "b", c: 1}', "true: ", "1.0: ",
]  # fmt: skip


@pytest.mark.tried
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@tries(400)
def test_whatever_is_taken_without_the_parser_reads_alike(text: str) -> None:
    """GRA-2: no text means one thing to the one and another to the other."""
    try:
        found = read_simple(text)
    except NotSimple:
        return
    assert same(found, parse_yaml(text))


def test_dagnets_kind_of_files_is_simple() -> None:
    """GRA-2: the sample's definitions and indexes, as DagNet writes them, need no parser."""
    files: list[Path] = sorted(SAMPLE.rglob("*.yaml"))
    assert len(files) > 20
    for file in files:
        text = file.read_text()
        assert same(read_simple(text), parse_yaml(text)), file


def test_bounds_are_the_parsers() -> None:
    """GRA-2: depth and number of values are refused alike, and what is below them is read."""
    deep = "- " * DEPTH_LIMIT + "x"
    assert same(read_simple(deep), parse_yaml(deep))
    most = f"- [{', '.join(['x'] * 999)}]\n" * 99 + "- x\n" * 999
    assert VALUE_LIMIT == 1 + 99 * 1000 + 999
    assert read_simple(most) == [["x"] * 999] * 99 + ["x"] * 999
    for text in ("- " + deep, "- " * DEPTH_LIMIT + "[]", "- " * DEPTH_LIMIT + "{}", most + "- x\n"):
        with pytest.raises(NotSimple):
            read_simple(text)
