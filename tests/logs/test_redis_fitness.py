"""A Redis that cannot keep our promises is refused at the start."""

import pytest

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


async def test_an_old_redis_is_refused(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    """LOG-61: scripts with flags came with 7.0; every node of a cluster is looked at."""
    answer: dict[str, object] = {"a:1": {"redis_version": "7.2.4"}, "b:1": {"redis_version": "6.2.14"}}

    async def told(*_: object) -> object:
        return answer

    monkeypatch.setattr(calls, "call", told)
    with pytest.raises(Problem, match=r"6\.2\.14"):
        await fit(calls)
