"""The memory adapters: the contracts of all stores, and what is their own."""

import asyncio

import pytest

from dagnet_realtime.model.workspace import Policy
from dagnet_realtime.ports.storage import Log, ReadGap
from dagnet_realtime.stores import memory
from dagnet_realtime.stores.memory import (
    LogEpoch,
    MemoryDeletionTimes,
    MemoryLog,
    MemoryRevocationList,
    MemorySessionStore,
)
from tests.stores.contract import SHOP, STAGING, LogContract, Stage
from tests.stores.deletion_times_contract import a_deletion_is_known_everywhere
from tests.stores.sessions_contract import SessionsContract, SessionsStage
from tests.stores.sign_outs_contract import SignOutsContract, SignOutsStage
from tests.support.clock import FakeClock
from tests.support.entries import entries, entry


class TestMemoryLog(LogContract):
    @pytest.fixture
    def stage(self) -> Stage:
        clock = FakeClock()

        def make(policy: Policy) -> Log:
            return MemoryLog({SHOP: policy, STAGING: policy}, clock)  # type: ignore[return-value]

        return Stage(make, clock.advance, clock.now)


async def test_a_read_that_is_cancelled_leaves_nothing_behind() -> None:
    """HUB-15: a reader that goes away does not hold up the others."""
    clock = FakeClock()
    log = MemoryLog({}, clock)
    start = await log.acquire_lease(SHOP, "a", 60)
    reading = asyncio.create_task(log.read(SHOP, start, 10, 5))
    await clock.advance(0.1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert clock.sleepers == 0
    assert await log.append(SHOP, [entry("m1")]) == ["taken"]


def test_marks_do_not_grow_with_traffic() -> None:
    """LOG-8: arrival times are kept per second, so a flood costs no more than its entries."""
    life = LogEpoch("e", 100, 900, 0)
    life.lease("a", 1e9)
    for tick in range(1000):
        life.append(entries(tick * 10, tick * 10 + 9), tick, tick / 100)
    assert len(life._marks) <= 11
    assert len(life._slots) == 100


def test_retention_and_bound_agree_on_the_oldest_entry() -> None:
    """LOG-8: the bound that is reached first decides what is lost."""
    life = LogEpoch("e", 10, 5, 0)
    life.lease("a", 1e9)
    start = life.head()
    life.append(entries(1, 8), 0, 0.0)
    life.append(entries(9, 15), 3000, 3.0)
    assert life.read(start, 100) == ReadGap(life._position(5), 5, "retention")
    life.expire(7.0)
    assert life.read(start, 100) == ReadGap(life._position(8), 8, "retention")
    life.expire(20.0)
    assert life.read(start, 100) == ReadGap(life.head(), 15, "retention")
    assert life.head().check == ""


class TestMemorySessions(SessionsContract):
    @pytest.fixture
    def stage(self) -> SessionsStage:
        clock = FakeClock()
        return SessionsStage(MemorySessionStore(clock), clock.advance)


class TestOwnSignOuts(SignOutsContract):
    @pytest.fixture
    def stage(self, monkeypatch: pytest.MonkeyPatch) -> SignOutsStage:
        clock = FakeClock()
        own = MemoryRevocationList(clock)
        return SignOutsStage(
            own, own, clock, lambda number: monkeypatch.setattr(memory, "MAX_REVOKED", number)
        )


async def test_when_people_were_deleted() -> None:
    """PIC-97: a process that begins anew knows nothing from before."""
    clock = FakeClock()
    times = MemoryDeletionTimes(clock)
    await a_deletion_is_known_everywhere(times, times, clock)
    clock.shift(5)
    assert await MemoryDeletionTimes(clock).known_since(SHOP) == clock.now()
