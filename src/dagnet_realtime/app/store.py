"""Where entries and watch sessions are kept, chosen by the log's URL."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dagnet_realtime.logs.memory import MemoryLog
from dagnet_realtime.logs.memory_sessions import MemorySessions
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.doors import Doors
from dagnet_realtime.ports.log import Log, Watched
from dagnet_realtime.ports.posts import Posts
from dagnet_realtime.ports.rates import Rates
from dagnet_realtime.ports.sessions import Sessions
from dagnet_realtime.ports.sign_outs import SignOuts
from dagnet_realtime.web.access.ended import OwnSignOuts

if TYPE_CHECKING:
    from dagnet_realtime.logs.redis_calls import Calls

START_SECONDS = 5.0  # for which a start waits for the store; what starts us also starts Redis
RETRY_SECONDS = 0.25


class AnyLog(Log, Watched, Protocol):
    """A log that the door can ask."""


Summing = Callable[[], Coroutine[None, None, None]]


class Store(NamedTuple):
    """`summed` turns this process's doors into those of all processes, and gives the task that keeps the sums, if one is needed.

    `posts` are the views that processes publish through a provider together; None where this process is alone, as are
    `rates`, the buckets that they share.
    """

    log: AnyLog
    sessions: Sessions
    sign_outs: SignOuts
    summed: Callable[[Doors], tuple[Doors, Summing | None]]
    posts: Posts | None = None
    rates: Rates | None = None


def shareable(url: str) -> bool:
    """Whether several processes can use the store at once. Raises `Problem("invalid")` for a URL that names none."""
    if url in ("memory://", "memory:"):
        return False
    from dagnet_realtime.logs.redis_url import target

    target(url)
    return True


@contextlib.asynccontextmanager
async def store(url: str, workspaces: Sequence[Workspace], clock: Clock) -> AsyncIterator[Store]:
    """The store for the time of the context.

    Raises `Problem`: `invalid` for a URL that names no store or a store that cannot keep our promises, `unavailable` where none answers.
    """
    if not shareable(url):
        log = MemoryLog({one.channel: one.policy for one in workspaces}, clock)
        yield Store(log, MemorySessions(clock), OwnSignOuts(clock), lambda doors: (doors, None))
        return
    from dagnet_realtime.logs.redis_calls import Calls
    from dagnet_realtime.logs.redis_url import target

    calls = Calls(target(url))
    try:
        await _answering(calls, clock)
        yield await _redis(calls, workspaces, clock)
    finally:
        await calls.aclose()


async def _redis(calls: "Calls", workspaces: Sequence[Workspace], clock: Clock) -> Store:
    from dagnet_realtime.logs.redis import RedisLog
    from dagnet_realtime.logs.redis_doors import RedisDoors
    from dagnet_realtime.logs.redis_posts import RedisPosts
    from dagnet_realtime.logs.redis_rates import RedisRates
    from dagnet_realtime.logs.redis_sessions import RedisSessions
    from dagnet_realtime.logs.redis_sign_outs import RedisSignOuts

    channels: list[Channel] = [one.channel for one in workspaces]
    sessions = RedisSessions(calls)
    log = RedisLog(calls, {one.channel: one.policy for one in workspaces}, clock, sessions)
    sessions.heard = log.heard
    await sessions.begin()

    def summed(doors: Doors) -> tuple[Doors, Summing]:
        shared = RedisDoors(calls, channels, doors, clock)
        return shared, shared.run

    return Store(log, sessions, RedisSignOuts(calls, clock), summed, RedisPosts(calls), RedisRates(calls))


async def _answering(calls: "Calls", clock: Clock) -> None:
    """Until the store answers; one that starts at the same moment as we do is waited for."""
    from dagnet_realtime.logs.redis_fitness import fit

    until = clock.monotonic() + START_SECONDS
    while True:
        try:
            await fit(calls, clock)
        except Problem as problem:
            if problem.code != "unavailable" or clock.monotonic() >= until:
                raise
        else:
            return
        await asyncio.sleep(RETRY_SECONDS)
