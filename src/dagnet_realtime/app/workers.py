"""Several workers behind one socket, supervised by the process that the user started.

The socket, generated secrets and local keys are made once and inherited by fork; none is stored. A
worker that dies is restarted after a delay, which doubles while workers keep dying. SIGHUP replaces
the workers one by one, each when its successor is ready. A successor runs the version that is
installed by then (`app.worker_process`); in local access it is forked, since its keys are only
inherited.
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
READY_SECONDS = 30.0  # in which a worker has to start
STOP_SECONDS = 3.0  # after SIGTERM, before a worker is killed
RESTART_SECONDS = (0.1, 10.0)  # before a restart: the first, and the most after doublings
STEADY_SECONDS = 30.0  # of life after which a death begins a new series
MAX_WORKERS = 64

Loop = Callable[[], asyncio.AbstractEventLoop]


class Worker(msgspec.Struct):
    """A worker process.

    `ready_fd` is the pipe on which it reports, `report` what it has sent, `began` when it was
    started (monotonic), `code` its exit code.
    """

    pid: int
    ready_fd: int
    began: float
    report: bytes = b""
    code: int | None = None


class Workers:
    """Runs `count` workers until SIGTERM or SIGINT. Raises `Problem` if they cannot start."""

    def __init__(
        self,
        config: Config,
        count: int,
        ready: Callable[[str], None],
        loop: Loop | None = None,
        reload_config: Callable[[], Config] | None = None,
    ) -> None:
        if not 1 <= count <= MAX_WORKERS:
            raise Problem(
                "invalid",
                f"{count} is no possible number of workers",
                "",
                f"Choose 1 to {MAX_WORKERS}",
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
        self._reload_config = reload_config
        self._workers: list[Worker] = []
        self._due: list[tuple[float, int]] = []
        self._deaths = 0
        self._signals: list[int] = []
        self._separate = False

    def run(self) -> None:
        """Starts, supervises and stops the workers."""
        inherited = ForkedState(listen(self._config), ForkedAuthState())
        alive, parent_end = os.pipe()
        with contextlib.closing(inherited.bound), _caught(self._signals) as woken:
            make = lambda: self._make(inherited, alive, parent_end)  # noqa: E731
            try:
                self._start(make, woken)
                self._supervise(make, woken)
            finally:
                self._stop(self._workers)
                os.close(parent_end)
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
            delay = min(RESTART_SECONDS[1], RESTART_SECONDS[0] * 2 ** (self._deaths - 1))
            _LOG.error("worker_died pid=%d code=%s again_in=%.1f", worker.pid, worker.code, delay)
            self._due.append((now + delay, worker.pid))

    def _respawn(self, make: Callable[[], Worker]) -> None:
        now = time.monotonic()
        for due in [one for one in self._due if one[0] <= now]:
            self._due.remove(due)
            try:
                worker = make()
            except Problem as problem:
                _LOG.error("worker_not_started why=%s", problem.title)
                self._due.append((now + RESTART_SECONDS[1], due[1]))
                return
            _LOG.info("worker_started pid=%d instead_of=%d", worker.pid, due[1])
            self._workers.append(worker)

    def _replace(self, make: Callable[[], Worker], woken: int) -> None:
        """Replaces the workers one by one; if a successor cannot start, the others stay."""
        self._reread()
        self._separate = self._reload_config is not None and can_spawn(self._config)
        for old in list(self._workers):
            started: list[Worker] = []
            try:
                started.append(successor := make())
                self._wait_ready(successor, woken)
            except Problem as problem:
                _LOG.error("worker_not_replaced pid=%d why=%s", old.pid, problem.title)
                self._stop(started)
                return
            self._workers.append(successor)
            self._workers.remove(old)
            self._stop([old])
            _LOG.info("worker_replaced pid=%d instead_of=%d", successor.pid, old.pid)
            if self._signals:
                return

    def _reread(self) -> None:
        """Reads the configuration, keeping generated secrets; an invalid one changes nothing."""
        if self._reload_config is None or not self._config.file:
            return
        try:
            config = self._reload_config()
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
        """Waits until the worker is ready and returns its link; raises the `Problem` it reports."""
        until = time.monotonic() + READY_SECONDS
        while (left := until - time.monotonic()) > 0:
            readable, _, _ = select.select([worker.ready_fd, woken], [], [], left)
            if woken in readable:
                _drain(woken)
                if signal.SIGTERM in self._signals or signal.SIGINT in self._signals:
                    return ""
            if worker.ready_fd in readable:
                more = os.read(worker.ready_fd, 4096)
                worker.report += more
                if not more or worker.report.endswith(b"\n"):
                    break
        report = worker.report.decode()
        if report.startswith("ready ") and report.endswith("\n"):
            return report.removeprefix("ready ").strip()
        if report:
            code, title, detail, remedy = msgspec.json.decode(
                report, type=tuple[str, str, str, str]
            )
            raise Problem(code, title, detail, remedy)  # type: ignore[arg-type]  # a Code
        raise Problem(
            "unavailable",
            "A worker did not start",
            "It took too long, or died without an error message",
            "See its log above",
        )

    def _make(self, inherited: ForkedState, alive: int, parent_end: int) -> Worker:
        """Starts a worker: of this version, or after a SIGHUP of the installed version."""
        if not self._separate:
            return self._fork(inherited, alive, parent_end)
        pid, ready_fd = spawn(self._config, inherited.bound, alive)
        return Worker(pid, ready_fd, time.monotonic())

    def _fork(self, inherited: ForkedState, alive: int, parent_end: int) -> Worker:
        ready_fd, report_fd = os.pipe()
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            os.close(report_fd)
            return Worker(pid, ready_fd, time.monotonic())
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
                signal.signal(one, signal.SIG_IGN if one == signal.SIGHUP else signal.SIG_DFL)
            for inner in (ready_fd, parent_end, *(worker.ready_fd for worker in self._workers)):
                os.close(inner)
            code = work(self._config, inherited, alive, report_fd, self._reload_config, self._loop)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            _leave(code)

    def _stop(self, workers: list[Worker]) -> None:
        """Stops workers with SIGTERM, after `STOP_SECONDS` with SIGKILL."""
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
    report_fd: int,
    reload_config: Callable[[], Config] | None = None,
    loop: Loop | None = None,
) -> int:
    """Serves in a worker until SIGTERM or the end of the parent; returns the exit code.

    `alive` is a pipe that becomes readable when the parent ends; to `report_fd` the worker writes
    that it is ready, or its `Problem`.
    """

    def ready(link: str) -> None:
        os.write(report_fd, f"ready {link}\n".encode())

    async def serve() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_reader(alive, stop.set)
        await run(config, ready=ready, stop=stop, reload_config=reload_config, inherited=inherited)

    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(serve())
    except Problem as problem:
        os.write(
            report_fd,
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
    """Ends a forked process without the exit handlers of its parent."""
    os._exit(code)


@contextlib.contextmanager
def _caught(signals: list[int]) -> Iterator[int]:
    """Collects signals in `signals`; yields a pipe that becomes readable with each."""
    woken, wake = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(wake, False)
    before = signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    previous = {
        one: signal.signal(one, lambda number, _: signals.append(number))
        for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    }
    previous[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
    try:
        yield woken
    finally:
        for one, handler in previous.items():
            signal.signal(one, handler)
        signal.set_wakeup_fd(before)
        os.close(woken)
        os.close(wake)


def _drain(woken: int) -> None:
    with contextlib.suppress(BlockingIOError):
        os.read(woken, 4096)
