"""Segment's `X-Signature`: lower-case hex HMAC-SHA1 over the bytes as received.

Of a single event the body is signed; of a batch (a JSON array) its first element, and by some
senders the whole body. The Extensible Webhook wraps the elements of its batches as `{"json": …}`
and signs what is inside. JSON is never encoded again to check it.

The scheme has neither time nor nonce, so a delivery can be replayed; and of a batch only the first
element is authentic, unless the source requires `whole`.
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

_MAX_FIRST = 262_144  # bytes in which a batch's first element must end; Segment's have 32 KB
_MAX_STEPS = 200  # to the end of a first element nested deeper than Segment's
MAX_INLINE_BYTES = 64 * 1024  # bytes that are hashed on the event loop
_MAX_INLINE_FIRST = 16 * 1024  # bytes searched there for a first element's end
_MAX_INLINE_FORM = 8 * 1024  # bytes of a form parsed there
_WRAPPER = re.compile(
    rb'[ \t\r\n]*+\{[ \t\r\n]*+"(json|body)"[ \t\r\n]*+:'
)  # how an element of the Extensible Webhook's batch begins
_DIGEST = 20  # bytes of an HMAC-SHA1
_NO_MATCH = "Its X-Signature fits none of the source's secrets"
_TEXT = msgspec.json.Decoder(str)
_ENCODER = msgspec.json.Encoder()


class Verifier:
    """Verifies the deliveries of one source. Keep one per source: it caches keyed hashes.

    Until a delivery is known to be authentic, its bytes are only hashed, searched for the end of
    the first element, and parsed as a form of at most `form.MAX_BYTES`.
    """

    def __init__(self, source: Source) -> None:
        self._secrets = tuple(Hmac(secret.reveal(), "sha1") for secret in source.secrets)
        self._allow_unsigned = source.allow_unsigned
        self._whole = source.batch_signature == "whole"

    def parse_signature(self, signature: str | None) -> bytes | None:
        """The signature's bytes, or None if the source needs none.

        Raises `Problem("unauthorized")` if it can fit no body at all.
        """
        if not signature:
            if self._allow_unsigned:
                return None
            raise _unauthorized("It carries no X-Signature")
        if not self._secrets:
            if self._allow_unsigned:
                return None
            raise _unauthorized("The source has no secret to check it with")
        try:
            expected = bytes.fromhex(signature)
        except ValueError:
            raise _unauthorized("Its X-Signature is not hexadecimal") from None
        if len(expected) != _DIGEST:
            raise _unauthorized("Its X-Signature has not the 40 digits of an HMAC-SHA1")
        return expected

    def verify(self, body: bytes, signature: str | None) -> None:
        """Raises `Problem("unauthorized")` unless `body` is signed with one of the source's
        secrets.

        A large body takes milliseconds: use a thread. See `verify_quickly`.
        """
        expected = self.parse_signature(signature)
        if expected is None or any(
            self._signs(part, expected) for part in self._parts(body, soon=False)
        ):
            return
        raise _unauthorized(_NO_MATCH)

    def verify_quickly(self, body: bytes, signature: str | None) -> bool:
        """Like `verify`, in at most a millisecond or two; False if that does not decide it."""
        expected = self.parse_signature(signature)
        if expected is None or (
            body[:1] == b"{" and len(body) <= MAX_INLINE_BYTES and self._signs(body, expected)
        ):
            return True
        if any(self._signs(part, expected) for part in self._parts(body, soon=True)):
            return True
        if len(body) <= (
            _MAX_INLINE_FIRST if body.lstrip(SPACE)[:1] == b"[" else MAX_INLINE_BYTES
        ) and not is_slow(body):
            raise _unauthorized(_NO_MATCH)
        return False

    def _signs(self, part: bytes | memoryview, expected: bytes) -> bool:
        found = False
        for secret in self._secrets:
            found |= hmac.compare_digest(secret.digest(part), expected)
        return found

    def _parts(self, body: bytes, *, soon: bool) -> Iterator[bytes | memoryview]:
        """The parts of the body that may have been signed, likeliest first; if `soon`, only cheap
        ones.
        """
        if body[:1] != b"[" and (not soon or len(body) <= MAX_INLINE_BYTES):
            yield body
        sign = body.lstrip(SPACE)[:1] if body[:1] in (b" ", b"\t", b"\r", b"\n") else body[:1]
        if sign == b"[":
            first = (
                b""
                if self._whole
                else first_element(body, _MAX_INLINE_FIRST if soon else _MAX_FIRST)
            )
            if first:
                yield first
                yield from _unwrap(first, soon=soon)
            if not soon or len(body) <= MAX_INLINE_BYTES:
                yield body
        elif sign == b"{":
            yield from _unwrap(body, soon=soon)
        elif len(body) <= (_MAX_INLINE_FORM if soon else form.MAX_BYTES):
            yield from _forms(body)


def is_slow(body: bytes) -> bool:
    """Whether `body` may contain a form that takes more than a millisecond to parse."""
    if len(body) <= _MAX_INLINE_FORM:
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
    """The `X-Signature` that Segment sends with `body`: over a batch's first element, else all of
    it.
    """
    return hmac.digest(secret, first_element(body) or body, "sha1").hex()


def first_element(body: bytes, limit: int = _MAX_FIRST) -> bytes:
    """The bytes of a JSON array's first element as received, without surrounding space.

    Empty if no element ends within `limit` bytes.
    """
    window = body[: limit + 1].lstrip(SPACE)
    if window[:1] != b"[":
        return b""
    window = window[1:].lstrip(SPACE)
    end = value_end(window, 0, _MAX_STEPS)
    return window[:end] if end > 0 else b""


def _unwrap(element: bytes, *, soon: bool) -> Iterator[bytes | memoryview]:
    """What the Extensible Webhook wrapped, as received; for a form, the JSON it may come from."""
    found = _WRAPPER.match(element)
    if found is None:
        return
    _, end = trimmed(element, found.end(), len(element))
    if element[end - 1 : end] != b"}":
        return
    start, end = trimmed(element, found.end(), end - 1)
    if found[1] == b"json":
        if not soon or end - start <= MAX_INLINE_BYTES:
            yield memoryview(element)[start:end]
    elif (
        end - start <= (_MAX_INLINE_FORM if soon else form.MAX_BYTES)
        and element[start : start + 1] == b'"'
    ):
        try:
            yield from _forms(_TEXT.decode(element[start:end]).encode())
        except ValueError:
            return


def _forms(body: bytes) -> Iterator[bytes]:
    """The JSON that a form may have been made of.

    Segment signs the mapped event before it becomes a form, which loses the types of its values:
    they are first taken as text, then as what they look like.
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
        "Set the same shared secret in Segment's destination and in this source, or "
        "allow_unsigned if Segment has none",
    )
