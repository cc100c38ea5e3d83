"""Real Redis in the arrangements of production: a master with a replica under a sentinel, and a cluster of one node."""

import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.support.redis import RedisServer, redis_server
from tests.support.sockets import free_port


@contextlib.contextmanager
def cluster() -> Iterator[RedisServer]:
    """One node that has all slots: the client must still speak as to a cluster."""
    with redis_server(
        "--cluster-enabled",
        "yes",
        "--cluster-port",
        str(free_port()),
        "--cluster-require-full-coverage",
        "no",
    ) as node:
        node.command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        wait_for(lambda: b"cluster_state:ok" in node.command("CLUSTER", "INFO"))
        yield node


@contextlib.contextmanager
def sentinel(service: str = "events") -> Iterator[tuple[RedisServer, RedisServer, RedisServer]]:
    """Master, replica and the sentinel that watches them."""
    with contextlib.ExitStack() as stack:
        master = stack.enter_context(redis_server("--repl-diskless-sync-delay", "0"))
        replica = stack.enter_context(redis_server("--replicaof", f"127.0.0.1 {master.port}"))
        wait_for(lambda: b"master_link_status:up" in replica.command("INFO", "replication"))
        file = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "sentinel.conf"
        file.write_text(
            f"sentinel monitor {service} 127.0.0.1 {master.port} 1\n"
            f"sentinel down-after-milliseconds {service} 300\nsentinel failover-timeout {service} 2000\n"
        )
        watcher = stack.enter_context(redis_server(str(file), "--sentinel"))
        wait_for(lambda: b"slaves=1" in watcher.command("INFO", "sentinel"))
        yield master, replica, watcher


def wait_for(holds: object, seconds: float = 40.0) -> None:
    """Asks until it holds; raises AssertionError if it never does."""
    assert callable(holds)
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)
