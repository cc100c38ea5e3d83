"""A Redis that cannot keep our promises is refused at the start."""

import pytest

from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.logs.redis_calls import Calls
from dagnet_realtime.logs.redis_fitness import fit
from dagnet_realtime.model.problem import Problem
from tests.support.redis import RedisServer


async def test_a_redis_that_drops_keys_is_refused(redis: RedisServer, calls: Calls) -> None:
    """LOG-61: an evicted fingerprint would light an event twice; without a limit of memory nothing is evicted."""
    await fit(calls)
    redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    try:
        await fit(calls)
        redis.command("CONFIG", "SET", "maxmemory", "100mb")
        with pytest.raises(Problem, match="drops keys") as refused:
            await fit(calls)
        assert "noeviction" in refused.value.remedy
    finally:
        redis.command("CONFIG", "SET", "maxmemory", "0")
        redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction")


@pytest.mark.parametrize(("seconds", "said"), [(90.0, True), (-90.0, True), (4.0, False)])
async def test_a_clock_that_differs_from_the_stores_is_said(
    calls: Calls, caplog: pytest.LogCaptureFixture, seconds: float, said: bool
) -> None:
    """LOG-80: once, at the start; of a cluster any node's will do."""

    class Ahead(SystemClock):
        def now(self) -> int:
            return super().now() + round(seconds * 1000)

    await fit(calls, Ahead())
    assert ("clocks_differ store_ahead_seconds=" in caplog.text) == said


async def test_an_old_redis_is_refused(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    """LOG-61: scripts with flags came with 7.0; every node of a cluster is looked at."""
    answer: dict[str, object] = {"a:1": {"redis_version": "7.2.4"}, "b:1": {"redis_version": "6.2.14"}}

    async def told(*_: object) -> object:
        return answer

    monkeypatch.setattr(calls, "call", told)
    with pytest.raises(Problem, match=r"6\.2\.14"):
        await fit(calls)
