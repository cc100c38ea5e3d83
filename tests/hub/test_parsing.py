"""Parsing in stretches, and mending aside."""

import asyncio
import threading

import pytest

from dagnet_realtime.core.segment.lenient import Strange
from dagnet_realtime.core.segment.message import AS_IT_CAME
from dagnet_realtime.hub.parsing import STRETCH_BYTES, STRETCH_EVENTS, UNPROVEN_BYTES, Mender, Turns, lone, stretches


class Reading:
    """Work that must be mended; it notes in which threads it was done, and how many at once."""

    def __init__(self) -> None:
        self.threads: list[int] = []
        self.most = self._now = 0

    def __call__(self, *, mending: bool) -> str:
        """What it reads."""
        if not mending:
            raise Strange
        self._now += 1
        self.most = max(self.most, self._now)
        self.threads.append(threading.get_ident())
        self._now -= 1
        return "read"


async def test_what_is_brief_is_mended_at_once_and_the_rest_in_a_thread() -> None:
    """DOOR-16: off the loop, one at a time."""
    mender, reading = Mender(), Reading()
    assert await mender.run(reading, brief=True) == "read"
    assert reading.threads == [threading.get_ident()]
    assert await asyncio.gather(*(mender.run(reading, brief=False) for _ in range(5))) == ["read"] * 5
    assert threading.get_ident() not in reading.threads[1:]
    assert reading.most == 1


async def test_what_needs_no_mending_never_waits() -> None:
    """DOOR-13: which the short way needs."""
    running = Mender().run(lambda *, mending: mending, brief=False)
    with pytest.raises(StopIteration) as done:
        running.send(None)
    assert done.value.value is False


def test_a_delivery_is_cut_into_stretches_of_so_many_events_and_bytes() -> None:
    """DOOR-16: great events make short ones; one alone is a stretch, however great."""
    assert list(stretches([])) == []
    assert list(stretches([b"x"] * (STRETCH_EVENTS + 1))) == [(0, STRETCH_EVENTS), (STRETCH_EVENTS, STRETCH_EVENTS + 1)]
    great = b"x" * (STRETCH_BYTES // 2)
    assert list(stretches([great] * 5)) == [(0, 2), (2, 4), (4, 5)]
    assert list(stretches([b"x", great * 3, b"x"])) == [(0, 1), (1, 2), (2, 3)]
    assert list(stretches([b"x"] * 4, UNPROVEN_BYTES, beside=UNPROVEN_BYTES // 2 - 1)) == [(0, 2), (2, 4)]


async def test_one_stretch_goes_on_in_each_turn_of_the_loop() -> None:
    """DOOR-16: however many deliveries have several."""
    turns, turn, went = Turns(), 0, []

    async def count() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    async def deliver() -> None:
        for _ in range(5):
            await turns.next()
            went.append(turn)

    counting = asyncio.create_task(count())
    await asyncio.gather(*(deliver() for _ in range(6)))
    counting.cancel()
    assert len(went) == len(set(went)) == 30


def test_a_lone_call_that_cannot_be_read_is_refused() -> None:
    """SEG-10: by itself."""
    assert len(lone(b"{}", "track", 0)(0, 1, AS_IT_CAME, mending=True).events) == 1
    assert len(lone(b"[]", "track", 0)(0, 1, AS_IT_CAME, mending=True).refused) == 1
