"""Takes up a changed configuration while the server runs: policies and grants, which take effect at once. All else needs a restart."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from dagnet_realtime.app.factories import Grants
from dagnet_realtime.config.config import Config
from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.hub.guarantees import policy_version
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Policy
from dagnet_realtime.ports.runtime import Clock

LOOK_SECONDS = 2.0  # between two looks whether the file has changed

_LOG = logging.getLogger("dagnet_realtime.app")

Impose = Callable[[Channel, Policy], Awaitable[None]]


class ConfigWatcher:
    """`again` reads the configuration; `impose` puts a policy in force. A file that cannot be read changes nothing, and is told."""

    def __init__(
        self,
        config: Config,
        again: Callable[[], Config],
        impose: Impose,
        grants: Grants,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._file = Path(config.file)
        self._again = again
        self._impose = impose
        self._grants = grants
        self._audit = audit
        self._clock = clock
        self._policies = {workspace.channel: workspace.policy for workspace in config.workspaces}
        self._seen = self._mark()

    async def run(self) -> None:
        """Looks until it is cancelled."""
        while True:
            await self._clock.sleep(LOOK_SECONDS)
            mark = self._mark()
            if mark is not None and mark != self._seen:
                self._seen = mark
                await self.reload()

    async def reload(self) -> None:
        """Reads the file and puts in force what is new in it."""
        try:
            config = await asyncio.to_thread(self._again)
        except Problem:
            _LOG.error(
                "reload_failed file=%s remedy=%s", self._file.name, "dagnet-realtime check --config"
            )  # no traceback
            return
        if config.access.grants != self._grants.current:
            self._grants.current = config.access.grants
            self._audit.record("policy", "", why="grants")
        for workspace in config.workspaces:
            old = self._policies.get(workspace.channel)
            if old is not None and policy_version(old) != policy_version(workspace.policy):
                await self._replace(workspace.channel, old, workspace.policy)
        _LOG.warning("reloaded file=%s", self._file.name)

    async def _replace(self, channel: Channel, old: Policy, policy: Policy) -> None:
        kept = _with_keys_of(policy, old)
        self._policies[channel] = kept
        await self._impose(channel, kept)
        self._audit.record("policy", "", channel, why=policy_version(kept))

    def _mark(self) -> tuple[int, int, int] | None:
        try:
            told = self._file.stat()
        except OSError:
            return None
        return (told.st_mtime_ns, told.st_size, told.st_ino)


def _with_keys_of(policy: Policy, old: Policy) -> Policy:
    """Keys and providers stay what they were at the start: traces would break in two."""
    return msgspec.structs.replace(
        policy, token_key=old.token_key, relay=old.relay, ingest=old.ingest
    )
