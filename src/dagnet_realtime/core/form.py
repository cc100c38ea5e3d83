"""Forms (`application/x-www-form-urlencoded`), parsed within bounds.

An unknown sender can cost some milliseconds at most.
"""

import re
from binascii import a2b_qp

MAX_BYTES = 64 * 1024  # Segment's events have at most 32 KB
MAX_FIELDS = 1000
_MAX_STRAY = 100  # percent signs in one text that begin no escape

_NO_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def parse_form(body: bytes) -> dict[str, str]:
    """The fields of a form; of repeated names the last wins.

    Raises ValueError if the body is no form or exceeds the bounds.
    """
    if len(body) > MAX_BYTES:
        raise ValueError("the form is too large")
    body.decode()
    pairs = [pair.partition(b"=") for pair in body.split(b"&", MAX_FIELDS)]
    if len(pairs) > MAX_FIELDS or not all(equals for _, equals, _ in pairs):
        raise ValueError("no form")
    if b"%" not in body and b"+" not in body:
        return {name.decode(): value.decode() for name, _, value in pairs}
    return {_unescape(name): _unescape(value) for name, _, value in pairs}


def _unescape(text: bytes) -> str:
    """`text` with its escapes decoded.

    Quoted-printable is the same encoding with another sign, and Python decodes it in C.
    """
    if b"%" in text:
        text, stray = _NO_ESCAPE.subn(b"%25", text, _MAX_STRAY)
        if stray == _MAX_STRAY:
            raise ValueError("no form")
        text = a2b_qp(text.replace(b"+", b" ").replace(b"=", b"=3D").replace(b"%", b"="))
    elif b"+" in text:
        text = text.replace(b"+", b" ")
    return text.decode("utf-8", "replace")
