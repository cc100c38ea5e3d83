"""Decoding JSON that real senders write and strict decoders refuse: lone surrogates, NaN, numbers that no float can hold."""

import re
from typing import TypeVar

import msgspec

from dagnet_realtime.model.problem import Problem

T = TypeVar("T")
BOM = b"\xef\xbb\xbf"
_STRICT_OVER = (
    524_288  # bytes; no NaN is looked for in more: only small SDK batches hold them, and the search costs a fifth of a second a MB
)
_LONGEST_NUMBER = 300  # characters
# A run of whole escaped backslashes, then half of a surrogate pair.
_HALF = re.compile(
    rb"(?<!\\)((?:\\\\)*+)(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)
# Whole strings, so that what looks like a number inside one is left alone; an unclosed one reaches to the end.
_STRANGE = re.compile(rb'"(?:[^"\\]++|\\.)*+\\?+(?:"|\Z)|-?(?:NaN|Infinity)|-?[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?', re.DOTALL)


def decode(decoder: msgspec.json.Decoder[T], text: bytes | msgspec.Raw) -> T:
    """`text` as `decoder` reads it, at a second try with what no decoder takes mended. Raises `Problem("invalid")`."""
    try:
        return decoder.decode(text)
    except UnicodeDecodeError:
        raise Problem("invalid", "The body is not UTF-8", remedy="Send JSON in UTF-8") from None
    except RecursionError:
        raise Problem("invalid", "The JSON is nested too deeply", remedy="Send events of fewer than 500 levels") from None
    except ValueError as error:
        mended = mend(bytes(text))
        if mended == text:
            raise _unreadable(error) from None
    try:
        return decoder.decode(mended)
    except RecursionError:
        raise Problem("invalid", "The JSON is nested too deeply", remedy="Send events of fewer than 500 levels") from None
    except ValueError as error:
        raise _unreadable(error) from None


def checked(body: bytes) -> bytes:
    """`body` without a byte order mark, once it is known to be UTF-8 throughout; else `Problem("invalid")`."""
    if not body.isascii():
        body = body.removeprefix(BOM)
        try:
            body.decode()
        except UnicodeDecodeError as error:
            raise Problem("invalid", "The body is not UTF-8", f"Byte {error.start} fits no character", "Send JSON in UTF-8") from None
    return body


def mend(text: bytes) -> bytes:
    """`text` with half surrogate pairs replaced by U+FFFD, and NaN, infinities and numbers beyond any float by null."""
    if b"\\u" in text:
        text = _HALF.sub(rb"\1\\ufffd", text)
    return text if len(text) > _STRICT_OVER else _STRANGE.sub(_number, text)


def _number(found: re.Match[bytes]) -> bytes:
    token = found.group()
    if token[:1] == b'"':
        return token
    if token[-1:] in b"Ny":  # NaN, Infinity
        return b"null"
    if len(token) > _LONGEST_NUMBER or abs(float(token)) == float("inf"):
        return b"null"
    return token


def _unreadable(error: ValueError) -> Problem:
    """What the decoder found, which names places and types but never a value."""
    where = str(error) if isinstance(error, msgspec.DecodeError) else "It is no JSON"
    return Problem("invalid", "The body cannot be read", where, "Send JSON as Segment does")
