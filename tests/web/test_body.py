"""Bodies, however they come."""

import asyncio
import gzip
import zlib
from collections.abc import MutableMapping
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.body import (
    AT_ONCE,
    ClientDisconnected,
    UnprovenBytes,
    UnreadBody,
    decompress,
    drain_body,
    read_body,
)
from tests.support.tries import tries

LIMIT = 1000


def sender(*parts: bytes | None) -> Any:
    """A `receive` that gives the parts in turn; None is a sender who leaves."""
    left = list(parts)

    async def receive() -> MutableMapping[str, Any]:
        part = left.pop(0)
        if part is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part, "more_body": bool(left)}

    return receive


async def read(
    *parts: bytes | None, length: bytes = b"", encoding: bytes = b"", seconds: float = 10.0
) -> bytes:
    """The body of those parts."""
    return await read_body(sender(*parts), length, encoding, LIMIT, seconds)


async def code(*parts: bytes | None, **headers: Any) -> str:
    """The code of the problem that reading gives."""
    with pytest.raises(Problem) as caught:
        await read(*parts, **headers)
    return caught.value.code


async def test_whole_and_chunked_bodies_are_read() -> None:
    """DOOR-8: bodies are read with or without Content-Length."""
    assert await read(b"abc", length=b"3") == b"abc"
    assert await read(b"a", b"", b"bc") == b"abc"
    assert await read(b"") == b""
    assert await read(b"x" * LIMIT) == b"x" * LIMIT


async def test_a_body_is_refused_before_it_is_read_where_it_says_that_it_is_too_large() -> None:
    """DOOR-8: the declared length decides, before a byte is read."""
    assert await code(length=b"1001") == "too_large"
    assert await code(length=b"-1") == "too_large"


async def test_a_chunked_body_is_cut_at_the_bound() -> None:
    """DOOR-8: a body is refused as soon as it exceeds the bound; no length is declared."""
    assert await code(b"x" * 600, b"x" * 600, b"x" * 10**6) == "too_large"
    assert await code(b"x" * 1001) == "too_large"


async def test_a_sender_who_leaves_is_not_answered() -> None:
    """CON-1: a sender may leave at the start or in the middle."""
    for parts in ((None,), (b"a", None)):
        with pytest.raises(ClientDisconnected):
            await read(*parts)


async def test_a_slow_sender_is_cut() -> None:
    """CON-1: a slow sender is refused, and asked to send again."""

    async def silent() -> MutableMapping[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(Problem) as caught:
        await read_body(silent, b"", b"", LIMIT, 0.01)
    assert (caught.value.code, caught.value.retry_after) == ("unavailable", 1)


def raw_deflate(body: bytes) -> bytes:
    """What some senders call deflate."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(b"abc" * 100), b"gzip"),
        (gzip.compress(b"abc" * 50) + gzip.compress(b"abc" * 50), b"GZIP"),
        (zlib.compress(b"abc" * 100), b"deflate"),
        (raw_deflate(b"abc" * 100), b"deflate"),
        (b"abc" * 100, b"identity"),
        (gzip.compress(zlib.compress(b"abc" * 100)), b"deflate, gzip"),
        (gzip.compress(b"abc" * 100), b"x-gzip"),
    ],
    ids=[
        "gzip",
        "two members",
        "deflate",
        "raw deflate",
        "identity",
        "twice packed",
        "an old name",
    ],
)
async def test_packed_bodies_are_unpacked(packed: bytes, encoding: bytes) -> None:
    """DOOR-8: gzip and deflate, in parts as they come."""
    assert await read(packed[:7], packed[7:], encoding=encoding) == b"abc" * 100


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (b"abc", b"gzip"),
        (gzip.compress(b"abc")[:-5], b"gzip"),
        (gzip.compress(b"abc") + b"junk", b"gzip"),
        (zlib.compress(b"abc")[:-2], b"deflate"),
        (b"abc", b"br"),
        (b"abc", b"gzip, gzip, gzip"),
        (gzip.compress(b"") * 1000, b"gzip"),
    ],
    ids=[
        "no gzip",
        "cut off",
        "junk behind",
        "deflate cut off",
        "unknown",
        "packed three times",
        "a thousand members",
    ],
)
async def test_what_cannot_be_unpacked_is_refused(packed: bytes, encoding: bytes) -> None:
    """DOOR-8: a truncated, mislabelled or unknown packing, or one of endless members,
    is `invalid`.
    """
    assert unpackable(packed, encoding) == "invalid"


def unpackable(packed: bytes, encoding: bytes, limit: int = 10**6) -> str:
    """The code of the problem that unpacking gives."""
    with pytest.raises(Problem) as caught:
        decompress(packed, encoding, limit)
    return caught.value.code


async def test_a_bomb_never_unfolds() -> None:
    """DOOR-8: a body that unpacks to a thousand times its size, also packed twice, is
    `too_large`.
    """
    bomb = gzip.compress(b"\0" * 10**7)
    assert unpackable(bomb, b"gzip") == "too_large"
    assert unpackable(gzip.compress(bomb), b"gzip, gzip") == "too_large"
    assert unpackable(raw_deflate(b"\0" * 10**7), b"deflate") == "too_large"
    assert decompress(gzip.compress(b"x" * LIMIT), b"gzip", LIMIT) == b"x" * LIMIT
    assert unpackable(gzip.compress(b"x" * (LIMIT + 1)), b"gzip", LIMIT) == "too_large"


@pytest.mark.parametrize(("size", "others"), [(AT_ONCE, 0), (AT_ONCE + 1, 1)])
async def test_a_great_body_is_unpacked_while_others_are_served(size: int, others: int) -> None:
    """DOOR-8: a small one is not worth the way."""
    turns: list[int] = []
    asyncio.get_running_loop().call_soon(turns.append, 1)
    assert (
        len(await read_body(sender(gzip.compress(b"\0" * size)), b"", b"gzip", 10**6, 10.0)) == size
    )
    assert len(turns) == others


async def test_others_are_served_beside_a_bomb_too() -> None:
    """DOOR-8: it is refused as one that was unpacked at once would be."""
    turns: list[int] = []
    asyncio.get_running_loop().call_soon(turns.append, 1)
    with pytest.raises(Problem, match="too large"):
        await read_body(sender(gzip.compress(b"\0" * 10**7)), b"", b"gzip", 10**6, 10.0)
    assert turns


@given(st.binary(max_size=200), st.sampled_from([b"gzip", b"deflate", b"x", b",", b"gzip,deflate"]))
def test_any_bytes_are_unpacked_or_are_a_problem(packed: bytes, encoding: bytes) -> None:
    """DOOR-8: any bytes are unpacked, or raise `invalid` or `too_large`."""
    try:
        decompress(packed, encoding, LIMIT)
    except Problem as problem:
        assert problem.code in ("invalid", "too_large")  # noqa: PT017 -- either outcome will do


PACKERS = {
    b"gzip": gzip.compress,
    b"deflate": zlib.compress,
    b"x-gzip": gzip.compress,
    b"identity": bytes,
}


BODIES = st.binary(max_size=300) | st.binary(max_size=3).map(lambda some: some * 900)


@tries(100)
@given(st.data(), BODIES, st.lists(st.sampled_from(sorted(PACKERS)), max_size=2))
async def test_any_body_is_read_or_is_a_problem_however_it_was_packed_cut_and_damaged(
    data: st.DataObject, body: bytes, packing: list[bytes]
) -> None:
    """DOOR-8: a whole body within the bound is read in any chunks, and no more than the bound is
    unpacked.
    """
    packed = body
    for name in packing:
        packed = PACKERS[name](packed)
    damage = data.draw(st.none() | st.tuples(st.integers(0, len(packed)), st.binary(max_size=3)))
    if damage is not None:
        packed = packed[: damage[0]] + damage[1] + packed[damage[0] + 1 :]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(packed)), max_size=4)))
    parts = [packed[at:until] for at, until in zip([0, *cuts], [*cuts, len(packed)], strict=True)]
    try:
        found = await read(*parts, encoding=b", ".join(packing))
    except Problem as problem:
        assert problem.code in ("invalid", "too_large")  # noqa: PT017 -- either outcome will do
        assert damage is not None or len(body) > LIMIT or len(packed) > LIMIT
    else:
        assert len(found) <= LIMIT
        assert damage is not None or found == body


async def full(
    *parts: bytes | None, unproven: UnprovenBytes, limit: int = 10**6, encoding: bytes = b""
) -> Problem:
    """The problem that reading gives, and that nothing is held after it."""
    before = unproven.held
    with pytest.raises(Problem) as caught, unproven.hold() as held:
        await read_body(sender(*parts), b"", encoding, limit, 10.0, held)
    assert unproven.held == before
    return caught.value


async def test_unproven_senders_hold_so_many_bytes_at_once_and_no_more() -> None:
    """DOOR-14: what waits counts, packed and unpacked; beyond it the answer is 503 to come back."""
    unproven = UnprovenBytes(100_000)
    with unproven.hold() as held:
        assert (
            await read_body(sender(b"x" * 40_000, b"y" * 20_000), b"", b"", 10**6, 10.0, held)
            == b"x" * 40_000 + b"y" * 20_000
        )
        assert unproven.held == 60_000
        for parts in (
            (b"x" * 50_000, b"y", b"z" * 10**6),
            (b"x", b"y" * 50_000, b""),
            (b"x" * 90_000,),
        ):
            problem = await full(*parts, unproven=unproven)
            assert (problem.code, problem.status, problem.retry_after) == ("unavailable", 503, 1)
            assert isinstance(problem, UnreadBody) is (len(parts) > 1)
        bomb = gzip.compress(b"\0" * 70_000)
        assert (await full(bomb, unproven=unproven, encoding=b"gzip")).code == "unavailable"
    assert unproven.held == 0
    with unproven.hold() as held:
        assert len(await read_body(sender(bomb), b"", b"gzip", 10**6, 10.0, held)) == 70_000
        assert unproven.held == 70_000 + len(bomb)


async def test_a_small_body_that_comes_at_once_holds_nothing() -> None:
    """DOOR-14: it waits for nothing, so that others cannot keep it out."""
    unproven = UnprovenBytes(0)
    with unproven.hold() as held:
        assert await read_body(sender(b"abc"), b"3", b"", LIMIT, 10.0, held) == b"abc"
        assert (
            await read_body(sender(gzip.compress(b"abc")), b"", b"gzip", LIMIT, 10.0, held)
            == b"abc"
        )
    assert (await full(b"a", b"b", unproven=unproven)).code == "unavailable"


async def test_what_is_held_is_given_back_however_a_request_ends() -> None:
    """DOOR-14: its sender leaves, is too slow, sends too much or nonsense, or the server stops."""
    unproven = UnprovenBytes(10**7)
    with pytest.raises(ClientDisconnected), unproven.hold() as held:
        await read_body(sender(b"x" * 500, None), b"", b"", LIMIT, 10.0, held)
    assert unproven.held == 0
    waits = asyncio.Event()
    parts = [{"type": "http.request", "body": b"x" * 500, "more_body": True}]

    async def stalled() -> MutableMapping[str, Any]:
        if parts:
            return parts.pop()
        waits.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def reading(seconds: float) -> None:
        with unproven.hold() as held:
            await read_body(stalled, b"", b"", LIMIT, seconds, held)

    with pytest.raises(UnreadBody, match="slowly"):
        await reading(0.01)
    assert unproven.held == 0
    parts.append({"type": "http.request", "body": b"x" * 500, "more_body": True})
    waits.clear()
    task = asyncio.create_task(reading(60.0))
    await waits.wait()
    assert unproven.held == 500
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert unproven.held == 0
    for body, encoding in (
        (b"junk" * 100, b"gzip"),
        (gzip.compress(b"\0" * 10**7), b"gzip"),
        (b"x" * 1001, b""),
    ):
        await full(body[:10], body[10:], unproven=unproven, limit=LIMIT, encoding=encoding)


async def test_a_thread_that_goes_on_for_a_request_that_has_ended_is_stopped() -> None:
    """DOOR-14: a request that has ended holds no bytes."""
    unproven = UnprovenBytes(10**7)
    with unproven.hold() as held:
        held.acquire(5)
    with pytest.raises(Problem, match="Too much"):
        decompress(gzip.compress(b"\0" * 10**6), b"gzip", 10**7, held.acquire)
    held.release()
    assert unproven.held == 0


def random_bytes(size: int) -> bytes:
    """Bytes that nothing packs, the same each time."""
    return Random(11).randbytes(size)


def test_what_unpacks_to_far_more_than_was_sent_is_refused() -> None:
    """DOOR-8: a megabyte is free, and beyond it a hundred to one, over all layers."""
    megabyte = 1024 * 1024
    assert len(decompress(gzip.compress(b"\0" * megabyte), b"gzip", 8 * megabyte)) == megabyte
    for bomb, encoding in (
        (gzip.compress(b"\0" * (megabyte + 1)), b"gzip"),
        (zlib.compress(b"\0" * 2 * megabyte), b"deflate"),
        (raw_deflate(b"\0" * 2 * megabyte), b"deflate"),
        (gzip.compress(gzip.compress(b"\0" * 2 * megabyte)), b"gzip, gzip"),
    ):
        with pytest.raises(Problem, match="far more than was sent") as caught:
            decompress(bomb, encoding, 8 * megabyte)
        assert caught.value.code == "too_large"
    honest = random_bytes(megabyte // 40) * 80
    assert decompress(gzip.compress(honest), b"gzip", 8 * megabyte) == honest


@pytest.mark.parametrize("piece", [1, 7, 64 * 1024])
def test_members_and_stretches_are_joined_wherever_they_end(piece: int) -> None:
    """DOOR-8: a packed body of many members is joined, and one that is cut or has a tail is
    `invalid`.
    """
    parts = [random_bytes(100_000), b"abc" * 50_000, b"", random_bytes(64 * 1024)]
    packed = b"".join(gzip.compress(part) for part in parts)
    assert decompress(packed, b"gzip", 10**6) == b"".join(parts)
    assert unpackable(packed[:-piece], b"gzip") == "invalid"
    assert unpackable(packed + b"\0" * piece, b"gzip") == "invalid"


async def test_an_unwanted_body_is_read_to_its_end() -> None:
    """DOOR-14: the rest of an unwanted body is read and discarded, within the same bounds."""
    await drain_body(sender(b"a" * 600, b"b" * 400), b"", LIMIT, 10.0)
    for parts, length in (
        ((b"a" * 1001,), b""),
        ((b"a" * 600, b"b" * 600, b"c"), b""),
        ((b"",), b"1001"),
    ):
        with pytest.raises(UnreadBody, match="too large"):
            await drain_body(sender(*parts), length, LIMIT, 10.0)
    with pytest.raises(ClientDisconnected):
        await drain_body(sender(b"a", None), b"", LIMIT, 10.0)
