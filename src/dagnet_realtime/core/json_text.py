"""JSON text as real senders write it.

Cut into values without decoding, split into lines, and repaired if strict decoders refuse it.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TypeVar

import msgspec

from dagnet_realtime.model.problem import Problem

SPACE = b" \t\r\n"

_DEPTH = 24
_BLOCK = 4096  # bytes
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_NAME = re.compile(_STRING, re.DOTALL)
_STEP = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb"){0,500}+([\[{]++|[\]}]++)?", re.DOTALL)
_SPACE = re.compile(rb"[ \t\r\n]*+")


@cache
def _value() -> re.Pattern[bytes]:
    """Matches a string, a word or number, or brackets up to `_DEPTH` deep."""
    inside = rb'[^"\[\]{}]++|' + _STRING
    nested = rb"[\[{](?:" + inside + rb")*+[\]}]"
    for _ in range(_DEPTH - 1):
        nested = rb"[\[{](?:" + inside + rb"|" + nested + rb")*+[\]}]"
    return re.compile(_STRING + rb"|" + nested + rb'|[^",:\[\]{} \t\r\n]++', re.DOTALL)


def value_end(text: bytes, start: int, steps: int) -> int:
    """The end of the value that begins at `start`.

    -1 if it does not end, or lies deeper than `_DEPTH` and takes more than `steps`.
    """
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
    """Start and end of each element of an array, as commas and brackets tell.

    Nothing between two commas is an element too. None if `text` is no array from its first bracket
    to its last. A deep element takes at most `steps`.
    """
    return _parts(text, b"[", b"]", steps)


def members(text: bytes, steps: int) -> dict[bytes, tuple[int, int]] | None:
    """Start and end of each member's value in an object, by its name as written, with quotes.

    Of repeated names the last wins; other text between commas is skipped. None as for `elements`.
    """
    found = _parts(text, b"{", b"}", steps)
    if found is None:
        return None
    named = {}
    for start, end in found:
        name = _NAME.match(text, start, end)
        if name is None:
            continue
        colon = min(_after_space(text, name.end()), end)
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
    """Start and end of `text[start:end]` without the space around it."""
    start = min(_after_space(text, start), end)
    while start < end:
        last = text[max(start, end - _BLOCK) : end]
        kept = len(last.rstrip(SPACE))
        end -= len(last) - kept
        if kept:
            break
    return start, end


def split_lines(text: str) -> list[str]:
    """The lines of `text` without their ends, LF or CR LF."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if not lines[-1]:
        lines.pop()
    return lines


def lines_of(chunks: Iterable[str]) -> Iterator[str]:
    """The lines of a text that comes in chunks, each as soon as it is complete."""
    begun: list[str] = []
    for chunk in chunks:
        first, *more = chunk.split("\n")
        begun.append(first)
        for line in more:
            yield "".join(begun).removesuffix("\r")
            begun = [line]
    if last := "".join(begun).removesuffix("\r"):
        yield last


T = TypeVar("T")
BOM = b"\xef\xbb\xbf"
MAX_REPAIRED_BYTES = (
    512 * 1024
)  # bytes of one event that are mended, sixteen times what Segment lets one have
_MAX_NUMBER = 300  # characters
_ESCAPED, _MARK = (
    b"\\\\",
    b"\xff\xfe",
)  # an escaped backslash, and a stand-in that UTF-8 never contains
_HALF = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_STRING_OR_REST = re.compile(
    rb'("(?:[^"\\]++|\\.)*+\\?+(?:"|\Z))', re.DOTALL
)  # an unclosed one reaches to the end
_NO_NUMBER = re.compile(rb"-?(?:NaN|Infinity)")
_GREAT = re.compile(
    rb"-?(?:[0-9]++(?:\.[0-9]++)?[eE]\+?[0-9]{3,}+|[0-9.]{200,}+(?:[eE][+-]?[0-9]++)?)"
)


class NeedsRepair(Exception):
    """The text is not valid JSON; repairing it is left to a caller with time for it."""


def decode(
    decoder: msgspec.json.Decoder[T], text: bytes | msgspec.Raw, *, repair: bool = True
) -> T:
    """`text` decoded, if necessary after repair.

    Raises `Problem("invalid")`, or, without `repair`, `NeedsRepair`.
    """
    try:
        return decoder.decode(text)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        if not repair:
            raise NeedsRepair from None
        whole = bytes(text)
        mended = repair_json(decode_utf8(whole))
        if mended == whole:
            raise _unreadable(error) from None
    try:
        return decoder.decode(mended)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise _unreadable(error) from None


def strip_boms(body: bytes) -> bytes:
    """`body` without the byte order marks before it; joined files have several."""
    while body.startswith(BOM):
        body = body[len(BOM) :]
    return body


def decode_utf8(body: bytes) -> bytes:
    """`body` without byte order marks, checked to be UTF-8; else raises `Problem("invalid")`."""
    if not body.isascii():
        body = strip_boms(body)
        try:
            body.decode()
        except UnicodeDecodeError as error:
            raise Problem(
                "invalid",
                "The body is not UTF-8",
                f"Byte {error.start} fits no character",
                "Send JSON in UTF-8",
            ) from None
    return body


def repair_json(text: bytes) -> bytes:
    """`text` with what decoders refuse replaced, in linear time.

    Half surrogate pairs become U+FFFD; NaN, infinities and numbers beyond any float become null. A
    text longer than `MAX_REPAIRED_BYTES` is returned unchanged.
    """
    if len(text) > MAX_REPAIRED_BYTES:
        return text
    if b"\\u" in text:
        text = _HALF.sub(rb"\\ufffd", text.replace(_ESCAPED, _MARK)).replace(_MARK, _ESCAPED)
    parts = _STRING_OR_REST.split(text)
    parts[::2] = [
        _GREAT.sub(_number, _NO_NUMBER.sub(b"null", part)) if len(part) > 2 else part
        for part in parts[::2]
    ]
    return b"".join(parts)


def _number(found: re.Match[bytes]) -> bytes:
    token = found.group()
    try:
        return b"null" if len(token) > _MAX_NUMBER or abs(float(token)) == float("inf") else token
    except ValueError:
        return token


def _too_deep() -> Problem:
    return Problem(
        "invalid", "The JSON is nested too deeply", remedy="Send events of fewer than 500 levels"
    )


def _unreadable(error: ValueError) -> Problem:
    """The decoder's finding, which names positions and types but never a value."""
    where = str(error) if isinstance(error, msgspec.DecodeError) else "It is no JSON"
    return Problem("invalid", "The body cannot be read", where, "Send JSON as Segment does")
