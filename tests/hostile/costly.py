"""Five hostile clients whose bodies cost a server more than their senders, made at random; the
answers are counted.

A program of its own, so that its load does not disturb measurements:
`python -m tests.hostile.costly PORT SECONDS SEED`.
"""

import asyncio
import contextlib
import gzip
import json
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable
from random import Random

CLIENTS = 5
HOOK = "/segment/webhook/web"
CALLS = ("/v1/track", "/v1/batch", "/v1/t", "/v1/b", "/v1/page", "/v1/identify")
PIECES = (
    b"%41",
    b"a=%41&",
    b"NaN,",
    rb"\ud800",
    b'{"":{}},',
    b"[",
    b"{}",
    b"1e999,",
    b'"",',
    b"\0",
    b'"writeKey":1,',
    b"%",
    b"=&",
    b"\\",
)
AROUND = (
    (b"a=", b""),
    (b'{"body":"a=', b'"}'),
    (b'[{"body":"a=', b'"}]'),
    (b'{"body":[', b"1]}"),
    (b'{"json":[', b"1]}"),
    (b'{"a":[', b"1]}"),
    (b'{"a":"', b'"}'),
    (b"[", b"1]"),
    (b'{"batch":[', b'1],"writeKey":"nobody"}'),
    (b'{"type":"track","properties":', b"}"),
)
SIZES = (1_000, 30_000, 65_000, 250_000, 499_000, 1_000_000, 4_000_000, 8_000_000)
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "gzip, gzip": lambda body: gzip.compress(gzip.compress(body)),
}


def made(chance: Random) -> bytes:
    """One request."""
    start, end = chance.choice(AROUND)
    piece = b"".join(chance.choices(PIECES, k=chance.choice((1, 1, 1, 2, 5))))
    size = chance.choice(SIZES)
    body = (start + piece * (size // len(piece)))[: size - len(end)] + end
    encoding = (
        chance.choice(list(PACKINGS))
        if len(body) < 500_000
        else chance.choice(("gzip", "gzip", "deflate", "gzip, gzip", ""))
    )
    packed = PACKINGS[encoding](body)
    path = chance.choice((HOOK, HOOK, chance.choice(CALLS)))
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {len(packed)}"]
    if encoding:
        lines.append(f"Content-Encoding: {encoding}")
    if chance.random() < 0.9:
        lines.append(f"X-Signature: {chance.randbytes(20).hex()}")
    if chance.random() < 0.2:
        lines.append("Authorization: Basic bm9ib2R5Og==")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + packed


async def _client(port: int, requests: list[bytes], until: float, answers: Counter[int]) -> None:
    number = 0
    while time.monotonic() < until:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                while time.monotonic() < until:
                    writer.write(requests[number % len(requests)])
                    number += 1
                    async with asyncio.timeout(60):
                        head = (await reader.readuntil(b"\r\n\r\n")).lower()
                        answers[int(head.split(b" ")[1])] += 1
                        length = next(
                            line
                            for line in head.split(b"\r\n")
                            if line.startswith(b"content-length")
                        )
                        await reader.readexactly(int(length.partition(b":")[2]))
                    if b"connection: close" in head:
                        break
            finally:
                writer.transport.abort()


async def attack(port: int, seconds: float, seed: int) -> Counter[int]:
    """All five at once for so long; how often each status was answered."""
    answers: Counter[int] = Counter()
    chance = Random(seed)
    kinds = [[made(chance) for _ in range(24)] for _ in range(CLIENTS)]
    until = time.monotonic() + seconds
    await asyncio.gather(*(_client(port, requests, until, answers) for requests in kinds))
    return answers


if __name__ == "__main__":
    print(json.dumps(asyncio.run(attack(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))))
