"""Opens the store that the log's URL names: memory or Redis."""

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Workspace
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import (
    DeletionTimes,
    IngestCountersLookup,
    IngestTotals,
    Log,
    RateLimiter,
    RelayStateStore,
    RevocationList,
    SessionStore,
)
from dagnet_realtime.ports.stream import PartitionLeases
from dagnet_realtime.stores.memory import (
    MemoryDeletionTimes,
    MemoryLog,
    MemoryPartitionLeases,
    MemoryRevocationList,
    MemorySessionStore,
)

if TYPE_CHECKING:
    from dagnet_realtime.stores.redis_connection import RedisConnection

START_SECONDS = 5.0  # for which a start waits for a Redis that starts at the same time
RETRY_SECONDS = 0.25


SyncTask = Callable[[], Coroutine[None, None, None]]


class Store(NamedTuple):
    """All stores of one server.

    `wrap_counters` takes this process's counters and returns those of all processes, with the task
    that keeps them in sync if one is needed. `leases` decide which process reads which partitions
    of a stream. `relay_states` and `rates` are shared by several processes; None if this one is
    alone.
    """

    log: Log
    sessions: SessionStore
    revocations: RevocationList
    wrap_counters: Callable[[IngestTotals], tuple[IngestTotals, SyncTask | None]]
    leases: PartitionLeases
    deletions: DeletionTimes
    relay_states: RelayStateStore | None = None
    rates: RateLimiter | None = None


def is_shared(url: str) -> bool:
    """Whether several processes can share the store.

    Raises `Problem("invalid")` for a URL that names no store.
    """
    if url in ("memory://", "memory:"):
        return False
    from dagnet_realtime.stores.redis_connection import parse_redis_url

    parse_redis_url(url)
    return True


@contextlib.asynccontextmanager
async def open_store(
    url: str, workspaces: Sequence[Workspace], clock: Clock
) -> AsyncIterator[Store]:
    """The stores at `url`, closed when the context ends.

    Raises `Problem`: `invalid` if the URL names no store or Redis is unsuitable (`check_redis`),
    `unavailable` if it does not answer.
    """
    if not is_shared(url):
        log = MemoryLog({one.channel: one.policy for one in workspaces}, clock)
        leases = MemoryPartitionLeases(process_name())
        yield Store(
            log,
            MemorySessionStore(clock),
            MemoryRevocationList(clock),
            lambda counters: (counters, None),
            leases,
            MemoryDeletionTimes(clock),
        )
        return
    from dagnet_realtime.stores.redis_connection import RedisConnection, parse_redis_url

    connection = RedisConnection(parse_redis_url(url))
    try:
        await _wait_until_ready(connection, clock)
        yield await _redis_store(connection, workspaces, clock)
    finally:
        await connection.aclose()


async def _redis_store(
    connection: "RedisConnection", workspaces: Sequence[Workspace], clock: Clock
) -> Store:
    from dagnet_realtime.stores.redis_counters import RedisCounters, RedisRateLimiter
    from dagnet_realtime.stores.redis_log import RedisLog
    from dagnet_realtime.stores.redis_partition_leases import RedisPartitionLeases
    from dagnet_realtime.stores.redis_relay_state import RedisRelayState
    from dagnet_realtime.stores.redis_sessions import (
        RedisDeletionTimes,
        RedisRevocationList,
        RedisSessionStore,
    )

    channels: list[Channel] = [one.channel for one in workspaces]
    sessions = RedisSessionStore(connection)
    log = RedisLog(connection, {one.channel: one.policy for one in workspaces}, clock, sessions)
    sessions.on_watched = log.on_watched
    await sessions.begin()

    def wrap_counters(own: IngestCountersLookup) -> tuple[IngestTotals, SyncTask]:
        shared = RedisCounters(connection, channels, own, clock)
        return shared, shared.run

    leases = RedisPartitionLeases(connection, process_name())
    return Store(
        log,
        sessions,
        RedisRevocationList(connection, clock),
        wrap_counters,
        leases,
        RedisDeletionTimes(connection, clock),
        RedisRelayState(connection),
        RedisRateLimiter(connection),
    )


def process_name() -> str:
    """The name of this process for operators: host, process id and a random suffix.

    Two containers may have the same host name and process id.
    """
    return f"{socket.gethostname()[:60]}/{os.getpid()}-{secrets.token_hex(2)}"


async def _wait_until_ready(connection: "RedisConnection", clock: Clock) -> None:
    """Returns when the store answers; raises its `Problem` after `START_SECONDS`."""
    from dagnet_realtime.stores.redis_connection import check_redis

    until = clock.monotonic() + START_SECONDS
    while True:
        try:
            await check_redis(connection, clock)
        except Problem as problem:
            if problem.code != "unavailable" or clock.monotonic() >= until:
                raise
        else:
            return
        await asyncio.sleep(RETRY_SECONDS)
