"""Several processes behind one socket: started, looked after and stopped by the one that the user started.

The socket, generated secrets and local keys are made once and inherited by fork; nothing of them is stored. A worker that dies is started
again, after a moment that doubles while it keeps dying. SIGHUP replaces one worker after the other, each only when its successor is ready;
successors are of the version that is installed by then (`app.successor`), but in local access, where they are forked too.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import NoReturn

import msgspec

from dagnet_realtime.app.serve import ForkedState, run
from dagnet_realtime.app.sockets import listen
from dagnet_realtime.app.store import is_shared
from dagnet_realtime.app.worker_process import can_spawn, spawn
from dagnet_realtime.config.config import Config
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.auth.local import ForkedAuthState

_LOG = logging.getLogger("dagnet_realtime.app")
READY_SECONDS = 30.0  # that a worker may take to start
STOP_SECONDS = 3.0  # after which a worker that does not stop is killed
REST_SECONDS = (0.1, 10.0)  # before a worker is started again, doubled while it keeps dying
STEADY_SECONDS = 30.0  # after which a worker's death is no longer its start's fault
MOST_WORKERS = 64

Loop = Callable[[], asyncio.AbstractEventLoop]


class Worker(msgspec.Struct):
    """One process: where it tells that it is ready, what it told, and when it began. `deaths` in a row are counted in its place."""

    pid: int
    ready_fd: int
    began: float
    told: bytes = b""
    code: int | None = None


class Workers:
    """Runs `count` workers until SIGTERM or SIGINT. Raises `Problem` where they cannot start."""

    def __init__(
        self,
        config: Config,
        count: int,
        ready: Callable[[str], None],
        loop: Loop | None = None,
        again: Callable[[], Config] | None = None,
    ) -> None:
        if not 1 <= count <= MOST_WORKERS:
            raise Problem(
                "invalid", f"{count} workers are not possible", "", f"Choose 1 to {MOST_WORKERS}"
            )
        if not hasattr(os, "fork"):
            raise Problem(
                "invalid",
                "This system cannot run several workers",
                "",
                "Start several servers behind a proxy instead",
            )
        if not is_shared(config.server.log):
            title = (
                f"{config.server.log} is the memory of one process and cannot be shared by workers"
            )
            raise Problem(
                "invalid", title, "", "Use --log redis://host:6379/0, or leave --workers out"
            )
        if config.access.cookie_key is None:
            access = msgspec.structs.replace(
                config.access, cookie_key=Secret(secrets.token_bytes(32))
            )
            config = msgspec.structs.replace(config, access=access)
        self._config = config
        self._count = count
        self._ready = ready
        self._loop = loop
        self._again = again
        self._workers: list[Worker] = []
        self._due: list[tuple[float, int]] = []
        self._deaths = 0
        self._signals: list[int] = []
        self._separate = False

    def run(self) -> None:
        """Starts them, looks after them, stops them."""
        inherited = ForkedState(listen(self._config), ForkedAuthState())
        alive, mine = os.pipe()
        with contextlib.closing(inherited.bound), _caught(self._signals) as woken:
            make = lambda: self._made(inherited, alive, mine)  # noqa: E731  # one way to make a worker, bound to what it inherits
            try:
                self._start(make, woken)
                self._supervise(make, woken)
            finally:
                self._stop(self._workers)
                os.close(mine)
                os.close(alive)

    def _start(self, make: Callable[[], Worker], woken: int) -> None:
        self._workers = [make() for _ in range(self._count)]
        links = [self._wait_ready(worker, woken) for worker in self._workers]
        if signal.SIGTERM not in self._signals and signal.SIGINT not in self._signals:
            self._ready(links[0])

    def _supervise(self, make: Callable[[], Worker], woken: int) -> None:
        while True:
            now = time.monotonic()
            wait = min([1.0, *(max(0.0, at - now) for at, _ in self._due)])
            select.select([woken], [], [], wait)
            _drain(woken)
            if signal.SIGTERM in self._signals or signal.SIGINT in self._signals:
                return
            if signal.SIGHUP in self._signals:
                self._signals.clear()
                self._replace(make, woken)
            self._reap()
            self._respawn(make)

    def _reap(self) -> None:
        now = time.monotonic()
        for worker in [one for one in self._workers if _ended(one)]:
            self._workers.remove(worker)
            os.close(worker.ready_fd)
            self._deaths = 1 if now - worker.began >= STEADY_SECONDS else self._deaths + 1
            rest = min(REST_SECONDS[1], REST_SECONDS[0] * 2 ** (self._deaths - 1))
            _LOG.error("worker_died pid=%d code=%s again_in=%.1f", worker.pid, worker.code, rest)
            self._due.append((now + rest, worker.pid))

    def _respawn(self, make: Callable[[], Worker]) -> None:
        now = time.monotonic()
        for due in [one for one in self._due if one[0] <= now]:
            self._due.remove(due)
            try:
                worker = make()
            except Problem as problem:
                _LOG.error("worker_not_started why=%s", problem.title)
                self._due.append((now + REST_SECONDS[1], due[1]))
                return
            _LOG.info("worker_started pid=%d instead_of=%d", worker.pid, due[1])
            self._workers.append(worker)

    def _replace(self, make: Callable[[], Worker], woken: int) -> None:
        """One after the other; where a successor cannot start, the others stay as they are."""
        self._reread()
        self._separate = self._again is not None and can_spawn(self._config)
        for old in list(self._workers):
            begun: list[Worker] = []
            try:
                begun.append(successor := make())
                self._wait_ready(successor, woken)
            except Problem as problem:
                _LOG.error("worker_not_replaced pid=%d why=%s", old.pid, problem.title)
                self._stop(begun)
                return
            self._workers.append(successor)
            self._workers.remove(old)
            self._stop([old])
            _LOG.info("worker_replaced pid=%d instead_of=%d", successor.pid, old.pid)
            if self._signals:
                return

    def _reread(self) -> None:
        """The configuration as it is at this moment; a wrong one changes nothing. Secrets that were generated stay."""
        if self._again is None or not self._config.file:
            return
        try:
            config = self._again()
        except Problem as problem:
            _LOG.error("configuration_kept why=%s", problem.title)
            return
        keys = {one.channel: one.policy.token_key for one in self._config.workspaces}
        workspaces = tuple(
            msgspec.structs.replace(
                one,
                policy=msgspec.structs.replace(
                    one.policy, token_key=keys.get(one.channel, one.policy.token_key)
                ),
            )
            for one in config.workspaces
        )
        access = msgspec.structs.replace(
            config.access, cookie_key=config.access.cookie_key or self._config.access.cookie_key
        )
        self._config = msgspec.structs.replace(
            config,
            access=access,
            workspaces=workspaces,
            server=self._config.server,
            key_file=self._config.key_file,
        )

    def _wait_ready(self, worker: Worker, woken: int) -> str:
        """The link that a worker tells when it is ready; raises `Problem` where it never does."""
        until = time.monotonic() + READY_SECONDS
        while (left := until - time.monotonic()) > 0:
            readable, _, _ = select.select([worker.ready_fd, woken], [], [], left)
            if woken in readable:
                _drain(woken)
                if signal.SIGTERM in self._signals or signal.SIGINT in self._signals:
                    return ""
            if worker.ready_fd in readable:
                more = os.read(worker.ready_fd, 4096)
                worker.told += more
                if not more or worker.told.endswith(b"\n"):
                    break
        said = worker.told.decode()
        if said.startswith("ready ") and said.endswith("\n"):
            return said.removeprefix("ready ").strip()
        if said:
            code, title, detail, remedy = msgspec.json.decode(said, type=tuple[str, str, str, str])
            raise Problem(code, title, detail, remedy)  # type: ignore[arg-type]  # a code that a Problem had
        raise Problem(
            "unavailable",
            "A worker did not start",
            "It took too long, or died without a word",
            "See its log above",
        )

    def _made(self, inherited: ForkedState, alive: int, mine: int) -> Worker:
        """A worker of this version; since the first SIGHUP one of the version that is installed."""
        if not self._separate:
            return self._fork(inherited, alive, mine)
        pid, told_on = spawn(self._config, inherited.bound, alive)
        return Worker(pid, told_on, time.monotonic())

    def _fork(self, inherited: ForkedState, alive: int, mine: int) -> Worker:
        told_on, tell = os.pipe()
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            os.close(tell)
            return Worker(pid, told_on, time.monotonic())
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
                signal.signal(one, signal.SIG_IGN if one == signal.SIGHUP else signal.SIG_DFL)
            for inner in (told_on, mine, *(worker.ready_fd for worker in self._workers)):
                os.close(inner)
            code = work(self._config, inherited, alive, tell, self._again, self._loop)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            _leave(code)

    def _stop(self, workers: list[Worker]) -> None:
        """Asks them to stop, and waits for it."""
        for worker in workers:
            if not _ended(worker):
                os.kill(worker.pid, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        while any(not _ended(worker) for worker in workers) and time.monotonic() < until:
            time.sleep(0.01)
        for worker in workers:
            if not _ended(worker):
                _LOG.error("worker_killed pid=%d", worker.pid)
                os.kill(worker.pid, signal.SIGKILL)
                os.waitpid(worker.pid, 0)
            os.close(worker.ready_fd)


def work(
    config: Config,
    inherited: ForkedState,
    alive: int,
    tell: int,
    again: Callable[[], Config] | None = None,
    loop: Loop | None = None,
) -> int:
    """A worker's own life, to its exit code: serves until it is told to stop, or until the one who started it is no more."""

    def ready(link: str) -> None:
        os.write(tell, f"ready {link}\n".encode())

    async def serve() -> None:
        ending = asyncio.Event()
        asyncio.get_running_loop().add_reader(alive, ending.set)
        await run(config, ready=ready, stop=ending, again=again, inherited=inherited)

    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(serve())
    except Problem as problem:
        os.write(
            tell,
            msgspec.json.encode((problem.code, problem.title, problem.detail, problem.remedy))
            + b"\n",
        )
        _LOG.error("worker_ends why=%s", problem.title)
        return 1
    return 0


def _ended(worker: Worker) -> bool:
    if worker.code is None:
        pid, status = os.waitpid(worker.pid, os.WNOHANG)
        worker.code = os.waitstatus_to_exitcode(status) if pid else None
    return worker.code is not None


def _leave(code: int) -> NoReturn:
    """Ends a forked process without running what its parent has still to run."""
    os._exit(code)


@contextlib.contextmanager
def _caught(signals: list[int]) -> Iterator[int]:
    """Notes signals in `signals`; the pipe that is given becomes readable with each."""
    woken, wake = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(wake, False)
    before = signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    kept = {
        one: signal.signal(one, lambda number, _: signals.append(number))
        for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    }
    kept[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
    try:
        yield woken
    finally:
        for one, handler in kept.items():
            signal.signal(one, handler)
        signal.set_wakeup_fd(before)
        os.close(woken)
        os.close(wake)


def _drain(woken: int) -> None:
    with contextlib.suppress(BlockingIOError):
        os.read(woken, 4096)
