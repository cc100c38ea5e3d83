"""Where entries and watch sessions are kept, chosen by the log's URL."""

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
    MemoryLog,
    MemoryPartitionLeases,
    MemoryRevocationList,
    MemorySessionStore,
)

if TYPE_CHECKING:
    from dagnet_realtime.stores.redis_connection import RedisConnection

START_SECONDS = 5.0  # for which a start waits for the store; what starts us also starts Redis
RETRY_SECONDS = 0.25


SyncTask = Callable[[], Coroutine[None, None, None]]


class Store(NamedTuple):
    """`summed` turns this process's doors into those of all processes, and gives the task that keeps the sums, if one is needed.

    `posts` are the views that processes publish through a provider together; None where this process is alone, as are
    `rates`, the buckets that they share. `leases` say which process reads which partitions of a stream.
    """

    log: Log
    sessions: SessionStore
    sign_outs: RevocationList
    wrap_counters: Callable[[IngestTotals], tuple[IngestTotals, SyncTask | None]]
    leases: PartitionLeases
    posts: RelayStateStore | None = None
    rates: RateLimiter | None = None


def is_shared(url: str) -> bool:
    """Whether several processes can use the store at once. Raises `Problem("invalid")` for a URL that names none."""
    if url in ("memory://", "memory:"):
        return False
    from dagnet_realtime.stores.redis_connection import parse_redis_url

    parse_redis_url(url)
    return True


@contextlib.asynccontextmanager
async def store(url: str, workspaces: Sequence[Workspace], clock: Clock) -> AsyncIterator[Store]:
    """The store for the time of the context.

    Raises `Problem`: `invalid` for a URL that names no store or a store that cannot keep our promises, `unavailable` where none answers.
    """
    if not is_shared(url):
        log = MemoryLog({one.channel: one.policy for one in workspaces}, clock)
        leases = MemoryPartitionLeases(process_name())
        yield Store(
            log,
            MemorySessionStore(clock),
            MemoryRevocationList(clock),
            lambda doors: (doors, None),
            leases,
        )
        return
    from dagnet_realtime.stores.redis_connection import RedisConnection, parse_redis_url

    calls = RedisConnection(parse_redis_url(url))
    try:
        await _answering(calls, clock)
        yield await _redis(calls, workspaces, clock)
    finally:
        await calls.aclose()


async def _redis(calls: "RedisConnection", workspaces: Sequence[Workspace], clock: Clock) -> Store:
    from dagnet_realtime.stores.redis_counters import RedisCounters, RedisRateLimiter
    from dagnet_realtime.stores.redis_log import RedisLog
    from dagnet_realtime.stores.redis_partition_leases import RedisPartitionLeases
    from dagnet_realtime.stores.redis_relay_state import RedisRelayState
    from dagnet_realtime.stores.redis_sessions import RedisRevocationList, RedisSessionStore

    channels: list[Channel] = [one.channel for one in workspaces]
    sessions = RedisSessionStore(calls)
    log = RedisLog(calls, {one.channel: one.policy for one in workspaces}, clock, sessions)
    sessions.on_watched = log.on_watched
    await sessions.begin()

    def summed(doors: IngestCountersLookup) -> tuple[IngestTotals, SyncTask]:
        shared = RedisCounters(calls, channels, doors, clock)
        return shared, shared.run

    leases = RedisPartitionLeases(calls, process_name())
    return Store(
        log,
        sessions,
        RedisRevocationList(calls, clock),
        summed,
        leases,
        RedisRelayState(calls),
        RedisRateLimiter(calls),
    )


def process_name() -> str:
    """What operators know this process by: the machine, the process's number there, and a random end.

    Containers may have one name and one number, and must not take one another for themselves.
    """
    return f"{socket.gethostname()[:60]}/{os.getpid()}-{secrets.token_hex(2)}"


async def _answering(calls: "RedisConnection", clock: Clock) -> None:
    """Until the store answers; one that starts at the same moment as we do is waited for."""
    from dagnet_realtime.stores.redis_connection import check_redis

    until = clock.monotonic() + START_SECONDS
    while True:
        try:
            await check_redis(calls, clock)
        except Problem as problem:
            if problem.code != "unavailable" or clock.monotonic() >= until:
                raise
        else:
            return
        await asyncio.sleep(RETRY_SECONDS)
