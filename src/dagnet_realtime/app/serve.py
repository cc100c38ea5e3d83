"""Builds the server, runs it and stops it: graphs → log → hub → server, one stack, one group of tasks."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random

from dagnet_realtime import __version__
from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.app.http import Server
from dagnet_realtime.app.key_file import write_key
from dagnet_realtime.app.listen import listen, origin_of
from dagnet_realtime.app.relays import relays as opened
from dagnet_realtime.app.store import store
from dagnet_realtime.app.visitors import OwnVisitors
from dagnet_realtime.config.config import Config
from dagnet_realtime.graphs.folder import FolderGraphs
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.intake import Intake
from dagnet_realtime.hub.limits import Limits
from dagnet_realtime.logs.memory import MemoryLog
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.access.local import LocalAccess
from dagnet_realtime.web.doorway import doorway
from dagnet_realtime.web.operations import Readiness
from dagnet_realtime.web.server import Parts, asgi

_LOG = logging.getLogger("dagnet_realtime.app")
LOCAL_LIMITS = Limits(sessions_per_person=200, streams_per_person=5000)  # everybody on this machine is one person


async def run(config: Config, *, ready: Callable[[str], None], stop: asyncio.Event | None = None) -> None:
    """Serves until SIGTERM, SIGINT or `stop`. `ready` is told the one-time link once connections are accepted.

    Raises `Problem` where it cannot start, and where a part of it dies.
    """
    if config.access.mode != "local":
        raise Problem("invalid", f"[access] mode “{config.access.mode}” is not available", "", 'Use mode = "local"')
    ending = stop or asyncio.Event()
    with contextlib.closing(listen(config)) as bound:
        try:
            await _serve(config, bound, ready, ending)
        except* Problem as problems:
            raise _first(problems) from None
        except* Exception as group:  # noqa: BLE001  # whatever it was, the process stops with a reason
            raise _died(_first(group)) from None


async def _serve(config: Config, bound: socket.socket, ready: Callable[[str], None], ending: asyncio.Event) -> None:
    clock, workspaces = SystemClock(), config.workspaces
    log, sessions = store(config.server.log, workspaces, clock)
    access = LocalAccess(clock, config.server.public_url)
    access.listen_on(bound.getsockname()[1])
    readiness = Readiness()
    folders = FolderGraphs({one.channel.workspace: Path(one.path) for one in workspaces})
    async with opened(workspaces, clock) as relays, folders.load() as graphs:
        intake = Intake(workspaces, graphs, log, clock, lambda channel, tokens: hub.forget(channel, tokens))
        hub = Hub(workspaces, graphs, log, sessions, intake.doors, clock, LOCAL_LIMITS, relays=relays)
        visitors = OwnVisitors(workspaces, graphs, clock, Random())  # noqa: S311  # visitors are invented
        visitors.address = origin_of(bound)
        parts = Parts(
            workspaces=workspaces,
            graphs=graphs,
            hub=hub,
            intake=intake,
            access=access,
            clock=clock,
            readiness=readiness,
            visitors=visitors,
            public_url=config.server.public_url,
            demo=config.demo,
            version=__version__,
            connects=[origin for relay in relays.values() for origin in relay.terms.connects],
        )
        server = Server(asgi(parts), doorway(intake) if isinstance(log, MemoryLog) else None)
        async with hub, asyncio.TaskGroup() as tasks, _signals(ending):
            serving = tasks.create_task(server.serve([bound]))
            walking = tasks.create_task(visitors.run())
            await server.listening.wait()
            if config.key_file is not None:
                write_key(Path(config.key_file), access.program_key)
            gc.freeze()  # what the start made stays: looking through it again would hold every frame up by 40 ms now and then
            readiness.ready = True
            ready(f"{config.server.public_url.rstrip('/') or origin_of(bound)}/?key={access.link_key}")
            await ending.wait()
            readiness.ready = False
            walking.cancel()
            hub.farewell()
            server.stop()
            await serving


@contextlib.asynccontextmanager
async def _signals(ending: asyncio.Event) -> AsyncIterator[None]:
    """SIGTERM and SIGINT set `ending` while the context is open; elsewhere than in the main thread there are none."""
    loop = asyncio.get_running_loop()
    taken = []
    for name in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):
            loop.add_signal_handler(name, ending.set)
            taken.append(name)
    try:
        yield
    finally:
        for name in taken:
            loop.remove_signal_handler(name)


def _died(error: BaseException) -> Problem:
    """The reason for stopping: what kind of error and where. Its text may hold what somebody sent."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "an unknown place"
    _LOG.critical("part_died error=%s at=%s", type(error).__name__, where)
    return Problem(
        "unavailable", "A part of the server died, so it stopped", f"{type(error).__name__} at {where}", "Start it again, and report this"
    )


def _first(group: BaseException) -> BaseException:
    """The first cause in a group of groups."""
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group
