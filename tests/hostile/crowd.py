"""Ten hostile clients, each hostile in its own way until its time is over; the answers are counted
by status.

A program of its own, so that its load does not disturb measurements:
`python -m tests.hostile.crowd PORT KEY SESSION SECONDS`.
"""

import asyncio
import contextlib
import gzip
import hmac
import json
import socket
import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from random import Random

from tests.support.server import track

MEGABYTE = 1024 * 1024
SECRETS = {"web": b"the good ones' secret", "loud": b"a hostile one's own secret"}
BREATH = 0.02  # seconds between two attempts: hostile, yet it must leave the machine's two cores to others


def request(path: str, body: bytes = b"", method: str = "POST", **headers: str) -> bytes:
    """One request with its head; a header's name is written with underscores."""
    fields = {"host": "127.0.0.1", "content_length": str(len(body)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def signed(secret: bytes, body: bytes, first: bytes | None = None) -> dict[str, str]:
    """Segment's signature header."""
    return {"x_signature": hmac.digest(secret, first or body, "sha1").hex()}


class Crowd:
    """`session` is a watch session that the ones with a `key` abuse."""

    def __init__(self, port: int, key: str, session: str) -> None:
        self._port = port
        self._key = key
        self._session = session
        bomb = gzip.compress(b"[" + b" " * 100 * MEGABYTE, 1)
        self._bombs_made = ((bomb, "gzip"), (gzip.compress(bomb), "gzip, gzip"))
        self._chance = Random(7)
        self.answers: dict[str, Counter[int]] = {name: Counter() for name in self.ways()}

    def ways(self) -> dict[str, Callable[[], Coroutine[None, None, None]]]:
        """Each once."""
        return {
            "slow head": self._slow_head,
            "slow body": self._slow_body,
            "huge": self._huge,
            "flooding": self._flooding,
            "reconnecting": self._reconnecting,
            "replaying": self._replaying,
            "never reading": self._never_reading,
            "garbage": self._garbage,
            "bombs": self._bombs,
            "guessing": self._guessing,
        }

    async def run(self, seconds: float) -> None:
        """Runs all of them at once; each goes on if the server cuts it off."""

        async def lasting(way: Callable[[], Coroutine[None, None, None]]) -> None:
            while True:
                with contextlib.suppress(
                    ConnectionError, asyncio.IncompleteReadError, TimeoutError
                ):
                    await way()
                await asyncio.sleep(BREATH)

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as tasks:
                for way in self.ways().values():
                    tasks.create_task(lasting(way))

    async def _ask(self, name: str, sent: bytes, keep: int = 1) -> None:
        """Sends it `keep` times over one connection, and counts what is answered."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            for _ in range(keep):
                writer.write(sent)
                async with asyncio.timeout(30):
                    head = await reader.readuntil(b"\r\n\r\n")
                    self.answers[name][int(head.split(b" ")[1])] += 1
                    length = next(
                        (
                            line
                            for line in head.lower().split(b"\r\n")
                            if line.startswith(b"content-length")
                        ),
                        b":0",
                    )
                    await reader.readexactly(int(length.partition(b":")[2]))
        finally:
            writer.transport.abort()

    async def _drip(self, name: str, sent: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(sent)
            while not reader.at_eof():
                writer.write(b"a")
                with contextlib.suppress(TimeoutError):
                    head = await asyncio.wait_for(reader.readuntil(b"\r\n"), 0.3)
                    self.answers[name][int(head.split(b" ")[1])] += 1
                    return
        finally:
            writer.transport.abort()

    async def _slow_head(self) -> None:
        await self._drip("slow head", b"POST /segment/webhook/web HTTP/1.1\r\nHost: x\r\nX-Slow: ")

    async def _slow_body(self) -> None:
        await self._drip("slow body", request("/segment/webhook/web", content_length="100000"))

    async def _huge(self) -> None:
        await self._ask("huge", request("/segment/webhook/web", b"[" * 12 * MEGABYTE))
        part = b"%x\r\n%b\r\n" % (MEGABYTE, b"x" * MEGABYTE)
        whole = request("/segment/webhook/web", transfer_encoding="chunked").replace(
            b"content-length: 0\r\n", b""
        )
        await self._ask("huge", whole + part * 12 + b"0\r\n\r\n")

    async def _flooding(self) -> None:
        each = [json.dumps(track(f"loud {self._chance.random()}")).encode() for _ in range(200)]
        body = b"[" + b",".join(each) + b"]"
        await self._ask(
            "flooding",
            request("/segment/webhook/loud", body, **signed(SECRETS["loud"], body, each[0])),
            keep=20,
        )

    async def _reconnecting(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(
                request(
                    f"/api/watch/{self._session}/stream",
                    method="GET",
                    authorization=f"Bearer {self._key}",
                )
            )
            self.answers["reconnecting"][
                int((await asyncio.wait_for(reader.readuntil(b"\r\n"), 30)).split(b" ")[1])
            ] += 1
        finally:
            writer.transport.abort()

    async def _replaying(self) -> None:
        body = json.dumps(track("recorded once")).encode()
        await self._ask(
            "replaying",
            request("/segment/webhook/web", body, **signed(SECRETS["web"], body)),
            keep=5,
        )

    async def _never_reading(self) -> None:
        with socket.socket() as stuck:
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stuck.settimeout(0)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(stuck, ("127.0.0.1", self._port))
            await loop.sock_sendall(
                stuck,
                request(
                    f"/api/watch/{self._session}/stream",
                    method="GET",
                    authorization=f"Bearer {self._key}",
                ),
            )
            self.answers["never reading"][200] += 1
            await asyncio.sleep(5)

    async def _garbage(self) -> None:
        sent = self._chance.choice(
            (
                b"\x16\x03\x01\x02\x00\x01",
                b"\x00" * 100,
                b"GET\x7f /",
                b"POST / HTTP/9.9\r\n",
                self._chance.randbytes(500),
            )
        )
        await self._ask("garbage", sent + b"\r\n\r\n")

    async def _bombs(self) -> None:
        for bomb, encoding in self._bombs_made:
            await self._ask(
                "bombs", request("/segment/webhook/web", bomb, content_encoding=encoding)
            )

    async def _guessing(self) -> None:
        guess = self._chance.randbytes(18).hex()
        for path in (
            f"/api/watch/{guess[:24]}/frames",
            f"/api/workspaces/shop/{guess[:4]}/graphs",
            "/api/me",
            "/metrics",
            f"/?key={guess}",
        ):
            for headers in (
                {"authorization": f"Bearer {guess}"},
                {"cookie": f"dagnet_realtime_{self._port}={guess}"},
            ):
                await self._ask("guessing", request(path, method="GET", **headers))
        body = json.dumps(track(guess)).encode()
        await self._ask("guessing", request("/segment/webhook/web", body, x_signature=guess[:40]))
        await self._ask("guessing", request(f"/segment/webhook/{guess[:6]}", body))


async def _main() -> None:
    crowd = Crowd(int(sys.argv[1]), sys.argv[2], sys.argv[3])
    await crowd.run(float(sys.argv[4]))
    print(json.dumps(crowd.answers))


if __name__ == "__main__":
    asyncio.run(_main())
