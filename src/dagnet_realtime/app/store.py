"""Where entries and watch sessions are kept, chosen by the log's URL."""

from collections.abc import Sequence

from dagnet_realtime.logs.memory import MemoryLog
from dagnet_realtime.logs.memory_sessions import MemorySessions
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.ports.clock import Clock


def store(url: str, workspaces: Sequence[Workspace], clock: Clock) -> tuple[MemoryLog, MemorySessions]:
    """The log and the sessions. Raises `Problem("invalid")` for a URL that names no store."""
    if url not in ("memory://", "memory:"):
        scheme = url.partition(":")[0][:20]
        raise Problem("invalid", f"There is no log of the kind “{scheme}”", "", 'Use log = "memory://"')
    return MemoryLog({one.channel: one.policy for one in workspaces}, clock), MemorySessions(clock)
