"""The writing of filters: words, keys, operators, quotes and commas, without what they mean."""

import re
from typing import Literal

import msgspec

from dagnet_realtime.model.problem import Problem

Operator = Literal[":", "~", "<", ">", "<=", ">=", "?"]
MOST_TERMS = 20
MOST_CHARACTERS = 500

_PIECE = re.compile(r'"((?:[^"\\]|\\.)*)"|([<>]=|[:~<>?])|(,)|([^ \t\r\n"<>:~?,]+)|(")', re.DOTALL)
_PLAIN = re.compile(r'[^ \t\r\n"<>:~?,\\-][^ \t\r\n"<>:~?,\\]*\Z')
_SPACE = " \t\r\n"  # the same four in both languages; their own ideas of white space differ

Piece = tuple[Literal["text", "operator", "comma", "broken"], str]


class Written(msgspec.Struct, frozen=True):
    """One term as it was written: `key` is None for a bare word; `number` counts from 1."""

    number: int
    text: str
    negated: bool
    key: str | None
    operator: Operator
    values: tuple[str, ...]

    def wrong(self, why: str) -> Problem:
        """The refusal of this term."""
        return refusal(why, self.number, self.text)


def read_terms(text: str) -> list[Written]:
    """Splits a filter into its terms; raises `Problem("invalid")` that says which term cannot be read and why."""
    if len(text) > MOST_CHARACTERS:
        raise refusal(f"it has {len(text)} characters, and {MOST_CHARACTERS} are the most")
    written: list[Written] = []
    at = 0
    while at < len(text):
        if text[at] in _SPACE:
            at += 1
            continue
        end = _end(text, at)
        written.append(_written(len(written) + 1, text[at:end]))
        at = end
    if len(written) > MOST_TERMS:
        raise refusal(f"it has {len(written)} terms, and {MOST_TERMS} are the most")
    return written


def quote(text: str) -> str:
    """`text` as a value: plain where that reads back, else in double quotes."""
    if _PLAIN.match(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def refusal(why: str, number: int = 0, text: str = "") -> Problem:
    """`number` is the term's, from 1; 0 speaks of the whole filter."""
    detail = f"Term {number}, `{text}`: {why}" if number else f"The filter: {why}"
    return Problem("invalid", "The filter cannot be read", detail, 'Write terms like type:track device:mobile -is:late "Order Completed"')


def _end(text: str, at: int) -> int:
    """Where the term that begins at `at` ends: at white space outside quotes."""
    while at < len(text) and text[at] not in _SPACE:
        piece = _PIECE.match(text, at)
        at = piece.end() if piece else at + 1
        if piece and piece[5]:
            return len(text)
    return at


def _written(number: int, text: str) -> Written:
    negated = text.startswith("-")
    pieces = [_piece(found) for found in _PIECE.finditer(text, 1 if negated else 0)]
    if not pieces:
        raise refusal("there is nothing after the minus sign", number, text)
    if any(kind == "broken" for kind, _ in pieces):
        raise refusal("a double quote is not closed", number, text)
    at = next((index for index, (kind, _) in enumerate(pieces) if kind == "operator"), -1)
    if at < 0:
        return Written(number, text, negated, None, ":", _values(pieces, number, text))
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
        return Written(number, text, negated, key, operator, ())
    return Written(number, text, negated, key, operator, _values(rest, number, text))


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
    """Values between commas; adjoining pieces are one value, so that `10:30` and `a"b c"` read as they look."""
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
