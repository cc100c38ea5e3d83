"""The two parsers of YAML: what libyaml reads means the same in YAML 1.2, and mistakes are explained."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.dagnet import decode
from dagnet_realtime.core.dagnet.decode import DEPTH_LIMIT, VALUE_LIMIT, FileUnreadable, load_yaml
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


def yaml_12(text: str) -> object:
    """As `load_yaml`, without libyaml."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(decode, "_LIBYAML", None)
        return load_yaml(text)


def told(read: Callable[[str], object], text: str) -> str:
    """The values with their types and order, or why there are none."""
    try:
        return repr(read(text))
    except FileUnreadable as why:
        return f"refused: {why}"


@pytest.mark.parametrize("what", SIMPLE)
def test_both_parsers_read_alike(what: str) -> None:
    """GRA-2: the same values, of the same types, in the same order."""
    for ending in ("", "\n", "\n\n"):
        assert repr(load_yaml(SIMPLE[what] + ending)) == repr(yaml_12(SIMPLE[what] + ending))


LEFT = [
    "--- a", "---\na: 1", "%YAML 1.2\n---\na: 1", "a: &x 1", "a: *x", "a: !!str 1", "? a\n: b", "a: b\n  c", "a: b\n  - c", "- a\n - b", "a: 'b\n  c'",
    'a: "\\n"', "a: b: c", "a: b:", "a:\n  b: 1\n c: 2", "\ta: 1", "a:\tb", "a: 1\r\nb: 2", "a", "- a\nb: 1", "a: 1\n- b", " a: 1", "a: [b", "a: [[b]]", "a: {b: [c]}",
    "a: {b}", "a: [b: c]", "a: |2\n  b", "a: |+\n  b\n", "a: >\n  b\n\n  c\n", "a: >\n  b\n   c\n", "a: |\n  b", "a: |\n  b\n\n  c\n", "a: |\nb: 1\n", "a: |\n\n  b\n",
    "<<: {a: 1}", '"a": 1', "a : 1", "a: - b", "a: @b", "a: `b`", "a: %b", "a: \x85b", "a: \u2028b", "a: b\xa0", "\ufeffa: 1", "a: 'b'c", "a: 'b'#c", "...\na: 1", "a: 1\n...\n",
    "a: 1\n---\nb: 2", "{a: 1}", "[a]", "é: 1",
]  # fmt: skip


@pytest.mark.parametrize("text", LEFT)
def test_rare_and_broken_yaml_is_read_as_yaml_12(text: str) -> None:
    """GRA-2: it has the values of YAML 1.2, or the reason with line and column."""
    assert told(load_yaml, text) == told(yaml_12, text)


PIECES = [
    *"ab1-#'\"[]{},:|>\n ", "- ", "  ", "    ", "\n  ", "\n    ", "a: ", "b:\n", " #c", "- c\n", "  - d\n", "  e: f\n", "- a: 1\n", "  b: 2\n", "\n\n", "- - ",
    "on", "null", "-5", "é", "...", "---\n", "&a ", "*a", "!t ", "? ", "%", "@", "\\", "\xa0", "\t", "\r", "\u2028", "\x85", "k: |\n  t\n", "k: >\n  t\n  u\n", "|-\n", ">-\n",
    "~\n", "0x1F", ".5", "1.", "<<: ", "=", "a:b", " :c", "[a, b]", "{a: b}", "[a, 'b']", '{a: "b", c: 1}', "true: ", "1.0: ",
]  # fmt: skip


@pytest.mark.tried
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@tries(400)
def test_no_text_means_two_things(text: str) -> None:
    """GRA-2: what YAML 1.2 reads, libyaml reads alike or leaves."""
    expected = told(yaml_12, text)
    if not expected.startswith("refused: "):
        assert told(load_yaml, text) == expected


def test_dagnets_files_are_read_in_c(monkeypatch: pytest.MonkeyPatch) -> None:
    """GRA-2: the sample's definitions and indexes, as DagNet writes them, need no second parser."""
    files = sorted(SAMPLE.rglob("*.yaml"))
    assert len(files) > 20
    read = [yaml_12(file.read_text()) for file in files]
    monkeypatch.setattr(decode, "_load_yaml_12", None)
    assert [load_yaml(file.read_text()) for file in files] == read


def test_bounds_hold_in_both_parsers(monkeypatch: pytest.MonkeyPatch) -> None:
    """GRA-2: depth and number of values are refused alike, and what is below them is read.

    Both count by one number; a smaller one, since ruamel.yaml takes seconds for as many as it says.
    """
    monkeypatch.setattr(decode, "VALUE_LIMIT", 1 + 4 * 1000 + 999)
    deep = "- " * DEPTH_LIMIT + "x"
    most = f"- [{', '.join(['x'] * 999)}]\n" * 4 + "- x\n" * 999
    for text in (deep, most):
        assert load_yaml(text) == yaml_12(text)
    for text in ("- " + deep, "- " * DEPTH_LIMIT + "[]", most + "- x\n"):
        assert told(load_yaml, text) == told(yaml_12, text)
        assert told(load_yaml, text).startswith("refused: ")


def test_as_many_values_are_read_as_the_bound_says() -> None:
    """GRA-2: 100,000 values are read, and not one more."""
    most = f"- [{', '.join(['x'] * 999)}]\n" * 99 + "- x\n" * 999
    assert VALUE_LIMIT == 1 + 99 * 1000 + 999
    assert len(load_yaml(most)) == 99 + 999
    assert told(load_yaml, most + "- x\n") == "refused: stands for more than 100000 values"
