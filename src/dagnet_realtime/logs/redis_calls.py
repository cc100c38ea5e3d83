"""Calls to Redis, each within a time limit; what goes wrong is a `Problem("unavailable")` that names the cause."""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

from dagnet_realtime.logs.redis_outage import Outage, cause_of
from dagnet_realtime.logs.redis_scripts import Name, scripts
from dagnet_realtime.logs.redis_url import Target

_LOG = logging.getLogger("dagnet_realtime.logs")
CALL_SECONDS = 2.0  # of one call, connecting included; a sender then gets 503 and comes back
MOST_CONNECTIONS = 512  # of one process: readers that wait hold one each
SHAKEN_SECONDS = 10.0  # after a broken connection, in which viewers bring back what a store that died took along

Client = "Redis | RedisCluster"
Argument = str | bytes | int


class Calls:
    """The connections of one process to its store. `aclose` ends them."""

    def __init__(self, target: Target, seconds: float = CALL_SECONDS) -> None:
        self.target = target
        self.seconds = seconds
        self._scripts = scripts()
        self._client, self._also = _client(target)
        self._outage = Outage()
        self._broken_at = float("-inf")

    def shaken(self) -> bool:
        """Whether a connection broke, or the store began anew, a moment ago: it may have lost what nobody has brought back yet."""
        return time.monotonic() - self._broken_at < SHAKEN_SECONDS

    def began(self, ago: int) -> None:
        """The store began `ago` ms ago: if that is a moment, it has lost what it held, though every connection stood."""
        self._broken_at = max(self._broken_at, time.monotonic() - ago / 1000)

    async def script(self, name: Name, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """Runs a script by its digest; by its text where Redis does not know it (it was restarted)."""
        from redis.exceptions import NoScriptError

        script, told = self._scripts[name], f"{name} {_tag(keys)}"
        try:
            return await self._call(told, ("EVALSHA", script.digest, len(keys), *keys, *arguments), missing=NoScriptError)
        except NoScriptError:
            return await self._call(told, ("EVAL", script.text, len(keys), *keys, *arguments))

    async def call(self, *words: Argument, wait: float = 0.0) -> Any:
        """One command; `wait` seconds of it are the server's own waiting."""
        return await self._call(str(words[0]), words, wait)

    async def _call(self, told: str, words: Sequence[Argument], wait: float = 0.0, missing: type[Exception] | tuple[()] = ()) -> Any:
        """`missing` is an error that the caller answers; `told` says which calls fail together.

        A broken connection is tried once more, since after a restart of Redis every idle one is broken. Every call may run twice: of what
        the first run took the second says that it is a duplicate.
        """
        from redis.exceptions import ConnectionError, RedisClusterException, RedisError

        try:
            async with asyncio.timeout(self.seconds + wait):
                try:
                    answer = await self._client.execute_command(*words)
                except ConnectionError as error:
                    if not cause_of(error).lost:
                        raise
                    self._broken_at = time.monotonic()
                    answer = await self._client.execute_command(*words)
        except missing:
            raise
        except (RedisError, RedisClusterException, OSError, TimeoutError) as error:
            cause = cause_of(error)
            if cause.lost:
                self._broken_at = time.monotonic()
            self._outage.failed(told, cause)
            raise cause.problem() from None
        self._outage.went_through(told)
        return answer

    async def aclose(self) -> None:
        """Ends every connection, within a moment."""
        for one in (self._client, *self._also):
            try:
                async with asyncio.timeout(0.3):
                    await one.aclose()
            except (OSError, TimeoutError) as error:
                _LOG.info("store_left error=%s", type(error).__name__)


def _tag(keys: Sequence[str]) -> str:
    """The hash tag of a script's keys, by which a cluster chooses the node that answers."""
    return keys[0].partition("}")[0] if keys else ""


def _client(target: Target) -> tuple[Any, list[Any]]:
    """The client, and what else must be closed with it. Nothing is connected yet, and nothing is tried twice behind our back."""
    from redis.asyncio import Redis, Sentinel
    from redis.asyncio.cluster import ClusterNode, RedisCluster
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    usual: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "username": target.username,
        "password": target.password,
        "socket_connect_timeout": CALL_SECONDS / 2,
        "socket_timeout": None,
        "socket_keepalive": True,
        "max_connections": MOST_CONNECTIONS,
        **_secured(target),
    }
    if target.kind == "cluster":
        nodes = [ClusterNode(host, port) for host, port in target.hosts]
        usual["retry"] = Retry(NoBackoff(), 1)  # of a slot that has moved
        return RedisCluster(startup_nodes=nodes, **usual), []
    if target.kind == "sentinel":
        del usual["max_connections"]
        asked = {"socket_connect_timeout": CALL_SECONDS / 4, "socket_timeout": CALL_SECONDS / 4, "retry": Retry(NoBackoff(), 0)}
        sentinel = Sentinel(  # type: ignore[no-untyped-call]
            target.hosts, sentinel_kwargs=asked, db=target.database, **usual
        )
        return sentinel.master_for(target.service), list(sentinel.sentinels)
    host, port = target.hosts[0]
    return Redis(host=host, port=port, db=target.database, **usual), []


def _secured(target: Target) -> dict[str, Any]:
    if not target.tls:
        return {}
    options: dict[str, Any] = dict(target.options)
    if "ssl_check_hostname" in options:
        options["ssl_check_hostname"] = options["ssl_check_hostname"].lower() not in ("false", "0", "no")
    return {"ssl": True, **options}
