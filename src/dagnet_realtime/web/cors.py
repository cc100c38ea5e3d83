"""Cross-origin rules of the tracking API: any page may post to it, as any page may post to Segment; no cookie counts there."""

import re
from collections.abc import Iterable

Header = tuple[bytes, bytes]

ANY_ORIGIN: tuple[Header, ...] = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"retry-after, x-ratelimit-reset"),
)
_USUAL = b"authorization, content-type, x-retry-count"
_NAMES = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~-]+(?:[ \t]*,[ \t]*[A-Za-z0-9!#$%&'*+.^_`|~-]+){0,31}")
_LONGEST = 1024  # bytes of a list of header names


def preflight(headers: Iterable[Header]) -> list[Header]:
    """The answer's headers to an OPTIONS request: what it asks for is allowed, the SDKs' custom headers included."""
    asked, private = _USUAL, False
    for name, value in headers:
        if name == b"access-control-request-headers" and len(value) <= _LONGEST and _NAMES.fullmatch(value.strip()):
            asked = value.strip()
        elif name == b"access-control-request-private-network":
            private = value == b"true"
    answer = [
        *ANY_ORIGIN,
        (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
        (b"access-control-allow-headers", asked),
        (b"access-control-max-age", b"86400"),
    ]
    if private:  # a page on the internet that reports to this machine
        answer.append((b"access-control-allow-private-network", b"true"))
    return answer
