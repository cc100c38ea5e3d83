"""Cuts JSON text into its values without decoding it: strings are passed over and brackets are matched, nothing else is looked at.

What is cut out need not be JSON. Values of ordinary depth are found by one match of a regular expression; deeper ones by steps from one
run of brackets to the next, which are much dearer, and therefore within a bound.
"""

import re
from functools import cache

SPACE = b" \t\r\n"

_DEPTH = 24
_STRETCH = 4096  # bytes
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_NAME = re.compile(_STRING, re.DOTALL)
_STEP = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb"){0,500}+([\[{]++|[\]}]++)?", re.DOTALL)
_SPACE = re.compile(rb"[ \t\r\n]*+")


@cache
def _value() -> re.Pattern[bytes]:
    """A string, a word or number, or what stands in brackets up to `_DEPTH` deep."""
    inside = rb'[^"\[\]{}]++|' + _STRING
    nested = rb"[\[{](?:" + inside + rb")*+[\]}]"
    for _ in range(_DEPTH - 1):
        nested = rb"[\[{](?:" + inside + rb"|" + nested + rb")*+[\]}]"
    return re.compile(_STRING + rb"|" + nested + rb'|[^",:\[\]{} \t\r\n]++', re.DOTALL)


def value_end(text: bytes, start: int, steps: int) -> int:
    """Where the value that begins at `start` ends; -1 if it does not end, or lies deep and takes more than `steps`."""
    found = _value().match(text, start)
    if found is not None:
        return found.end()
    if text[start : start + 1] not in (b"{", b"["):
        return -1
    depth, at = 0, start
    for _ in range(steps):
        step = _STEP.match(text, at)
        if step is None or step.end() == at:
            return -1
        at = step.end()
        run = step[1]
        if run is None:
            continue
        if run[0] in b"[{":
            depth += len(run)
        elif depth > len(run):
            depth -= len(run)
        else:
            return step.start(1) + depth
    return -1


def elements(text: bytes, steps: int) -> list[tuple[int, int]] | None:
    """Where each element of an array begins and ends, as far as commas and brackets tell; nothing between two commas is an element too.

    None where `text` is no array from its first bracket to its last. A deep one takes at most `steps`.
    """
    return _parts(text, b"[", b"]", steps)


def members(text: bytes, steps: int) -> dict[bytes, tuple[int, int]] | None:
    """Where the value of each member of an object begins and ends, by its name as it is written, quotes included; None as for `elements`.

    Of a name that comes twice the last counts; what is no member is passed over.
    """
    found = _parts(text, b"{", b"}", steps)
    if found is None:
        return None
    named = {}
    for start, end in found:
        name = _NAME.match(text, start, end)
        if name is None:
            continue
        colon = _SPACE.match(text, name.end(), end).end()  # type: ignore[union-attr]  # it matches nothing, too
        if text[colon : colon + 1] == b":":
            named[name[0]] = trimmed(text, colon + 1, end)
    return named


def _parts(text: bytes, opening: bytes, closing: bytes, steps: int) -> list[tuple[int, int]] | None:
    start = _after_space(text, 0)
    if text[start : start + 1] != opening:
        return None
    found: list[tuple[int, int]] = []
    begin = at = start + 1
    while True:
        at = _after_space(text, at)
        sign = text[at : at + 1]
        if sign in (b",", closing):
            if sign == b"," or found or text[begin:at].strip(SPACE):
                found.append(trimmed(text, begin, at))
            at += 1
            if sign == closing:
                return None if text[at:].strip(SPACE) else found
            begin = at
        elif sign == b":":
            at += 1
        else:
            end = value_end(text, at, steps) if sign else -1
            if end < 0:
                return None
            at = end


def _after_space(text: bytes, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def trimmed(text: bytes, start: int, end: int) -> tuple[int, int]:
    """The part of `text` between `start` and `end` without the space around it."""
    start = min(_after_space(text, start), end)
    while start < end:
        last = text[max(start, end - _STRETCH) : end]
        kept = len(last.rstrip(SPACE))
        end -= len(last) - kept
        if kept:
            break
    return start, end
