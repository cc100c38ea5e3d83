"""Sign-outs in a real Redis keep every store's promises."""

import pytest

from dagnet_realtime.logs import redis_sign_outs
from dagnet_realtime.logs.redis_calls import Calls
from dagnet_realtime.logs.redis_sign_outs import RedisSignOuts
from dagnet_realtime.logs.redis_url import target
from dagnet_realtime.model.problem import Problem
from tests.logs.sign_outs_contract import HOUR, SignOutsContract, SignOutsStage
from tests.support.clock import FakeClock


class TestRedisSignOuts(SignOutsContract):
    @pytest.fixture
    def stage(self, calls: Calls, monkeypatch: pytest.MonkeyPatch) -> SignOutsStage:
        clock = FakeClock()
        one, other = RedisSignOuts(calls, clock), RedisSignOuts(calls, clock)
        return SignOutsStage(one, other, clock, lambda number: monkeypatch.setattr(redis_sign_outs, "MOST_ENDED", number))


async def test_redis_is_asked_once_a_second(calls: Calls) -> None:
    """ACC-51: about one sign-in, whatever its browser asks; what this process was told itself it knows at once."""
    clock = FakeClock()
    one, other = RedisSignOuts(calls, clock), RedisSignOuts(calls, clock)
    assert not await other.ended("session", "ann")
    await one.end("session", "ann", clock.now() + HOUR)
    assert await one.ended("session", "ann")
    assert not await other.ended("session", "ann")
    clock.shift(1)
    assert await other.ended("session", "ann")


async def test_redis_keeps_nothing_of_a_sign_in_that_has_lapsed(calls: Calls) -> None:
    """ACC-51: the whole set goes with its last."""
    clock = FakeClock()
    sign_outs = RedisSignOuts(calls, clock)
    await sign_outs.end("session", "ann", clock.now() + HOUR)
    left = await calls.call("PTTL", f"{{{calls.target.prefix}:signed-out:session}}")
    assert HOUR - 10_000 < left <= HOUR


async def test_nobody_is_let_in_while_nobody_can_know() -> None:
    """ACC-51: it fails closed; a sign-out that could not be told is no sign-out, and says so."""
    calls = Calls(target("redis://127.0.0.1:1"))
    sign_outs = RedisSignOuts(calls, FakeClock())
    with pytest.raises(Problem, match="store"):
        await sign_outs.ended("session", "ann")
    with pytest.raises(Problem, match="store"):
        await sign_outs.end("session", "ann", HOUR)
    await calls.aclose()
