"""YAML 1.2 of the kind that DagNet's files hold, read line by line; the parser reads all other.

    id: order-completed
    tags: [shop, "paid"]
    provider_event_names: {segment: Order Completed}
    amplitude_filters:
      - property: method   # block lists and mappings, scalars on one line
        values:
        - card
    description: >
      Text that ends
      with the block.

A file of thirty lines takes the parser 10 ms, and loading the parser 20 ms: most of a serverless
start. Here it takes 0.2 ms. All that could mean something else (anchors, tags, escapes, several
documents, text over several lines, each mistake) is left to the parser, which alone explains
mistakes.
"""

import re
from collections.abc import Sequence

from dagnet_realtime.core.js_string import js_string

DEPTH_LIMIT = 64  # levels; real files have four
VALUE_LIMIT = 100_000  # values with aliases expanded; stops documents that multiply themselves

_NULL = re.compile(r"null|Null|NULL|~|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]{1,400}")
_OCTAL = re.compile(r"0o[0-7]{1,100}")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,100}")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]{1,400}|[0-9]{1,400}(?:\.[0-9]{0,400})?)(?:[eE][-+]?[0-9]{1,9})?"
)
_INF = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_NAN = re.compile(r"\.(?:nan|NaN|NAN)")

# Indentation with the dashes of list items, a key, and what follows.
_LINE = re.compile(r"( *(?:- +)*)(?:([A-Za-z0-9_][A-Za-z0-9_.-]{0,99}):(?= |$))? *(.*)")
_QUOTED = re.compile(r"""(?:"([^"\\]*)"|'((?:[^']|'')*)')(?: +#.*)?""")
_ITEM = r"""(?:[A-Za-z0-9_](?:[A-Za-z0-9_./ -]*[A-Za-z0-9_./-])?|"[^"\\]*"|'[^']*')"""
_ITEMS = re.compile(rf"\[ *((?:{_ITEM}(?: *, *{_ITEM})*)?) *\](?: +#.*)?")
_ONE_ITEM = re.compile(_ITEM)
_PAIR = rf"([A-Za-z0-9_][A-Za-z0-9_.-]{{0,99}}): +({_ITEM})"
_PAIRS = re.compile(rf"\{{ *((?:{_PAIR}(?: *, *{_PAIR})*)?) *\}}(?: +#.*)?")
_ONE_PAIR = re.compile(_PAIR)
_NUMBER = re.compile(r"-[0-9.]")
_BLOCKS = ("|", "|-", ">", ">-")
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")  # with none of them at its start a text is plain


def scalar(text: str) -> bool | int | float | str | None:
    """The value of a plain scalar in the core schema: `ON` and `2026-01-02` are texts."""
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text[0] in "tT"
    if _INT.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text):
        return int(text[2:], 8)
    if _HEX.fullmatch(text):
        return int(text[2:], 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    if infinite := _INF.fullmatch(text):
        return float(f"{infinite[1]}inf")
    return float("nan") if _NAN.fullmatch(text) else text


def key_text(value: object) -> str:
    """A scalar that is no text, as a key."""
    return js_string(value) if value is None or isinstance(value, bool | int | float | str) else ""


class NotSimple(Exception):
    """The text is for the parser, which reads it or says what is wrong."""


def read_simple(text: str) -> object:
    """The document as dicts, lists and scalars; None if there is none.

    Raises `NotSimple` for all that is not certain to be what the parser reads.
    """
    # Line ends but "\n", tabs, controls and marks of byte order are not printable.
    if not text.replace("\n", "").isprintable():
        raise NotSimple
    lines = text.split("\n")
    tree = _Tree()
    at = 0
    while at < len(lines):
        line = lines[at].rstrip(" ")
        at += 1
        if not line or line.lstrip(" ").startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        assert found is not None
        prefix, key, rest = found.groups()
        dashes = [column for column, letter in enumerate(prefix) if letter == "-"]
        if key is None and rest == "-":
            dashes.append(len(prefix))
            rest = ""
        if key is None and not dashes:
            raise NotSimple  # text that began in a line above, a marker, a directive
        for column in dashes:
            tree.item(column)
        if key is not None:
            tree.key(len(prefix), key)
        if rest in _BLOCKS:
            block, at = _block(lines, at, tree.column, rest)
            tree.put(block)
        elif rest and not rest.startswith("#"):
            tree.put(_value(tree, rest))
    return tree.root


class _Open:
    """A list or mapping that is still being read. `slot` is where its next value goes."""

    __slots__ = ("column", "slot", "value", "waiting")

    def __init__(self, value: list[object] | dict[str, object], column: int) -> None:
        self.value = value
        self.column = column
        self.slot: str | int = -1
        self.waiting = False


class _Tree:
    """Lists and mappings by the columns at which their items and keys stand."""

    def __init__(self) -> None:
        self.root: object = None
        self._open: list[_Open] = []
        self._left = VALUE_LIMIT - 1  # the root is one

    @property
    def column(self) -> int:
        """Where the innermost list or mapping stands."""
        return self._open[-1].column

    def item(self, column: int) -> None:
        """The dash of a list's item."""
        while self._open and self.column > column:
            self._open.pop()
        within = self._open[-1] if self._open else None
        if within is None or within.column < column or isinstance(within.value, dict):
            within = self._begin([], column)
        assert isinstance(within.value, list)
        within.value.append(None)
        within.waiting = True
        self.count(1)

    def key(self, column: int, text: str) -> None:
        """A key of a mapping."""
        while self._open and (
            self.column > column
            or (self.column == column and isinstance(self._open[-1].value, list))
        ):
            self._open.pop()
        within = self._open[-1] if self._open else None
        if within is None or within.column < column:
            within = self._begin({}, column)
        assert isinstance(within.value, dict)
        within.slot = key_text(scalar(text))
        within.value[within.slot] = None
        within.waiting = True
        self.count(2)

    def put(self, value: object) -> None:
        """The value of the key or item that was read last."""
        within = self._open[-1]
        within.value[within.slot] = value  # type: ignore[index]
        within.waiting = False

    def count(self, values: int) -> None:
        """Raises `NotSimple` if there are too many."""
        self._left -= values
        if self._left < 0:
            raise NotSimple

    def deeper(self) -> None:
        """Raises `NotSimple` if there are too many levels."""
        if len(self._open) == DEPTH_LIMIT:
            raise NotSimple

    def _begin(self, value: list[object] | dict[str, object], column: int) -> _Open:
        if self._open:
            if not self._open[-1].waiting:
                raise NotSimple
            self.put(value)
        elif self.root is None and column == 0:
            self.root = value
        else:
            raise NotSimple
        self.deeper()
        self._open.append(_Open(value, column))
        return self._open[-1]


def _value(tree: _Tree, text: str) -> object:
    """What stands after a key or dash."""
    if text[0] in "\"'":
        quoted = _QUOTED.fullmatch(text)
        if quoted is None:
            raise NotSimple
        return quoted[1] if quoted[2] is None else quoted[2].replace("''", "'")
    if text[0] == "[":
        return _items(tree, text)
    if text[0] == "{":
        return _pairs(tree, text)
    if text[0] in _INDICATORS and not _NUMBER.match(text):
        raise NotSimple
    plain = text.partition(" #")[0].rstrip(" ")
    if ": " in plain or plain.endswith(":"):
        raise NotSimple
    return scalar(plain)


def _items(tree: _Tree, text: str) -> list[object]:
    """A list of scalars in brackets."""
    found = _ITEMS.fullmatch(text)
    if found is None:
        raise NotSimple
    items: list[str] = _ONE_ITEM.findall(found[1])
    tree.deeper()
    tree.count(len(items))
    return [_item(one) for one in items]


def _pairs(tree: _Tree, text: str) -> dict[str, object]:
    """A mapping of scalars in braces."""
    found = _PAIRS.fullmatch(text)
    if found is None:
        raise NotSimple
    pairs: list[tuple[str, str]] = _ONE_PAIR.findall(found[1])
    tree.deeper()
    tree.count(2 * len(pairs))
    return {key_text(scalar(key)): _item(value) for key, value in pairs}


def _item(text: str) -> object:
    return text[1:-1] if text[0] in "\"'" else scalar(text)


def _block(lines: Sequence[str], at: int, column: int, style: str) -> tuple[str, int]:
    """A block text whose first line is `lines[at]`, and the line after it."""
    first = lines[at] if at < len(lines) else ""
    indent = len(first) - len(first.lstrip(" "))
    if indent <= column or indent == len(first):
        raise NotSimple
    margin = " " * indent
    end = at
    while end < len(lines) and lines[end].startswith(margin):
        end += 1
    taken = [one[indent:] for one in lines[at:end]]
    while end < len(lines) and not lines[end]:
        end += 1
    after = lines[end] if end < len(lines) else ""
    if (
        not all(one.strip(" ") for one in taken)
        or after.startswith(margin)  # it goes on below an empty line
        or (after and not after.strip(" "))
        or (end == len(lines) and lines[-1])  # the text's last line has no end
        or (style[0] == ">" and any(one.startswith(" ") for one in taken))
    ):
        raise NotSimple
    joined = (" " if style[0] == ">" else "\n").join(taken)
    return joined + ("" if style.endswith("-") else "\n"), end
