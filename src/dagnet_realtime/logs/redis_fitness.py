"""Whether a Redis can keep our promises, looked at once when we start."""

import logging
from collections.abc import Mapping
from typing import Any

from dagnet_realtime.logs.redis_calls import Calls
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.clock import Clock

_LOG = logging.getLogger("dagnet_realtime.logs")

CLOCKS_SECONDS = 5.0  # by which two clocks may differ before it is worth a word
OLDEST_VERSION = (7, 0)  # scripts that declare their flags came with it


async def fit(calls: Calls, clock: Clock | None = None) -> None:
    """Raises `Problem("unavailable")` where Redis does not answer, `Problem("invalid")` where it is too old or may drop keys by itself.

    With `clock` it also says in the log if that and the store's clock differ: processes whose clocks differ call different events late.
    """
    for one in _each(await calls.call("INFO", "server")):
        version = str(one.get("redis_version", "0"))
        if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < OLDEST_VERSION:
            raise Problem("invalid", f"Redis {version[:20]} is too old", "", "Use Redis 7.0 or newer, or Valkey")
    for one in _each(await calls.call("INFO", "memory")):
        policy = str(one.get("maxmemory_policy", "noeviction"))
        if policy != "noeviction" and int(one.get("maxmemory", 0)) > 0:
            raise Problem(
                "invalid",
                "This Redis drops keys when its memory is full",
                f"maxmemory-policy is {policy[:40]}: repeats would light twice",
                "Set maxmemory-policy noeviction, or give Realtime a Redis of its own",
            )
    if clock is not None:
        _compare(await calls.call("TIME"), clock.now())


def _compare(told: Any, now: int) -> None:
    """Says how far the store's clock is ahead of ours; of a cluster that of any node."""
    answer = next(iter(told.values())) if isinstance(told, Mapping) else told
    ahead = int(answer[0]) + int(answer[1]) / 1_000_000 - now / 1000
    if abs(ahead) > CLOCKS_SECONDS:
        _LOG.warning("clocks_differ store_ahead_seconds=%.1f", ahead)


def _each(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """One server's answer, or that of every node of a cluster."""
    nodes = [value for value in answer.values() if isinstance(value, Mapping) and "redis_version" not in answer]
    return nodes if nodes and len(nodes) == len(answer) else [answer]
