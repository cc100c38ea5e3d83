"""Reloads a changed configuration file while the server runs.

Policies, grants and viewer keys take effect at once; every other key needs a restart.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from dagnet_realtime.app.factories import Grants
from dagnet_realtime.config.config import Config
from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.hub.context import hidden_followers
from dagnet_realtime.hub.guarantees import policy_version
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Policy
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.web.auth.viewer import ViewerKeys, shared_keys

POLL_SECONDS = 2.0  # between two checks whether the file has changed

_LOG = logging.getLogger("dagnet_realtime.app")

ApplyPolicy = Callable[[Channel, Policy], Awaitable[None]]


class ConfigWatcher:
    """Watches the file of `config`.

    `reload_config` reads the configuration, `apply_policy` applies a policy to a channel; `hidden`
    are the channels that do not show who follows what. A file that cannot be read changes nothing
    and is logged.
    """

    def __init__(
        self,
        config: Config,
        reload_config: Callable[[], Config],
        apply_policy: ApplyPolicy,
        grants: Grants,
        viewer_keys: ViewerKeys,
        hidden: set[Channel],
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._file = Path(config.file)
        self._reload_config = reload_config
        self._apply_policy = apply_policy
        self._grants = grants
        self._viewer_keys = viewer_keys
        self._hidden = hidden
        self._audit = audit
        self._clock = clock
        self._started = config
        self._policies = {workspace.channel: workspace.policy for workspace in config.workspaces}
        self._seen = self._mark()

    async def run(self) -> None:
        """Watches until cancelled."""
        while True:
            await self._clock.sleep(POLL_SECONDS)
            mark = self._mark()
            if mark is not None and mark != self._seen:
                self._seen = mark
                await self.reload()

    async def reload(self) -> None:
        """Reads the file and applies what has changed."""
        try:
            config = await asyncio.to_thread(self._reload_config)
        except Problem:
            _LOG.error(
                "reload_failed file=%s remedy=%s", self._file.name, "dagnet-realtime check --config"
            )  # no traceback
            return
        if config.access.grants != self._grants.current:
            self._grants.current = config.access.grants
            self._audit.record("policy", "", why="grants")
        if (keys := shared_keys(config.workspaces)) != self._viewer_keys.shared:
            self._viewer_keys.shared = keys
            self._audit.record("policy", "", why="viewer_keys")
        if (hidden := hidden_followers(config.workspaces)) != self._hidden:
            self._hidden.clear()
            self._hidden.update(hidden)
            self._audit.record("policy", "", why="show_followers")
        for workspace in config.workspaces:
            old = self._policies.get(workspace.channel)
            if old is not None and policy_version(old) != policy_version(workspace.policy):
                await self._replace(workspace.channel, old, workspace.policy)
        _LOG.warning("reloaded file=%s", self._file.name)
        if tables := _awaiting_restart(self._started, config):
            _LOG.warning("restart_needed file=%s tables=%s", self._file.name, ",".join(tables))

    async def _replace(self, channel: Channel, old: Policy, policy: Policy) -> None:
        applied = _with_keys_of(policy, old)
        self._policies[channel] = applied
        await self._apply_policy(channel, applied)
        self._audit.record("policy", "", channel, why=policy_version(applied))

    def _mark(self) -> tuple[int, int, int] | None:
        try:
            status = self._file.stat()
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_size, status.st_ino)


def _awaiting_restart(started: Config, changed: Config) -> list[str]:
    """The tables of the file with keys that differ from those in force until a restart."""
    before, after = _fixed(started), _fixed(changed)
    return [
        table
        for table, part in (
            ("server", "server"),
            ("access", "access"),
            ("workspace", "workspaces"),
        )
        if getattr(before, part) != getattr(after, part)
    ]


def _fixed(config: Config) -> Config:
    """`config` without the keys that take effect at once."""
    nothing = Policy()
    return msgspec.structs.replace(
        config,
        access=msgspec.structs.replace(config.access, grants=()),
        workspaces=tuple(
            msgspec.structs.replace(
                workspace,
                policy=_with_keys_of(nothing, workspace.policy),
                viewer_keys=(),
                show_followers=True,
            )
            for workspace in config.workspaces
        ),
    )


def _with_keys_of(policy: Policy, old: Policy) -> Policy:
    """`policy` with the token key, relay and ingest of `old`: a new key would split traces."""
    return msgspec.structs.replace(
        policy, token_key=old.token_key, relay=old.relay, ingest=old.ingest
    )
