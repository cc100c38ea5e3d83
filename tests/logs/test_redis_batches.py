"""Appends that come together."""

import asyncio
from collections.abc import Sequence

import pytest

from dagnet_realtime.logs.redis_batches import MOST_WAITING, Batches
from dagnet_realtime.model.entry import Entry
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.log import Outcome
from tests.support.entries import entries, entry


class Store:
    """Notes each call; `gate` holds calls back, `problem` fails them."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.problem: Problem | None = None

    async def send(self, some: Sequence[Entry]) -> list[Outcome]:
        self.calls.append([one.id for one in some])
        await self.gate.wait()
        if self.problem is not None:
            raise self.problem
        return ["duplicate" if one.id.startswith("old") else "taken" for one in some]


async def test_appends_of_one_turn_go_in_one_call() -> None:
    """LOG-53: and each hears of its own entries."""
    store = Store()
    batches = Batches(store.send, 5)
    answers = await asyncio.gather(*(batches.append([entry(id)]) for id in ("a", "old", "b")), batches.append(entries(1, 2)))
    assert answers == [["taken"], ["duplicate"], ["taken"], ["taken", "taken"]]
    assert store.calls == [["a", "old", "b", "m1", "m2"]]


async def test_what_comes_during_a_call_goes_together_after_it() -> None:
    """LOG-53: in the order in which it came."""
    store = Store()
    store.gate.clear()
    batches = Batches(store.send, 5)
    tasks = [asyncio.create_task(batches.append([entry("a")]))]
    while not store.calls:
        await asyncio.sleep(0)
    for id in ("b", "c", "d"):
        tasks.append(asyncio.create_task(batches.append([entry(id)])))
        await asyncio.sleep(0)
    store.gate.set()
    await asyncio.gather(*tasks)
    assert store.calls == [["a"], ["b", "c", "d"]]


async def test_a_failure_is_everybodys() -> None:
    """LOG-51: all who shared the call send again; the next call is a new one."""
    store = Store()
    store.problem = Problem("unavailable", "The store cannot be reached")
    batches = Batches(store.send, 5)
    answers = await asyncio.gather(batches.append([entry("a")]), batches.append([entry("b")]), return_exceptions=True)
    assert all(isinstance(one, Problem) and one.code == "unavailable" for one in answers)
    store.problem = None
    assert await batches.append([entry("c")]) == ["taken"]


async def test_nobody_waits_longer_than_the_limit() -> None:
    """LOG-51: neither for the answer nor for their turn."""
    store = Store()
    store.gate.clear()
    batches = Batches(store.send, 0.05)
    first = asyncio.create_task(batches.append([entry("a")]))
    while not store.calls:
        await asyncio.sleep(0)
    async with asyncio.timeout(20):
        answers = await asyncio.gather(first, batches.append([entry("b")]), return_exceptions=True)
    assert [getattr(one, "code", None) for one in answers] == ["unavailable", "unavailable"]


async def test_one_who_leaves_does_not_take_the_others_along() -> None:
    """LOG-53: a batch whose beginner is cancelled is refused, to be sent again; nobody hangs."""
    store = Store()
    store.gate.clear()
    batches = Batches(store.send, 5)
    first = asyncio.create_task(batches.append([entry("a")]))
    second = asyncio.create_task(batches.append([entry("b")]))
    while not store.calls:
        await asyncio.sleep(0)
    first.cancel()
    answers = await asyncio.gather(first, second, return_exceptions=True)
    assert isinstance(answers[0], asyncio.CancelledError)
    assert isinstance(answers[1], Problem)
    store.gate.set()
    assert await batches.append([entry("c")]) == ["taken"]


async def test_what_waits_is_bounded() -> None:
    """LOG-51: beyond it the sender is asked to come back."""
    store = Store()
    store.gate.clear()
    batches = Batches(store.send, 5)
    waiting = [asyncio.create_task(batches.append(entries(1, 1000))) for _ in range(MOST_WAITING // 1000)]
    await asyncio.sleep(0)
    with pytest.raises(Problem, match="Too many"):
        await batches.append([entry("more")])
    store.gate.set()
    await asyncio.gather(*waiting)
