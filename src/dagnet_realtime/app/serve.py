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
from typing import NamedTuple

from dagnet_realtime import __version__
from dagnet_realtime.app.asset_folder import open_asset_folder
from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.app.config_watcher import ConfigWatcher
from dagnet_realtime.app.factories import (
    Grants,
    access_for,
    functions,
    graphs_of,
    relay_manager,
    stream_readers,
)
from dagnet_realtime.app.factories import relays as opened
from dagnet_realtime.app.files import audit_file, write_key
from dagnet_realtime.app.malloc import return_freed_memory
from dagnet_realtime.app.simulator import TrafficSimulator
from dagnet_realtime.app.sockets import UvicornServer, listen, max_connections, origin_of
from dagnet_realtime.app.store import store
from dagnet_realtime.config.config import Config
from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed_registry import FeedRegistry
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.ingest import Intake, SourceCounters
from dagnet_realtime.hub.sessions import SessionLimits
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Policy
from dagnet_realtime.stores.memory import MemoryLog
from dagnet_realtime.web.auth.local import ForkedAuthState, LocalAuthenticator
from dagnet_realtime.web.connection import ConnectionLimits, connection, fast_path
from dagnet_realtime.web.connection_stats import ConnectionStats
from dagnet_realtime.web.reauthorizer import Reauthorizer
from dagnet_realtime.web.routes.health import Readiness
from dagnet_realtime.web.routes.static_files import StaticFiles
from dagnet_realtime.web.server import AppDependencies, create_app

_LOG = logging.getLogger("dagnet_realtime.app")


class ForkedState(NamedTuple):
    """The socket to serve on, and the keys that are shared with the other processes of this command, if there are any."""

    bound: socket.socket
    sharing: ForkedAuthState | None = None


LOCAL_LIMITS = SessionLimits(
    sessions_per_person=200, streams_per_person=5000, follows_per_person=50
)  # everybody on this machine is one person


async def run(
    config: Config,
    *,
    ready: Callable[[str], None],
    stop: asyncio.Event | None = None,
    again: Callable[[], Config] | None = None,
    inherited: ForkedState | None = None,
) -> None:
    """Serves until SIGTERM, SIGINT or `stop`. `ready` is told the address, in local access with the one-time key, once connections are
    accepted. `again` reads the configuration anew when its file changes. `inherited` is what one of several processes was given.

    Raises `Problem` where it cannot start, and where a part of it dies.
    """
    ending = stop or asyncio.Event()
    return_freed_memory()
    given = inherited or ForkedState(listen(config))
    with contextlib.closing(given.bound), audit_file(config.access) as write:
        try:
            await _serve(config, given, write, ready, ending, again)
        except* Problem as problems:
            raise _first_cause(problems) from None
        except* Exception as group:  # noqa: BLE001  # whatever it was, the process stops with a reason
            raise _crash_problem(_first_cause(group)) from None


async def _serve(
    config: Config,
    inherited: ForkedState,
    write: Callable[[bytes], None],
    ready: Callable[[str], None],
    ending: asyncio.Event,
    again: Callable[[], Config] | None,
) -> None:
    clock, workspaces, bound = SystemClock(), config.workspaces, inherited.bound
    grants = Grants(config.access.grants)
    readiness, bounds = (
        Readiness(),
        ConnectionLimits(connections=max_connections(ConnectionLimits().connections)),
    )
    traffic = ConnectionStats(limit=bounds.connections)
    published = functions(workspaces)
    kept = store(config.server.log, workspaces, clock)
    async with (
        kept as (log, sessions, sign_outs, summed, leases, posts, rates),
        opened(workspaces, clock) as relays,
        graphs_of(workspaces).load() as graphs,
    ):
        access = access_for(config, clock, grants, sign_outs, inherited.sharing)
        limits = LOCAL_LIMITS if isinstance(access, LocalAuthenticator) else SessionLimits()
        audit = Audit(write, clock)

        counters = SourceCounters(workspaces)
        totals, summing = summed(counters)
        context = HubContext(
            workspaces=workspaces,
            graphs=graphs,
            log=log,
            sessions=sessions,
            counters=totals,
            clock=clock,
            limits=limits,
        )
        feeds = FeedRegistry(context)
        intake = Intake(
            workspaces,
            graphs,
            log,
            clock,
            feeds.forget,
            followed=feeds.followed_traces,
            counters=counters,
        )
        streams = stream_readers(workspaces, intake, log, leases, clock)
        hub = Hub(context, feeds, relay_manager(context, feeds, relays, posts), streams)
        rounds = Reauthorizer(hub, access, clock, audit)
        visitors = TrafficSimulator(workspaces, graphs, clock, Random())  # noqa: S311  # visitors are invented
        visitors.address = origin_of(bound)
        page = StaticFiles(access, shop=config.demo, kept=open_asset_folder(config))
        parts = AppDependencies(
            workspaces=workspaces,
            graphs=graphs,
            hub=hub,
            intake=intake,
            access=access,
            clock=clock,
            readiness=readiness,
            rates=rates,
            page=page,
            visitors=visitors,
            public_url=config.server.public_url,
            demo=config.demo,
            version=__version__,
            audit=audit,
            rounds=rounds,
            traffic=traffic,
            connects=[origin for relay in relays.values() for origin in relay.limits.connects]
            + [one.connects for one in published.values()],
            functions=published,
        )

        async def impose(channel: Channel, policy: Policy) -> None:
            intake.apply_policy(channel, policy)
            await hub.apply_policy(channel, policy)

        at_once = isinstance(log, MemoryLog)  # its append never waits
        server = UvicornServer(
            create_app(parts),
            fast_path(intake, bounds, traffic)
            if at_once
            else connection(bounds, traffic, intake.now),
        )
        async with hub, asyncio.TaskGroup() as tasks, _signals(ending):
            serving = tasks.create_task(server.serve([bound]))
            beside = [
                tasks.create_task(part) for part in (visitors.run(), rounds.run(), streams.run())
            ]
            if summing is not None:
                beside.append(tasks.create_task(summing()))
            if config.file and again is not None:
                beside.append(
                    tasks.create_task(
                        ConfigWatcher(config, again, impose, grants, audit, clock).run()
                    )
                )
            await server.listening.wait()
            if config.key_file is not None and isinstance(access, LocalAuthenticator):
                write_key(Path(config.key_file), access.program_key)
            gc.freeze()  # what the start made stays: looking through it again would hold every frame up by 40 ms now and then
            readiness.ready = True
            key = f"?key={access.link_key}" if isinstance(access, LocalAuthenticator) else ""
            ready(f"{config.server.public_url.rstrip('/') or origin_of(bound)}/{key}")
            await ending.wait()
            readiness.ready = False
            for task in beside:
                task.cancel()
            hub.drain()
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


def _crash_problem(error: BaseException) -> Problem:
    """The reason for stopping: what kind of error and where. Its text may hold what somebody sent."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = (
        f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}"
        if place is not None
        else "an unknown place"
    )
    _LOG.critical("part_died error=%s at=%s", type(error).__name__, where)
    return Problem(
        "unavailable",
        "A part of the server died, so it stopped",
        f"{type(error).__name__} at {where}",
        "Start it again, and report this",
    )


def _first_cause(group: BaseException) -> BaseException:
    """The first cause in a group of groups."""
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group
