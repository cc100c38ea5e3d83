"""The choice of the store."""

import re

import pytest

from dagnet_realtime.app import store as module
from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.app.store import is_shared, open_store
from dagnet_realtime.model.frame import IngestCounters
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.stores.memory import MemoryLog
from dagnet_realtime.stores.redis_log import RedisLog
from tests.support.clock import FakeClock
from tests.support.redis import RedisServer, redis_server
from tests.support.server import CHANNEL
from tests.support.sockets import free_port


async def test_memory_is_a_store_of_one_process() -> None:
    """LOG-6: `memory:

    ` is a store of one process, and an unknown URL is refused.
    """
    assert not is_shared("memory://")
    async with open_store("memory://", (), FakeClock()) as kept:
        assert isinstance(kept.log, MemoryLog)
        doors = {"web": IngestCounters(received=1, taken=1)}
        summed, task = kept.wrap_counters(lambda _: doors)
        assert summed(CHANNEL) is doors
        assert task is None
    with pytest.raises(Problem) as refused:
        is_shared("kafka://user:secret@host")
    assert "secret" not in refused.value.sentence()


async def test_redis_is_a_store_of_many() -> None:
    """LOG-60: a Redis URL opens a shared store, whose connections end with the context."""
    with redis_server() as server:
        assert is_shared(server.url)
        async with open_store(server.url, (), SystemClock()) as kept:
            assert isinstance(kept.log, RedisLog)
            await kept.log.acquire_lease(CHANNEL, "a", 60)
            assert connections(server) > 1
        assert connections(server) == 1


def connections(server: RedisServer) -> int:
    """The number of Redis's connections, the asking one included."""
    found = re.search(rb"connected_clients:(\d+)", server.command("INFO", "clients"))
    assert found
    return int(found[1])


async def test_a_start_waits_a_moment_for_redis_and_then_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """LOG-60: what starts us may start Redis at the same time."""
    monkeypatch.setattr(module, "START_SECONDS", 0.3)
    with pytest.raises(Problem, match="cannot be reached"):
        async with open_store(f"redis://127.0.0.1:{free_port()}", (), SystemClock()):
            raise AssertionError("there is no Redis")
