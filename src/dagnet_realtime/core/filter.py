"""The viewer's filter language: text parsed to a predicate over entries.

    type:track                    the type
    event:"Order Completed"       the shown name; a bare word is searched in it
    node:checkout                 a node's uuid, id or label
    source:web  trace:a_1b2c      the source; a token or the start of one
    is:late  is:unmapped          a flag; whether a node is lit
    device:mobile,tablet          a property has one of the values; also ~ ? < > <= >=
    -is:test                      not

Terms must all hold.
"""

import re
from collections.abc import Callable, Iterable
from operator import ge, gt, le, lt
from typing import Literal, cast

import msgspec

from dagnet_realtime.core.js_string import js_string
from dagnet_realtime.model.event import Entry
from dagnet_realtime.model.graph import Node
from dagnet_realtime.model.problem import Problem

Operator = Literal[":", "~", "<", ">", "<=", ">=", "?"]
"""A sign each: words and values end at it (`_PIECE`, `_PLAIN`)."""
MAX_TERMS = 20
MAX_CHARACTERS = 500

_PIECE = re.compile(r'"((?:[^"\\]|\\.)*)"|([<>]=|[:~<>?])|(,)|([^ \t\r\n"<>:~?,]+)|(")', re.DOTALL)
_PLAIN = re.compile(r'[^ \t\r\n"<>:~?,\\-][^ \t\r\n"<>:~?,\\]*\Z')
_COMPARISONS: dict[Operator, Callable[[float, float], bool]] = {
    "<": lt,
    ">": gt,
    "<=": le,
    ">=": ge,
}
_SPACE = " \t\r\n"  # the same four in both languages; their own ideas of white space differ

Piece = tuple[Literal["text", "operator", "comma", "broken"], str]


class FilterToken(msgspec.Struct, frozen=True):
    """One term as written: `key` is None for a bare word; `number` counts from 1."""

    number: int
    text: str
    negated: bool
    key: str | None
    operator: Operator
    values: tuple[str, ...]

    def refuse(self, why: str) -> Problem:
        """The problem with this term."""
        return refusal(why, self.number, self.text)


def read_terms(text: str) -> list[FilterToken]:
    """Splits a filter into terms; raises `Problem("invalid")` naming the term and what is wrong."""
    if len(text) > MAX_CHARACTERS:
        raise refusal(f"it has {len(text)} characters, and {MAX_CHARACTERS} are the most")
    written: list[FilterToken] = []
    at = 0
    while at < len(text):
        if text[at] in _SPACE:
            at += 1
            continue
        end = _end(text, at)
        written.append(_parse_token(len(written) + 1, text[at:end]))
        at = end
    if len(written) > MAX_TERMS:
        raise refusal(f"it has {len(written)} terms, and {MAX_TERMS} are the most")
    return written


def quote(text: str) -> str:
    """`text` as a value: plain if that reads back, else in double quotes."""
    if _PLAIN.match(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def refusal(why: str, number: int = 0, text: str = "") -> Problem:
    """The problem with term `number` (from 1), or with the whole filter if it is 0."""
    detail = f"Term {number}, `{text}`: {why}" if number else f"The filter: {why}"
    return Problem(
        "invalid",
        "The filter cannot be read",
        detail,
        'Write terms like type:track device:mobile -is:late "Order Completed"',
    )


def _end(text: str, at: int) -> int:
    """The end of the term that begins at `at`: the next white space outside quotes."""
    while at < len(text) and text[at] not in _SPACE:
        piece = _PIECE.match(text, at)
        at = piece.end() if piece else at + 1
        if piece and piece[5]:
            return len(text)
    return at


def _parse_token(number: int, text: str) -> FilterToken:
    negated = text.startswith("-")
    pieces = [_piece(found) for found in _PIECE.finditer(text, 1 if negated else 0)]
    if not pieces:
        raise refusal("there is nothing after the minus sign", number, text)
    if any(kind == "broken" for kind, _ in pieces):
        raise refusal("a double quote is not closed", number, text)
    at = next((index for index, (kind, _) in enumerate(pieces) if kind == "operator"), -1)
    if at < 0:
        return FilterToken(number, text, negated, None, ":", _values(pieces, number, text))
    if any(kind == "comma" for kind, _ in pieces[:at]):
        raise refusal("a comma stands before the key ends", number, text)
    key = "".join(part for _, part in pieces[:at])
    if not key:
        raise refusal("the key before the sign is missing", number, text)
    operator: Operator = pieces[at][1]  # type: ignore[assignment]  # _PIECE finds no other
    rest = pieces[at + 1 :]
    if operator == "?":
        if rest:
            raise refusal("nothing may follow the question mark", number, text)
        return FilterToken(number, text, negated, key, operator, ())
    return FilterToken(number, text, negated, key, operator, _values(rest, number, text))


def _piece(found: re.Match[str]) -> Piece:
    if found[5]:
        return ("broken", "")
    if found[3]:
        return ("comma", "")
    if found[2]:
        return ("operator", found[2])
    if found[4] is not None:
        return ("text", found[4])
    return ("text", re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL))


def _values(pieces: list[Piece], number: int, text: str) -> tuple[str, ...]:
    """Values between commas.

    Adjoining pieces are one value, so that `10:30` and `a"b c"` read as they look.
    """
    values: list[str | None] = [None]
    for kind, part in pieces:
        if kind == "comma":
            values.append(None)
        else:
            values[-1] = (values[-1] or "") + part
    found = tuple(value for value in values if value is not None)
    if len(found) < len(values):
        raise refusal("a value is missing", number, text)
    return found


KEYS = ("type", "event", "node", "source", "trace", "is")
TYPES = ("track", "page", "screen", "identify", "group", "alias", "delete")
FLAG_ALIASES: dict[str, str] = {"repeat": "maybe_repeat"}  # filter's word to flag
FLAGS = ("late", "replayed", "violation", "repeat", "partial", "unmapped", "mapped", "test")
MAX_NUMBER_LENGTH = 40  # characters
MIN_TOKEN_PREFIX = 4  # characters of a token below which half the traces would match

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?\Z")

Key = Literal["word", "type", "event", "node", "source", "trace", "is", "property"]


class Term(msgspec.Struct, frozen=True):
    """One condition; `values` are alternatives. `path` is the property's, "" for other keys."""

    key: Key
    path: str
    operator: Operator
    values: tuple[str, ...]
    negated: bool = False

    def __str__(self) -> str:
        values = ",".join(quote(value) for value in self.values)
        sign = "-" if self.negated else ""
        if self.key == "word":
            return sign + values
        key = quote(self.path) if self.key == "property" else self.key
        return f"{sign}{key}{self.operator}{values}"

    def holds(self, entry: Entry, nodes: tuple[str, ...]) -> bool:
        """Whether an entry that lights `nodes` (uuids) passes."""
        return self._found(entry, nodes) != self.negated

    def _found(self, entry: Entry, nodes: tuple[str, ...]) -> bool:
        values = self.values
        match self.key:
            case "word":
                name = entry.name.casefold()
                return any(value.casefold() in name for value in values)
            case "type":
                return entry.type in values
            case "event":
                return entry.name in values
            case "node":
                return any(node in values for node in nodes)
            case "source":
                return entry.source in values
            case "trace":
                return any(trace.token.startswith(values) for trace in entry.traces)
            case "is":
                return any(_is(entry, nodes, value) for value in values)
            case "property":
                return self._property(entry)

    def _property(self, entry: Entry) -> bool:
        properties = entry.properties
        path = self.path
        if path not in properties and path.startswith("properties."):
            path = path.removeprefix("properties.")
        if path not in properties:
            return False
        value = properties[path]
        scalars = [
            scalar
            for scalar in (value if isinstance(value, list) else [value])
            if scalar is not None
        ]
        match self.operator:
            case "?":
                return bool(scalars)
            case ":":
                return any(js_string(scalar) in self.values for scalar in scalars)
            case "~":
                return any(
                    value.casefold() in js_string(scalar).casefold()
                    for scalar in scalars
                    for value in self.values
                )
            case "<" | ">" | "<=" | ">=":
                compare = _COMPARISONS[self.operator]
                numbers = [
                    number
                    for scalar in scalars
                    if not isinstance(scalar, bool)
                    and (number := as_number(js_string(scalar))) is not None
                ]
                return any(
                    compare(number, float(value)) for number in numbers for value in self.values
                )


class ViewFilter(msgspec.Struct, frozen=True):
    """Terms that must all hold; without terms everything passes. Equal filters have equal text."""

    terms: tuple[Term, ...] = ()

    def matches(self, entry: Entry, nodes: tuple[str, ...]) -> bool:
        """Whether the view shows an entry that lights `nodes` (uuids)."""
        return all(term.holds(entry, nodes) for term in self.terms)

    def resolved(self, nodes: Iterable[Node]) -> "ViewFilter":
        """The filter with node ids and labels replaced by uuids.

        An unknown node matches nothing.
        """
        if not any(term.key == "node" for term in self.terms):
            return self
        known: dict[str, list[str]] = {}
        for node in nodes:
            for called in {node.uuid, node.id, node.label} - {""}:
                known.setdefault(called, []).append(node.uuid)
        return ViewFilter(tuple(_with_uuids(term, known) for term in self.terms))

    @property
    def paths(self) -> frozenset[str]:
        """The property paths that the filter reads."""
        return frozenset(term.path for term in self.terms if term.key == "property")

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))


def parse_filter(text: str) -> ViewFilter:
    """Parses a filter (docs/reference/rules.md, FIL).

    Raises `Problem("invalid")` naming the term.
    """
    terms = {str(term): term for term in (_term(written) for written in read_terms(text))}
    return ViewFilter(tuple(terms[key] for key in sorted(terms)))


def as_number(text: str) -> float | None:
    """The number in `text`, plain or with an exponent; None if it is none or infinite."""
    number = float(text) if len(text) <= MAX_NUMBER_LENGTH and _NUMBER.match(text) else None
    return None if number in (float("inf"), float("-inf")) else number


def _term(written: FilterToken) -> Term:
    key = written.key
    if key is None:
        return Term("word", "", ":", _distinct(written.values), written.negated)
    if key not in KEYS:
        return _property_term(written, key)
    if written.operator != ":":
        raise written.refuse(f"`{key}` takes a colon, as in `{key}:…`")
    for value in written.values:
        if key == "type" and value not in TYPES:
            raise written.refuse(f"there is no type `{value}`; the types are {', '.join(TYPES)}")
        if key == "is" and value not in FLAGS:
            raise written.refuse(f"nothing can be `{value}`; an event can be {', '.join(FLAGS)}")
        if key == "trace" and len(value) < MIN_TOKEN_PREFIX:
            raise written.refuse(f"a trace needs at least {MIN_TOKEN_PREFIX} characters")
    return Term(cast("Key", key), "", ":", _distinct(written.values), written.negated)


def _property_term(written: FilterToken, path: str) -> Term:
    if written.operator in ("<", ">", "<=", ">="):
        for value in written.values:
            if as_number(value) is None:
                raise written.refuse(f"`{value}` is not a number")
    return Term("property", path, written.operator, _distinct(written.values), written.negated)


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))


def _with_uuids(term: Term, known: dict[str, list[str]]) -> Term:
    if term.key != "node":
        return term
    uuids = {uuid for value in term.values for uuid in known.get(value, [value])}
    return msgspec.structs.replace(term, values=tuple(sorted(uuids)))


def _is(entry: Entry, nodes: tuple[str, ...], value: str) -> bool:
    if value in ("mapped", "unmapped"):
        return bool(nodes) == (value == "mapped")
    return FLAG_ALIASES.get(value, value) in entry.flags
