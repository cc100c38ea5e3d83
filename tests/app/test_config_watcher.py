"""A configuration that changes while the server runs."""

import asyncio
import json
from pathlib import Path

import msgspec
import pytest

from dagnet_realtime.app.config_watcher import POLL_SECONDS, ConfigWatcher
from dagnet_realtime.app.factories import Grants
from dagnet_realtime.config.config import AccessConfig, Config, ServerConfig
from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.model.access import RoleBinding, Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Policy, Source, Workspace
from dagnet_realtime.web.auth.viewer import ViewerKeys
from tests.support.clock import FakeClock

SHOP = Channel("shop", "prod")
GRANT = RoleBinding(who="ann", role="watch")


def configured(file: Path, policy: Policy, *grants: RoleBinding) -> Config:
    return Config(
        access=AccessConfig(grants=grants),
        workspaces=(Workspace(channel=SHOP, path=".", policy=policy),),
        file=str(file),
    )


class Scene:
    """A reload, what it has put in force, and what was audited."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "realtime.toml"
        self.file.write_text("1")
        self.clock = FakeClock()
        self.current: Config | Problem = configured(self.file, Policy(token_key=Secret("first")))
        self.imposed: list[tuple[Channel, Policy]] = []
        self.audited: list[bytes] = []
        self.grants = Grants([])
        assert isinstance(self.current, Config)
        self.viewer_keys = ViewerKeys(self.current.workspaces)
        self.hidden: set[Channel] = set()
        self.reload = ConfigWatcher(
            self.current,
            self.again,
            self.impose,
            self.grants,
            self.viewer_keys,
            self.hidden,
            Audit(self.audited.append, self.clock),
            self.clock,
        )

    def again(self) -> Config:
        if isinstance(self.current, Problem):
            raise self.current
        return self.current

    async def impose(self, channel: Channel, policy: Policy) -> None:
        self.imposed.append((channel, policy))


async def test_policies_and_grants_take_effect_and_keys_stay(tmp_path: Path) -> None:
    """ACC-21: a trace goes on under its tokens; both changes are audited."""
    scene = Scene(tmp_path)
    scene.current = configured(
        scene.file, Policy(token_key=Secret("second"), deny=("device",)), GRANT
    )
    await scene.reload.reload()
    ((channel, policy),) = scene.imposed
    assert (channel, policy.deny, policy.token_key) == (SHOP, ("device",), Secret("first"))
    assert scene.grants() == (GRANT,)
    assert [json.loads(line)["deed"] for line in scene.audited] == ["policy", "policy"]
    await scene.reload.reload()
    assert len(scene.imposed) == 1


async def test_viewer_keys_take_effect(tmp_path: Path) -> None:
    """ACC-64: what a key that is taken out has signed opens nothing from then on; audited, without the keys."""
    scene = Scene(tmp_path)
    assert isinstance(scene.current, Config)
    (shop,) = scene.current.workspaces
    for keys in ((Secret("a" * 32), Secret("b" * 32)), (Secret("b" * 32),), ()):
        changed = msgspec.structs.replace(shop, viewer_keys=keys)
        scene.current = msgspec.structs.replace(scene.current, workspaces=(changed,))
        await scene.reload.reload()
        assert scene.viewer_keys(SHOP)[1:] == tuple(key.reveal() for key in keys)
        assert len(scene.viewer_keys(SHOP)) == len(keys) + 1, "the server's own stays"
    assert [json.loads(line)["why"] for line in scene.audited] == ["viewer_keys"] * 3
    assert b"aaa" not in b"".join(scene.audited)


async def test_who_follows_what_is_hidden_at_once(tmp_path: Path) -> None:
    """HUB-33, ACC-21: `show_followers = false` hides follows at once, `true` shows them again, and
    both are audited.
    """
    scene = Scene(tmp_path)
    assert isinstance(scene.current, Config)
    (shop,) = scene.current.workspaces
    for shown in (False, False, True):
        changed = msgspec.structs.replace(shop, show_followers=shown)
        scene.current = msgspec.structs.replace(scene.current, workspaces=(changed,))
        await scene.reload.reload()
        assert (SHOP in scene.hidden) is not shown
    assert [json.loads(line)["why"] for line in scene.audited] == ["show_followers"] * 2


async def test_a_broken_file_changes_nothing(tmp_path: Path) -> None:
    """ACC-21: what was in force stays in force, and the log says so."""
    scene = Scene(tmp_path)
    scene.current = Problem("invalid", "line 1")
    await scene.reload.reload()
    assert scene.imposed == []
    scene.current = configured(scene.file, Policy(sample=0.5))
    scene.current = msgspec.structs.replace(
        scene.current,
        workspaces=(*scene.current.workspaces, Workspace(channel=Channel("new", "x"), path=".")),
    )
    await scene.reload.reload()
    assert [str(channel) for channel, _ in scene.imposed] == ["shop/prod"]


async def test_the_file_is_looked_at_every_two_seconds(tmp_path: Path) -> None:
    """ACC-21: the file is read again only if it has changed."""
    scene = Scene(tmp_path)
    scene.current = configured(scene.file, Policy(sample=0.5))
    applied = asyncio.Event()
    scene.reload._apply_policy = lambda *_: _note(applied)  # type: ignore[assignment]
    running = asyncio.create_task(scene.reload.run())
    await scene.clock.advance(POLL_SECONDS)
    assert not applied.is_set()
    scene.file.write_text("22")
    await scene.clock.advance(POLL_SECONDS)
    async with asyncio.timeout(20):
        await applied.wait()
    scene.file.unlink()
    await scene.clock.advance(POLL_SECONDS)
    running.cancel()


async def _note(applied: asyncio.Event) -> None:
    applied.set()


async def test_keys_that_wait_for_a_restart_are_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """ACC-21: the log names the tables whose changes are not in force yet, and no others."""
    scene = Scene(tmp_path)
    first = configured(scene.file, Policy(token_key=Secret("first")))
    policy = configured(scene.file, Policy(token_key=Secret("first"), deny=("device",)), GRANT)
    (workspace,) = first.workspaces
    source = Source(id="web", channel=SHOP, kind="webhook", secrets=(Secret("a new one"),))
    for changed, tables in (
        (policy, None),
        (msgspec.structs.replace(first, server=ServerConfig(port=1)), "server"),
        (msgspec.structs.replace(first, access=AccessConfig(mode="token")), "access"),
        (
            msgspec.structs.replace(
                first, workspaces=(msgspec.structs.replace(workspace, sources=(source,)),)
            ),
            "workspace",
        ),
        (configured(scene.file, Policy(token_key=Secret("second"))), "workspace"),
    ):
        caplog.clear()
        scene.current = changed
        await scene.reload.reload()
        told = [line for line in caplog.messages if line.startswith("restart_needed")]
        assert told == ([f"restart_needed file=realtime.toml tables={tables}"] if tables else [])
