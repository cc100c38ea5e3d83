"""Builds the server, runs it and stops it.

`_serve` reads from top to bottom: store, relays and graphs are opened; access, hub, intake and the
web application are built on them; the server runs with its background tasks until it is stopped.
"""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from random import Random
from typing import NamedTuple

from dagnet_realtime import __version__
from dagnet_realtime.app.asset_folder import open_asset_folder
from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.app.config_watcher import ConfigWatcher
from dagnet_realtime.app.factories import (
    Grants,
    authenticator,
    function_channels,
    graph_sources,
    open_relays,
    relay_manager,
    stream_readers,
    viewer_tokens,
)
from dagnet_realtime.app.files import FileDeletionTimes, audit_file, write_key
from dagnet_realtime.app.malloc import return_freed_memory
from dagnet_realtime.app.simulator import TrafficSimulator
from dagnet_realtime.app.sockets import UvicornServer, listen, max_connections, origin_of
from dagnet_realtime.app.store import is_shared, open_store
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
from dagnet_realtime.web.auth.viewer import ViewerAuthenticator, ViewerKeys
from dagnet_realtime.web.connection import (
    ConnectionLimits,
    fast_path,
)
from dagnet_realtime.web.connection_stats import ConnectionStats
from dagnet_realtime.web.reauthorizer import Reauthorizer
from dagnet_realtime.web.routes.health import Readiness
from dagnet_realtime.web.routes.static_files import StaticFiles
from dagnet_realtime.web.server import AppDependencies, create_app

_LOG = logging.getLogger("dagnet_realtime.app")


class ForkedState(NamedTuple):
    """What a worker inherits: the listening socket and, if it was forked, the shared local keys."""

    bound: socket.socket
    sharing: ForkedAuthState | None = None


LOCAL_LIMITS = SessionLimits(
    sessions_per_person=200, streams_per_person=5000, follows_per_person=50
)  # in local access every browser of this machine is the same person


async def run(
    config: Config,
    *,
    ready: Callable[[str], None],
    stop: asyncio.Event | None = None,
    reload_config: Callable[[], Config] | None = None,
    inherited: ForkedState | None = None,
) -> None:
    """Serves until SIGTERM, SIGINT or `stop`.

    `ready` is called with the address, in local access with the one-time key, once connections are
    accepted. `reload_config` reads the configuration anew when its file changes. `inherited` is set
    in one of several workers. Raises `Problem` if the server cannot start, or a part of it crashes.
    """
    return_freed_memory()
    inherited = inherited or ForkedState(listen(config))
    with contextlib.closing(inherited.bound), audit_file(config.access) as write:
        try:
            await _serve(config, inherited, write, ready, stop or asyncio.Event(), reload_config)
        except* Problem as problems:
            raise _first_cause(problems) from None
        except* Exception as group:  # noqa: BLE001  # any crash ends the process with a reason
            raise _crash_problem(_first_cause(group)) from None


async def _serve(
    config: Config,
    inherited: ForkedState,
    write_audit: Callable[[bytes], None],
    ready: Callable[[str], None],
    stop: asyncio.Event,
    reload_config: Callable[[], Config] | None,
) -> None:
    """Opens store, relays and graphs; builds hub, intake and web app on them; serves until `stop`.

    Everything that must be closed is a context, closed in reverse order when `stop` is set or a
    task fails.
    """
    clock, workspaces, bound = SystemClock(), config.workspaces, inherited.bound
    async with (
        open_store(config.server.log, workspaces, clock) as stores,
        open_relays(workspaces, clock) as relays,
        graph_sources(workspaces).load() as graphs,
    ):
        # who may watch
        grants = Grants(config.access.grants)
        access = authenticator(config, clock, grants, stores.revocations, inherited.sharing)
        viewer_keys = ViewerKeys(workspaces)
        viewers = viewer_tokens(config, access, viewer_keys, clock)
        limits = LOCAL_LIMITS if isinstance(access, LocalAuthenticator) else SessionLimits()
        audit = Audit(write_audit, clock)

        deletions = (
            FileDeletionTimes(Path(config.deletions_file), clock)
            if config.deletions_file is not None and not is_shared(config.server.log)
            else stores.deletions
        )

        # events in, frames out
        counters = SourceCounters(workspaces)
        totals, sync_counters = stores.wrap_counters(counters)
        context = HubContext(
            workspaces=workspaces,
            graphs=graphs,
            log=stores.log,
            sessions=stores.sessions,
            counters=totals,
            clock=clock,
            limits=limits,
        )
        feeds = FeedRegistry(context)
        intake = Intake(
            workspaces,
            graphs,
            stores.log,
            clock,
            feeds.forget,
            followed=feeds.followed_traces,
            counters=counters,
            counts_unknown_keys=config.counts_unknown_keys,
            deletions=deletions,
        )
        streams = stream_readers(workspaces, intake, stores.log, stores.leases, clock)
        manager = relay_manager(context, feeds, relays, stores.relay_states)
        hub = Hub(context, feeds, manager, streams)

        # the web application
        reauthorizer = Reauthorizer(hub, ViewerAuthenticator(access, viewers), clock, audit)
        simulator = TrafficSimulator(workspaces, graphs, clock, Random())  # noqa: S311  # no secret
        simulator.address = origin_of(bound)
        functions = function_channels(workspaces)
        connections = ConnectionLimits(connections=max_connections(ConnectionLimits().connections))
        traffic = ConnectionStats(limit=connections.connections)
        readiness = Readiness()
        dependencies = AppDependencies(
            workspaces=workspaces,
            graphs=graphs,
            hub=hub,
            intake=intake,
            access=access,
            viewers=viewers,
            clock=clock,
            readiness=readiness,
            rates=stores.rates,
            static_files=StaticFiles(
                access, shop=config.demo, find_old_asset=open_asset_folder(config)
            ),
            simulator=simulator,
            public_url=config.server.public_url,
            origins=config.server.origins,
            framed_by=config.server.framed_by,
            demo=config.demo,
            version=__version__,
            audit=audit,
            reauthorizer=reauthorizer,
            connection_stats=traffic,
            deletions=deletions,
            earlier_sessions=config.access.earlier_sessions,
            connect_origins=[
                origin for relay in relays.values() for origin in relay.limits.connects
            ]
            + [one.connects for one in functions.values()],
            functions=functions,
        )
        waits = not isinstance(stores.log, MemoryLog)
        protocol = fast_path(intake, connections, traffic, waits=waits)
        server = UvicornServer(create_app(dependencies), protocol)

        # what runs beside the server
        async def apply_policy(channel: Channel, policy: Policy) -> None:
            intake.apply_policy(channel, policy)
            await hub.apply_policy(channel, policy)

        background: list[Coroutine[None, None, None]] = [
            simulator.run(),
            reauthorizer.run(),
            streams.run(),
        ]
        if sync_counters is not None:
            background.append(sync_counters())
        if config.file and reload_config is not None:
            watcher = ConfigWatcher(
                config,
                reload_config,
                apply_policy,
                grants,
                viewer_keys,
                context.hidden_followers,
                audit,
                clock,
            )
            background.append(watcher.run())

        async with hub, asyncio.TaskGroup() as tasks, _signals(stop):
            serving = tasks.create_task(server.serve([bound]))
            running = [tasks.create_task(one) for one in background]
            await server.listening.wait()
            if config.key_file is not None and isinstance(access, LocalAuthenticator):
                write_key(Path(config.key_file), access.program_key)
            # without this the garbage collector scans everything built so far again and again,
            # which delays frames by 40 ms
            gc.freeze()
            readiness.ready = True
            key = f"?key={access.link_key}" if isinstance(access, LocalAuthenticator) else ""
            ready(f"{config.server.public_url.rstrip('/') or origin_of(bound)}/{key}")

            await stop.wait()
            readiness.ready = False
            for task in running:
                task.cancel()
            hub.drain()
            server.stop()
            await serving


@contextlib.asynccontextmanager
async def _signals(stop: asyncio.Event) -> AsyncIterator[None]:
    """Sets `stop` on SIGTERM and SIGINT while the context is open; only in the main thread."""
    loop = asyncio.get_running_loop()
    handled = []
    for name in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):
            loop.add_signal_handler(name, stop.set)
            handled.append(name)
    try:
        yield
    finally:
        for name in handled:
            loop.remove_signal_handler(name)


def _crash_problem(error: BaseException) -> Problem:
    """The reason for stopping: the error's class and line. Its text may hold user data."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = (
        f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}"
        if frame is not None
        else "an unknown place"
    )
    _LOG.critical("part_died error=%s at=%s", type(error).__name__, where)
    return Problem(
        "unavailable",
        "A part of the server crashed, so it stopped",
        f"{type(error).__name__} at {where}",
        "Start it again, and report this error",
    )


def _first_cause(group: BaseException) -> BaseException:
    """The first exception in nested groups."""
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group
