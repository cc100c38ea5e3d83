"""What a viewer asked to see: a parsed filter that says yes or no to an entry."""

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from dagnet_realtime.core.filter_text import Operator, Written, quote, read_terms
from dagnet_realtime.core.printed import printed
from dagnet_realtime.model.entry import Entry
from dagnet_realtime.model.graph import Node

KEYS = ("type", "event", "node", "source", "trace", "is")
TYPES = ("track", "page", "screen", "identify", "group", "alias", "delete")
MARKS: dict[str, str] = {"repeat": "maybe_repeat"}  # how a filter calls a flag, where it differs
FLAGS = ("late", "replayed", "violation", "repeat", "partial", "unmapped", "mapped", "test")
LONGEST_NUMBER = 40  # characters
SHORTEST_PREFIX = 4  # characters of a token below which half the traces would match

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?\Z")

Key = Literal["word", "type", "event", "node", "source", "trace", "is", "property"]


class Term(msgspec.Struct, frozen=True):
    """One condition; `values` are alternatives. `path` is the property's, "" for the other keys."""

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
        return f"{sign}{quote(self.path) if self.key == 'property' else self.key}{self.operator}{values}"

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
        held = [scalar for scalar in (value if isinstance(value, list) else [value]) if scalar is not None]
        if self.operator == "?":
            return bool(held)
        if self.operator == ":":
            return any(printed(scalar) in self.values for scalar in held)
        if self.operator == "~":
            return any(value.casefold() in printed(scalar).casefold() for scalar in held for value in self.values)
        numbers = [number for scalar in held if not isinstance(scalar, bool) and (number := as_number(printed(scalar))) is not None]
        return any(_compare(number, self.operator, float(value)) for number in numbers for value in self.values)


class ViewFilter(msgspec.Struct, frozen=True):
    """Terms that must all hold; none lets everything through. Its text is canonical: equal filters read the same."""

    terms: tuple[Term, ...] = ()

    def matches(self, entry: Entry, nodes: tuple[str, ...]) -> bool:
        """Whether the view shows an entry that lights `nodes` (uuids)."""
        return all(term.holds(entry, nodes) for term in self.terms)

    def resolved(self, nodes: Iterable[Node]) -> "ViewFilter":
        """The filter with node ids and labels replaced by uuids; what no node answers to stays, and matches nothing."""
        if not any(term.key == "node" for term in self.terms):
            return self
        known: dict[str, list[str]] = {}
        for node in nodes:
            for called in {node.uuid, node.id, node.label} - {""}:
                known.setdefault(called, []).append(node.uuid)
        return ViewFilter(tuple(_with_uuids(term, known) for term in self.terms))

    @property
    def paths(self) -> frozenset[str]:
        """The property paths that it reads."""
        return frozenset(term.path for term in self.terms if term.key == "property")

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))


def parse_filter(text: str) -> ViewFilter:
    """Reads the grammar of the spec's FIL section; raises `Problem("invalid")` that says which term and why."""
    terms = {str(term): term for term in (_term(written) for written in read_terms(text))}
    return ViewFilter(tuple(terms[key] for key in sorted(terms)))


def as_number(text: str) -> float | None:
    """The number that `text` writes plainly or with an exponent, else None; infinity is none."""
    number = float(text) if len(text) <= LONGEST_NUMBER and _NUMBER.match(text) else None
    return None if number in (float("inf"), float("-inf")) else number


def _term(written: Written) -> Term:
    key = written.key
    if key is None:
        return Term("word", "", ":", _many(written.values), written.negated)
    if key not in KEYS:
        return _property_term(written, key)
    if written.operator != ":":
        raise written.wrong(f"`{key}` takes a colon, as in `{key}:…`")
    for value in written.values:
        if key == "type" and value not in TYPES:
            raise written.wrong(f"there is no type `{value}`; the types are {', '.join(TYPES)}")
        if key == "is" and value not in FLAGS:
            raise written.wrong(f"nothing can be `{value}`; an event can be {', '.join(FLAGS)}")
        if key == "trace" and len(value) < SHORTEST_PREFIX:
            raise written.wrong(f"a trace needs at least {SHORTEST_PREFIX} characters")
    return Term(key, "", ":", _many(written.values), written.negated)  # type: ignore[arg-type]  # one of KEYS


def _property_term(written: Written, path: str) -> Term:
    if written.operator in ("<", ">", "<=", ">="):
        for value in written.values:
            if as_number(value) is None:
                raise written.wrong(f"`{value}` is not a number")
    return Term("property", path, written.operator, _many(written.values), written.negated)


def _many(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))


def _with_uuids(term: Term, known: dict[str, list[str]]) -> Term:
    if term.key != "node":
        return term
    uuids = {uuid for value in term.values for uuid in known.get(value, [value])}
    return msgspec.structs.replace(term, values=tuple(sorted(uuids)))


def _is(entry: Entry, nodes: tuple[str, ...], value: str) -> bool:
    if value in ("mapped", "unmapped"):
        return bool(nodes) == (value == "mapped")
    return MARKS.get(value, value) in entry.flags


def _compare(number: float, operator: Operator, bound: float) -> bool:
    match operator:
        case ">":
            return number > bound
        case ">=":
            return number >= bound
        case "<":
            return number < bound
        case _:
            return number <= bound
