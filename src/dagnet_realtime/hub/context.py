"""What every part of a hub needs: workspaces, stores, clock, limits and the task group."""

import asyncio
from collections.abc import Sequence
from random import Random

import msgspec

from dagnet_realtime.hub.sessions import SessionLimits
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.ports.runtime import Clock, GraphSource
from dagnet_realtime.ports.storage import IngestTotals, Log, SessionStore


class HubContext(msgspec.Struct, frozen=True, kw_only=True):
    """The surroundings of a hub, which are made before it.

    `counters` are the ingest counters that viewers see. `random` spreads reconnections.
    `tasks` owns every task of the hub; the hub enters and leaves it.
    """

    workspaces: Sequence[Workspace]
    graphs: GraphSource
    log: Log
    sessions: SessionStore
    counters: IngestTotals
    clock: Clock
    limits: SessionLimits = SessionLimits()
    random: Random = msgspec.field(default_factory=Random)
    tasks: asyncio.TaskGroup = msgspec.field(default_factory=asyncio.TaskGroup)
