"""Segment's `X-Signature`: lower-case hex HMAC-SHA1, over the bytes as they came; nothing is ever serialised again to check JSON.

What is signed: of a single event the body; of a batch (a JSON array) its first element, and by some senders the whole body. The
Extensible Webhook wraps the elements of its batches as `{"json": …}` and signs what is inside. The scheme has no time and no nonce, so a
delivery can be replayed, and of a batch only the first element is authentic unless the source asks for `whole`.
"""

import hmac
import json
import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from urllib.parse import parse_qsl

from dagnet_realtime.core.mac import Mac
from dagnet_realtime.model.channel import Source
from dagnet_realtime.model.problem import Problem

SPACE = b" \t\r\n"
_FIRST = 262_144  # bytes within which the first element of a batch must end; Segment's events end within 32 KB
_FIELDS = 1000  # of a form
_WRAPPER = re.compile(rb'[ \t\r\n]*+\{[ \t\r\n]*+"(json|body)"[ \t\r\n]*+:')  # how an element of the Extensible Webhook's batch begins


class Verifier:
    """Checks the deliveries of one source. Keep one for each source: it holds what can be computed once."""

    def __init__(self, source: Source) -> None:
        self._secrets = tuple(Mac(secret.reveal(), "sha1") for secret in source.secrets)
        self._allow_unsigned = source.allow_unsigned
        self._whole = source.batch_signature == "whole"

    def verify(self, body: bytes, signature: str | None) -> None:
        """Returns where `body` is authentic under any of the source's secrets, else raises `Problem("unauthorized")`."""
        if not signature:
            if self._allow_unsigned:
                return
            raise _unauthorized("It carries no X-Signature")
        if not self._secrets:
            if self._allow_unsigned:
                return
            raise _unauthorized("The source has no secret to check it with")
        try:
            given = bytes.fromhex(signature)
        except ValueError:
            raise _unauthorized("Its X-Signature is not hexadecimal") from None
        if body[:1] != b"[" and self._signs(body, given):
            return
        if any(self._signs(part, given) for part in self._parts(body)):
            return
        raise _unauthorized("Its X-Signature fits none of the source's secrets")

    def _signs(self, part: bytes, given: bytes) -> bool:
        found = False
        for secret in self._secrets:
            found |= hmac.compare_digest(secret.of(part), given)
        return found

    def _parts(self, body: bytes) -> Iterator[bytes]:
        """What else than a body that is no array may have been signed, cheapest first."""
        start = body.lstrip(SPACE)[:1]
        if start == b"[":
            first = b"" if self._whole else first_element(body)
            if first:
                yield first
                yield from _inside(first)
            yield body
        elif start == b"{":
            yield from _inside(body)
        else:
            yield from _forms(body)


def verify(source: Source, body: bytes, signature: str | None) -> None:
    """Returns where `body` is an authentic delivery of `source`, else raises `Problem("unauthorized")`. See `Verifier`."""
    Verifier(source).verify(body, signature)


def sign(secret: bytes, body: bytes) -> str:
    """The `X-Signature` that Segment would send with `body`: over the first element where it is a batch, else over all of it."""
    return hmac.digest(secret, first_element(body) or body, "sha1").hex()


def first_element(body: bytes) -> bytes:
    """The bytes of the first element of a JSON array exactly as they came, without the space around them; empty where there is none."""
    start = len(body) - len(body.lstrip(SPACE))
    if body[start : start + 1] != b"[":
        return b""
    window = body[start + 1 : start + 1 + _FIRST].lstrip(SPACE)
    text = window.decode("utf-8", "surrogateescape")
    try:
        _, end = JSONDecoder().raw_decode(text)
    except (JSONDecodeError, RecursionError, ValueError):
        return b""
    return text[:end].encode("utf-8", "surrogateescape")


def _inside(element: bytes) -> Iterator[bytes]:
    """What the Extensible Webhook has wrapped, cut out as it came; a form as the JSON that it may have been."""
    found = _WRAPPER.match(element)
    end = element.rstrip(SPACE)
    if found is None or end[-1:] != b"}":
        return
    inside = end[found.end() : -1].strip(SPACE)
    if found[1] == b"json":
        yield inside
        return
    try:
        form = json.loads(inside)
    except (ValueError, RecursionError):
        return
    if isinstance(form, str):
        yield from _forms(form.encode("utf-8", "surrogatepass"))


def _forms(body: bytes) -> Iterator[bytes]:
    """The JSON that a form may have been made of. Segment signs the mapped event before it becomes a form, which loses the types of its
    values: first they are taken to be text, then to be what they look like.
    """
    try:
        pairs = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=_FIELDS))
    except ValueError:
        return
    yield _compact({key: json.dumps(value, ensure_ascii=False) for key, value in pairs.items()})
    yield _compact({key: value if _literal(value) else json.dumps(value, ensure_ascii=False) for key, value in pairs.items()})


def _compact(members: dict[str, str]) -> bytes:
    text = ",".join(f"{json.dumps(key, ensure_ascii=False)}:{value}" for key, value in members.items())
    return f"{{{text}}}".encode("utf-8", "surrogatepass")


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
