"""Cross-origin rules of the tracking API: any page may post to it, as any page may post to Segment.

A page may also send credentials along, as `sendBeacon` does with JSON: no cookie is read there, so
they open nothing. That holds for posting alone; what is read across origins is read without them.
"""

import re
from collections.abc import Iterable

Header = tuple[bytes, bytes]

_EXPOSED: Header = (b"access-control-expose-headers", b"retry-after, x-ratelimit-reset")
ANY_ORIGIN: tuple[Header, ...] = ((b"access-control-allow-origin", b"*"), _EXPOSED)
_USUAL = b"authorization, content-type, x-retry-count"
_NAMES = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~-]+(?:[ \t]*,[ \t]*[A-Za-z0-9!#$%&'*+.^_`|~-]+){0,31}")
_LONGEST = 1024  # bytes of a list of header names
_ORIGIN = re.compile(rb"null|[a-z][a-z0-9+.-]{0,30}://[A-Za-z0-9._~:\[\]-]{1,255}")
_ASKED = b"origin, access-control-request-method, access-control-request-headers, access-control-request-private-network"


def posting(headers: Iterable[Header]) -> tuple[Header, ...]:
    """The headers of an answer to a POST: its page may read it, credentials or not."""
    return (*_allowing(headers), _EXPOSED, (b"vary", b"origin"))


def preflight(headers: Iterable[Header], *, reads: bool = False) -> list[Header]:
    """The answer's headers to an OPTIONS request: what it asks for is allowed, the SDKs' custom headers included.

    `reads` is True for a route that pages get something from.
    """
    given = list(headers)
    asked, private = _USUAL, False
    for name, value in given:
        if name == b"access-control-request-headers" and len(value) <= _LONGEST and _NAMES.fullmatch(value.strip()):
            asked = value.strip()
        elif name == b"access-control-request-private-network":
            private = value == b"true"
    answer = [
        *(ANY_ORIGIN if reads else (*_allowing(given), _EXPOSED)),
        (b"access-control-allow-methods", b"GET, OPTIONS" if reads else b"POST, OPTIONS"),
        (b"access-control-allow-headers", asked),
        (b"access-control-max-age", b"86400"),
        (b"vary", _ASKED),
    ]
    if private:  # a page on the internet that reports to this machine
        answer.append((b"access-control-allow-private-network", b"true"))
    return answer


def _allowing(headers: Iterable[Header]) -> tuple[Header, ...]:
    origins = [value for name, value in headers if name == b"origin"]
    if len(origins) != 1 or not _ORIGIN.fullmatch(origins[0]):
        return ((b"access-control-allow-origin", b"*"),)
    return ((b"access-control-allow-origin", origins[0]), (b"access-control-allow-credentials", b"true"))
