"""Hostile requests over real sockets to a real server: each gets a clear answer, nothing is lost, and the server goes on."""

import asyncio
import gzip
import hmac
import json
import zlib
from typing import Any

from tests.support.server import SECRET, WRITE_KEY, Served, serving, track

MB = 1024 * 1024
WEBHOOK = "/segment/webhook/web"
GOOD = json.dumps(track("good")).encode()
FIELDS = [
    "type",
    "event",
    "messageId",
    "userId",
    "anonymousId",
    "properties",
    "context",
    "integrations",
    "timestamp",
    "originalTimestamp",
    "sentAt",
    "receivedAt",
    "traits",
    "name",
    "category",
    "previousId",
    "groupId",
    "_metadata",
    "projectId",
    "version",
    "channel",
    "replay",
]
VALUES: list[Any] = [
    None,
    True,
    1,
    1.5,
    -1e300,
    "",
    [],
    {},
    [[]],
    {"a": {"b": []}},
    "x" * 5000,
    "\ud800",
    "\0",
    10**400,
]
DATES: list[Any] = [
    "2026-01-01",
    "2026-2-02T00:30:08.276Z",
    "2018-09-05T23:05:25.862826965Z",
    "0001-01-01T00:00:00Z",
    "2026-01-01T00:00:00+00:00",
    "2026-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z",
    "2026-13-45T99:99:99Z",
    1767225600,
    1767225600000,
    "1767225600000",
    -5,
    "yesterday",
    {"a": 1},
]


async def post(
    served: Served, path: str, body: bytes, *, signed: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], Any]:
    """One request as a plain sender writes it, who hears nothing before he has said all: status, headers, body."""
    lines = {
        "host": f"127.0.0.1:{served.port}",
        "content-length": str(len(body)),
        "content-type": "application/json",
    }
    lines["x-signature"] = hmac.digest(SECRET, body if signed is None else signed, "sha1").hex()
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = (
        f"POST {path} HTTP/1.1\r\n"
        + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        + "\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    async with asyncio.timeout(20):
        writer.write(head.encode() + body)
        await writer.drain()
        status, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        answered = {
            name.lower(): value
            for name, _, value in (line.partition(": ") for line in rest if line)
        }
        said = await reader.readexactly(int(answered["content-length"]))
    writer.close()
    return int(status.split()[1]), answered, json.loads(said)


def nested(levels: int, opening: bytes, closing: bytes) -> bytes:
    return (
        b'{"type":"track","event":"view_item","properties":'
        + opening * levels
        + b"1"
        + closing * levels
        + b"}"
    )


UNREADABLE = {
    "not JSON": (b"hello", 400, "invalid"),
    "nothing": (b"", 400, "invalid"),
    "not UTF-8": (b'{"type":"track","event":"\xff\xfe"}', 400, "invalid"),
    "cut short": (GOOD[:-20], 400, "invalid"),
    "a batch cut short": (b"[" + GOOD + b"," + GOOD[:30], 400, "invalid"),
    "a number": (b"12", 400, "invalid"),
    "a batch of numbers": (b"[1,2]", 400, "invalid"),
    "100,000 arrays": (b"[" * 100_000 + b"]" * 100_000, 400, "invalid"),
    "100,000 arrays, never closed": (b"[" * 100_000, 400, "invalid"),
    "properties 100,000 deep": (nested(100_000, b'{"a":', b"}"), 400, "invalid"),
    "lists 100,000 deep": (nested(100_000, b"[", b"]"), 400, "invalid"),
    "9 MB": (b" " * (9 * MB), 413, "too_large"),
    "no type": (b'{"type":null,"name":"view_item"}', 400, "invalid"),
}


async def test_what_cannot_be_read_is_refused_in_a_sentence() -> None:
    """SEG-7, DOOR-8, DOOR-11: each gets its problem as an answer, even if its body was not read to
    the end.
    """
    async with serving() as served:
        await served.open()
        for name, (body, expected, code) in UNREADABLE.items():
            status, headers, said = await post(served, WEBHOOK, body)
            assert (name, status, said["code"], headers["content-type"]) == (
                name,
                expected,
                code,
                "application/problem+json",
            )
            assert said["title"]
            assert said["remedy"]
        assert (await post(served, WEBHOOK, GOOD))[0] == 200


async def test_packed_bodies_are_unpacked_within_their_bound() -> None:
    """DOOR-8: a bomb of 200 MB is a refusal, and quickly; what is no packing, or cut short, says so."""
    bomb = gzip.compress(b'{"type":"track","event":"' + b"a" * (200 * MB) + b'"}', 1)
    async with serving() as served:
        await served.open()
        cases = [
            (bomb, "gzip", 413),
            (b"\x1f\x8bxx", "gzip", 400),
            (gzip.compress(GOOD)[:-5], "gzip", 400),
            (GOOD, "br", 400),
        ]
        cases += [
            (gzip.compress(gzip.compress(bomb)), "gzip, gzip, gzip", 400),
            (zlib.compress(GOOD), "deflate", 200),
        ]
        for body, packing, expected in cases:
            status, _, said = await post(
                served, WEBHOOK, body, signed=GOOD, content_encoding=packing
            )
            assert (packing, status) == (packing, expected), said


async def test_wrong_types_in_every_field_and_dates_of_every_shape_are_taken_or_refused() -> None:
    """SEG-2, SEG-5: a field of the wrong type is absent and spoils nothing; only an event whose type cannot be known is refused."""
    async with serving() as served:
        session = (await served.open())["watch_session_id"]
        taken = 0
        messages = [
            {**track(f"{field} {n}"), field: value}
            for field in FIELDS
            for n, value in enumerate(VALUES)
        ]
        whens = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")
        messages += [
            {**track(f"date {n}"), **dict.fromkeys(whens, date)} for n, date in enumerate(DATES)
        ]
        messages += [
            {key: value for key, value in track("").items() if key != gone}
            for gone in ("messageId", "event", "anonymousId")
        ]
        for message in messages:
            status, _, said = await post(served, WEBHOOK, json.dumps(message).encode())
            known = message["type"] == "track" or not isinstance(message["type"], str)
            assert status == (200 if known else 400), (message, said)
            taken += known
        assert await counted(served, session, "offered") == taken


async def test_a_refused_sender_learns_why() -> None:
    """SIG-1, DOOR-2: unknown sources and keys, and wrong, missing or garbled signatures, are
    refused with a reason.
    """
    async with serving() as served:
        await served.open()
        unsigned = [
            ({"signed": b"other"}, 401),
            ({"x_signature": "zz"}, 401),
            ({"x_signature": ""}, 401),
        ]
        for headers, expected in unsigned:
            assert (await post(served, WEBHOOK, GOOD, **headers))[0] == expected  # type: ignore[arg-type]
        assert (await post(served, "/segment/webhook/nobody", GOOD))[0] == 404
        status, _, said = await post(served, "/v1/track", GOOD, authorization="Basic !!!")
        assert (status, said["success"], said["code"]) == (401, False, "unauthorized")
        big = json.dumps(
            {**track("big"), "writeKey": WRITE_KEY, "properties": {"a": "x" * 40_000}}
        ).encode()
        assert (await post(served, "/v1/track", big))[2]["code"] == "too_large"
        assert (await post(served, "/v1/batch", b" " * (2 * MB)))[2]["code"] == "too_large"


async def test_what_a_viewer_asks_wrongly_is_answered() -> None:
    """WEB-6, WEB-12, HUB-1: unknown graphs and sessions, positions that are none, commands that cannot be read."""
    async with serving() as served:
        session = (await served.open())["watch_session_id"]
        cases = [
            (
                "POST",
                "/api/watch",
                {"workspace": "shop", "env": "test", "graph": "no such graph"},
                404,
            ),
            ("POST", "/api/watch", {"workspace": "no", "env": "test", "graph": "x"}, 404),
            ("POST", "/api/watch", {"workspace": 1}, 400),
            ("POST", "/api/watch", [], 400),
            (
                "POST",
                "/api/watch",
                {
                    "workspace": "shop",
                    "env": "test",
                    "graph": "uk-checkout-journey",
                    "filter": '"open',
                },
                400,
            ),
            ("GET", "/api/watch/nobody/stream", None, 410),
            ("GET", "/api/watch/nobody/frames", None, 410),
            ("GET", f"/api/watch/{session}/frames?after=garbage", None, 400),
            ("GET", f"/api/watch/{session}/frames?after=%00&wait=0", None, 400),
            ("GET", f"/api/watch/{session}/frames?wait=forever", None, 400),
            ("GET", f"/api/watch/{session}/stream?after={'9' * 5000}", None, 400),
            ("PATCH", f"/api/watch/{session}", {"filter": 3}, 400),
            ("GET", "/api/nothing", None, 404),
            ("DELETE", "/api/workspaces", None, 405),
        ]
        for method, path, body, expected in cases:
            answer = await served.client.request(method, path, json=body)
            assert (path, answer.status_code) == (path, expected), answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["title"]
        stale = await served.client.get(
            f"/api/watch/{session}/frames", params={"after": "0123456789ab.7.00000000", "wait": 0}
        )
        assert [frame["op"] for frame in stale.json()["frames"]][:2] == ["hello", "gap"], stale.text


async def test_a_client_that_reconnects_in_a_loop_leaves_nothing_behind() -> None:
    """HUB-9: three hundred streams, each cut as soon as it is open."""
    async with serving() as served:
        session = (await served.open())["watch_session_id"]
        for _ in range(300):
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
            lines = f"GET /api/watch/{session}/stream HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {served.programs}\r\n\r\n"
            writer.write(lines.encode())
            await reader.readuntil(b"hello")
            writer.transport.abort()
        async with asyncio.timeout(20):
            while " 0" not in next(
                line
                for line in (await metrics(served))
                if line.startswith("dagnet_realtime_viewers{")
            ):
                await asyncio.sleep(0)
        await served.send(track("after all"))
        assert await counted(served, session, "lit") == 1


async def counted(served: Served, session: str, what: str) -> int:
    """What the batches of a poll count together."""
    answer = await served.client.get(f"/api/watch/{session}/frames", params={"wait": 5})
    return sum(frame["ledger"][what] for frame in answer.json()["frames"] if frame["op"] == "batch")


async def metrics(served: Served) -> list[str]:
    return (await served.client.get("/metrics")).text.splitlines()
