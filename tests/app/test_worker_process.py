"""Workers of the version that is installed when they start, with real processes."""

import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

import dagnet_realtime
from dagnet_realtime.app.worker_process import InheritedState, apply_inherited, can_spawn
from dagnet_realtime.config.config import AccessConfig, Config, ServerConfig
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.workspace import Channel, Policy, Workspace
from tests.deploy.pair import access_token
from tests.support.program import Program
from tests.support.redis import redis_server
from tests.support.redis_many import wait_for
from tests.support.server import SAMPLE
from tests.support.sockets import free_port

CONFIG = """
[server]
port = {port}
log = "{log}"

[access]
mode = "token"
tokens = "tokens"
cookie_key = "a cookie key of tests"

[[workspace]]
id = "shop"
env = "prod"
path = "{path}"
token_key = "a token key of tests, the same for all"

[[workspace.source]]
id = "web"
secrets = ["a secret of tests"]
"""


def lives(process: psutil.Process) -> bool:
    """Whether a process runs; it may end while this asks."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


class Installed:
    """A version of the program in a folder, as an upgrade replaces it, and `serve --workers 2` of it."""

    def __init__(self, folder: Path, log: str) -> None:
        self._package = folder / "dagnet_realtime"
        shutil.copytree(Path(dagnet_realtime.__file__).parent, self._package)
        (folder / "realtime.toml").write_text(CONFIG.format(port=free_port(), log=log, path=SAMPLE))
        environ = {"PYTHONPATH": str(folder), "DAGNET_REALTIME_STATE_DIR": str(folder / "state")}
        self.key = access_token(folder)
        self.program = Program(
            "serve", "--config", str(folder / "realtime.toml"), "--workers", "2", environ=environ
        )
        self.program.wait_line(re.compile("Realtime is at (http://[^/]+)/"), 60)
        self.url = f"http://127.0.0.1:{re.search('port = ([0-9]+)', (folder / 'realtime.toml').read_text())[1]}"  # type: ignore[index]

    def install(self, version: str) -> None:
        file = self._package / "__init__.py"
        for stale in self._package.glob("__pycache__/__init__.*"):
            stale.unlink()  # written in the same second, it would be taken for fresh
        file.write_text(re.sub("__version__ = .*", f'__version__ = "{version}"', file.read_text()))

    def ask(self) -> str:
        """The version that answers, over a connection of its own."""
        with httpx.Client(
            trust_env=False, timeout=30, headers={"authorization": f"Bearer {self.key}"}
        ) as client:
            answer = client.get(f"{self.url}/api/me")
        assert answer.status_code == 200, answer.text
        version: str = answer.json()["version"]
        return version

    @property
    def workers(self) -> set[int]:
        return {child.pid for child in psutil.Process(self.program.pid).children() if lives(child)}

    def reload(self, replaced: int = 2) -> None:
        """Hangs up, and asks until so many workers have been replaced; no request is refused."""
        before = len([line for line in self.program.lines if "worker_replaced" in line])
        os.kill(self.program.pid, signal.SIGHUP)

        def done() -> bool:
            self.ask()
            return (
                len([line for line in self.program.lines if "worker_replaced" in line])
                == before + replaced
            )

        wait_for(done)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with redis_server() as redis:
        made = Installed(tmp_path_factory.mktemp("installed"), redis.url)
        yield made
        assert made.program.stop() == 0


def test_a_reload_takes_the_version_that_was_installed(installed: Installed) -> None:
    """CLI-52: all of it, while every request is answered; a worker that dies later is of that version too."""
    before = installed.ask()
    installed.install("9.9.9")
    assert installed.ask() == before
    installed.reload()
    assert {installed.ask() for _ in range(12)} == {"9.9.9"}
    victim = min(installed.workers)
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: victim not in installed.workers and len(installed.workers) == 2)
    assert {installed.ask() for _ in range(12)} == {"9.9.9"}


def test_a_version_that_cannot_start_changes_nothing(installed: Installed) -> None:
    """CLI-52: it is said in the log."""
    version, workers = installed.ask(), installed.workers
    installed.install('broken" + 1 + "')
    os.kill(installed.program.pid, signal.SIGHUP)
    wait_for(lambda: any("worker_not_replaced" in line for line in installed.program.lines))
    wait_for(lambda: installed.workers == workers)
    assert {installed.ask() for _ in range(6)} == {version}


@pytest.mark.proof
def test_successors_end_with_the_one_who_started_them(tmp_path: Path) -> None:
    """CLI-51: successors end with the supervisor, also if it is killed."""
    with redis_server() as redis:
        installed = Installed(tmp_path, redis.url)
        installed.reload()
        children = installed.workers
        os.kill(installed.program.pid, signal.SIGKILL)
        wait_for(
            lambda: all(
                not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
                for pid in children
            )
        )
        installed.program.stop()


def test_what_the_processes_have_in_common_is_handed_over() -> None:
    """CLI-52: the store, the address and keys that were generated; what the file says of all else is read anew."""
    channel = Channel("shop", "prod")
    old = Config(
        server=ServerConfig(log="redis://old"),
        access=AccessConfig(mode="token", cookie_key=Secret(b"made")),
        file="realtime.toml",
    )
    new = Config(
        server=ServerConfig(log="redis://new"),
        access=AccessConfig(mode="token", session=60.0),
        workspaces=(
            Workspace(
                channel=channel, path=".", policy=Policy(token_key=Secret(b"other"), sample=0.5)
            ),
        ),
        file="realtime.toml",
    )
    handed = InheritedState(
        bound=3,
        alive=4,
        tell=5,
        log=old.server.log,
        public_url="",
        cookie_key="bWFkZQ==",
        token_keys={str(channel): "a2VwdA=="},
    )
    config = apply_inherited(handed, new)
    assert (config.server.log, config.access.cookie_key, config.access.session) == (
        "redis://old",
        Secret(b"made"),
        60.0,
    )
    policy = config.workspaces[0].policy
    assert (policy.token_key, policy.sample) == (Secret(b"kept"), 0.5)
    assert can_spawn(new)
    assert not can_spawn(Config(file="realtime.toml"))
    assert not can_spawn(Config(access=AccessConfig(mode="token")))
