"""Forms (`application/x-www-form-urlencoded`), read within bounds that an unknown sender may cost: some milliseconds at most."""

import re
from binascii import a2b_qp

MOST_BYTES = 64 * 1024  # Segment's events have at most 32 KB
MOST_FIELDS = 1000
_MOST_STRAY = 100  # signs in one text that begin no escape

_NO_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def parse_form(body: bytes) -> dict[str, str]:
    """The fields of a form; of a name that comes twice the last counts. Raises ValueError for what is none, or is beyond the bounds."""
    if len(body) > MOST_BYTES:
        raise ValueError("the form is too large")
    body.decode()
    pairs = [pair.partition(b"=") for pair in body.split(b"&", MOST_FIELDS)]
    if len(pairs) > MOST_FIELDS or not all(equals for _, equals, _ in pairs):
        raise ValueError("no form")
    if b"%" not in body and b"+" not in body:
        return {name.decode(): value.decode() for name, _, value in pairs}
    return {_unquoted(name): _unquoted(value) for name, _, value in pairs}


def _unquoted(text: bytes) -> str:
    """`text` without its escapes. Quoted-printable is the same encoding with another sign, and the one that Python decodes in C."""
    if b"%" in text:
        text, stray = _NO_ESCAPE.subn(b"%25", text, _MOST_STRAY)
        if stray == _MOST_STRAY:
            raise ValueError("no form")
        text = a2b_qp(text.replace(b"+", b" ").replace(b"=", b"=3D").replace(b"%", b"="))
    elif b"+" in text:
        text = text.replace(b"+", b" ")
    return text.decode("utf-8", "replace")
