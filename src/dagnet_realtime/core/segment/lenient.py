"""Decoding JSON that real senders write and strict decoders refuse: lone surrogates, NaN, numbers that no float can hold."""

import re
from typing import TypeVar

import msgspec

from dagnet_realtime.model.problem import Problem

T = TypeVar("T")
BOM = b"\xef\xbb\xbf"
MOST_MENDED = 512 * 1024  # bytes of one event that are mended, sixteen times what Segment lets one have
_LONGEST_NUMBER = 300  # characters
_ESCAPED, _MARK = b"\\\\", b"\xff\xfe"  # an escaped backslash, and what no UTF-8 holds in its place
_HALF = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_STRING = re.compile(rb'("(?:[^"\\]++|\\.)*+\\?+(?:"|\Z))', re.DOTALL)  # an unclosed one reaches to the end
_NO_NUMBER = re.compile(rb"-?(?:NaN|Infinity)")
_GREAT = re.compile(rb"-?(?:[0-9]++(?:\.[0-9]++)?[eE]\+?[0-9]{3,}+|[0-9.]{200,}+(?:[eE][+-]?[0-9]++)?)")


class Strange(Exception):
    """What came is not JSON as it is; whether it can be mended is left to whoever has the time."""


def decode(decoder: msgspec.json.Decoder[T], text: bytes | msgspec.Raw, *, mending: bool = True) -> T:
    """`text` as `decoder` reads it, at a second try with what no decoder takes mended.

    Raises `Problem("invalid")`, or without `mending` `Strange`.
    """
    try:
        return decoder.decode(text)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        if not mending:
            raise Strange from None
        whole = bytes(text)
        mended = mend(checked(whole))
        if mended == whole:
            raise _unreadable(error) from None
    try:
        return decoder.decode(mended)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise _unreadable(error) from None


def unmarked(body: bytes) -> bytes:
    """`body` without the byte order marks that stand before it: files that were joined have several."""
    while body.startswith(BOM):
        body = body[len(BOM) :]
    return body


def checked(body: bytes) -> bytes:
    """`body` without byte order marks, once it is known to be UTF-8 throughout; else `Problem("invalid")`."""
    if not body.isascii():
        body = unmarked(body)
        try:
            body.decode()
        except UnicodeDecodeError as error:
            raise Problem("invalid", "The body is not UTF-8", f"Byte {error.start} fits no character", "Send JSON in UTF-8") from None
    return body


def mend(text: bytes) -> bytes:
    """`text` with half surrogate pairs replaced by U+FFFD, and NaN, infinities and numbers beyond any float by null; in linear time.

    What is longer than `MOST_MENDED` stays as it is.
    """
    if len(text) > MOST_MENDED:
        return text
    if b"\\u" in text:
        text = _HALF.sub(rb"\\ufffd", text.replace(_ESCAPED, _MARK)).replace(_MARK, _ESCAPED)
    parts = _STRING.split(text)
    parts[::2] = [_GREAT.sub(_number, _NO_NUMBER.sub(b"null", part)) if len(part) > 2 else part for part in parts[::2]]
    return b"".join(parts)


def _number(found: re.Match[bytes]) -> bytes:
    token = found.group()
    try:
        return b"null" if len(token) > _LONGEST_NUMBER or abs(float(token)) == float("inf") else token
    except ValueError:
        return token


def _too_deep() -> Problem:
    return Problem("invalid", "The JSON is nested too deeply", remedy="Send events of fewer than 500 levels")


def _unreadable(error: ValueError) -> Problem:
    """What the decoder found, which names places and types but never a value."""
    where = str(error) if isinstance(error, msgspec.DecodeError) else "It is no JSON"
    return Problem("invalid", "The body cannot be read", where, "Send JSON as Segment does")
