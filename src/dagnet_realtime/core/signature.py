"""Segment's `X-Signature`: lower-case hex HMAC-SHA1, over the bytes as they came; nothing is ever serialised again to check JSON.

What is signed: of a single event the body; of a batch (a JSON array) its first element, and by some senders the whole body. The
Extensible Webhook wraps the elements of its batches as `{"json": …}` and signs what is inside. The scheme has no time and no nonce, so a
delivery can be replayed, and of a batch only the first element is authentic unless the source asks for `whole`.
"""

import hmac
import re
from collections.abc import Iterator

import msgspec

from dagnet_realtime.core import form
from dagnet_realtime.core.identifiers import Hmac
from dagnet_realtime.core.json_text import SPACE, trimmed, value_end
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Source

_FIRST = 262_144  # bytes within which the first element of a batch must end; Segment's events end within 32 KB
_STEPS = 200  # to the end of a first element that lies deeper than any of Segment's
SMALL = 64 * 1024  # bytes that are hashed without leaving the event loop
_SHORT = 16 * 1024  # bytes within which the end of a first element is looked for there
_BRIEF = 8 * 1024  # bytes of a form that is read there
_WRAPPER = re.compile(
    rb'[ \t\r\n]*+\{[ \t\r\n]*+"(json|body)"[ \t\r\n]*+:'
)  # how an element of the Extensible Webhook's batch begins
_DIGEST = 20  # bytes of an HMAC-SHA1
_FITS_NONE = "Its X-Signature fits none of the source's secrets"
_TEXT = msgspec.json.Decoder(str)
_ENCODER = msgspec.json.Encoder()


class Verifier:
    """Checks the deliveries of one source. Keep one for each source: it holds what can be computed once.

    Until a delivery is known to be authentic, nothing is done with its bytes but to hash them, to find where its first element ends, and
    to read a form of at most `form.MOST_BYTES`.
    """

    def __init__(self, source: Source) -> None:
        self._secrets = tuple(Hmac(secret.reveal(), "sha1") for secret in source.secrets)
        self._allow_unsigned = source.allow_unsigned
        self._whole = source.batch_signature == "whole"

    def given(self, signature: str | None) -> bytes | None:
        """What `signature` says, or None if none is needed. Raises `Problem("unauthorized")` if no body at all could go with it."""
        if not signature:
            if self._allow_unsigned:
                return None
            raise _unauthorized("It carries no X-Signature")
        if not self._secrets:
            if self._allow_unsigned:
                return None
            raise _unauthorized("The source has no secret to check it with")
        try:
            given = bytes.fromhex(signature)
        except ValueError:
            raise _unauthorized("Its X-Signature is not hexadecimal") from None
        if len(given) != _DIGEST:
            raise _unauthorized("Its X-Signature has not the 40 digits of an HMAC-SHA1")
        return given

    def verify(self, body: bytes, signature: str | None) -> None:
        """Returns if `body` is authentic under any of the source's secrets, else raises `Problem("unauthorized")`.

        A great body takes milliseconds, which belong in a thread; see `verified_soon`.
        """
        given = self.given(signature)
        if given is None or any(self._signs(part, given) for part in self._parts(body, soon=False)):
            return
        raise _unauthorized(_FITS_NONE)

    def verified_soon(self, body: bytes, signature: str | None) -> bool:
        """As `verify`, in a millisecond or two whatever `body` is; False if that does not decide it."""
        given = self.given(signature)
        if given is None or (body[:1] == b"{" and len(body) <= SMALL and self._signs(body, given)):
            return True
        if any(self._signs(part, given) for part in self._parts(body, soon=True)):
            return True
        if len(body) <= (_SHORT if body.lstrip(SPACE)[:1] == b"[" else SMALL) and not slow(body):
            raise _unauthorized(_FITS_NONE)
        return False

    def _signs(self, part: bytes | memoryview, given: bytes) -> bool:
        found = False
        for secret in self._secrets:
            found |= hmac.compare_digest(secret.digest(part), given)
        return found

    def _parts(self, body: bytes, *, soon: bool) -> Iterator[bytes | memoryview]:
        """What may have been signed, likeliest first; if `soon`, only what costs little."""
        if body[:1] != b"[" and (not soon or len(body) <= SMALL):
            yield body
        sign = body.lstrip(SPACE)[:1] if body[:1] in (b" ", b"\t", b"\r", b"\n") else body[:1]
        if sign == b"[":
            first = b"" if self._whole else first_element(body, _SHORT if soon else _FIRST)
            if first:
                yield first
                yield from _inside(first, soon=soon)
            if not soon or len(body) <= SMALL:
                yield body
        elif sign == b"{":
            yield from _inside(body, soon=soon)
        elif len(body) <= (_BRIEF if soon else form.MOST_BYTES):
            yield from _forms(body)


def slow(body: bytes) -> bool:
    """Whether `body` may be, or hold, a form that takes more than a millisecond to read."""
    if len(body) <= _BRIEF:
        return False
    sign = body.lstrip(SPACE)[:1]
    if sign == b"[":
        found = _WRAPPER.match(body, len(body) - len(body.lstrip(SPACE)) + 1)
    elif sign == b"{":
        found = _WRAPPER.match(body)
    else:
        return True
    return found is not None and found[1] == b"body"


def sign(secret: bytes, body: bytes) -> str:
    """The `X-Signature` that Segment would send with `body`: over the first element where it is a batch, else over all of it."""
    return hmac.digest(secret, first_element(body) or body, "sha1").hex()


def first_element(body: bytes, most: int = _FIRST) -> bytes:
    """The bytes of the first element of a JSON array exactly as they came, without the space around them.

    Empty if there is none that ends within `most` bytes.
    """
    window = body[: most + 1].lstrip(SPACE)
    if window[:1] != b"[":
        return b""
    window = window[1:].lstrip(SPACE)
    end = value_end(window, 0, _STEPS)
    return window[:end] if end > 0 else b""


def _inside(element: bytes, *, soon: bool) -> Iterator[bytes | memoryview]:
    """What the Extensible Webhook has wrapped, cut out as it came; a form as the JSON that it may have been."""
    found = _WRAPPER.match(element)
    if found is None:
        return
    _, end = trimmed(element, found.end(), len(element))
    if element[end - 1 : end] != b"}":
        return
    start, end = trimmed(element, found.end(), end - 1)
    if found[1] == b"json":
        if not soon or end - start <= SMALL:
            yield memoryview(element)[start:end]
    elif (
        end - start <= (_BRIEF if soon else form.MOST_BYTES) and element[start : start + 1] == b'"'
    ):
        try:
            yield from _forms(_TEXT.decode(element[start:end]).encode())
        except ValueError:
            return


def _forms(body: bytes) -> Iterator[bytes]:
    """The JSON that a form may have been made of. Segment signs the mapped event before it becomes a form, which loses the types of its
    values: first they are taken to be text, then to be what they look like.
    """
    try:
        fields = form.parse_form(body)
    except ValueError:
        return
    texts = {
        _ENCODER.encode(name): (_ENCODER.encode(value), value) for name, value in fields.items()
    }
    yield _compact({name: text for name, (text, _) in texts.items()})
    yield _compact(
        {name: value.encode() if _literal(value) else text for name, (text, value) in texts.items()}
    )


def _compact(members: dict[bytes, bytes]) -> bytes:
    return b"{" + b",".join([name + b":" + value for name, value in members.items()]) + b"}"


def _literal(value: str) -> bool:
    if value in ("true", "false", "null"):
        return True
    digits = value.removeprefix("-").replace(".", "", 1)
    return digits.isascii() and digits.isdigit() and not value.endswith(".") and len(value) <= 17


def _unauthorized(found: str) -> Problem:
    return Problem(
        "unauthorized",
        "The delivery is not signed by Segment",
        found,
        "Set the same shared secret in Segment's destination and in this source, or allow_unsigned where Segment has none",
    )
